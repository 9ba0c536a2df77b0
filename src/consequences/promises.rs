//! What a setting promises whatever the ISR: how many failures acknowledged data, writes and reads survive.

use crate::consequences::{Assessment, FailuresTolerated};

/// Of acknowledged data.
pub(super) fn data(of: &Assessment) -> [(&'static str, &FailuresTolerated); 4] {
    let data = &of.durability;
    [&data.crash, &data.power_loss, &data.disk_loss, &data.rack].map(|figure| (figure.id, &figure.value))
}

/// Of writes and reads while brokers crash.
pub(super) fn operations(of: &Assessment) -> [(&'static str, &FailuresTolerated); 2] {
    [&of.writes.crash, &of.reads.crash].map(|figure| (figure.id, &figure.value))
}

/// Those that a figure belongs to: none, where it promises nothing.
pub(super) fn of_figure<'a>(of: &'a Assessment, figure: &str) -> Vec<(&'static str, &'a FailuresTolerated)> {
    match figure.split('.').next() {
        Some("durability") => data(of).to_vec(),
        Some("writes" | "reads") => operations(of).to_vec(),
        _ => Vec::new(),
    }
}

/// Failures that are survived for sure; what is not known is not promised.
fn promised(value: &FailuresTolerated) -> u32 {
    value.guaranteed.low().unwrap_or(0)
}

/// Whether not one failure is survived for sure.
pub(super) fn is_empty(value: &FailuresTolerated) -> bool {
    promised(value) == 0
}

/// Promises that held for at least one failure, and would hold for none.
pub(super) fn broken(was: &Assessment, now: &Assessment) -> usize {
    let all = |of| data(of).into_iter().chain(operations(of)).collect::<Vec<_>>();
    all(was).iter().zip(all(now)).filter(|((_, was), (_, now))| !is_empty(was) && is_empty(now)).count()
}

/// Failures that were survived and no longer are.
pub(super) fn given_up<const N: usize>(
    was: [(&'static str, &FailuresTolerated); N],
    now: [(&'static str, &FailuresTolerated); N],
) -> f64 {
    let lost = was.iter().zip(now).map(|((_, was), (_, now))| promised(was).saturating_sub(promised(now)));
    f64::from(lost.sum::<u32>())
}
