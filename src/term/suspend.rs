//! Stopping the whole job, as the shell's stop key does, when somebody is there to continue it.

use rustix::process::{Signal, getpgid, getpgrp, getppid, getsid, kill_current_process_group};
use std::io;

/// Stops this process group and returns when it is continued. Yields `false`, without stopping, when no shell
/// could continue it: the parent is gone or in another session, as under `ssh host klever` or in a container.
pub(super) fn stop() -> io::Result<bool> {
    if !has_shell() {
        return Ok(false);
    }
    kill_current_process_group(Signal::STOP)?;
    Ok(true)
}

/// POSIX's "not orphaned": the parent is of this session and of another group.
fn has_shell() -> bool {
    let Some(parent) = getppid() else { return false };
    let same_session =
        matches!((getsid(Some(parent)), getsid(None)), (Ok(theirs), Ok(ours)) if theirs == ours);
    let other_group = getpgid(Some(parent)).is_ok_and(|group| group != getpgrp());
    same_session && other_group
}
