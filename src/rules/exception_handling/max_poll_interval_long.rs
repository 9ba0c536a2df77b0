//! Consumers that may hang for hours.

use crate::rules::clients::{clients_with, consumers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `max-poll-interval-long`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "max-poll-interval-long",
    chapter: Chapter::new(4),
    severity: Severity::Low,
    title: "A consumer that hangs is noticed after an hour",
    scope: SubjectKind::Consumer,
    why: "A member that is stuck on one record keeps its partitions that long: nobody else reads them, and nothing is reported.",
    fix: "Lower max.poll.interval.ms to what the slowest poll takes, and process long jobs elsewhere",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(consumers(facts.cluster), verdicts, ["max.poll.interval.ms"], |[text]| {
        (text.parse::<i64>().ok()? > 3_600_000).then(|| format!("max.poll.interval.ms={text}"))
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_consumers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_consumers(
            &RULE,
            "max.poll.interval.ms=86400000",
            "low consumer app.properties: max.poll.interval.ms=86400000",
            "max.poll.interval.ms=600000",
        );
    }
}
