//! The loop: keys, snapshots, answers, timers and signals -> `App::update` -> effects -> at most one draw a frame.
//!
//! Threads and a channel: the terminal, the signals, the engine and the source each have a thread and send here.

mod inbox;
mod pacing;
mod plain;
mod sources;
mod worker;

pub use inbox::Sink;
pub use plain::run_plain;
pub use sources::Simulate;
pub use worker::Assess;

use crate::app::{App, AssessmentRequest, Command, Effect, Level, Msg, PageRequest, Start};
use crate::clock::now_ms;
use crate::term::{self, Caps, Decoder, Event, MouseKind, Options, Screen, TermError, Tty};
use crate::theme::{GlyphChoice, Glyphs, Graphs, Theme};
use crate::ui::{self, HitMap};
use inbox::{Inbox, Input};
use pacing::{DrawReason, Pacing};
use sources::Sources;
use std::fs::File;
use std::time::{Duration, Instant};
use worker::{Worker, play_finale};

/// How long inputs are taken before the screen shows what came of them.
const FRAME: Duration = Duration::from_millis(12);

/// How long after the start an answer of the terminal may still come.
const ANSWER_DUE: Duration = Duration::from_millis(300);

/// How often a terminal that says nothing is looked after.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The exit code after a lost terminal: as after SIGHUP.
const HUNG_UP: i32 = 129;

/// A source that can be told things.
pub trait Driver {
    /// Does something to the cluster; real clusters ignore it.
    fn drive(&mut self, command: Command);
    /// Reads the cluster again now.
    fn refresh(&mut self);
}

/// What the loop needs.
pub struct Setup {
    /// How the application starts.
    pub start: Start,
    /// What the terminal can do.
    pub caps: Caps,
    /// Which marks to draw with.
    pub glyphs: GlyphChoice,
    /// What bars along time are drawn with.
    pub graphs: Graphs,
    /// Whether the terminal is asked for its background, to choose the theme.
    pub asks_background: bool,
    /// Whether few bytes are to be written.
    pub low_bandwidth: bool,
    /// Theme files of the user: name and text.
    pub themes: Vec<(String, String)>,
    /// Where standard error goes while the screen is up.
    pub log: Option<File>,
    pub assess: Assess,
    /// Runs copies of the cluster.
    pub simulate: Simulate,
}

/// DrawReason the screen did not come up.
#[derive(Debug)]
pub enum RunError {
    /// There is no terminal, or it refused.
    Term(TermError),
    /// A theme or keymap file has a mistake; one plain line.
    Input(String),
}

impl std::fmt::Display for RunError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RunError::Term(error) => error.fmt(f),
            RunError::Input(line) => f.write_str(line),
        }
    }
}

impl std::error::Error for RunError {}

impl<E: Into<TermError>> From<E> for RunError {
    fn from(error: E) -> Self {
        RunError::Term(error.into())
    }
}

/// Runs the screen until the user or the system ends it; yields the exit code. `connect` starts the source, which
/// sends its snapshots into the sink.
///
/// # Errors
/// When there is no terminal, or a file of the user has a mistake.
pub fn run(mut setup: Setup, connect: impl FnOnce(Sink) -> Box<dyn Driver>) -> Result<i32, RunError> {
    let glyphs = Glyphs::choose(setup.glyphs, setup.caps.unicode);
    let app = App::new(setup.start.clone()).map_err(|error| RunError::Input(error.to_string()))?;
    let theme = theme(app.theme(), &setup, glyphs)?;
    let inbox = Inbox::new();
    let engine = Worker::assessing(setup.assess.clone(), inbox.sink()).map_err(TermError::Io)?;
    let explorer = Worker::exploring(inbox.sink()).map_err(TermError::Io)?;
    let options = Options { mouse: setup.start.mouse, tmux: setup.caps.tmux, log: setup.log.take() };
    term::install_panic_hook();
    // Before the terminal is taken: a request to end must find somebody who gives it back.
    term::watch(inbox.signals()).map_err(TermError::Io)?;
    let mut screen = Screen::enter(options)?;
    let asked = setup.asks_background.then(Instant::now);
    let decoder = if asked.is_some() { Decoder::expecting() } else { Decoder::default() };
    term::listen(Tty::open().map_err(TermError::Io)?, decoder, inbox.keys()).map_err(TermError::Io)?;
    if asked.is_some() {
        screen.ask_background();
    }
    let sources = Sources::new(connect(inbox.sink()), setup.simulate.clone(), inbox.sink());
    let mut running = Running {
        app,
        theme,
        glyphs,
        screen,
        tty: Tty::open().map_err(TermError::Io)?,
        engine,
        explorer,
        sink: inbox.sink(),
        sources,
        hits: HitMap::default(),
        pacing: Pacing::new(setup.low_bandwidth),
        resumed: None,
        asked,
        setup,
    };
    let code = running.until_end(&inbox);
    running.await_answer(&inbox);
    Ok(code)
}

