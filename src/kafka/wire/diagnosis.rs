//! The steps from a name to the first answer of a broker, one after the other, and on which of them it breaks.

use super::entry::{EntryFailure, Step, enter, of_call};
use super::exchange::{self, CallFailure};
use super::security::{Security, SecurityError};
use crate::kafka::{ConnectError, ConnectionSpec, Tunnels};
use rights::Rights;
use tokio::runtime::Builder;

mod rights;

/// What became of a step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was passed; what was found.
    Passed(String),
    /// It broke here.
    Broke(ConnectError),
    /// It does not exist on this connection: no TLS or no SASL was asked for.
    NotUsed,
    /// A step before it broke.
    NotReached,
}

/// A step and what became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rung {
    /// The step.
    pub step: Step,
    /// What became of it.
    pub outcome: Outcome,
}

/// The way to one bootstrap server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnosis {
    /// `HOST:PORT`.
    pub address: String,
    /// All steps, in order.
    pub rungs: Vec<Rung>,
    /// Whether it broke at a certificate that librdkafka takes and klever's own connections do not.
    pub is_for_librdkafka: bool,
}

impl Diagnosis {
    /// Whether every step was passed.
    pub fn is_reached(&self) -> bool {
        !self.rungs.iter().any(|rung| matches!(rung.outcome, Outcome::Broke(_) | Outcome::NotReached))
    }
}

const STEPS: [Step; 6] = [Step::Name, Step::Tcp, Step::Tls, Step::Sasl, Step::Protocol, Step::Rights];

/// Climbs to every bootstrap server in turn, each within some seconds.
///
/// # Errors
/// When the properties cannot be used at all: a store that cannot be read, or what only librdkafka does.
pub fn diagnose(spec: &ConnectionSpec) -> Result<Vec<Diagnosis>, SecurityError> {
    let security = Security::of(spec)?;
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| ConnectError::new(format!("cannot start: {error}")))?;
    let all =
        spec.bootstrap().iter().map(|address| runtime.block_on(climb(address, spec.tunnels(), &security)));
    let found = all.collect();
    // A look-up that hangs must not keep the program.
    runtime.shutdown_background();
    Ok(found)
}

async fn climb(address: &str, tunnels: &Tunnels, security: &Security) -> Diagnosis {
    let mut passed = Vec::new();
    let broke = climb_noting(address, tunnels, security, &mut passed).await.err();
    let outcome = |step: Step| {
        let found = passed.iter().find(|(at, _)| *at == step);
        match (&broke, found) {
            (Some(broke), _) if broke.step == step => Outcome::Broke(broke.error.clone()),
            (Some(broke), _) if broke.step < step => Outcome::NotReached,
            (_, Some((_, what))) => Outcome::Passed(what.clone()),
            (_, None) => Outcome::NotUsed,
        }
    };
    let rungs = STEPS.map(|step| Rung { step, outcome: outcome(step) }).to_vec();
    let is_for_librdkafka = broke.is_some_and(|broke| broke.is_for_librdkafka);
    Diagnosis { address: address.to_string(), rungs, is_for_librdkafka }
}

async fn climb_noting(
    address: &str,
    tunnels: &Tunnels,
    security: &Security,
    passed: &mut Vec<(Step, String)>,
) -> Result<(), EntryFailure> {
    let mut stream = enter(address, tunnels, security, passed).await?;
    let versions = exchange::api_versions(&mut stream).await;
    let versions = versions.map_err(|error| of_call(Step::Protocol, &error, security.tls.as_ref()))?;
    passed.push((Step::Protocol, format!("a Kafka broker that knows {} kinds of request", versions.len())));
    let rights = match rights::read(&mut stream, &versions).await {
        Ok(rights) => rights,
        Err(CallFailure::Closed) if security.sasl.is_none() => {
            return Err(wants_sasl(address, tunnels, security).await);
        }
        Err(error) => return Err(of_call(Step::Rights, &error, security.tls.as_ref())),
    };
    passed.push((Step::Rights, rights.to_string()));
    Ok(())
}

/// A listener with SASL answers ApiVersions and ends the connection at the first other request: it is asked on a new
/// connection what it offers.
async fn wants_sasl(address: &str, tunnels: &Tunnels, security: &Security) -> EntryFailure {
    let closed = of_call(Step::Rights, &CallFailure::Closed, security.tls.as_ref());
    let Ok(mut stream) = enter(address, tunnels, security, &mut Vec::new()).await else { return closed };
    match exchange::offered(&mut stream).await {
        Ok(offered) if !offered.is_empty() => {
            let protocol = if security.tls.is_some() { "SASL_SSL" } else { "SASL_PLAINTEXT" };
            let error = ConnectError::new(format!("this listener wants SASL: {}", offered.join(", ")));
            let hint = format!(
                "set security.protocol={protocol}, sasl.mechanism and sasl.jaas.config in the file of -F"
            );
            EntryFailure { step: Step::Sasl, error: error.with_hint(hint), is_for_librdkafka: false }
        }
        _ => closed,
    }
}

impl std::fmt::Display for Rights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence())
    }
}
