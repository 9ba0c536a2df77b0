//! The external service that members of a group call for each record: latency, failures, time-out, all drawn.

use crate::model::Nanos;
use crate::scenario::{CallSpec, GroupSpec};
use crate::sim::rng::Rng;

/// What came of one try of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TryEnd {
    Done,
    /// Without an effect.
    Failed,
    /// The call timed out, and the service did its work all the same.
    Unanswered,
}

/// A service as it is now.
#[derive(Clone)]
pub(in crate::sim) struct Service {
    rng: Rng,
    /// A fault: extra time of each answer, and calls in a thousand that fail.
    extra: Nanos,
    failures_permille: u32,
    /// A fault has ever been: members call it from then on, also where the scenario says nothing of it.
    ever: bool,
}

impl Service {
    pub(super) fn new(rng: Rng) -> Service {
        Service { rng, extra: 0, failures_permille: 0, ever: false }
    }

    /// From now on it takes so much longer, and fails so often.
    pub(in crate::sim) fn disturb(&mut self, extra: Nanos, failures_permille: u32) {
        (self.extra, self.failures_permille, self.ever) = (extra, failures_permille, true);
    }

    /// Whether members of this group call it.
    pub(in crate::sim) fn is_called(&self, spec: &GroupSpec) -> bool {
        self.ever || spec.call.is_some()
    }

    /// One try of a record: how long it takes, and what comes of it.
    pub(in crate::sim) fn try_once(&mut self, spec: &GroupSpec, poison: bool) -> (Nanos, TryEnd) {
        let work = nanos(spec.processing_ms);
        if poison {
            return (work, TryEnd::Failed);
        }
        if !self.is_called(spec) {
            return (work, TryEnd::Done);
        }
        let usual = CallSpec { latency_ms: 0.0, jitter: 0.0, ..CallSpec::default() };
        let (took, end) = self.call(spec.call.as_ref().unwrap_or(&usual));
        (work.saturating_add(took), end)
    }

    fn call(&mut self, spec: &CallSpec) -> (Nanos, TryEnd) {
        let latency = nanos(spec.latency_ms);
        let jitter = self.rng.below(nanos(spec.latency_ms * spec.jitter) + 1);
        let permille = spec.failures_permille + self.failures_permille;
        let fails = self.rng.permille(permille.min(1000));
        let took = latency.saturating_add(jitter).saturating_add(self.extra);
        let timeout = nanos(spec.timeout_ms);
        let late = timeout > 0 && took > timeout;
        let took = if late { timeout } else { took };
        match fails {
            _ if fails => (took, TryEnd::Failed),
            _ if late => (took, TryEnd::Unanswered),
            _ => (took, TryEnd::Done),
        }
    }
}

fn nanos(ms: f64) -> Nanos {
    (ms * 1e6) as Nanos
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Scenario;

    fn group(call: CallSpec) -> GroupSpec {
        GroupSpec { processing_ms: 1.0, call: Some(call), ..Scenario::reference().groups[0].clone() }
    }

    #[test]
    fn a_call_that_is_given_up_may_have_done_its_work() {
        let call = |latency_ms, timeout_ms, failures_permille| {
            let spec = group(CallSpec { latency_ms, timeout_ms, failures_permille, jitter: 0.0 });
            Service::new(Rng::stream(1, "service", 0)).try_once(&spec, false)
        };
        assert_eq!(call(10.0, 0.0, 0), (11_000_000, TryEnd::Done));
        assert_eq!(call(10.0, 5.0, 0), (6_000_000, TryEnd::Unanswered));
        assert_eq!(call(10.0, 5.0, 1000), (6_000_000, TryEnd::Failed));
    }

    #[test]
    fn so_many_calls_fail_as_the_scenario_and_a_fault_say() {
        let spec = group(CallSpec { failures_permille: 100, ..CallSpec::default() });
        let mut service = Service::new(Rng::stream(1, "service", 0));
        let failed = |service: &mut Service| {
            (0..10_000).filter(|_| service.try_once(&spec, false).1 == TryEnd::Failed).count()
        };
        assert!((900..1100).contains(&failed(&mut service)));
        service.disturb(0, 200);
        assert!((2800..3200).contains(&failed(&mut service)));
        service.disturb(0, 0);
        assert!((900..1100).contains(&failed(&mut service)));
    }

    #[test]
    fn a_record_that_cannot_be_processed_makes_no_call() {
        let spec = group(CallSpec { latency_ms: 500.0, ..CallSpec::default() });
        let mut service = Service::new(Rng::stream(1, "service", 0));
        assert_eq!(service.try_once(&spec, true), (1_000_000, TryEnd::Failed));
    }
}
