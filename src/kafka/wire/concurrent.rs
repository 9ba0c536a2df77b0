//! Futures side by side: the first that succeeds, or all of them.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;
use tokio::time::sleep;

type Running<F> = Vec<Pin<Box<F>>>;

/// Starts an attempt, and the next one when the last to start has failed or has taken longer than the stagger. The
/// first success ends the others; when all fail, their errors come in the order in which they failed.
pub(super) fn first_success<T, E, F, I>(
    attempts: I,
    stagger: Duration,
) -> impl Future<Output = Result<T, Vec<E>>> + use<T, E, F, I>
where
    F: Future<Output = Result<T, E>>,
    I: IntoIterator<Item = F>,
{
    let mut waiting: VecDeque<Pin<Box<F>>> = attempts.into_iter().map(Box::pin).collect();
    async move {
        let (mut running, mut errors): (Running<F>, Vec<E>) = (Vec::new(), Vec::new());
        loop {
            running.extend(waiting.pop_front());
            if running.is_empty() {
                return Err(errors);
            }
            tokio::select! {
                outcome = any_of(&mut running) => match outcome {
                    Ok(value) => return Ok(value),
                    Err(error) => errors.push(error),
                },
                () = sleep(stagger), if !waiting.is_empty() => {}
            }
        }
    }
}

/// The next one that ends, taken out.
async fn any_of<F: Future>(running: &mut Running<F>) -> F::Output {
    std::future::poll_fn(|context| {
        for at in 0..running.len() {
            if let Poll::Ready(outcome) = running[at].as_mut().poll(context) {
                drop(running.swap_remove(at));
                return Poll::Ready(outcome);
            }
        }
        Poll::Pending
    })
    .await
}

/// Runs all, and yields their outcomes in the order in which they end.
pub(super) fn all<F, I>(futures: I) -> impl Future<Output = Vec<F::Output>> + use<F, I>
where
    F: Future,
    I: IntoIterator<Item = F>,
{
    let mut running: Running<F> = futures.into_iter().map(Box::pin).collect();
    async move {
        let mut outcomes = Vec::with_capacity(running.len());
        std::future::poll_fn(|context| {
            running.retain_mut(|future| match future.as_mut().poll(context) {
                Poll::Ready(outcome) => {
                    outcomes.push(outcome);
                    false
                }
                Poll::Pending => true,
            });
            if running.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        outcomes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::runtime::Builder;
    use tokio::time::Instant;

    fn paused<T>(test: impl Future<Output = T>) -> T {
        Builder::new_current_thread().enable_all().build().unwrap().block_on(test)
    }

    async fn after(ms: u64, outcome: Result<u64, u64>) -> Result<u64, u64> {
        sleep(Duration::from_millis(ms)).await;
        outcome
    }

    #[test]
    fn a_dead_first_choice_costs_nothing_but_the_stagger() {
        let attempts = [after(60_000, Ok(1)), after(1, Ok(2)), after(60_000, Ok(3))];
        let started = Instant::now();
        assert_eq!(paused(first_success(attempts, Duration::from_millis(20))), Ok(2));
        assert!(started.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn a_failure_starts_the_next_at_once_and_all_failures_are_told() {
        let attempts = [after(0, Err(1)), after(0, Err(2))];
        assert_eq!(paused(first_success(attempts, Duration::from_secs(3600))), Err(vec![1, 2]));
        let none: [std::future::Ready<Result<u64, u64>>; 0] = [];
        assert_eq!(paused(first_success(none, Duration::ZERO)), Err(Vec::new()));
    }

    #[test]
    fn all_end_in_the_order_of_their_ends() {
        let futures = [after(60, Ok(1)), after(1, Ok(2))];
        assert_eq!(paused(all(futures)), [Ok(2), Ok(1)]);
    }
}
