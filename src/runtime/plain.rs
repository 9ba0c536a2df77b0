//! klever without a screen: lines that tell the state and what changed, commands as lines; no escape codes, for screen readers, dumb terminals and pipes.

use super::inbox::{Inbox, Input};
use super::sources::Sources;
use super::worker::{Worker, play_finale};
use super::{Assess, Driver, RunError, Simulate, Sink};
use crate::app::{App, AssessmentRequest, Effect, ExplorePage, Listener, Msg, PageRequest, Start};
use crate::clock::now_ms;
use crate::report::clean;
use crate::term::{self, Event, TermError};
use std::collections::VecDeque;
use std::io::{BufRead, Write, stdin, stdout};
use std::thread;
use std::time::{Duration, Instant};

/// How often it is told what changed by itself.
const NEWS: Duration = Duration::from_secs(1);
/// How long what a command does may take to be seen.
const EFFECT: Duration = Duration::from_millis(400);
/// How long a command is kept back while the one before it is answered.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs without a screen until the user, the system or the end of the input ends it; yields the exit code.
///
/// # Errors
/// When a keymap file of the user has a mistake, or a thread does not start.
pub fn run_plain(
    start: Start,
    assess: Assess,
    simulate: Simulate,
    connect: impl FnOnce(Sink) -> Box<dyn Driver>,
) -> Result<i32, RunError> {
    let app = App::new(start).map_err(|error| RunError::Input(error.to_string()))?;
    let inbox = Inbox::new();
    let engine = Worker::assessing(assess, inbox.sink()).map_err(TermError::Io)?;
    let explorer = Worker::exploring(inbox.sink()).map_err(TermError::Io)?;
    term::watch(inbox.signals()).map_err(TermError::Io)?;
    listen(inbox.sink())?;
    let sources = Sources::new(connect(inbox.sink()), simulate, inbox.sink());
    let mut plain = Plain {
        app,
        engine,
        explorer,
        sink: inbox.sink(),
        sources,
        listener: Listener::default(),
        lines: VecDeque::new(),
        told: None,
        asked: Instant::now(),
    };
    Ok(plain.until_end(&inbox))
}

/// Sends each line of the input; at its end the program is left.
fn listen(sink: Sink) -> Result<(), RunError> {
    let run = move || {
        for line in stdin().lock().lines().map_while(Result::ok) {
            if !sink.msg(Msg::Line(line)) {
                return;
            }
        }
        // Not the word: a question or a prompt that is open would take it for its answer.
        sink.msg(Msg::End(0));
    };
    thread::Builder::new().name("lines".into()).spawn(run).map_err(TermError::Io)?;
    Ok(())
}

struct Plain {
    app: App,
    engine: Worker<AssessmentRequest>,
    explorer: Worker<PageRequest>,
    sink: Sink,
    sources: Sources,
    listener: Listener,
    /// Commands that wait for the answer to the one before them.
    lines: VecDeque<Msg>,
    told: Option<Instant>,
    asked: Instant,
}

impl Plain {
    fn until_end(&mut self, inbox: &Inbox) -> i32 {
        loop {
            let first = inbox.wait(EFFECT / 4);
            for input in first.into_iter().chain(inbox.ready()) {
                if let Some(code) = self.take(input) {
                    return code;
                }
            }
            if let Some(code) = self.update(Msg::Tick(now_ms())).or_else(|| self.go_on()) {
                return code;
            }
        }
    }

    fn take(&mut self, input: Input) -> Option<i32> {
        match input {
            Input::Msg(msg @ (Msg::Line(_) | Msg::End(_))) => {
                self.lines.push_back(msg);
                None
            }
            Input::Msg(msg) => self.update(msg),
            Input::Event(Event::Terminate(signal)) => Some(128 + signal),
            Input::Event(Event::HangUp) => Some(super::HUNG_UP),
            Input::Event(Event::Suspend) => {
                let _ =
                    rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::STOP);
                None
            }
            Input::Event(_) => None,
        }
    }

    /// Tells what is new when it is time, and does the next command once that is told.
    fn go_on(&mut self) -> Option<i32> {
        let is_answered = self.is_settled() || self.asked.elapsed() > PATIENCE;
        let is_time = self.told.is_none_or(|told| told.elapsed() >= NEWS);
        let has_next = is_answered && !self.lines.is_empty();
        if !is_time && !has_next {
            return None;
        }
        if !self.tell() {
            return Some(0);
        }
        let line = if is_answered { self.lines.pop_front() } else { None }?;
        self.asked = Instant::now();
        let code = self.update(line);
        if !self.tell() { Some(0) } else { code }
    }

    /// Whether what was asked for has been seen.
    fn is_settled(&self) -> bool {
        let is_waiting = self.app.explore_page().is_some_and(ExplorePage::is_computing);
        let is_read = self.app.assessment().is_some() || self.app.source_error.is_some();
        is_read && !self.app.is_computing() && !is_waiting && self.asked.elapsed() >= EFFECT
    }

    /// Says whether anybody still reads.
    fn tell(&mut self) -> bool {
        self.told = Some(Instant::now());
        let mut out = stdout().lock();
        let mut lines = self.listener.hear(&self.app).into_iter();
        lines.all(|line| writeln!(out, "{}", clean(&line)).is_ok()) && out.flush().is_ok()
    }

    fn update(&mut self, msg: Msg) -> Option<i32> {
        let effects = self.app.update(msg);
        effects.into_iter().find_map(|effect| self.perform(effect))
    }

    fn perform(&mut self, effect: Effect) -> Option<i32> {
        match effect {
            Effect::Quit(code) => return Some(code),
            Effect::Assess(request) => self.engine.ask(request),
            Effect::Explore(request) => self.explorer.ask(request),
            Effect::PlayFinale => play_finale(self.sink.clone()),
            Effect::Drive(command) => self.sources.drive(command),
            Effect::OpenCopy(number, scenario) => self.sources.open_copy(number, *scenario),
            Effect::DriveCopy(command) => self.sources.drive_copy(command),
            Effect::CloseCopy => self.sources.close_copy(),
            Effect::Refresh => self.sources.refresh(),
            Effect::Copy(text) => {
                text.lines().for_each(|line| {
                    let _ = writeln!(stdout(), "{}", clean(line));
                });
            }
            // What only a screen has.
            Effect::Suspend | Effect::Repaint | Effect::Theme(_) | Effect::Mouse(_) => {}
        }
        None
    }
}
