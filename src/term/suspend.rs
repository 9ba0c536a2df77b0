//! Stopping the whole job, as the shell's stop key does, when somebody is there to continue it.

use rustix::process::{Signal, kill_current_process_group};
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

/// A process in the terms of job control; 0 is an id outside this process namespace, that is nobody.
struct Job {
    parent: i32,
    group: i32,
    session: i32,
}

/// POSIX's "not orphaned": the parent is of this session and of another group. In a container the parent, its
/// session and its group may lie outside the process namespace.
fn has_shell() -> bool {
    let Some(own) = job_of("self") else { return false };
    if own.parent == 0 {
        return false;
    }
    let Some(parent) = job_of(&own.parent.to_string()) else { return false };
    let same_session = parent.session == own.session && own.session != 0;
    same_session && parent.group != 0 && parent.group != own.group
}

/// From the kernel's own table and not by `getsid`: rustix takes it that no session and no group is 0.
#[cfg(target_os = "linux")]
fn job_of(process: &str) -> Option<Job> {
    parse_stat(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// Where there are no process namespaces, every id is somebody's.
#[cfg(not(target_os = "linux"))]
fn job_of(process: &str) -> Option<Job> {
    use rustix::process::{Pid, getpgid, getppid, getsid};
    let id = process.parse().ok().and_then(Pid::from_raw);
    Some(Job {
        parent: Pid::as_raw(getppid()),
        group: Pid::as_raw(Some(getpgid(id).ok()?)),
        session: Pid::as_raw(Some(getsid(id).ok()?)),
    })
}

/// The line of proc(5): id, name in parentheses (any bytes, more parentheses too), state, parent, group, session.
#[cfg(target_os = "linux")]
fn parse_stat(line: &str) -> Option<Job> {
    let (_, rest) = line.rsplit_once(')')?;
    let mut numbers = rest.split_ascii_whitespace().skip(1).map_while(|number| number.parse().ok());
    Some(Job { parent: numbers.next()?, group: numbers.next()?, session: numbers.next()? })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let job = parse_stat("42 (a) b (c) S 7 42 5 34817 42 4194304").unwrap();
        assert_eq!((job.parent, job.group, job.session), (7, 42, 5));
        assert!(parse_stat("42 (klever").is_none());
        let own = job_of("self").unwrap();
        assert!(own.parent >= 0 && own.group >= 0 && own.session >= 0);
    }
}
