//! The event log of a run: text is written while the run goes on, what one JSON document holds is kept up to a bound.

use crate::cli::args::Format;
use crate::cli::{Failure, output};
use crate::model::human_count;
use crate::report::{EventLogEntry, event_text};
use crate::sim::Simulator;
use std::io::{IsTerminal, stdout};

/// So many events one document holds at most: some 300 MB of memory.
const MOST_KEPT: usize = 200_000;

/// Where the events of a run go.
pub(super) enum EventLog {
    /// Nobody asked for them.
    Off,
    Written {
        is_begun: bool,
        /// A reader that has seen enough (`| head`) ends the log, not the run.
        is_read: bool,
    },
    Kept(Vec<EventLogEntry>),
}

impl EventLog {
    pub(super) fn of(is_wanted: bool, format: Format, simulator: &mut Simulator) -> EventLog {
        if !is_wanted {
            return EventLog::Off;
        }
        simulator.keep_events();
        match format {
            Format::Text => EventLog::Written { is_begun: false, is_read: true },
            Format::Json => EventLog::Kept(Vec::new()),
        }
    }

    /// That it runs over a terminal, where a line of progress would stand in its way.
    pub(super) fn is_on_terminal(&self) -> bool {
        matches!(self, EventLog::Written { .. }) && stdout().is_terminal()
    }

    /// Takes the events since the last call.
    pub(super) fn take(&mut self, simulator: &mut Simulator) -> Result<(), Failure> {
        if matches!(self, EventLog::Off) {
            return Ok(());
        }
        let events = simulator.take_events();
        let fresh = events.iter().map(|event| EventLogEntry {
            seq: event.seq,
            at_ns: event.at,
            text: simulator.text(event),
            cause: event.cause,
        });
        match self {
            EventLog::Off => {}
            EventLog::Written { is_begun, is_read } => {
                *is_begun |= !events.is_empty();
                if *is_read {
                    *is_read = output::write_on(&fresh.map(|event| event_text(&event)).collect::<String>())?;
                }
            }
            EventLog::Kept(kept) => {
                kept.extend(fresh);
                if kept.len() > MOST_KEPT {
                    let most = human_count(MOST_KEPT as i64);
                    let line =
                        format!("--trace: this run has more than {most} events, too many for one document");
                    let hint = "--format text writes them as the run goes on; or give it a shorter duration";
                    return Err(Failure::usage(line).hint(hint));
                }
            }
        }
        Ok(())
    }

    /// What parts the log that was written from what follows it.
    pub(super) fn gap(&self) -> &'static str {
        if matches!(self, EventLog::Written { is_begun: true, .. }) { "\n" } else { "" }
    }

    /// The events of a document, if they were asked for.
    pub(super) fn kept(&self) -> Option<&[EventLogEntry]> {
        match self {
            EventLog::Kept(kept) => Some(kept),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BrokerId;
    use crate::scenario::{Act, built_in};

    #[test]
    fn one_document_holds_so_many_events_and_text_any_number() {
        let scenario = built_in("reference").expect("it comes along").scenario();
        let mut simulator = Simulator::new(&scenario, 1, None);
        let mut log = EventLog::of(true, Format::Json, &mut simulator);
        simulator.run_until(10_000_000_000);
        log.take(&mut simulator).unwrap();
        let first = log.kept().unwrap()[0].clone();
        log = EventLog::Kept(vec![first; MOST_KEPT - 1]);
        log.take(&mut simulator).unwrap();
        log = EventLog::Kept(vec![log.kept().unwrap()[0].clone(); MOST_KEPT]);
        simulator.apply(Act::Kill(BrokerId(1).into())).expect("it is up");
        simulator.run_until(20_000_000_000);
        let refused = log.take(&mut simulator).unwrap_err();
        assert!(refused.line.contains("too many for one document"), "{}", refused.line);
    }
}
