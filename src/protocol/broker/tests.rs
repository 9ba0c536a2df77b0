//! Scripts of small clusters as text, with a picture of the replicas after each step.

mod cluster;
mod picture;
mod properties;
mod script;
mod sessions;

macro_rules! scripts {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                script::check(stringify!($name), include_str!(concat!("testdata/", stringify!($name), ".txt")));
            }
        )*
    };
}

scripts! {
    replication,
    acks,
    min_isr,
    isr_changes,
    faults,
    idempotence,
    truncation_to_high_watermark,
    truncation_by_epoch,
    fencing,
    broker_lifecycle,
    reading,
}
