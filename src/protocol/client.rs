//! What producers and consumers have in common: metadata, its refresh, back-off, reading a configuration.

use crate::knobs::{KeyScope, set_or_default, whole_number};
use crate::model::{ClientProfile, Nanos};
use rand_core::Rng;
use rand_pcg::Pcg32;

/// When metadata is asked for (`Metadata`, `NetworkClient.DefaultMetadataUpdater`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct MetadataRefresh {
    /// It is known or suspected to be wrong.
    needed: bool,
    /// A request is under way.
    in_flight: bool,
    /// Not before this time.
    backoff_until: Nanos,
    /// `metadata.max.age.ms` after the last answer.
    expires_at: Nanos,
    /// Answers in a row that brought nothing new.
    empty_responses: u32,
}

impl MetadataRefresh {
    pub(crate) fn new() -> Self {
        MetadataRefresh {
            needed: true,
            in_flight: false,
            backoff_until: 0,
            expires_at: Nanos::MAX,
            empty_responses: 0,
        }
    }

    /// Something shows that the metadata is wrong.
    pub(crate) fn request(&mut self) {
        self.needed = true;
    }

    /// When the next request is due; never while one is under way.
    pub(crate) fn due(&self) -> Nanos {
        if self.in_flight {
            Nanos::MAX
        } else if self.needed {
            self.backoff_until
        } else {
            self.expires_at.max(self.backoff_until)
        }
    }

    /// Whether to ask now; then a request is under way.
    pub(crate) fn start_if_due(&mut self, now: Nanos) -> bool {
        let due = self.due() <= now;
        self.in_flight |= due;
        due
    }

    /// How many answers in a row brought nothing new, this one included.
    pub(crate) fn consecutive_empty_responses(&mut self, news: bool) -> u32 {
        self.empty_responses = if news { 0 } else { self.empty_responses + 1 };
        self.empty_responses.saturating_sub(1)
    }

    /// An answer came, good until `expires_at`, or `None` for a failure. `needed` says that it still lacks
    /// something.
    pub(crate) fn finish(&mut self, backoff_until: Nanos, expires_at: Option<Nanos>, needed: bool) {
        self.in_flight = false;
        self.backoff_until = backoff_until;
        if let Some(expires_at) = expires_at {
            self.expires_at = expires_at;
            self.needed = needed;
        }
    }
}

/// Reads a client's configuration: what it sets, else what its library has, else its version's default.
pub(crate) struct Config<'a> {
    pub(crate) client: &'a ClientProfile,
    pub(crate) scope: KeyScope,
}

impl Config<'_> {
    /// The text of a key; `None` where neither the client nor its version has it.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        let told = self.client.settings.get(key).or_else(|| self.client.library_defaults.get(key));
        let set = told.map(|text| text.trim());
        set_or_default(set, self.scope, key, self.client.version)
    }

    pub(crate) fn int(&self, key: &str, otherwise: i64) -> i64 {
        self.text(key).and_then(whole_number).unwrap_or(otherwise)
    }

    /// A whole number of at most 32 bits that is not negative.
    pub(crate) fn count(&self, key: &str, default: u32) -> u32 {
        self.int(key, i64::from(default)).clamp(0, i64::from(u32::MAX)) as u32
    }

    /// Milliseconds as nanoseconds; at most the largest.
    pub(crate) fn ms(&self, key: &str, default: i64) -> Nanos {
        (self.int(key, default).max(0) as Nanos).saturating_mul(1_000_000)
    }
}

/// How a client connects to brokers (`ClusterConnectionStates`, kafka.md#metadata-of-clients). Times in nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConnectionSettings {
    /// `request.timeout.ms`
    pub request_timeout: Nanos,
    /// `reconnect.backoff.ms`
    pub reconnect_backoff: Nanos,
    /// `reconnect.backoff.max.ms`
    pub reconnect_backoff_max: Nanos,
    /// `socket.connection.setup.timeout.ms`; up to 2.6, which has no such key, what Linux tries.
    pub setup_timeout: Nanos,
    /// `socket.connection.setup.timeout.max.ms`
    pub setup_timeout_max: Nanos,
    /// `metadata.recovery.strategy=rebootstrap`: a client all of whose brokers are gone begins again with
    /// `bootstrap.servers` (KIP-899; the default since 4.0).
    pub rebootstrap: bool,
}

/// Six retransmissions of a SYN (`net.ipv4.tcp_syn_retries`).
const LINUX_CONNECT_MS: i64 = 127_000;

impl ConnectionSettings {
    /// Those of a client: what it sets, else its version's defaults.
    pub(crate) fn of(client: &ClientProfile, scope: KeyScope) -> Self {
        let config = Config { client, scope };
        let strategy = config.text("metadata.recovery.strategy").unwrap_or("none");
        ConnectionSettings {
            request_timeout: config.ms("request.timeout.ms", 30_000),
            reconnect_backoff: config.ms("reconnect.backoff.ms", 50),
            reconnect_backoff_max: config.ms("reconnect.backoff.max.ms", 1000),
            setup_timeout: config.ms("socket.connection.setup.timeout.ms", LINUX_CONNECT_MS),
            setup_timeout_max: config.ms("socket.connection.setup.timeout.max.ms", LINUX_CONNECT_MS),
            rebootstrap: strategy.eq_ignore_ascii_case("rebootstrap"),
        }
    }
}

/// The wait after the `failures`-th failure in a row, counted from 0: doubled each time up to `max`, with
/// 20% jitter; constant and without jitter where `max` is not above `initial` (before 3.7).
pub(crate) fn backoff(initial: Nanos, max: Nanos, failures: u32, rng: &mut Pcg32) -> Nanos {
    // Before KIP-580 (3.7) clients waited retry.backoff.ms each time, without jitter.
    if max <= initial {
        return initial;
    }
    let doubled = initial.saturating_mul(1 << failures.min(30)).min(max);
    let permille = 800 + u64::from(rng.next_u32() % 401);
    (doubled / 1000).saturating_mul(permille).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponential_up_to_the_maximum_with_a_fifth_of_jitter() {
        let mut rng = Pcg32::new(1, 1);
        const MS: Nanos = 1_000_000;
        for (failures, middle) in [(0, 100), (1, 200), (2, 400), (3, 800), (4, 1000), (40, 1000)] {
            for _ in 0..50 {
                let wait = backoff(100 * MS, 1000 * MS, failures, &mut rng) / MS;
                assert!(
                    wait >= middle * 8 / 10 && wait <= (middle * 12 / 10).min(1000),
                    "{failures}: {wait}"
                );
            }
        }
        assert_eq!(backoff(100 * MS, 100 * MS, 9, &mut rng), 100 * MS);
    }
}
