//! The way to a cluster step by step: name, TCP, TLS, SASL, protocol, rights.

use super::Way;
use crate::cli::args::ConnectArgs;
use crate::cli::{Failure, source};
use crate::kafka::{Diagnosis, Outcome, SecurityError, diagnose};
use crate::report::clean;

/// Every server step by step.
pub(super) fn examined(args: &ConnectArgs) -> Result<Way, Failure> {
    let found = match source::connection(args)? {
        Some(spec) => diagnose(&spec).map_err(refused)?,
        None => Vec::new(),
    };
    Ok(Way { text: found.iter().map(told).collect(), is_gone: found.iter().all(Diagnosis::is_reached) })
}

fn refused(error: SecurityError) -> Failure {
    match error {
        SecurityError::Wrong(error) => source::refused(error),
        SecurityError::Unsupported(what) => {
            Failure::blind(format!("klever's own connections do not do {what}, and doctor climbs on them"))
                .hint("librdkafka may: see what klever live -b ... says")
        }
    }
}

fn told(diagnosis: &Diagnosis) -> String {
    let mut text = format!("\n{}\n", clean(&diagnosis.address));
    for rung in &diagnosis.rungs {
        let (said, hint) = match &rung.outcome {
            Outcome::Passed(what) => (format!("ok: {what}"), None),
            Outcome::Broke(error) => (format!("BROKE: {}", error.message), error.hint.as_deref()),
            Outcome::NotUsed => ("not used".into(), None),
            Outcome::NotReached => ("not reached".into(), None),
        };
        text.push_str(&format!("  {:<12} {}\n", rung.step, clean(&said)));
        if let Some(hint) = hint {
            text.push_str(&format!("  {:<12} {}\n", "", clean(hint)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::{ConnectError, Rung, Step};

    #[test]
    fn the_step_that_broke_stands_out_and_what_was_not_reached_is_not_well() {
        let rung = |step, outcome| Rung { step, outcome };
        let error =
            ConnectError::new("the broker refused user ann: wrong user or password").with_hint("check");
        let diagnosis = Diagnosis {
            address: "b\u{1b}:1".into(),
            rungs: vec![
                rung(Step::Tcp, Outcome::Passed("port 1 accepts connections".into())),
                rung(Step::Tls, Outcome::NotUsed),
                rung(Step::Sasl, Outcome::Broke(error)),
                rung(Step::Protocol, Outcome::NotReached),
            ],
            is_for_librdkafka: false,
        };
        assert!(!diagnosis.is_reached());
        let wanted = "\nb:1\n  TCP          ok: port 1 accepts connections\n  TLS          not used\n  \
            SASL         BROKE: the broker refused user ann: wrong user or password\n               check\n  \
            protocol     not reached\n";
        assert_eq!(told(&diagnosis), wanted);
    }
}
