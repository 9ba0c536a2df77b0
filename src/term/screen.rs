//! The screen: entered, drawn on, left for a while, given back when dropped.

use super::outlet::{Backlog, Outlet};
use super::{NotCopied, Painter, background, clipboard, guard, suspend};
use ratatui::backend::Backend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal};
use rustix::fd::AsFd;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How the screen is entered.
#[derive(Debug, Default)]
pub struct Options {
    /// Whether mouse buttons and the wheel are reported.
    pub mouse: bool,
    /// Whether tmux is between us and the terminal.
    pub tmux: bool,
    /// Where standard error goes while the screen is up; nowhere without it.
    pub log: Option<File>,
}

/// Why there is no screen.
#[derive(Debug)]
pub enum TermError {
    /// Standard output goes to a file or a pipe.
    NotATerminal,
    Io(io::Error),
}

impl fmt::Display for TermError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TermError::NotATerminal => write!(f, "standard output is not a terminal"),
            TermError::Io(error) => write!(f, "the terminal cannot be used: {error}"),
        }
    }
}

impl std::error::Error for TermError {}

impl From<io::Error> for TermError {
    fn from(error: io::Error) -> Self {
        TermError::Io(error)
    }
}

/// What a frame cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Cost {
    pub bytes: u64,
    /// How long the terminal took to take them.
    pub took: Duration,
}

/// The terminal while klever has it.
pub struct Screen {
    terminal: Terminal<Painter<Backlog>>,
    options: Options,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When standard output is not a terminal, or the terminal refuses.
    pub fn enter(options: Options) -> Result<Screen, TermError> {
        if !rustix::termios::isatty(io::stdout().as_fd()) {
            return Err(TermError::NotATerminal);
        }
        let out = Backlog::new(Outlet::get()?);
        let terminal = Terminal::new(Painter::new(out, crossterm::terminal::size))?;
        let mut screen = Screen { terminal, options };
        screen.set_up()?;
        Ok(screen)
    }

    fn set_up(&mut self) -> io::Result<()> {
        guard::enter(self.options.log.as_ref())?;
        self.out().forget();
        self.out().write_all(guard::ENTER)?;
        if self.options.mouse {
            self.terminal.backend_mut().push(guard::MOUSE_ON);
        }
        self.repaint()
    }

    /// Asks the terminal for its background, with the next bytes that it gets; the answer is an event, if one comes.
    pub fn ask_background(&mut self) {
        self.terminal.backend_mut().push(background::ASK);
    }

    fn out(&mut self) -> &mut Backlog {
        self.terminal.backend_mut().out_mut()
    }

    /// Whether the terminal has not taken the last frame yet. Another one would only make it wait longer.
    pub fn is_behind(&mut self) -> bool {
        self.out().is_behind()
    }

    /// Waits a moment for the terminal to take the last frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn catch_up(&mut self) -> io::Result<()> {
        self.out().catch_up()
    }

    /// Draws a frame; only cells that changed are written.
    ///
    /// # Errors
    /// When the terminal does not take it: it is gone.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<Cost> {
        let size = self.terminal.size()?;
        if size.width == 0 || size.height == 0 {
            return Ok(Cost::default());
        }
        let before = self.terminal.backend().written();
        let started = Instant::now();
        self.terminal.backend_mut().set_columns(size.width);
        self.terminal.draw(render)?;
        Ok(Cost { bytes: self.terminal.backend().written() - before, took: started.elapsed() })
    }

    /// Forgets what is on the terminal, so that the next frame is drawn whole. Asks the terminal nothing.
    ///
    /// # Errors
    /// When its size cannot be told.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        let size = self.terminal.backend().size()?;
        self.terminal.resize(Rect::new(0, 0, size.width, size.height))
    }

    /// Gives the terminal back for now.
    pub fn leave(&mut self) {
        guard::restore();
    }

    /// Takes it again, whatever was done to it in between.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub fn reenter(&mut self) -> io::Result<()> {
        guard::restore();
        self.set_up()
    }

    /// Stops the job until the shell continues it. Yields `false` when there is no shell to do so.
    ///
    /// # Errors
    /// When the terminal cannot be taken again.
    pub fn suspend(&mut self) -> io::Result<bool> {
        self.leave();
        let stopped = suspend::stop();
        self.reenter()?;
        stopped
    }

    /// Copies a text to the user's clipboard, if the terminal allows it.
    ///
    /// # Errors
    /// When the terminal is gone; within it, why the text was not copied.
    pub fn copy(&mut self, text: &str) -> io::Result<Result<(), NotCopied>> {
        if self.is_behind() {
            return Ok(Err(NotCopied::Behind));
        }
        match clipboard::sequence(text, self.options.tmux) {
            Ok(sequence) => {
                self.terminal.backend_mut().push(sequence.as_bytes());
                Backend::flush(self.terminal.backend_mut()).map(Ok)
            }
            Err(why) => Ok(Err(why)),
        }
    }

    /// Switches the mouse on or off.
    pub fn set_mouse(&mut self, on: bool) {
        self.options.mouse = on;
        self.terminal.backend_mut().push(if on { guard::MOUSE_ON } else { guard::MOUSE_OFF });
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.terminal.backend().written()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        guard::restore();
    }
}
