//! Producers whose buffer is smaller than what a failover holds up.

use crate::rules::clients::producers;
use crate::rules::{Chapter, ClusterFacts, Evidence, Rule, Severity, SubjectKind, Verdicts};

/// `buffer-memory-outage`
pub(in crate::rules) static RULE: Rule = Rule {
    id: "buffer-memory-outage",
    chapter: Chapter::new(2),
    severity: Severity::Medium,
    title: "A failover fills the producer's buffer",
    scope: SubjectKind::Producer,
    why: "While a partition has no leader its records, at the load that is set or assumed, wait in buffer.memory; when that is full, send() blocks and the application stands still.",
    fix: "Raise buffer.memory to what ten seconds of records need, or let the application hold records back",
    needs: &[Evidence::Producers],
    since: None,
    until: None,
    check,
};

fn check(facts: &ClusterFacts<'_>, verdicts: &mut Verdicts<'_>) {
    let load = &facts.cluster.assumed.load;
    let bytes_per_s = load.records_per_s * f64::from(load.record_bytes) / f64::from(load.producers.max(1));
    let needed = (bytes_per_s * FAILOVER_S) as i64;
    for producer in producers(facts.cluster) {
        let Some(buffer) = producer.int("buffer.memory", verdicts) else { continue };
        if needed > buffer {
            verdicts.finding_by(
                &["buffer.memory"],
                producer.subject(),
                format!("buffer.memory={buffer}, {FAILOVER_S} s of records are {needed}"),
            );
        }
    }
}

/// Until a crash is noticed and a new leader found.
const FAILOVER_S: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::tests::given;

    #[test]
    fn fires_is_silent_and_unknown() {
        let small = given().producer("buffer.memory=1000000").says(&RULE);
        assert_eq!(
            small,
            ["medium producer app.properties: buffer.memory=1000000, 10 s of records are 10000000"]
        );
        assert!(given().producer("").says(&RULE).is_empty());
        let unknown = given().producer("buffer.memory=${env:B}").says(&RULE);
        assert_eq!(
            unknown,
            ["unknown producer app.properties: not visible: a config provider fills in buffer.memory"]
        );
    }
}
