//! Knobs of how often things fail and how long they stay down; those of a broker's machine are in `machine`.

mod machine;

pub use machine::*;

use crate::knobs::place::assumed;
use crate::knobs::{Axis, Kind, Knob, Place, Scope, Simulated, TakesEffect, Value};
use crate::model::{Assumptions, Environment};

/// Why the simulator does not turn it.
const RATE: &str = "a failure rate is an assumption: in the simulator things fail when you make them fail";

fn take_preset(assumed: &mut Assumptions, value: &Value) -> Option<()> {
    assumed.env = Environment::preset(value.word()?)?;
    Some(())
}

pub static PRESET: Knob = Knob {
    scope: Scope::Env,
    name: "preset",
    kind: Kind::Choice(&["bare-metal-1dc", "cloud-3az-ebs", "cloud-3az-nvme"]),
    place: Place::Assumed { get: |assumed| Value::Word(assumed.env.name.clone()), set: take_preset },
    ladder: &["bare-metal-1dc", "cloud-3az-ebs", "cloud-3az-nvme"],
    doc: "A set of failure rates; each of them is a knob of its own.",
    moves: &[(Axis::Durability, "how likely losses are"), (Axis::Availability, "how long things stay down")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static OUTAGES_PER_YEAR: Knob = Knob {
    scope: Scope::Env,
    name: "outages_per_year",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.outages_per_year),
    ladder: &["0.5", "1", "2.8", "4", "12"],
    doc: "Unplanned outages of a broker a year, its data intact (node MTTF of 4.3 months: Ford et al., OSDI 2010).",
    moves: &[
        (Axis::Durability, "how often margins shrink"),
        (Axis::Availability, "how often brokers are missing"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static OUTAGE_MINUTES: Knob = Knob {
    scope: Scope::Env,
    name: "outage_minutes",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(env.outage_minutes),
    ladder: &["1", "5", "15", "30", "60"],
    doc: "How long an unplanned outage lasts.",
    moves: &[(Axis::Availability, "how long a broker is missing")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static RESTARTS_PER_YEAR: Knob = Knob {
    scope: Scope::Env,
    name: "restarts_per_year",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.restarts_per_year),
    ladder: &["0", "4", "12", "52"],
    doc: "Planned restarts of a broker a year.",
    moves: &[(Axis::Availability, "how often a broker is missing on purpose")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static RESTART_MINUTES: Knob = Knob {
    scope: Scope::Env,
    name: "restart_minutes",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(env.restart_minutes),
    ladder: &["1", "5", "10", "30"],
    doc: "How long a planned restart lasts, log loading included.",
    moves: &[(Axis::Availability, "how long a broker is missing on purpose")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static DISK_LOSSES_PER_YEAR: Knob = Knob {
    scope: Scope::Env,
    name: "disk_losses_per_year",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.disk_losses_per_year),
    ladder: &["0.002", "0.01", "0.05", "0.1"],
    doc: "Permanent losses of a replica per broker and year.",
    moves: &[(Axis::Durability, "how often a copy is gone for good")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static REBUILD_HOURS: Knob = Knob {
    scope: Scope::Env,
    name: "rebuild_hours",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(env.rebuild_hours),
    ladder: &["1", "4", "24", "72"],
    doc: "Until a lost replica is rebuilt; Kafka does not do that by itself.",
    moves: &[(Axis::Durability, "how long a copy is missing")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static PAGE_CACHE_LOSS_SHARE: Knob = Knob {
    scope: Scope::Env,
    name: "page_cache_loss_share",
    kind: Kind::Float { min: 0.0, max: 1.0 },
    place: assumed!(env.page_cache_loss_share),
    ladder: &["0", "0.1", "0.5", "1"],
    doc: "Share of unplanned outages that lose the page cache: power, kernel, host.",
    moves: &[(Axis::Durability, "unflushed data lost")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static RACK_OUTAGES_PER_YEAR: Knob = Knob {
    scope: Scope::Env,
    name: "rack_outages_per_year",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.rack_outages_per_year),
    ladder: &["0.01", "0.1", "0.5", "1"],
    doc: "Outages of a rack or zone a year.",
    moves: &[(Axis::Durability, "correlated losses"), (Axis::Availability, "correlated outages")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static RACK_OUTAGE_MINUTES: Knob = Knob {
    scope: Scope::Env,
    name: "rack_outage_minutes",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(env.rack_outage_minutes),
    ladder: &["5", "15", "60", "180", "360"],
    doc: "How long an outage of a rack lasts; its brokers are back together (1 to 6 hours: Dean 2009).",
    moves: &[(Axis::Availability, "how long correlated outages last")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static POWER_SHARE: Knob = Knob {
    scope: Scope::Env,
    name: "power_share",
    kind: Kind::Float { min: 0.0, max: 1.0 },
    place: assumed!(env.power_share),
    ladder: &["0", "0.1", "0.3", "1"],
    doc: "Share of rack and site outages that lose the page cache of all machines hit.",
    moves: &[(Axis::Durability, "unflushed data lost at once")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static SITE_OUTAGES_PER_YEAR: Knob = Knob {
    scope: Scope::Env,
    name: "site_outages_per_year",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.site_outages_per_year),
    ladder: &["0", "0.001", "0.1", "1"],
    doc: "Outages of the whole site a year.",
    moves: &[(Axis::Durability, "all copies hit at once"), (Axis::Availability, "everything is down")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static CATCH_UP_MINUTES: Knob = Knob {
    scope: Scope::Env,
    name: "catch_up_minutes",
    kind: Kind::Float { min: 0.001, max: 1e6 },
    place: assumed!(env.catch_up_minutes),
    ladder: &["0.1", "1", "5", "30"],
    doc: "From registration until a replica is in sync again.",
    moves: &[(Axis::Availability, "how long the margin stays thin after a return")],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static ISR_LEAVES_PER_YEAR: Knob = Knob {
    scope: Scope::Env,
    name: "isr_leaves_per_year",
    kind: Kind::Float { min: 0.0, max: 1e6 },
    place: assumed!(env.isr_leaves_per_year),
    ladder: &["0", "1", "12", "52", "365"],
    doc: "How often a year a broker's followers leave the ISR although nothing failed: garbage collection, a slow disk or a \
          saturated network (nine of ten events of a node end within 15 minutes: Ford et al., OSDI 2010).",
    moves: &[
        (Axis::Durability, "how often fewer copies are in sync than there are replicas"),
        (Axis::Availability, "how often a minimum ISR of all replicas refuses writes"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};

pub static GUARDED_RESTARTS: Knob = Knob {
    scope: Scope::Env,
    name: "guarded_restarts",
    kind: Kind::Bool,
    place: assumed!(env.guarded_restarts),
    ladder: &["false", "true"],
    doc: "Whether a planned restart waits until all replicas are in sync.",
    moves: &[
        (Axis::Durability, "no restart while a margin is thin"),
        (Axis::Availability, "no restart that goes under the minimum ISR"),
    ],
    takes_effect: TakesEffect::AtOnce,
    simulated: Simulated::No(RATE),
};
