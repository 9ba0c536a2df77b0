//! Figures whose model is not there yet: unknown, and said so.

use crate::consequences::{Answer, Cost, Derivation, Figure, Latency, Number, Percentiles, Throughput, Unit};

fn unknown() -> Answer<f64> {
    Answer::Unknown("its model is not built yet".into())
}

fn figure<V>(id: &'static str, label: &'static str, value: V) -> Figure<V> {
    Figure {
        id,
        label,
        value,
        headline: format!("{label}: not modelled yet"),
        affected: None,
        why: Derivation::default(),
    }
}

pub(super) fn number(id: &'static str, label: &'static str, unit: Unit) -> Figure<Number> {
    figure(id, label, Number::new(unknown(), unit))
}

pub(super) fn latency() -> Latency {
    let percentiles = || Percentiles { p50: unknown(), p99: unknown() };
    Latency {
        ack: figure("latency.ack", "Ack p50/p99", percentiles()),
        end_to_end: figure("latency.end_to_end", "End to end p50/p99", percentiles()),
    }
}

pub(super) fn throughput() -> Throughput {
    Throughput { max: number("throughput.max", "Throughput", Unit::MbPerS), bottleneck: "?".into() }
}

pub(super) fn cost() -> Cost {
    Cost {
        storage: number("cost.storage", "Storage", Unit::BytesPerByte),
        cross_rack: number("cost.cross_rack", "Across racks", Unit::BytesPerByte),
        disk: number("cost.disk", "Disk", Unit::Bytes),
    }
}
