//! When to draw: soon after a key, seldom for data, never when nothing changed, and less often on a slow line.

use std::time::{Duration, Instant};

/// Why something has to be drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum DrawReason {
    Data,
    /// The user did something.
    Input,
}

/// The time between two frames.
#[derive(Debug)]
pub(super) struct Pacing {
    input: Duration,
    data: Duration,
    focused: bool,
    /// How many times longer than usual, because the terminal is slow.
    slowness: u32,
    wanted: Option<DrawReason>,
    last: Option<Instant>,
}

/// A terminal that takes longer than this for a frame is slow.
const SLOW: Duration = Duration::from_millis(100);

/// The longest time between frames on a slow terminal.
const LONGEST: Duration = Duration::from_secs(1);

impl Pacing {
    pub(super) fn new(low_bandwidth: bool) -> Pacing {
        let (input, data) = if low_bandwidth { (50, 250) } else { (12, 100) };
        Pacing {
            input: Duration::from_millis(input),
            data: Duration::from_millis(data),
            focused: true,
            slowness: 1,
            wanted: Some(DrawReason::Input),
            last: None,
        }
    }

    /// Something has to be drawn.
    pub(super) fn want(&mut self, why: DrawReason) {
        self.wanted = self.wanted.max(Some(why));
    }

    /// Nobody looks at a window without the keyboard quite so closely.
    pub(super) fn set_focused(&mut self, focused: bool) {
        self.focused = focused;
    }

    /// Whether it is time to draw.
    pub(super) fn is_due(&self) -> bool {
        self.due_in() == Some(Duration::ZERO)
    }

    /// A frame was drawn; the terminal took so long for it.
    pub(super) fn drawn(&mut self, took: Duration) {
        self.slowness = if took > SLOW { (self.slowness * 2).min(64) } else { (self.slowness / 2).max(1) };
        self.last = Some(Instant::now());
        self.wanted = None;
    }

    /// The terminal has not taken the last frame yet.
    pub(super) fn held_up(&mut self) {
        self.slowness = (self.slowness * 2).min(64);
        self.last = Some(Instant::now());
    }

    /// How long the loop may sleep.
    pub(super) fn wait(&self, tick: Option<Duration>, most: Duration) -> Duration {
        [self.due_in(), tick].into_iter().flatten().fold(most, Duration::min)
    }

    fn due_in(&self) -> Option<Duration> {
        let why = self.wanted?;
        let elapsed = self.last.map_or(Duration::MAX, |last| last.elapsed());
        Some(self.interval(why).saturating_sub(elapsed))
    }

    fn interval(&self, why: DrawReason) -> Duration {
        let usual = match why {
            DrawReason::Input => self.input,
            DrawReason::Data if self.focused => self.data,
            DrawReason::Data => self.data.max(Duration::from_millis(500)),
        };
        (usual * self.slowness).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_drawn_twice_and_keys_come_first() {
        let mut pacing = Pacing::new(false);
        assert!(pacing.is_due(), "the first frame");
        pacing.drawn(Duration::ZERO);
        assert_eq!(pacing.wait(None, HOUR), HOUR);
        pacing.want(DrawReason::Data);
        assert!(pacing.wait(None, HOUR) > Duration::from_millis(50));
        pacing.want(DrawReason::Input);
        assert!(pacing.wait(None, HOUR) <= Duration::from_millis(12));
    }

    #[test]
    fn a_slow_terminal_gets_fewer_frames_until_it_is_quick_again() {
        let mut pacing = Pacing::new(false);
        for _ in 0..10 {
            pacing.drawn(SLOW * 2);
        }
        assert_eq!(pacing.interval(DrawReason::Data), LONGEST);
        for _ in 0..10 {
            pacing.drawn(Duration::ZERO);
        }
        assert_eq!(pacing.interval(DrawReason::Data), Duration::from_millis(100));
    }

    const HOUR: Duration = Duration::from_secs(3600);
}
