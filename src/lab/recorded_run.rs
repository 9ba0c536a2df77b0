//! A run on real brokers as it is recorded: what the fidelity table needs of it to compare it again without brokers.

use super::process_times::ProcessTimesSeen;
use super::scenario_runner::LabRun;
use super::settings::Clients;
use crate::clock::{day_of, now_ms};
use crate::model::KafkaVersion;
use crate::sim::RunReport;
use crate::sim::hash::Fnv;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One run on real brokers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordedRun {
    /// The day, in UTC: `2026-11-22`.
    pub day: String,
    #[serde(default)]
    pub clients: Clients,
    /// What was run: [`fingerprint`] of the scenario's text.
    pub played: String,
    /// `klever.run/1`.
    pub report: RunReport,
    /// Failed records by the exception that the application saw.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exceptions: BTreeMap<String, u64>,
    /// Whether reads (fail-overs too) and writes had to wait for the start of a broker's process.
    pub waited_for_boot: [bool; 2],
    /// How long the processes of brokers took to start and to end.
    #[serde(default, skip_serializing_if = "ProcessTimesSeen::is_empty")]
    pub process_times: ProcessTimesSeen,
    /// Decisions of the controller that were compared, and how many of them klever's would have made otherwise.
    pub decisions: [usize; 2],
}

impl RecordedRun {
    /// The record of a run of today.
    pub fn of(run: &LabRun, played: &str) -> RecordedRun {
        RecordedRun {
            day: today(),
            clients: run.clients,
            played: played.into(),
            report: run.report.clone(),
            exceptions: run.exceptions.clone(),
            waited_for_boot: run.waited_for_boot,
            process_times: run.process_times.clone(),
            decisions: [run.controller.decisions, run.controller.mismatches.len()],
        }
    }

    /// Whether it is a run of this scenario on this release with these clients.
    pub fn is_of(&self, scenario: &str, version: KafkaVersion, clients: Clients) -> bool {
        let ours = (self.report.scenario.as_str(), self.report.kafka_version, self.clients);
        ours == (scenario, version, clients)
    }
}

/// The part of a scenario's text that says what happens: a run of the same part can be judged by new expectations.
pub fn fingerprint(text: &str) -> String {
    let mut expecting = false;
    let mut hash = Fnv::default();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            expecting = line == "[[expect]]";
        }
        if !expecting && !line.is_empty() && !line.starts_with(['#']) && !line.starts_with("title") {
            hash.bytes(line.as_bytes()).bytes(b"\n");
        }
    }
    format!("{:016x}", hash.0)
}

fn today() -> String {
    day_of(now_ms())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_titles_and_comments_do_not_change_what_is_played() {
        let text = "id = \"x\"\ntitle = \"X\"\n[[event]]\nat = \"1s\"\n";
        let more = "id = \"x\"\n# Why.\ntitle = \"Y\"\n\n[[event]]\nat = \"1s\"\n[[expect]]\neq = 1\n";
        assert_eq!(fingerprint(text), fingerprint(more));
        assert_ne!(fingerprint(text), fingerprint(&text.replace("1s", "2s")));
        assert_ne!(fingerprint(text), fingerprint(&more.replace("[[expect]]", "[[group]]")));
    }
}
