//! What a simulated run has shown to be false: acknowledged records that are lost, copies, records out of order.
//!
//! The figures say what a setting promises. Where the run has broken a promise, the sentence that makes it is not
//! shown any more, and a critical warning says what was lost.

use crate::app::{AssessmentView, CellStyle, Consequence, Level, PageData, Warning, WarningDelta};
use crate::model::plural;
use crate::sim::SimView;
use std::sync::Arc;

/// How a line of the event log begins that tells of a loss.
const LOSS: &str = "DATA LOSS: ";
/// Figures that promise to keep what was acknowledged.
const KEEPS_DATA: [&str; 2] = ["durability.", "losses.leader_crash"];

/// What the run has refuted so far.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Refuted {
    /// Acknowledged records that are lost.
    pub(crate) lost: u64,
    duplicated: u64,
    reordered: u64,
    /// What the event log said of the last loss.
    last_loss: Option<Arc<str>>,
}

impl Refuted {
    /// As a view of the run shows it. The event log forgets; the last loss is kept from the view before.
    pub(super) fn by(detail: &SimView, before: &Refuted) -> Refuted {
        let counters = &detail.counters;
        let told = detail.lines.iter().rev().find_map(|line| line.text.strip_prefix(LOSS));
        let last_loss = told.map(Arc::from).or_else(|| before.last_loss.clone());
        Refuted {
            lost: counters.lost_acked,
            duplicated: counters.duplicated,
            reordered: counters.reordered,
            last_loss: last_loss.filter(|_| counters.lost_acked > 0),
        }
    }

    /// The engine's answer without the sentences that the run has refuted.
    pub(super) fn taken_from(&self, answer: &Arc<AssessmentView>) -> Arc<AssessmentView> {
        if *self == Refuted::default() {
            return answer.clone();
        }
        let mut view = AssessmentView::clone(answer);
        for row in &mut view.consequences {
            if let Some(refutation) = self.refutation_of(row) {
                row.level = Level::Bad;
                row.headline = refutation;
            }
        }
        if let Some(warning) = self.warning() {
            view.warnings.insert(0, warning);
        }
        Arc::new(view)
    }

    /// A page of figures, with what was lost said above them: they are what settings promise.
    pub(super) fn said_above(&self, page: Arc<PageData>) -> Arc<PageData> {
        if self.lost == 0 {
            return page;
        }
        let mut page = PageData::clone(&page);
        let said = format!("{} in this run: the figures are what settings promise", are_lost(self.lost));
        page.intro.insert(0, (CellStyle::Level(Level::Bad), said));
        Arc::new(page)
    }

    /// What is so instead of what a figure's sentence promises; `None` where it promises nothing or it holds.
    fn refutation_of(&self, row: &Consequence) -> Option<String> {
        let promises = row.level != Level::Warn;
        let broken = "which did not hold: the figure is what the setting promises";
        match row.id {
            "ordering" if promises && self.reordered > 0 => {
                Some(format!("{} in this run stand behind a later one, {broken}", records(self.reordered)))
            }
            "duplicates" if promises && self.duplicated > 0 => {
                Some(format!("{} in this run are stored twice, {broken}", records(self.duplicated)))
            }
            id if self.lost > 0 && KEEPS_DATA.iter().any(|part| id.starts_with(part)) => {
                Some(format!("{} in this run: the figure is what the setting promises", are_lost(self.lost)))
            }
            _ => None,
        }
    }

    fn warning(&self) -> Option<Warning> {
        let last = self.last_loss.as_ref().map_or(String::new(), |last| format!("; the last: {last}"));
        (self.lost > 0).then(|| Warning {
            rule: "acknowledged-records-lost",
            title: "Acknowledged records are lost",
            word: "critical",
            level: Level::Bad,
            subject: "cluster".into(),
            evidence: format!("{}{last}", are_lost(self.lost)),
            why: "Producers were told that these records are safe, and no replica has them any more.".into(),
            fix: "See in the event log which fault took them, and turn the knob that would have kept them"
                .into(),
            delta: WarningDelta::Unchanged,
        })
    }
}

fn records(count: u64) -> String {
    plural(count as usize, "record")
}

fn are_lost(count: u64) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb} lost", plural(count as usize, "acknowledged record"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::LogLine;

    fn view(lost: u64, text: &str) -> SimView {
        let line = LogLine { seq: 0, at_ms: 0, text: text.into(), cause: None };
        let mut view = SimView {
            at_ms: 0,
            seed: 0,
            counters: Default::default(),
            replicas: [].into(),
            records: [].into(),
            groups: [].into(),
            clients: [].into(),
            doing: [].into(),
            lines: [line].into(),
            samples: [].into(),
            marks: [].into(),
            attempt: None,
            other: None,
        };
        view.counters.lost_acked = lost;
        view
    }

    #[test]
    fn the_last_loss_is_told_after_the_event_log_has_forgotten_it() {
        let lost = Refuted::by(&view(12, "DATA LOSS: 12 acked records of orders-3"), &Refuted::default());
        let later = Refuted::by(&view(12, "broker 1 is up"), &lost);
        let warning = later.warning().unwrap();
        assert_eq!(
            warning.evidence,
            "12 acknowledged records are lost; the last: 12 acked records of orders-3"
        );
        assert_eq!(are_lost(1), "1 acknowledged record is lost");
        assert_eq!(Refuted::by(&view(0, "broker 1 is up"), &later), Refuted::default());
    }
}
