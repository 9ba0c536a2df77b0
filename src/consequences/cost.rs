//! Figures of what a setting uses: storage, traffic between racks, disks.

use crate::consequences::assessment::Cost;
use crate::consequences::batching::compression_ratio;
use crate::consequences::case::mask_of;
use crate::consequences::classes::RackSpread;
use crate::consequences::context::AssessmentContext;
use crate::consequences::figure::Derivation;
use crate::consequences::flow::Flow;
use crate::consequences::traffic::Flows;
use crate::consequences::wording::digits;
use crate::consequences::{Estimate, Figure, Quantity, Unit};
use crate::knobs::{cluster, load, producer, topic};
use crate::model::human_bytes;

impl Flows {
    pub(super) fn cost(&self, context: &AssessmentContext<'_>) -> Cost {
        Cost {
            storage: self.storage(context),
            cross_rack: self.cross_rack(context),
            disk: self.disk(context),
        }
    }

    fn storage(&self, context: &AssessmentContext<'_>) -> Figure<Quantity> {
        let value = self.over(|flow| Estimate::Exact(flow.replicas * compression_of(flow)));
        let headline =
            headline_of(&value, |value| format!("Each byte produced is stored as {} bytes", digits(value)));
        let why = Derivation {
            formula: "replicas x compression ratio".into(),
            inputs: context.knobs.inputs(&[&topic::REPLICATION_FACTOR, &producer::COMPRESSION_TYPE]),
            assumptions: vec!["JSON-like records; the ratio depends on the records in a batch".into()],
            knob: Some("compression.type with larger batches (linger.ms)".into()),
        };
        let value = Quantity::new(value, Unit::BytesPerByte);
        Figure { id: "cost.storage", label: "Stored bytes per byte", value, headline, affected: None, why }
    }

    fn cross_rack(&self, context: &AssessmentContext<'_>) -> Figure<Quantity> {
        let spread = context.worst().map(|worst| {
            let layout = worst.layout;
            (layout.spread, layout.replicas)
        });
        let value = match spread {
            Some((RackSpread::Known(racks), replicas)) => self.over(|flow| {
                let own = f64::from(racks.loads(mask_of(replicas)).first().copied().unwrap_or(1));
                let zones = f64::from(racks.count);
                let remote = (zones - 1.0) / zones;
                Estimate::Exact(
                    compression_of(flow) * (remote + (flow.replicas - own) + remote * flow.groups),
                )
            }),
            Some((RackSpread::None, _)) => Estimate::Unknown("brokers have no broker.rack".into()),
            _ => Estimate::Unknown("racks are not known".into()),
        };
        let headline = headline_of(&value, |value| {
            format!("Each byte produced causes {} bytes of traffic between racks", digits(value))
        });
        let why = Derivation {
            formula: "compression ratio x ((z-1)/z produced + replicas in other racks + (z-1)/z per group)"
                .into(),
            inputs: context.knobs.inputs(&[&cluster::RACKS, &topic::REPLICATION_FACTOR]),
            assumptions: vec![
                "clients are spread over the racks and read from leaders (KIP-392 saves the last term)"
                    .into(),
            ],
            knob: Some("client.rack with a rack-aware replica selector; compression".into()),
        };
        let value = Quantity::new(value, Unit::BytesPerByte);
        Figure {
            id: "cost.cross_rack",
            label: "Cross-rack (AZ) traffic",
            value,
            headline,
            affected: None,
            why,
        }
    }

    fn disk(&self, context: &AssessmentContext<'_>) -> Figure<Quantity> {
        let retention = context.knobs.float(&topic::RETENTION_MS);
        let limit = context.knobs.float(&topic::RETENTION_BYTES);
        let value = self.over(|flow| {
            let Some((ms, bytes)) = retention.zip(limit) else {
                return Estimate::Unknown(context.knobs.why_unknown(&topic::RETENTION_MS));
            };
            let by_time = (ms >= 0.0)
                .then(|| flow.records_per_s * flow.record_bytes * compression_of(flow) * ms / 1000.0);
            let by_size = (bytes >= 0.0).then_some(bytes * flow.partitions);
            match by_time.into_iter().chain(by_size).reduce(f64::min) {
                Some(retained) => Estimate::Exact(retained * flow.replicas),
                None => Estimate::Unknown("nothing is ever deleted".into()),
            }
        });
        let headline = match &value {
            Estimate::Exact(bytes) => {
                format!("All replicas together take {} of disk", human_bytes(*bytes as u64))
            }
            other => headline_of(other, |value| {
                format!("All replicas together take {} bytes of disk", digits(value))
            }),
        };
        let why = Derivation {
            formula:
                "records/s x bytes x compression ratio x retention x replicas, at most retention.bytes per \
                      partition; closed segments only, so up to one segment more"
                    .into(),
            inputs: context.knobs.inputs(&[
                &load::RECORDS_PER_S,
                &load::RECORD_BYTES,
                &topic::RETENTION_MS,
                &topic::RETENTION_BYTES,
                &topic::REPLICATION_FACTOR,
            ]),
            assumptions: vec!["the load lasts for the whole retention".into()],
            knob: Some("retention.ms".into()),
        };
        Figure {
            id: "cost.disk",
            label: "Disk space",
            value: Quantity::new(value, Unit::Bytes),
            headline,
            affected: None,
            why,
        }
    }
}

pub(super) fn headline_of(value: &Estimate<f64>, sentence: impl Fn(&Estimate<f64>) -> String) -> String {
    match value {
        Estimate::Unknown(why) => format!("Not known: {why}"),
        known => sentence(known),
    }
}

pub(super) fn compression_of(flow: &Flow) -> f64 {
    compression_ratio(&flow.codec, flow.batches().records_per_batch)
}
