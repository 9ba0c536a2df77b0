//! `klever lag --watch`: one look after the other. A look that fails is told, and the next one follows.

use super::{LagArgs, LagFormat, Named, code_of, named_are_there, not_seen, report_of};
use crate::cli::failure::Failure;
use crate::cli::interrupt::{interrupts, sleep_until, unless_interrupted};
use crate::cli::{output, source};
use crate::clock::now_ms;
use crate::kafka::{Client, ConnectError, SnapshotRequest};
use crate::model::Cluster;
use crate::report::{
    LagReport, LagSeries, failed_poll_json, failed_poll_prometheus, failed_poll_text, lag_json_line,
    lag_prometheus, lag_text,
};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Settings and the cluster's description are read again after this.
const SETTINGS_EVERY: Duration = Duration::from_secs(60);

type Code = Result<ExitCode, Failure>;

pub(super) fn run(args: &LagArgs, every: Duration) -> Code {
    let spec = source::connection(&args.source.connect)?.ok_or_else(source::no_address)?;
    let interrupted = interrupts()?;
    let first = {
        let spec = spec.clone();
        unless_interrupted(&interrupted, move || Client::connect(&spec))
    };
    let Some(client) = first else { return Err(no_poll()) };
    let mut watch = Watch {
        args,
        client: Arc::new(client.map_err(source::unreachable)?),
        series: LagSeries::default(),
        settings_at: None,
        is_checked: false,
        code: Err(no_poll()),
    };
    let mut due = Instant::now();
    loop {
        let Some(answer) = unless_interrupted(&interrupted, watch.look()) else { break };
        if !watch.told(answer)? {
            break;
        }
        // A look that took longer than the pause is not followed by those that were missed.
        due = (due + every).max(Instant::now());
        if !sleep_until(&interrupted, due) {
            break;
        }
    }
    watch.code
}

/// Who ends it before the first answer has seen nothing.
fn no_poll() -> Failure {
    Failure::blind("no poll came to its end")
}

struct Watch<'a> {
    args: &'a LagArgs,
    client: Arc<Client>,
    series: LagSeries,
    settings_at: Option<Instant>,
    /// Whether what was asked for was seen to be there.
    is_checked: bool,
    /// That of the last look.
    code: Code,
}

impl Watch<'_> {
    /// The next look.
    fn look(&mut self) -> impl FnOnce() -> Result<Arc<Cluster>, ConnectError> + Send + 'static + use<> {
        let settings = self.settings_at.is_none_or(|at| at.elapsed() >= SETTINGS_EVERY);
        if settings {
            self.settings_at = Some(Instant::now());
        }
        let client = self.client.clone();
        move || client.fresh_lag(&SnapshotRequest::for_lag(TIMEOUT, settings))
    }

    /// Tells what a look yielded. Says whether anybody still reads.
    fn told(&mut self, answer: Result<Arc<Cluster>, ConnectError>) -> Result<bool, Failure> {
        let cluster = match answer {
            Ok(cluster) => cluster,
            Err(error) => {
                // What was to be read again was not.
                self.settings_at = None;
                return self.failed(&error.message.clone(), source::unreachable(error));
            }
        };
        if !self.is_checked {
            self.check(&cluster)?;
        }
        if let Some(reason) = cluster.groups.reason() {
            let why = format!("consumer groups: {reason}");
            return self.failed(&why, Failure::blind(why.clone()).hint(super::ACLS));
        }
        let mut report = report_of(self.args, &cluster);
        self.series.note(&mut report);
        self.code = code_of_look(self.args, &cluster, &report);
        output::write_on(&match self.args.format {
            LagFormat::Text => lag_text(&report) + "\n",
            LagFormat::Json => lag_json_line(&report),
            LagFormat::Prometheus => lag_prometheus(&report) + "\n",
        })
    }

    /// What was asked for by name and is a mistake is one at once.
    fn check(&mut self, cluster: &Cluster) -> Result<(), Failure> {
        if let Some(expected) = &self.args.source.expect_cluster_id {
            source::expect(cluster, expected)?;
        }
        named_are_there(self.args, cluster)?;
        self.is_checked = true;
        Ok(())
    }

    fn failed(&mut self, why: &str, failure: Failure) -> Result<bool, Failure> {
        let now = now_ms();
        let poll = self.series.note_failure(now);
        self.code = Err(failure);
        output::write_on(&match self.args.format {
            LagFormat::Text => failed_poll_text(poll, why) + "\n",
            LagFormat::Json => failed_poll_json(poll, now, why),
            LagFormat::Prometheus => failed_poll_prometheus(poll) + "\n",
        })
    }
}

/// What was there at first may go while somebody watches it.
fn code_of_look(args: &LagArgs, cluster: &Cluster, report: &LagReport<'_>) -> Code {
    let (what, name) = match not_seen(args, cluster) {
        None => return code_of(report),
        Some(Named::Topic(name)) => ("topic", name),
        Some(Named::Group(id)) => ("group", id),
    };
    Err(Failure::blind(format!("{what} `{name}` was not seen any more")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hypothesis::reference;
    use crate::model::{Datum, KafkaVersion, Origin};
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        lag: LagArgs,
    }

    #[test]
    fn a_topic_or_a_group_that_goes_while_it_is_watched_is_no_success() {
        let mut cluster = reference(KafkaVersion::REFERENCE);
        cluster.groups = Datum::known([].into(), 0, Origin::Broker);
        let code = |more: [&str; 2]| {
            let args = Line::parse_from(["lag", more[0], more[1]]).lag;
            code_of_look(&args, &cluster, &report_of(&args, &cluster))
        };
        assert!(code(["--topic", "orders"]).is_ok());
        for (flag, line) in [
            ("--topic", "topic `gone` was not seen any more"),
            ("--group", "group `gone` was not seen any more"),
        ] {
            let failure = code([flag, "gone"]).unwrap_err();
            assert_eq!((failure.code, failure.line.as_str()), (3, line));
        }
    }
}
