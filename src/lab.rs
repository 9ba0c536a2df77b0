//! Real local Kafka clusters with faults, started and ended by klever.
