//! Which offsets a cell of a log picture stands for, and what stands there.

use crate::report::{LogMoment, PartitionLogs, ReplicaLog};
use std::ops::Range;

/// The most records that a cell stands for so that a replica which lags behind is seen whole; one that lags
/// further begins beyond the left edge.
const MAX_FOR_LAG: i64 = 50;

/// What a cell of a log shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LogCell {
    Blank,
    /// Committed, and a power loss cannot take it.
    Flushed,
    /// Committed.
    Written,
    /// Not below the high watermark.
    Uncommitted,
    HighWatermark,
    /// Acknowledged once, and not in this log.
    Lost,
    /// Was in this log, and was cut off.
    Cut,
    /// Below the log start: retention, or a request, deleted it.
    Deleted,
    Unknown,
}

/// Offsets along a row of cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Scale {
    from: i64,
    per_cell: i64,
    cells: u16,
}

impl Scale {
    /// The scale on which the ends of all logs are seen, with room for the logs to grow: it moves on by a quarter
    /// at a time.
    pub(super) fn of(logs: &PartitionLogs, cells: u16) -> Scale {
        let cells = cells.max(4);
        let ends = logs.replicas.iter().filter_map(|replica| replica.log_end.or(replica.high_watermark));
        let lost = logs.lost.iter().filter(|_| logs.moment != LogMoment::Now);
        let last = ends.clone().chain(lost.clone().map(|range| range.end)).max().unwrap_or(0);
        let marks = logs.replicas.iter().filter_map(|replica| replica.high_watermark);
        let first = ends.chain(marks).chain(lost.map(|range| range.start)).min().unwrap_or(0);
        let mut step = Steps::default();
        loop {
            let scale = Scale::ending_at(last, step.size, cells);
            let is_lost = logs.moment != LogMoment::Now;
            if scale.from <= first || (!is_lost && step.size >= MAX_FOR_LAG) {
                return scale;
            }
            step.grow();
        }
    }

    fn ending_at(last: i64, per_cell: i64, cells: u16) -> Scale {
        let quarter = per_cell * i64::from(cells / 4);
        let end = (last / quarter + 1) * quarter;
        let from = (end - per_cell * i64::from(cells)).max(0);
        Scale { from: from / per_cell * per_cell, per_cell, cells }
    }

    pub(super) fn from(&self) -> i64 {
        self.from
    }

    pub(super) fn per_cell(&self) -> i64 {
        self.per_cell
    }

    fn offsets(&self, cell: u16) -> Range<i64> {
        let from = self.from + i64::from(cell) * self.per_cell;
        from..from + self.per_cell
    }

    /// The cell of an offset, which may lie beyond the right edge; `None` beyond the left one.
    pub(super) fn cell_of(&self, offset: i64) -> Option<u16> {
        let ahead = (offset - self.from).div_euclid(self.per_cell);
        (ahead >= 0).then(|| ahead.min(i64::from(u16::MAX)) as u16)
    }

    /// Cells with a round offset, about twelve apart.
    pub(super) fn ticks(&self) -> impl Iterator<Item = (u16, i64)> {
        let mut step = Steps::default();
        while step.size < self.per_cell * 12 {
            step.grow();
        }
        let (from, every, end) = (self.from, step.size, self.from + self.per_cell * i64::from(self.cells));
        let first = (from + every - 1) / every * every;
        let scale = *self;
        (0..)
            .map(move |nth| first + nth * every)
            .take_while(move |offset| *offset < end)
            .filter_map(move |offset| Some((scale.cell_of(offset)?, offset)))
    }

    /// What a cell of a replica's log shows.
    pub(super) fn cell(&self, cell: u16, replica: &ReplicaLog, lost: &[Range<i64>]) -> LogCell {
        let at = self.offsets(cell);
        let Some(known_end) = replica.log_end.or(replica.high_watermark) else {
            return if cell == 0 { LogCell::Unknown } else { LogCell::Blank };
        };
        if at.end <= replica.log_start.unwrap_or(0) {
            return LogCell::Deleted;
        }
        if at.start >= known_end {
            return self.beyond(&at, known_end, replica, lost);
        }
        match replica.high_watermark {
            Some(mark) if at.contains(&mark) && mark < known_end => LogCell::HighWatermark,
            Some(mark) if at.start < mark && replica.flushed.is_some_and(|flushed| at.end <= flushed) => {
                LogCell::Flushed
            }
            Some(mark) if at.start < mark => LogCell::Written,
            _ => LogCell::Uncommitted,
        }
    }

    /// What stands behind the end of a log, as far as that is known.
    fn beyond(&self, at: &Range<i64>, end: i64, replica: &ReplicaLog, lost: &[Range<i64>]) -> LogCell {
        let is_cut = replica.cut.is_some_and(|cut| overlap(at, &(cut.to..cut.from)));
        if lost.iter().any(|lost| overlap(at, lost)) {
            LogCell::Lost
        } else if at.contains(&end) && replica.log_end.is_none() {
            LogCell::Unknown
        } else if at.contains(&end) && replica.high_watermark == Some(end) {
            LogCell::HighWatermark
        } else if is_cut {
            LogCell::Cut
        } else {
            LogCell::Blank
        }
    }

    /// What producers were told of the records of a cell.
    pub(super) fn acked(&self, cell: u16, acked: &[Range<i64>], lost: &[Range<i64>]) -> LogCell {
        let at = self.offsets(cell);
        if lost.iter().any(|lost| overlap(&at, lost)) {
            LogCell::Lost
        } else if acked.iter().any(|acked| overlap(&at, acked)) {
            LogCell::Written
        } else {
            LogCell::Blank
        }
    }
}

fn overlap(a: &Range<i64>, b: &Range<i64>) -> bool {
    a.start < b.end && b.start < a.end
}

/// 1, 2, 5, 10, 20, 50...
struct Steps {
    size: i64,
    nth: u32,
}

impl Default for Steps {
    fn default() -> Self {
        Steps { size: 1, nth: 0 }
    }
}

impl Steps {
    fn grow(&mut self) {
        self.nth += 1;
        self.size = [1, 2, 5][(self.nth % 3) as usize] * 10_i64.pow((self.nth / 3).min(17));
    }
}
