//! `klever settings`: every setting with its value and where that comes from, and the sample file.

use crate::app::{SettingRows, keymap_with};
use crate::cli::args::ScreenArgs;
use crate::cli::{Failure, output, user_settings};
use crate::config::settings::{Settings, sample};
use crate::report::clean;
use clap::Args;
use std::fmt::Write as _;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub struct SettingsArgs {
    /// Print a file that sets everything to its default, to begin with
    #[arg(long)]
    pub sample: bool,
    #[command(flatten)]
    pub screen: ScreenArgs,
}

pub(super) fn run(args: &SettingsArgs) -> Result<ExitCode, Failure> {
    if args.sample {
        output::write(&sample())?;
        return Ok(ExitCode::SUCCESS);
    }
    output::write(&text(&user_settings::of(&args.screen)?)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Each setting with its value and origin, the clusters, and what the user's keys do.
pub(super) fn text(settings: &Settings) -> Result<String, Failure> {
    let SettingRows { file, rows } = user_settings::rows(settings);
    let mut text = format!("settings       {}\n", clean(&file));
    for row in rows {
        let value = if row.value.is_empty() { "-" } else { &row.value };
        let _ = writeln!(text, "  {:<16} {:<9} {}", row.name, clean(value), clean(&row.origin));
    }
    for cluster in settings.file.iter().flat_map(|file| &file.clusters) {
        let at = cluster.bootstrap.as_deref().unwrap_or("as its properties say");
        let _ = writeln!(text, "  cluster {:<8} {}", clean(&cluster.name), clean(at));
    }
    let keys = keymap_with(&user_settings::keys(settings)?);
    let (_, notes) = keys.map_err(|error| Failure::usage(error.to_string()))?;
    notes.iter().for_each(|note| text.push_str(&format!("  {}\n", clean(note))));
    Ok(text)
}
