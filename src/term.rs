//! The terminal: taken over, drawn on, listened to and always given back.
//!
//! Threads and channels only: the screen works without an async runtime. Bytes are encoded and decoded here,
//! because an unchanged frame has to write nothing, a lost terminal must not spin, and a late reply of the
//! terminal must not turn into keystrokes.

mod background;
mod caps;
mod clipboard;
mod crash;
mod decode;
mod guard;
mod input;
mod outlet;
mod painter;
mod screen;
mod signals;
mod suspend;

pub use caps::Caps;
pub use clipboard::NotCopied;
pub use decode::Decoder;
pub use guard::install_panic_hook;
pub use input::{Tty, listen};
pub use painter::Painter;
pub use screen::{Options, Screen, TermError};
pub use signals::watch;

use crate::keymap::Key;

/// What a mouse button or wheel did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MouseKind {
    /// The left button went down.
    Press,
    /// The wheel turned up.
    WheelUp,
    /// The wheel turned down.
    WheelDown,
}

/// Something from the terminal or from the system.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    Paste(String),
    /// The mouse was used, at a column and a row counted from 0.
    Mouse(MouseKind, u16, u16),
    /// The terminal's window gained or lost the keyboard.
    Focus(bool),
    /// The terminal says whether its background is light.
    Background {
        is_light: bool,
    },
    Resize,
    /// The process was stopped and goes on: modes and contents of the terminal are not ours any more.
    Continued,
    /// The terminal's stop key or `kill -TSTP`.
    Suspend,
    /// A signal asks to end; its number.
    Terminate(i32),
    /// The terminal is gone.
    HangUp,
}
