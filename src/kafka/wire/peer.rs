//! What a peer speaks that does not speak what was expected, by its first bytes.

use std::fmt;

/// Who answers there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Peer {
    Tls,
    Http,
    Ssh,
    Unknown,
}

impl Peer {
    /// By the first bytes that came.
    pub(super) fn of(first: &[u8]) -> Peer {
        match first {
            // An alert or a handshake of SSL 3 or later.
            [0x15 | 0x16, 3, ..] => Peer::Tls,
            [b'H', b'T', b'T', b'P', ..] => Peer::Http,
            [b'S', b'S', b'H', b'-', ..] => Peer::Ssh,
            _ => Peer::Unknown,
        }
    }

    /// What helps.
    pub(super) fn hint(self) -> &'static str {
        match self {
            Peer::Tls => {
                "set security.protocol=SSL (or SASL_SSL), or give the port of a listener without TLS"
            }
            Peer::Http | Peer::Ssh | Peer::Unknown => {
                "check host and port: Kafka's own is often 9092 or 9093"
            }
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Peer::Tls => "that port speaks TLS, and klever was told to speak without",
            Peer::Http => "an HTTP server answers there, not a Kafka broker",
            Peer::Ssh => "an SSH server answers there, not a Kafka broker",
            Peer::Unknown => "what answers there is not a Kafka broker",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_known_by_their_first_bytes() {
        let of = |text: &[u8]| Peer::of(text);
        assert_eq!(of(b"HTTP/1.1 400 Bad Request"), Peer::Http);
        assert_eq!(of(b"SSH-2.0-OpenSSH"), Peer::Ssh);
        assert_eq!(of(&[0x15, 3, 3, 0, 2, 2, 0x50]), Peer::Tls);
        assert_eq!(of(b"220 smtp"), Peer::Unknown);
        assert_eq!(of(&[]), Peer::Unknown);
    }
}
