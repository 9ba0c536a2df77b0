//! `klever roll --broker N --wait`: looks again until the broker may be stopped, or is back, or time runs out.

use super::{RollArgs, WaitFor};
use crate::cli::args::Format;
use crate::cli::failure::{FOUND, Failure};
use crate::cli::interrupt::{interrupts, sleep_until, unless_interrupted};
use crate::cli::{output, source};
use crate::consequences::{RestartWait, back_in_isr, roll_of, stop_allowed};
use crate::kafka::{Client, ConnectError, SnapshotRequest};
use crate::model::{BrokerId, Cluster, human_duration_ms};
use crate::report::{clean, roll_json};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

/// The pause between two looks.
const EVERY: Duration = Duration::from_secs(2);
/// How long a request may take: a broker that is just being stopped does not answer.
const TIMEOUT: Duration = Duration::from_secs(3);

pub(super) fn run(args: &RollArgs, broker: BrokerId, what: WaitFor) -> Result<ExitCode, Failure> {
    let spec = source::connection(&args.source.connect)?.ok_or_else(source::no_address)?;
    let mut wait = Wait {
        args,
        broker,
        what,
        interrupted: interrupts()?,
        began: Instant::now(),
        until: Instant::now() + Duration::from_secs(args.timeout.into()),
        told: None,
    };
    let client = wait.connected(&spec)?;
    loop {
        if let Some(code) = wait.look(&client)? {
            return code;
        }
        wait.pause()?;
    }
}

type Code = Result<ExitCode, Failure>;

struct Wait<'a> {
    args: &'a RollArgs,
    broker: BrokerId,
    what: WaitFor,
    interrupted: Arc<AtomicBool>,
    began: Instant,
    until: Instant,
    /// What was said last.
    told: Option<String>,
}

impl Wait<'_> {
    /// What was given and is wrong is told at once; a cluster that does not answer may answer later.
    fn connected(&mut self, spec: &crate::kafka::ConnectionSpec) -> Result<Arc<Client>, Failure> {
        loop {
            let spec = spec.clone();
            match self.unless_interrupted(move || Client::connect(&spec))? {
                Ok(client) => return Ok(Arc::new(client)),
                Err(error) if error.of_properties => return Err(source::unreachable(error)),
                Err(error) => self.tell(&error.message)?,
            }
            self.pause()?;
        }
    }

    /// The exit code once there is one.
    fn look(&mut self, client: &Arc<Client>) -> Result<Option<Code>, Failure> {
        let cluster = match self.read(client, SnapshotRequest::for_restarts(TIMEOUT))? {
            Ok(cluster) => cluster,
            Err(error) => {
                self.tell(&error.message)?;
                return Ok(None);
            }
        };
        if let Some(expected) = &self.args.source.expect_cluster_id {
            source::expect(&cluster, expected)?;
        }
        let (mut cluster, mut state) = (cluster.clone(), self.state(&cluster));
        if let RestartWait::Unknown { .. } = state {
            // Whether topics are hidden may be all that lacks: only that is looked for, and once.
            let hidden = SnapshotRequest { hidden_topics: true, ..SnapshotRequest::metadata_only(TIMEOUT) };
            let client = client.clone();
            if let Ok(seen) = self.unless_interrupted(move || client.snapshot(&hidden))? {
                state = self.state(&seen);
                cluster = seen;
            }
        }
        self.judge(&cluster, state)
    }

    fn judge(&mut self, cluster: &Cluster, state: RestartWait) -> Result<Option<Code>, Failure> {
        let code = match &state {
            RestartWait::Waiting(why) | RestartWait::Unknown { why, may_clear: true } => {
                self.tell(why)?;
                return Ok(None);
            }
            RestartWait::Over(_) => Ok(ExitCode::SUCCESS),
            RestartWait::Useless(_) => Ok(ExitCode::from(FOUND)),
            RestartWait::Unknown { why, .. } => Err(Failure::blind(why.clone()).hint(super::ACLS)),
        };
        if code.is_ok() {
            self.tell(state.sentence())?;
        }
        if self.args.format == Format::Json {
            output::write(&roll_json(cluster, &roll_of(cluster, &[self.broker], self.args.margin)))?;
        }
        Ok(Some(code))
    }

    fn state(&self, cluster: &Cluster) -> RestartWait {
        match self.what {
            WaitFor::Stop => stop_allowed(cluster, self.broker, self.args.margin),
            WaitFor::Isr => back_in_isr(cluster, self.broker),
        }
    }

    fn read(
        &self,
        client: &Arc<Client>,
        request: SnapshotRequest,
    ) -> Result<Result<Arc<Cluster>, ConnectError>, Failure> {
        let client = client.clone();
        self.unless_interrupted(move || client.fresh(&request))
    }

    fn unless_interrupted<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        unless_interrupted(&self.interrupted, work).ok_or_else(|| self.ended("it was interrupted"))
    }

    fn pause(&self) -> Result<(), Failure> {
        let next = Instant::now() + EVERY;
        if next > self.until {
            return Err(self.ended("time ran out"));
        }
        if sleep_until(&self.interrupted, next) { Ok(()) } else { Err(self.ended("it was interrupted")) }
    }

    fn ended(&self, why: &str) -> Failure {
        let last = self.told.as_deref().map_or(String::new(), |told| format!(": {told}"));
        let what = match self.what {
            WaitFor::Stop => "may be stopped",
            WaitFor::Isr => "is back in every ISR",
        };
        Failure::blind(format!("{why} before broker {} {what}{last}", self.broker))
    }

    /// Says what is waited for, when that is something else than before.
    fn tell(&mut self, what: &str) -> Result<(), Failure> {
        if self.told.as_deref() == Some(what) {
            return Ok(());
        }
        self.told = Some(what.to_string());
        let line = format!("{}: {}", human_duration_ms(self.began.elapsed().as_millis() as i64), clean(what));
        match self.args.format {
            Format::Text => output::write(&(line + "\n")),
            Format::Json => {
                output::write_error(&format!("klever: {line}"));
                Ok(())
            }
        }
    }
}
