//! Command lines drawn from what the program itself declares, with values as people and scripts get them wrong.

use super::mutant::Draw;
use super::readers::READERS;
use clap::{Arg, Command, CommandFactory};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Values of every kind, right for some options and wrong for the rest. Port 1 refuses; nothing leaves this machine.
const VALUES: [&str; 36] = [
    "",
    "-",
    "0",
    "1",
    "-1",
    "3",
    "99999999999999999999",
    "1e9",
    "NaN",
    "acks=1",
    "acks=7",
    "topic/x:partitions=3",
    "min.insync.replicas=2",
    "producer:",
    "=",
    "broker=1",
    "broker=99",
    "rack=r1",
    "rack=",
    "json",
    "text",
    "sarif",
    "none",
    "true",
    "mono",
    "orders",
    "../../x",
    "/dev/null",
    ".",
    "file",
    "127.0.0.1:1",
    "127.0.0.1:notaport",
    "[::1]:1",
    "survive data 1 crash",
    "c01-acks-1-leader-dies",
    "acks-one",
];

/// Commands that start brokers are not drawn.
const LEFT_OUT: [&str; 1] = ["lab"];

/// The longest that any of these may take, on a machine that does other things too.
const MOST: Duration = Duration::from_secs(60);

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// With this code, and with this on both outputs.
    With(i32, String),
    BySignal(#[expect(dead_code, reason = "shown where it fails")] String),
    /// It did not: it was killed.
    Not,
}

/// Some arguments. A file of any kind, perhaps a mutated one, lies in the folder as `file`.
pub(crate) fn command_line(draw: &mut Draw, folder: &Path) -> Vec<String> {
    let reader = draw.one_of(&READERS);
    let _ = std::fs::write(folder.join("file"), draw.mutant(&(reader.samples)()));
    let root = klever::cli::Args::command();
    let (mut line, command) = command(draw, &root);
    let arguments: Vec<&Arg> = command.get_arguments().collect();
    for _ in 0..draw.below(5) {
        push(draw, &arguments, &mut line);
    }
    if draw.below(8) == 0 {
        line.push(format!("--{}", value(draw)));
    }
    line
}

/// A command that has none below it, with the words that name it.
pub(crate) fn command<'a>(draw: &mut Draw, root: &'a Command) -> (Vec<String>, &'a Command) {
    let (mut line, mut command) = (Vec::new(), root);
    while command.has_subcommands() {
        let is_drawn = |below: &&Command| !LEFT_OUT.contains(&below.get_name());
        let below: Vec<&Command> = command.get_subcommands().filter(is_drawn).collect();
        command = *draw.one_of(&below);
        line.push(command.get_name().to_string());
    }
    (line, command)
}

/// An option with its value, a flag, or a bare word.
fn push(draw: &mut Draw, arguments: &[&Arg], line: &mut Vec<String>) {
    if arguments.is_empty() || draw.below(6) == 0 {
        return line.push(value(draw));
    }
    let argument = *draw.one_of(arguments);
    let name = argument.get_long().map(|long| format!("--{long}"));
    let name = name.or_else(|| argument.get_short().map(|short| format!("-{short}")));
    let takes_value = argument.get_action().takes_values();
    line.extend(name);
    if takes_value && draw.below(12) != 0 {
        let declared = argument.get_possible_values();
        let is_right = !declared.is_empty() && draw.below(3) != 0;
        line.push(if is_right { draw.one_of(&declared).get_name().to_string() } else { value(draw) });
    }
}

/// One of the values, the file most often.
fn value(draw: &mut Draw) -> String {
    match draw.below(6) {
        0 | 1 => "file".to_string(),
        // An argument cannot hold a zero byte.
        2 => draw.piece().replace('\0', ""),
        _ => (*draw.one_of(&VALUES)).to_string(),
    }
}

/// Runs klever in a folder with little memory and nothing to read; asks it to end, then kills it, if it does not end.
pub(crate) fn run_bounded(line: &[String], folder: &Path) -> Ended {
    let mut child = std::process::Command::new("/bin/sh")
        .args(["-c", "ulimit -v 6000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_klever")])
        .args(line)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell starts");
    let outputs = [read_on(child.stdout.take()), read_on(child.stderr.take())];
    let status = wait(&mut child);
    let told: String = outputs.into_iter().map(|output| output.join().unwrap_or_default()).collect();
    // A command that ends by the signal that asked it to: the code that a shell sees.
    let code = |status: ExitStatus| status.code().or_else(|| (status.signal() == Some(2)).then_some(130));
    match status.map(|status| (code(status), status)) {
        Some((Some(code), _)) => Ended::With(code, told),
        Some((None, status)) => Ended::BySignal(format!("{status}\n{told}")),
        None => Ended::Not,
    }
}

/// Reads an output to its end, so that it never fills.
fn read_on(output: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut output) = output {
            let _ = output.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A long simulation is no fault, as long as it ends when it is asked to.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    for ask in [false, true] {
        if ask && let Some(pid) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        }
        let until = Instant::now() + MOST;
        while Instant::now() < until {
            if let Ok(Some(status)) = child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}
