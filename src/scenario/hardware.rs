//! What times and shares a network and a disk of a scenario may have: numbers, and not for ever.

use crate::scenario::error::{Checked, mistake};
use crate::scenario::{DiskSpec, NetSpec, Scenario};

/// The longest that a message or a disk may take, in milliseconds: eleven days.
const LONGEST_MS: f64 = 1e9;

pub(super) fn check(scenario: &Scenario) -> Checked {
    network(&scenario.net)?;
    disk(&scenario.disk)
}

fn network(net: &NetSpec) -> Checked {
    let ways = [
        ("same_rack_rtt_ms", net.same_rack_rtt_ms),
        ("rack_rtt_ms", net.rack_rtt_ms),
        ("client_rtt_ms", net.client_rtt_ms),
    ];
    ways.into_iter().try_for_each(|(name, ms)| within("[net]", 0, name, ms, LONGEST_MS))?;
    within("[net]", 0, "jitter", net.jitter, 100.0)?;
    within("[net]", 0, "loss", net.loss, 1.0)?;
    if net.broker_mb_per_s.is_some_and(|mb| !(0.001..=1e6).contains(&mb)) {
        return mistake("[net]", 0, "broker_mb_per_s is from 0.001 to 1000000");
    }
    net.pairs.iter().enumerate().try_for_each(|(at, pair)| {
        within("[[net.pair]]", at, "rtt_ms", pair.rtt_ms, LONGEST_MS)?;
        within("[[net.pair]]", at, "loss", pair.loss, 1.0)
    })
}

fn disk(disk: &DiskSpec) -> Checked {
    let times = [
        ("append_ms", disk.append_ms),
        ("append_ms_per_mib", disk.append_ms_per_mib),
        ("fsync_ms", disk.fsync_ms),
        ("writeback_s", disk.writeback_s),
    ];
    times.into_iter().try_for_each(|(name, time)| within("[disk]", 0, name, time, LONGEST_MS))
}

/// No number at all is within no range.
fn within(table: &'static str, at: usize, name: &str, value: f64, most: f64) -> Checked {
    if (0.0..=most).contains(&value) {
        Ok(())
    } else {
        mistake(table, at, format!("{name} is from 0 to {most}"))
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::Scenario;

    #[test]
    fn times_and_shares_are_numbers_within_reason() {
        for value in ["inf", "-inf", "nan", "-1.0", "1e300"] {
            let mut scenario = Scenario::reference();
            let number: f64 = value.parse().unwrap();
            scenario.disk.fsync_ms = number;
            let told = Scenario::parse("s.toml", &scenario.to_toml()).unwrap_err().to_string();
            assert!(told.contains("fsync_ms is from 0 to 1000000000"), "{told}");
            let mut scenario = Scenario::reference();
            scenario.net.rack_rtt_ms = number;
            let told = Scenario::parse("s.toml", &scenario.to_toml()).unwrap_err().to_string();
            assert!(told.contains("rack_rtt_ms is from 0 to 1000000000"), "{told}");
        }
    }
}
