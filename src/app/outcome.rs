//! What the same run came to under two settings, in sentences.

use crate::app::{CellStyle, Level};
use crate::model::{human_count, human_duration_ms, plural};
use crate::sim::SimView;

/// A run and what it is called: its settings.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) name: &'a str,
    pub(super) view: &'a SimView,
}

/// One sentence a difference, the worst first. Runs that have not come to the same moment are not compared.
pub(super) fn outcome(left: Run<'_>, right: Run<'_>) -> Vec<(CellStyle, String)> {
    let (first, second) = (left.view.at_ms, right.view.at_ms);
    if first != second {
        let (now, end) = (human_duration_ms(first.min(second)), human_duration_ms(first.max(second)));
        return vec![(CellStyle::Muted, format!("catching up: {now} of {end} are played"))];
    }
    let mut said = vec![lost(left, right)];
    let counts = [
        ("stored twice", left.view.counters.duplicated, right.view.counters.duplicated),
        ("out of order", left.view.counters.reordered, right.view.counters.reordered),
        ("not sent: the producer gave up", left.view.counters.failed, right.view.counters.failed),
    ];
    for (what, one, other) in counts.into_iter().filter(|(_, one, other)| one + other > 0) {
        let side = |run: Run<'_>, count: u64| format!("{} {}", human_count(count as i64), run.name);
        let style = if one == other { CellStyle::Plain } else { CellStyle::Level(Level::Warn) };
        said.push((style, format!("records {what}: {}, {}", side(left, one), side(right, other))));
    }
    said.extend(latency(left, right).map(|text| (CellStyle::Plain, text)));
    said
}

/// `acks=1 lost 4 acknowledged records, acks=all none.`
fn lost(left: Run<'_>, right: Run<'_>) -> (CellStyle, String) {
    let of = |run: Run<'_>| run.view.counters.lost_acked;
    let (worse, better) = if of(left) >= of(right) { (left, right) } else { (right, left) };
    let count = |lost: u64| if lost == 0 { "none".into() } else { human_count(lost as i64) };
    match (of(worse), of(better)) {
        (0, 0) => (CellStyle::Plain, "no acknowledged record is lost under either".into()),
        (most, least) => {
            let records = plural(most as usize, "acknowledged record");
            let text = format!("{} lost {records}, {} {}", worse.name, better.name, count(least));
            (CellStyle::Level(Level::Bad), text)
        }
    }
}

fn latency(left: Run<'_>, right: Run<'_>) -> Option<String> {
    let of = |run: Run<'_>| Some(format!("{} {}", p99(run.view)?, run.name));
    Some(format!("ack p99 of the run: {}, {}", of(left)?, of(right)?))
}

/// The 99th percentile of the whole run, once something was acknowledged.
pub(super) fn p99(view: &SimView) -> Option<String> {
    view.counters.ack_latency_ms.p99.map(milliseconds)
}

/// Milliseconds in two or three figures.
pub(super) fn milliseconds(ms: f64) -> String {
    match ms {
        _ if ms < 10.0 => format!("{ms:.1} ms"),
        _ if ms < 1000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.1} s", ms / 1000.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;
    use crate::sim::Simulator;

    fn view(lost: u64, at_ms: i64) -> SimView {
        let (_, view) = Simulator::new(&Scenario::reference(), 1, None).snapshot();
        let mut view = SimView::clone(&view);
        (view.counters.lost_acked, view.at_ms) = (lost, at_ms);
        view
    }

    fn said(left: &SimView, right: &SimView) -> Vec<String> {
        let runs = (Run { name: "acks=all", view: left }, Run { name: "acks=1", view: right });
        outcome(runs.0, runs.1).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn the_loser_comes_first_and_different_moments_are_not_compared() {
        let none = "no acknowledged record is lost under either";
        assert_eq!(said(&view(0, 5), &view(0, 5))[0], none);
        assert_eq!(said(&view(0, 5), &view(4, 5))[0], "acks=1 lost 4 acknowledged records, acks=all none");
        assert_eq!(said(&view(1, 5), &view(0, 5))[0], "acks=all lost 1 acknowledged record, acks=1 none");
        assert_eq!(said(&view(9, 5), &view(4, 5))[0], "acks=all lost 9 acknowledged records, acks=1 4");
        let early = said(&view(0, 2_000), &view(4, 21_000));
        assert_eq!(early, ["catching up: 2.0 s of 21.0 s are played"]);
    }

    #[test]
    fn what_is_worse_in_one_run_is_told_of_both() {
        let mut twice = view(0, 5);
        twice.counters.duplicated = 3;
        twice.counters.ack_latency_ms.p99 = Some(12.0);
        let mut once = view(0, 5);
        once.counters.ack_latency_ms.p99 = Some(2_345.0);
        let said = said(&twice, &once);
        assert_eq!(said[1], "records stored twice: 3 acks=all, 0 acks=1");
        assert_eq!(said[2], "ack p99 of the run: 12 ms acks=all, 2.3 s acks=1");
    }
}
