//! Waits for instants with a precision that tokio's timer wheel (1 ms) does not have.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A thread that wakes tasks. It ends with its last [`Pacer`].
#[derive(Clone)]
pub(super) struct Pacer {
    board: Arc<Board>,
}

#[derive(Default)]
struct Board {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    tasks: BTreeMap<(Instant, u64), oneshot::Sender<()>>,
    count: u64,
}

impl Pacer {
    pub(super) fn start() -> Pacer {
        let board = Arc::new(Board::default());
        let weak = Arc::downgrade(&board);
        std::thread::spawn(move || wake_all(&weak));
        Pacer { board }
    }

    pub(super) async fn until(&self, then: Instant) {
        if then <= Instant::now() {
            return;
        }
        let (wake, woken) = oneshot::channel();
        {
            let mut waiting = lock(&self.board);
            waiting.count += 1;
            let key = (then, waiting.count);
            waiting.tasks.insert(key, wake);
        }
        self.board.changed.notify_one();
        let _ = woken.await;
    }
}

fn lock(board: &Board) -> MutexGuard<'_, Waiting> {
    board.waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wake_all(board: &Weak<Board>) {
    while let Some(board) = board.upgrade() {
        let mut waiting = lock(&board);
        let now = Instant::now();
        while let Some(entry) = waiting.tasks.first_entry().filter(|entry| entry.key().0 <= now) {
            let _ = entry.remove().send(());
        }
        let next = waiting.tasks.keys().next().map(|(then, _)| then.saturating_duration_since(now));
        // Not for ever: the board may be gone meanwhile.
        let limit = next.unwrap_or(Duration::from_millis(200)).min(Duration::from_millis(200));
        let _ = board.changed.wait_timeout(waiting, limit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_are_over_in_the_order_of_their_ends() {
        let pacer = Pacer::start();
        let start = Instant::now();
        let order = Mutex::new(Vec::new());
        let wait = |ms: u64| {
            let (pacer, order) = (pacer.clone(), &order);
            async move {
                pacer.until(start + Duration::from_millis(ms)).await;
                order.lock().unwrap().push(ms);
            }
        };
        tokio::join!(wait(30), wait(10), wait(20), wait(0));
        assert_eq!(*order.lock().unwrap(), [0, 10, 20, 30]);
        assert!(start.elapsed() >= Duration::from_millis(30));
    }
}
