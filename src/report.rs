//! What klever says outside the screen: text, JSON, SARIF, JUnit and Markdown as pure functions to strings.
//!
//! JSON is versioned (`klever.findings/1`...), its keys are snake_case, what is not known is `null`. Text is
//! for people: 80 columns, worst first. Control characters from outside are stripped in every format.

mod anonymise;
mod assessment;
mod baseline;
mod challenge;
mod clean;
mod diff;
mod errors;
mod explain;
pub mod export;
mod finale;
mod findings;
mod handout;
mod json;
mod junit;
mod lag;
mod layout;
mod markdown;
mod partition_logs;
mod record_life;
mod record_trace;
mod recording;
mod rehearsal;
mod roll;
mod run;
mod sarif;
mod snapshot;
mod survival;
mod workshop;

pub use anonymise::anonymised;
pub use assessment::{
    AdviceReport, AssessmentReport, GoalReport, assessment_json, assessment_markdown, assessment_text,
};
pub use baseline::{read_baseline, write_baseline};
pub use challenge::{
    act_text, challenges_json, challenges_text, outcome_text, played_challenge_json, played_challenge_text,
};
pub use clean::{clean, clean_lines};
pub use diff::{Direction, SnapshotDiff, SnapshotDifference, diff, diff_json, diff_text};
pub use errors::{
    GivenClient, GivenSetting, KafkaError, LogErrors, LogScan, SeenError, Written, kafka_errors,
};
pub use explain::{Listing, explain, explain_json, list, list_json, log_json, log_text};
pub use finale::{finale_head, finale_json, finale_row, finale_text};
pub use findings::{findings_text, hidden_topics};
pub use handout::{LogPicture, handout_markdown};
pub use json::{findings_json, findings_json_with};
pub use junit::findings_junit;
pub use lag::{
    AgeMethod, GroupLag, LagAge, LagProgress, LagReport, LagSeries, PartitionLag, Poll, RetentionLeft, Trend,
    failed_poll_json, failed_poll_prometheus, failed_poll_text, lag_json, lag_json_line, lag_prometheus,
    lag_text, open_transaction_words,
};
pub use markdown::findings_markdown;
pub use partition_logs::{
    GroupCommit, LastStable, LogMoment, PartitionLogs, ReplicaLog, ReplicaRole, partition_logs,
};
pub use record_life::{LifeStep, LifeStepKind, RecordLife};
pub use record_trace::record_trace_text;
pub use recording::{RECORDING_SCHEMA, Recording, is_recording, read_recording, recording_head};
pub use rehearsal::{
    Rehearsal, RehearsedCounts, RehearsedPartition, RehearsedStep, rehearsal_json, rehearsal_text,
};
pub use roll::{roll_json, roll_text};
pub use run::{EventLogEntry, event_text, run_json, run_text, scenarios_json, scenarios_text};
pub use sarif::findings_sarif;
pub use snapshot::{SNAPSHOT_SCHEMA, SnapshotError, read_snapshot, write_snapshot};
pub use survival::{GaveWay, Harm, Survival, SurvivalCounts, SurvivalTest, Survivals, survivals_text};
pub use workshop::{
    counter_rows, played_json, played_text, scene_notes, scene_on_brokers_json, scene_on_brokers_text,
    scenes_json, scenes_text, then_text,
};

#[cfg(test)]
mod tests;
