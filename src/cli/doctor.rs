//! `klever doctor`: what klever knows about its build and this terminal, and how far it gets to a cluster.

use crate::cli::args::{ConnectArgs, ScreenArgs};
use crate::cli::failure::BLIND;
use crate::cli::{Failure, output, settings, user_settings};
use crate::knobs::RELEASES;
use crate::report::clean;
use crate::term::Caps;
use crate::theme::ColorChoice;
use clap::Args;
use std::io::IsTerminal;
use std::process::ExitCode;

#[cfg(feature = "live")]
mod connection;

/// What `klever doctor` takes.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    #[command(flatten)]
    pub connect: ConnectArgs,
}

/// Nothing that it finds of the build and the terminal is an error; a cluster that is not reached is.
pub(super) fn run(args: &DoctorArgs) -> Result<ExitCode, Failure> {
    // First: wrong properties are one plain line and nothing else.
    let way = way_to(&args.connect)?;
    let mut lines = vec![
        ("klever", env!("CARGO_PKG_VERSION").to_string()),
        ("live clusters", live()),
        ("Kafka versions", format!("{} to {}", RELEASES[0], RELEASES[RELEASES.len() - 1])),
    ];
    lines.extend(terminal());
    let mut text: String =
        lines.iter().map(|(label, text)| format!("{label:<14} {}\n", clean(text))).collect();
    text.push_str(&settings::text(&user_settings::of(&ScreenArgs::default())?)?);
    text.push_str(&way.text);
    output::write(&text)?;
    Ok(if way.is_gone { ExitCode::SUCCESS } else { ExitCode::from(BLIND) })
}

/// How far klever gets to the cluster that was named.
struct Way {
    text: String,
    /// To its end; also where no cluster was named.
    is_gone: bool,
}

#[cfg(feature = "live")]
fn way_to(args: &ConnectArgs) -> Result<Way, Failure> {
    connection::examined(args)
}

#[cfg(not(feature = "live"))]
fn way_to(_: &ConnectArgs) -> Result<Way, Failure> {
    Ok(Way { text: String::new(), is_gone: true })
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
        ("COLORFGBG", variable("COLORFGBG")),
        ("shown as", shown_as()),
        ("locale", locale.unwrap_or_else(|| "(not set)".into())),
    ]
}

/// What klever makes of this terminal.
fn shown_as() -> String {
    let caps = Caps::detect(ColorChoice::Auto);
    let glyphs = if caps.unicode { "Unicode" } else { "ASCII" };
    let ssh = if caps.ssh { ", over SSH" } else { "" };
    format!("colours {}, {glyphs}{ssh}", caps.depth.name())
}
