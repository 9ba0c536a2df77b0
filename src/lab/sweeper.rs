//! Removes a lab's folder when klever is gone before it could.

use super::LabError;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Waits for the end of standard input. In an orderly end the folder is gone by then; else the nodes' own shells
/// end them meanwhile, and what they still write while they end is removed too.
const SWEEP: &str = r#"
while read -r _; do :; done
for _ in 1 2 3; do
  [ -e "$1" ] || exit 0
  sleep 1; rm -rf -- "$1"
done
"#;

/// The shell that runs [`SWEEP`]. It is to be dropped after the folder.
pub(super) struct Sweeper {
    shell: Child,
}

impl Sweeper {
    pub(super) fn start(folder: &Path) -> Result<Sweeper, LabError> {
        let shell = Command::new("sh")
            .args(["-c", SWEEP, "klever-lab-sweeper"])
            .arg(folder)
            // The terminal's Ctrl-C is for klever alone.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| LabError::io("start the sweeper", &error))?;
        Ok(Sweeper { shell })
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.shell.stdin = None;
        let _ = self.shell.wait();
    }
}
