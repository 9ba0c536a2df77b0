//! When a process that ended is started again: at once after a good while, later and later when it ends soon.

use std::time::Duration;

/// A process that lived this long was well: its end starts no series.
const WELL: Duration = Duration::from_secs(20);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// Ends in a row, each soon after its start.
#[derive(Default)]
pub(super) struct Restarts {
    series: u32,
}

impl Restarts {
    /// The pause before the next start, after a process that lived so long.
    pub(super) fn pause_after(&mut self, lived: Duration) -> Duration {
        if lived >= WELL {
            self.series = 0;
        }
        self.series += 1;
        match self.series {
            1 => Duration::ZERO,
            series => MAX_PAUSE.min(FIRST_PAUSE * 2_u32.pow((series - 2).min(10))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_end_costs_nothing_and_a_series_more_and_more() {
        let mut restarts = Restarts::default();
        let soon = Duration::from_secs(1);
        let pauses: Vec<u128> = (0..9).map(|_| restarts.pause_after(soon).as_millis()).collect();
        assert_eq!(pauses, [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
        assert_eq!(restarts.pause_after(WELL), Duration::ZERO);
        assert_eq!(restarts.pause_after(soon), FIRST_PAUSE);
    }
}