fn theme(name: &str, setup: &Setup, glyphs: &'static Glyphs) -> Result<Theme, RunError> {
    let file = setup.themes.iter().find(|(known, _)| known == name);
    let loaded = match file {
        Some((name, text)) => Theme::from_toml(name, text, setup.caps.depth, glyphs),
        None => Theme::built_in(name, setup.caps.depth, glyphs),
    };
    let loaded = loaded.map_err(|error| RunError::Input(error.to_string()))?;
    Ok(loaded.with_graphs(setup.graphs))
}

struct Running {
    app: App,
    theme: Theme,
    glyphs: &'static Glyphs,
    screen: Screen,
    tty: Tty,
    engine: Worker<AssessmentRequest>,
    explorer: Worker<PageRequest>,
    sink: Sink,
    sources: Sources,
    hits: HitMap,
    pacing: Pacing,
    resumed: Option<Instant>,
    /// When the terminal was asked for its background; `None` once it has answered.
    asked: Option<Instant>,
    setup: Setup,
}

impl Running {
    fn until_end(&mut self, inbox: &Inbox) -> i32 {
        if let Some(code) = self.resize().or_else(|| self.update(Msg::Tick(now_ms()))) {
            return code;
        }
        loop {
            let rest = self.pacing.wait(self.next_tick(), HEARTBEAT);
            let wait = if self.screen.is_behind() { Duration::ZERO } else { rest };
            let first = inbox.wait(wait);
            let silent = first.is_none();
            if let Some(code) = self.take_all(first.into_iter().chain(inbox.ready())) {
                return code;
            }
            if silent && self.tty.is_gone() {
                return HUNG_UP;
            }
            if let Some(code) = self.tick().or_else(|| self.show()) {
                return code;
            }
        }
    }

    /// Left at once, an answer that is on its way would be read by the shell as if it were typed.
    fn await_answer(&mut self, inbox: &Inbox) {
        let is_due = |asked: Instant| asked.elapsed() < ANSWER_DUE;
        while self.asked.is_some_and(is_due) {
            if let Some(Input::Event(Event::Background { .. } | Event::HangUp)) = inbox.wait(FRAME) {
                return;
            }
        }
    }

    /// Inputs until there are none or a frame's time is over. Letters that come together are typed together, so that
    /// what they are looked up in is searched once.
    fn take_all(&mut self, inputs: impl Iterator<Item = Input>) -> Option<i32> {
        let until = Instant::now() + FRAME;
        let mut letters = String::new();
        for input in inputs {
            match self.typed_by(&input) {
                Some(letter) => letters.push(letter),
                None => {
                    if let Some(code) = self.type_in(&mut letters).or_else(|| self.take(input)) {
                        return Some(code);
                    }
                }
            }
            if Instant::now() >= until {
                break;
            }
        }
        self.type_in(&mut letters)
    }

    /// The letter that an input only adds to the line being typed.
    fn typed_by(&self, input: &Input) -> Option<char> {
        match input {
            Input::Event(Event::Key(key)) => self.app.typed_by(*key),
            _ => None,
        }
    }

    fn type_in(&mut self, letters: &mut String) -> Option<i32> {
        if letters.is_empty() {
            return None;
        }
        self.event(Event::Paste(std::mem::take(letters)))
    }

    /// One input; yields the exit code when it is the last one.
    fn take(&mut self, input: Input) -> Option<i32> {
        match input {
            Input::Event(event) => self.event(event),
            Input::Msg(msg) => {
                self.pacing.want(DrawReason::Data);
                self.update(msg)
            }
        }
    }

