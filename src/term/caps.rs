//! What the terminal can do, judged by the environment: it starts at once, whatever the terminal answers later.

use crate::theme::{ColorChoice, Depth};

/// What the terminal can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Caps {
    /// How many colours it shows.
    pub depth: Depth,
    /// Whether it shows more than ASCII.
    pub unicode: bool,
    /// Whether its background is light, as far as the environment says so.
    pub light: bool,
    /// Whether it can be asked for its background, because the environment does not say.
    pub asks_background: bool,
    /// Whether it is reached over SSH.
    pub ssh: bool,
    /// Whether tmux is in between.
    pub tmux: bool,
}

impl Caps {
    /// The capabilities that an environment tells of. Precedence for colours: `choice`, `NO_COLOR`,
    /// `CLICOLOR_FORCE`, then `COLORTERM` and `TERM`.
    pub fn from_env(env: impl Fn(&str) -> Option<String>, choice: ColorChoice) -> Caps {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        let depth = match choice {
            ColorChoice::Exactly(depth) => depth,
            ColorChoice::Auto if set("NO_COLOR").is_some() => Depth::None,
            ColorChoice::Auto => {
                let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
                depth_of(&set).max(if forced { Depth::C16 } else { Depth::None })
            }
        };
        Caps {
            depth,
            unicode: unicode(&set),
            light: set("COLORFGBG").is_some_and(|colors| is_light(&colors)),
            asks_background: depth != Depth::None && answers(&set),
            ssh: ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].iter().any(|name| set(name).is_some()),
            tmux: set("TMUX").is_some(),
        }
    }

    /// The capabilities of this process's terminal.
    pub fn detect(choice: ColorChoice) -> Caps {
        Caps::from_env(|name| std::env::var(name).ok(), choice)
    }
}

/// Terminals known for 24-bit colour that do not always say so in `COLORTERM`, which sshd does not pass on.
const TRUE_TERMS: [&str; 7] =
    ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm", "contour", "rio"];

const PLAIN_TERMS: [&str; 6] = ["dumb", "vt52", "vt100", "vt102", "vt220", "unknown"];

fn depth_of(set: &impl Fn(&str) -> Option<String>) -> Depth {
    let term = set("TERM").unwrap_or_else(|| "dumb".into());
    let color_term = set("COLORTERM").unwrap_or_default();
    let program = set("TERM_PROGRAM").unwrap_or_default();
    if PLAIN_TERMS.contains(&term.as_str()) {
        return Depth::None;
    }
    let truly = color_term == "truecolor"
        || color_term == "24bit"
        || term.ends_with("-direct")
        || TRUE_TERMS.iter().any(|known| term.starts_with(known))
        || ["iTerm.app", "WezTerm", "ghostty", "vscode"].contains(&program.as_str())
        || set("WT_SESSION").is_some();
    if truly {
        Depth::True
    } else if term.contains("256color") {
        Depth::C256
    } else {
        Depth::C16
    }
}

/// The console of Linux shows a question that it does not know; one that says its colours need not be asked.
fn answers(set: &impl Fn(&str) -> Option<String>) -> bool {
    let term = set("TERM").unwrap_or_else(|| "dumb".into());
    let is_silent = term.starts_with("linux") || PLAIN_TERMS.contains(&term.as_str());
    !is_silent && set("COLORFGBG").is_none()
}

/// `0;15` or `0;default;15`, as rxvt, Konsole and others set it: the last number is the background, 7 and 15 are white.
fn is_light(colors: &str) -> bool {
    colors.rsplit(';').next().is_some_and(|ground| ["7", "15"].contains(&ground))
}

/// UTF-8 by the first locale variable that is set, and a terminal that has the glyphs.
fn unicode(set: &impl Fn(&str) -> Option<String>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    let term = set("TERM").unwrap_or_else(|| "dumb".into());
    let has_glyphs = term != "linux" && !PLAIN_TERMS.contains(&term.as_str());
    has_glyphs && (locale.contains("utf-8") || locale.contains("utf8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps(env: &[(&str, &str)]) -> Caps {
        let find = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_string());
        Caps::from_env(find, ColorChoice::Auto)
    }

    #[test]
    fn depth_follows_the_environment() {
        let depth = |env: &[(&str, &str)]| caps(env).depth;
        assert_eq!(depth(&[]), Depth::None);
        assert_eq!(depth(&[("TERM", "xterm")]), Depth::C16);
        assert_eq!(depth(&[("TERM", "tmux-256color")]), Depth::C256);
        assert_eq!(depth(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")]), Depth::True);
        assert_eq!(depth(&[("TERM", "xterm-kitty")]), Depth::True);
        assert_eq!(depth(&[("TERM", "dumb"), ("COLORTERM", "truecolor")]), Depth::None);
    }

    #[test]
    fn no_color_beats_force_and_the_flag_beats_both() {
        let env = [("TERM", "xterm-256color"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
        assert_eq!(caps(&env).depth, Depth::None);
        assert_eq!(caps(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).depth, Depth::C256);
        assert_eq!(caps(&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")]).depth, Depth::C16);
        let flag = Caps::from_env(|_| Some("1".into()), ColorChoice::Exactly(Depth::True));
        assert_eq!(flag.depth, Depth::True);
    }

    #[test]
    fn a_light_background_is_what_the_terminal_says() {
        let light = |colors: &str| caps(&[("TERM", "xterm"), ("COLORFGBG", colors)]).light;
        assert!(light("0;15") && light("0;default;15") && light("0;7"));
        assert!(!light("15;0") && !light("default;default") && !light("") && !light("7;8"));
    }

    #[test]
    fn the_background_is_asked_where_the_terminal_answers_and_colours_are_shown() {
        let asks = |env: &[(&str, &str)]| caps(env).asks_background;
        assert!(asks(&[("TERM", "xterm-256color")]) && asks(&[("TERM", "tmux-256color"), ("TMUX", "x")]));
        for term in ["dumb", "linux", "linux-16color", "vt100", ""] {
            assert!(!asks(&[("TERM", term)]), "{term}");
        }
        assert!(!asks(&[("TERM", "xterm"), ("NO_COLOR", "1")]));
        assert!(!asks(&[("TERM", "xterm"), ("COLORFGBG", "15;0")]));
    }

    #[test]
    fn unicode_needs_a_locale_and_a_terminal_with_the_glyphs() {
        assert!(caps(&[("TERM", "xterm"), ("LANG", "de_DE.UTF-8")]).unicode);
        assert!(caps(&[("TERM", "xterm"), ("LC_CTYPE", "C.utf8"), ("LANG", "C")]).unicode);
        assert!(!caps(&[("TERM", "xterm"), ("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]).unicode);
        assert!(!caps(&[("TERM", "linux"), ("LANG", "de_DE.UTF-8")]).unicode);
    }
}
