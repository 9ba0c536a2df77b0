//! Stories of small clusters, told as text with a picture of the replicas after each step.

mod cluster;
mod picture;
mod properties;
mod script;
mod sessions;

macro_rules! stories {
    ($($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                script::check(stringify!($name), include_str!(concat!("testdata/", stringify!($name), ".txt")));
            }
        )*
    };
}

stories! {
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