    fn event(&mut self, event: Event) -> Option<i32> {
        self.pacing.want(DrawReason::Input);
        match event {
            Event::Key(key) => self.update(Msg::Key(key)),
            Event::Paste(text) => self.update(Msg::Paste(text)),
            Event::Mouse(kind, x, y) => self.mouse(kind, x, y),
            Event::Focus(focused) => {
                self.pacing.set_focused(focused);
                None
            }
            Event::Background { is_light } => {
                self.asked = None;
                self.update(Msg::Background { is_light })
            }
            Event::Resize => self.resize(),
            Event::Suspend => self.update(Msg::Suspend),
            Event::Continued => self.continued(),
            Event::Terminate(signal) => self.update(Msg::End(128 + signal)),
            Event::HangUp => Some(HUNG_UP),
        }
    }

    fn mouse(&mut self, kind: MouseKind, x: u16, y: u16) -> Option<i32> {
        let wheel = |by| self.hits.pane_at(x, y).map(|pane| Msg::Wheel(pane, by));
        let msg = match kind {
            MouseKind::Press => self.hits.at(x, y).map(Msg::Click),
            MouseKind::WheelUp => wheel(-3),
            MouseKind::WheelDown => wheel(3),
        };
        msg.and_then(|msg| self.update(msg))
    }

    fn resize(&mut self) -> Option<i32> {
        self.pacing.want(DrawReason::Input);
        match crossterm::terminal::size() {
            Ok((columns, rows)) => self.update(Msg::Resize(columns, rows)),
            Err(_) => Some(HUNG_UP),
        }
    }

    /// The shell has had the terminal. After a stop of our own making it is ours again already.
    fn continued(&mut self) -> Option<i32> {
        let own = self.resumed.take().is_some_and(|at| at.elapsed() < Duration::from_secs(1));
        if own {
            return None;
        }
        match self.screen.reenter() {
            Ok(()) => self.resize(),
            Err(_) => Some(HUNG_UP),
        }
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
            Effect::Copy(text) => return self.copy(&text),
            Effect::Suspend => return self.suspend(),
            Effect::Repaint => return self.screen.repaint().is_err().then_some(HUNG_UP),
            Effect::Theme(name) => match theme(&name, &self.setup, self.glyphs) {
                Ok(theme) => self.theme = theme,
                Err(error) => return self.update(Msg::Notice(Level::Bad, error.to_string())),
            },
            Effect::Mouse(on) => self.screen.set_mouse(on),
        }
        None
    }

    fn copy(&mut self, text: &str) -> Option<i32> {
        match self.screen.copy(text) {
            Ok(Ok(())) => None,
            Ok(Err(why)) => self.update(Msg::Notice(Level::Warn, why.to_string())),
            Err(_) => Some(HUNG_UP),
        }
    }

    fn suspend(&mut self) -> Option<i32> {
        let stopped = self.screen.suspend();
        self.resumed = Some(Instant::now());
        match stopped {
            Ok(true) => self.resize(),
            Ok(false) => self.update(Msg::Notice(Level::Notice, "there is no shell to go back to".into())),
            Err(_) => Some(HUNG_UP),
        }
    }

    /// When the screen changes by itself, because something on it tells an age.
    fn next_tick(&self) -> Option<Duration> {
        let at = self.app.next_tick_ms()?;
        Some(Duration::from_millis((at - now_ms()).max(0) as u64))
    }

    fn tick(&mut self) -> Option<i32> {
        if self.app.next_tick_ms().is_some_and(|at| at <= now_ms()) {
            self.pacing.want(DrawReason::Data);
            return self.update(Msg::Tick(now_ms()));
        }
        None
    }

    /// Draws, unless the terminal has not taken the last frame yet: keys and signals must not wait for it.
    fn show(&mut self) -> Option<i32> {
        if !self.screen.is_behind() {
            return self.draw_if_due();
        }
        match self.screen.catch_up() {
            Ok(()) if self.screen.is_behind() => self.pacing.held_up(),
            Ok(()) => {}
            Err(_) => return Some(HUNG_UP),
        }
        None
    }

    fn draw_if_due(&mut self) -> Option<i32> {
        if !self.pacing.is_due() {
            return None;
        }
        if let Some(code) = self.update(Msg::Tick(now_ms())) {
            return Some(code);
        }
        let (app, theme, hits) = (&self.app, &self.theme, &mut self.hits);
        match self.screen.draw(|frame| *hits = ui::render(app, theme, frame)) {
            Ok(cost) => self.pacing.drawn(cost.took),
            Err(_) => return Some(HUNG_UP),
        }
        let shown = self.hits.shown().to_vec();
        shown.into_iter().find_map(|(pane, rows)| self.update(Msg::Shown(pane, rows)))
    }
}
