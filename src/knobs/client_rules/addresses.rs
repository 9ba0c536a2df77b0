//! `bootstrap.servers` as `ClientUtils.parseAndValidateAddresses` reads it, without asking a name server.

use super::settings::Settings;
use crate::model::KafkaVersion;

/// Why the client does not start with these addresses. None at all are no error here: programs often set them
/// themselves.
pub(super) fn error(settings: Settings<'_>) -> Option<String> {
    let servers = settings.set("bootstrap.servers")?;
    let items = || servers.split(',').map(str::trim).filter(|item| !item.is_empty());
    if items().next().is_none() {
        return Some("bootstrap.servers names no address".into());
    }
    let place = items().position(|item| !is_address(item, settings.version()))?;
    // The address itself may hold a password.
    Some(format!("bootstrap.servers: address {} is not host:port", place + 1))
}

fn is_address(address: &str, version: KafkaVersion) -> bool {
    let Some((host, port)) = address.rsplit_once(':') else { return false };
    let is_port = !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit());
    is_port && port.parse::<u16>().is_ok() && (!looks_at_hosts(version) || is_host(host))
}

/// 4.0 and, of the earlier ones, late releases of 3.8.
fn looks_at_hosts(version: KafkaVersion) -> bool {
    let patched = KafkaVersion::new(3, 8, 1)..KafkaVersion::new(3, 9, 0);
    version.is_at_least(4, 0) || patched.contains(&version)
}

/// A name or an address, perhaps behind a scheme; earlier clients let anything stand in front of it.
fn is_host(host: &str) -> bool {
    let of_name = |letter: char| letter.is_ascii_alphanumeric() || "-%._".contains(letter);
    let (scheme, name) = host.split_once("://").unwrap_or(("", host));
    let name = name.strip_prefix('[').unwrap_or(name);
    let name = name.strip_suffix(']').unwrap_or(name);
    scheme.chars().all(of_name) && name.chars().all(|letter| letter == ':' || of_name(letter))
}
