//! What a setting means: failures tolerated, latency, fail-over, the next event that breaks a promise.
