//! `klever doctor`: what klever knows about its build and this terminal.

use crate::cli::{Failure, output};
use crate::knobs::RELEASES;
use crate::report::clean;
use std::io::IsTerminal;
use std::process::ExitCode;

/// Nothing that it finds is an error.
pub(super) fn run() -> Result<ExitCode, Failure> {
    let mut lines = vec![
        ("klever", env!("CARGO_PKG_VERSION").to_string()),
        ("live clusters", live()),
        ("Kafka versions", format!("{} to {}", RELEASES[0], RELEASES[RELEASES.len() - 1])),
    ];
    lines.extend(terminal());
    let text: String = lines.iter().map(|(label, text)| format!("{label:<14} {}\n", clean(text))).collect();
    output::write(&text)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(feature = "librdkafka")]
fn live() -> String {
    let bits = crate::kafka::library_version();
    let part = |shift: i32| bits >> shift & 0xff;
    let gssapi = if cfg!(feature = "gssapi") { ", Kerberos" } else { "" };
    format!("yes, read-only, librdkafka {}.{}.{}{gssapi}", part(24), part(16), part(8))
}

#[cfg(not(feature = "librdkafka"))]
fn live() -> String {
    "no: built without the feature `librdkafka`".into()
}

fn terminal() -> Vec<(&'static str, String)> {
    let variable = |name: &str| std::env::var(name).unwrap_or_else(|_| "(not set)".into());
    let tty = |yes: bool| if yes { "a terminal" } else { "not a terminal" };
    let size = match crossterm::terminal::size() {
        Ok((columns, rows)) => format!("{columns} x {rows}"),
        Err(_) => "unknown".into(),
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| {
        let value = std::env::var(name).ok().filter(|value| !value.is_empty())?;
        let utf8 = value.to_lowercase().replace('-', "").contains("utf8");
        Some(format!("{name}={value}{}", if utf8 { "" } else { ", not UTF-8" }))
    });
    vec![
        ("stdin", tty(std::io::stdin().is_terminal()).into()),
        ("stdout", tty(std::io::stdout().is_terminal()).into()),
        ("size", size),
        ("TERM", variable("TERM")),
        ("COLORTERM", variable("COLORTERM")),
        ("NO_COLOR", variable("NO_COLOR")),
        ("locale", locale.unwrap_or_else(|| "(not set)".into())),
    ]
}
