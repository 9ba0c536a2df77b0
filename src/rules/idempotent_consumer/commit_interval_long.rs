//! Consumers that commit seldom.

use crate::rules::clients::{clients_with, consumers};
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `commit-interval-long`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "commit-interval-long",
    chapter: Chapter::new(3),
    severity: Severity::Medium,
    title: "Automatic commits more than a minute apart",
    scope: SubjectKind::Consumer,
    why: "After a crash everything since the last commit is processed again, and the next member starts from there.",
    fix: "Lower auto.commit.interval.ms to 5000, or commit after processing",
    needs: &[Evidence::Consumers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    clients_with(
        consumers(facts.cluster),
        verdicts,
        ["enable.auto.commit", "auto.commit.interval.ms"],
        |[on, text]| {
            (on.eq_ignore_ascii_case("true") && text.parse::<i64>().ok()? > 60_000)
                .then(|| format!("auto.commit.interval.ms={text}"))
        },
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::on_consumers;

    #[test]
    fn fires_is_silent_and_unknown() {
        on_consumers(
            &RULE,
            "auto.commit.interval.ms=300000",
            "medium consumer app.properties: auto.commit.interval.ms=300000",
            "auto.commit.interval.ms=300000\nenable.auto.commit=false",
        );
    }
}
