//! Which address leads to a broker that is reached by a tunnel (`--map`).

use super::{is_address, printable};
use crate::kafka::ConnectError;
use std::collections::BTreeMap;

/// Where to connect to in place of an address that a user gave or a broker advertises.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::kafka) struct Tunnels(BTreeMap<String, String>);

const HOW: &str =
    "for example --map broker1:9092=localhost:19092: what the broker advertises, and where the tunnel begins";

impl Tunnels {
    /// Of `HOST:PORT=HOST:PORT`, each.
    pub(super) fn of(pairs: &[String]) -> Result<Tunnels, ConnectError> {
        let mut ways = BTreeMap::new();
        for pair in pairs {
            let wrong = |why: String| ConnectError::new(why).of_properties().with_hint(HOW);
            if pair.contains('@') {
                return Err(wrong("the address of a broker takes no user and no password".into()));
            }
            let both = pair.split_once('=').map(|(from, to)| (from.trim(), to.trim()));
            let Some((from, to)) = both.filter(|(from, to)| is_address(from) && is_address(to)) else {
                return Err(wrong(format!("`{}` is not HOST:PORT=HOST:PORT", printable(pair))));
            };
            let before = ways.insert(from.to_ascii_lowercase(), to.to_string());
            if before.is_some_and(|before| before != to) {
                return Err(wrong(format!("`{}` is mapped to two addresses", printable(from))));
            }
        }
        Ok(Tunnels(ways))
    }

    pub(in crate::kafka) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where to connect to for this `HOST:PORT`; `None` where it is not in the map.
    pub(in crate::kafka) fn way_to(&self, address: &str) -> Option<&str> {
        self.0.get(&address.to_ascii_lowercase()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[&str]) -> Result<Tunnels, String> {
        let pairs: Vec<String> = pairs.iter().map(ToString::to_string).collect();
        Tunnels::of(&pairs).map_err(|error| {
            assert!(error.of_properties && error.hint.is_some());
            error.message
        })
    }

    #[test]
    fn addresses_in_the_map_have_a_way_and_others_have_none() {
        let tunnels = of(&["Broker1.example:9092=localhost:19092", "[::1]:9092=[::1]:19093"]).unwrap();
        assert_eq!(tunnels.way_to("broker1.EXAMPLE:9092"), Some("localhost:19092"));
        assert_eq!(tunnels.way_to("[::1]:9092"), Some("[::1]:19093"));
        assert_eq!(tunnels.way_to("broker1.example:9093"), None);
        assert_eq!(tunnels.way_to("localhost:19092"), None);
    }

    #[test]
    fn what_is_no_pair_of_addresses_is_refused() {
        for wrong in ["b:1", "b:1=", "=b:1", "b=c", "b:1=c", "b:0=c:1", "b:1=c:1=d:1", "", "b:1=c:70000"] {
            assert_eq!(of(&[wrong]), Err(format!("`{wrong}` is not HOST:PORT=HOST:PORT")));
        }
        assert_eq!(of(&["b:1=c:1", "B:1=d:1"]), Err("`B:1` is mapped to two addresses".into()));
        assert!(of(&["b:1=c:1", "b:1=c:1"]).is_ok());
        assert!(!of(&["me:hush@b:1=c:1"]).unwrap_err().contains("hush"));
    }
}
