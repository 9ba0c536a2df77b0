//! Client quotas at one broker: what each client has sent and read lately, and how long it is throttled for it.
//!
//! Source: `ClientQuotaManager`, and `Rate` over `SampledStat` as of 4.0: a sample is kept while its last event lies in
//! the window. A broker answers at once, tells the throttle time, and leaves the client's connection unread until it is
//! over (KIP-219, since 2.0); each broker counts for itself.

mod rate;

use crate::model::Nanos;
use rate::SlidingRate;
use std::collections::BTreeMap;

const MS: Nanos = 1_000_000;

/// `quota.window.num` samples of `quota.window.size.seconds` each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct QuotaWindow {
    pub(super) samples: u64,
    pub(super) sample_ms: u64,
}

impl QuotaWindow {
    /// More than this at once is over any quota of so many bytes a second, whatever came before
    /// (`getMaxValueInQuotaWindow`).
    pub(super) fn most_at_once(self, bytes_per_s: i64) -> u32 {
        let full = self.samples.saturating_sub(1).saturating_mul(self.sample_ms / 1000);
        let most = full.saturating_mul(bytes_per_s.max(0) as u64);
        most.min(u64::from(u32::MAX)) as u32
    }
}

/// What a broker knows of its clients' quotas.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientQuotas {
    produced: BTreeMap<u32, SlidingRate>,
    fetched: BTreeMap<u32, SlidingRate>,
    /// Bytes of the produce requests that have no answer yet, by client and number.
    requests: BTreeMap<(u32, u64), u64>,
}

impl ClientQuotas {
    /// A produce request came.
    pub(super) fn note_request(&mut self, client: u32, request: u64, bytes: u64) {
        self.requests.insert((client, request), bytes);
    }

    /// A produce request is answered: how long its client is throttled.
    pub(super) fn produced(
        &mut self,
        now: Nanos,
        (client, request): (u32, u64),
        window: QuotaWindow,
        bytes_per_s: i64,
    ) -> Nanos {
        let Some(bytes) = self.requests.remove(&(client, request)) else { return 0 };
        let rate = self.produced.entry(client).or_default();
        rate.throttle_ms(window, now / MS, bytes as i64, bytes_per_s) * MS
    }

    /// A fetch is answered: how long its client is throttled. If it is, it gets no data, and they do not count.
    pub(super) fn fetched(
        &mut self,
        now: Nanos,
        client: u32,
        bytes: u64,
        window: QuotaWindow,
        bytes_per_s: i64,
    ) -> Nanos {
        let rate = self.fetched.entry(client).or_default();
        let throttle_ms = rate.throttle_ms(window, now / MS, bytes as i64, bytes_per_s);
        if throttle_ms > 0 {
            rate.record(window, now / MS, -(bytes as i64));
        }
        throttle_ms * MS
    }
}
