//! Stopping the whole job, as the shell's stop key does, when somebody is there to continue it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getpgid, getpgrp, getppid, getsid};
use std::io;

/// Stops this process group and returns when it is continued. Yields `false`, without stopping, when no shell
/// could continue it: the parent is gone or in another session, as under `ssh host klever` or in a container.
pub(super) fn stop() -> io::Result<bool> {
    if !has_shell() {
        return Ok(false);
    }
    kill(Pid::from_raw(0), Signal::SIGSTOP)?;
    Ok(true)
}

/// POSIX's "not orphaned": the parent is of this session and of another group. In a container the parent, its
/// session and its group may lie outside the process namespace and read as 0, which is nobody.
fn has_shell() -> bool {
    let nobody = Pid::from_raw(0);
    let parent = getppid();
    if parent == nobody {
        return false;
    }
    let same_session = matches!(
        (getsid(Some(parent)), getsid(None)),
        (Ok(theirs), Ok(ours)) if theirs == ours && ours != nobody
    );
    let other_group = getpgid(Some(parent)).is_ok_and(|group| group != nobody && group != getpgrp());
    same_session && other_group
}
