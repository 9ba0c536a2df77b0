//! `check --host`: machines of brokers, this one or saved copies.

use super::CheckArgs;
use crate::cli::{Failure, output};
use crate::config::{FileNote, read_hosts};
use crate::rules::Surroundings;
use std::path::Path;

/// Without a folder: this machine.
pub(super) const HERE: &str = "/";

pub(super) const HELP: &str = "\
Judge the machine of the broker that runs here too, or of the one in a folder that has a copy of its /proc and /sys \
(assets/docs/host.md has the lines of shell that make one). Files to check stand before it: klever check FILE --host";

/// What was given beside the cluster.
pub(super) fn surroundings(args: &CheckArgs) -> Result<Surroundings, Failure> {
    let mut around = Surroundings::default();
    for folder in &args.host {
        let mut hosts = read_hosts(folder).map_err(|why| none_found(folder, &why))?;
        for host in &mut hosts {
            // Copies of containers may all have one name.
            if around.hosts.iter().any(|other| other.name == host.name) {
                host.name = format!("{} ({})", host.name, folder.display());
            }
            let text = format!("read as the machine of a broker: {}", host.name);
            output::note(&FileNote { file: folder.display().to_string(), line: None, text });
        }
        around.hosts.append(&mut hosts);
    }
    Ok(around)
}

fn none_found(folder: &Path, why: &str) -> Failure {
    if folder == Path::new(HERE) {
        return Failure::blind(format!("no broker was found on this machine: {why}"))
            .hint("run it where a broker runs, or give the folder of a copy: --host FOLDER");
    }
    let hint = if folder.is_file() {
        "files to check stand before --host: klever check FILE --host"
    } else {
        "give a folder with a copy of a broker's /proc and /sys: assets/docs/host.md says how to make one"
    };
    Failure::usage(format!("--host {}: {why}", folder.display())).hint(hint)
}
