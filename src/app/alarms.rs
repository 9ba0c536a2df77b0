//! What must not be missed about what is shown: lost records, a view that stands still or is old, and a quorum that is gone.

use crate::app::{App, CellStyle, Level};
use crate::model::{QuorumState, Unknown, human_duration_ms, plural};

impl App {
    /// From the loudest on, each with how it is meant. What is old comes last, since its reason may be cut.
    pub fn alarms(&self) -> Vec<(CellStyle, String)> {
        let mut alarms = Vec::new();
        if self.refuted.lost > 0 {
            let lost = plural(self.refuted.lost as usize, "record");
            alarms.push((CellStyle::Level(Level::Bad), format!("LOST {lost}")));
        }
        if let Some((since, _)) = self.frozen {
            let held = human_duration_ms(self.now_ms - since);
            alarms.push((CellStyle::Stale, format!("FROZEN for {held}")));
        }
        if let Some(ms) = self.before_recorded_end_ms() {
            alarms.push((CellStyle::Stale, format!("AS IT WAS {} before the end", human_duration_ms(ms))));
        }
        match self.stale_alarm() {
            Some(stale) => alarms.push(stale),
            None => alarms.extend(self.cluster_alarm()),
        }
        alarms
    }

    fn stale_alarm(&self) -> Option<(CellStyle, String)> {
        let trouble = self.source_error.as_ref()?;
        let retry = trouble.retry_ms.map_or(String::new(), |at| {
            format!(", retry in {}", human_duration_ms((at - self.now_ms).max(0)))
        });
        let since = human_duration_ms((self.now_ms - trouble.since_ms).max(0));
        let text = format!("! stale for {since}{retry}: {}", trouble.what);
        Some((CellStyle::Level(Level::Bad), text))
    }

    fn cluster_alarm(&self) -> Option<(CellStyle, String)> {
        let Some(cluster) = self.cluster() else {
            return Some((CellStyle::Level(Level::Notice), "waiting for the cluster".into()));
        };
        let text = match cluster.quorum_state() {
            state if state.is_lost() => "NO QUORUM",
            QuorumState::Unknown(Unknown::Unreachable(_)) => "NO CONTROLLER ANSWERS",
            _ => return None,
        };
        Some((CellStyle::Level(Level::Bad), text.into()))
    }
}
