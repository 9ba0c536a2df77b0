//! Where a knob's value is read and written.

use crate::knobs::Value;
use crate::model::{Assumptions, Compatibility, KafkaVersion, Keys};

/// Where a knob's value is read and written.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// A key of Kafka's in the configuration of the scope's clients, topics or brokers.
    Config,
    /// What a cluster is made of: read off its brokers and replicas.
    Shape(Shape),
    /// What Kafka's protocol never tells: a field of what is assumed about the cluster.
    Assumed {
        get: fn(&Assumptions) -> Value,
        /// `None` when it does not take this value.
        set: fn(&mut Assumptions, &Value) -> Option<()>,
    },
}

/// What a cluster is made of. Reading, what-if and scenarios each say what one of these means to them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Partitions,
    ReplicationFactor,
    Brokers,
    Racks,
    Version,
    EligibleLeaderReplicas,
}

impl Shape {
    /// That of the reference cluster when it runs this version, if the version has it.
    pub(super) fn default(self, version: KafkaVersion) -> Option<Value> {
        Some(match self {
            Shape::Partitions => Value::Int(12),
            Shape::ReplicationFactor | Shape::Brokers | Shape::Racks => Value::Int(3),
            Shape::Version => Value::Word(KafkaVersion::REFERENCE.to_string()),
            Shape::EligibleLeaderReplicas => Value::Int(i64::from(elr_of_new_cluster(version)?)),
        })
    }
}

/// Whether a new cluster of this version has eligible leader replicas (KIP-966) on: since 4.1. `None` before 4.0,
/// which has no such feature.
pub fn elr_of_new_cluster(version: KafkaVersion) -> Option<bool> {
    version.is_at_least(4, 0).then(|| version.is_at_least(4, 1))
}

/// A field of the assumptions as a knob's place: `assumed!(load.records_per_s)`.
macro_rules! assumed {
    ($($field:ident).+) => {
        $crate::knobs::Place::Assumed {
            get: |assumed| $crate::knobs::place::Field::value(&assumed.$($field).+),
            set: |assumed, value| $crate::knobs::place::Field::take(&mut assumed.$($field).+, value),
        }
    };
}
pub(super) use assumed;

/// A type that a field of the assumptions has.
pub(super) trait Field {
    fn value(&self) -> Value;
    /// `None` when the value is of another kind.
    fn take(&mut self, value: &Value) -> Option<()>;
}

impl Field for f64 {
    fn value(&self) -> Value {
        Value::Float(*self)
    }

    fn take(&mut self, value: &Value) -> Option<()> {
        *self = value.float()?;
        Some(())
    }
}

impl Field for u32 {
    fn value(&self) -> Value {
        Value::Int(i64::from(*self))
    }

    fn take(&mut self, value: &Value) -> Option<()> {
        *self = u32::try_from(value.int()?).ok()?;
        Some(())
    }
}

impl Field for i64 {
    fn value(&self) -> Value {
        Value::Int(*self)
    }

    fn take(&mut self, value: &Value) -> Option<()> {
        *self = value.int()?;
        Some(())
    }
}

impl Field for bool {
    fn value(&self) -> Value {
        Value::Bool(*self)
    }

    fn take(&mut self, value: &Value) -> Option<()> {
        *self = value.bool()?;
        Some(())
    }
}

impl Field for Keys {
    fn value(&self) -> Value {
        Value::Word(self.word().into())
    }

    fn take(&mut self, value: &Value) -> Option<()> {
        *self = Keys::named(value.word()?)?;
        Some(())
    }
}

impl Field for Compatibility {
    fn value(&self) -> Value {
        Value::Word(self.word().into())
    }

    fn take(&mut self, value: &Value) -> Option<()> {
        *self = Compatibility::named(value.word()?)?;
        Some(())
    }
}

impl Field for String {
    fn value(&self) -> Value {
        Value::Word(self.clone())
    }

    fn take(&mut self, value: &Value) -> Option<()> {
        *self = value.word()?.to_string();
        Some(())
    }
}
