//! Presenter mode, on any screen: what was pressed is echoed and time is told; the screen has more room and nothing dim.

use crate::app::{Action, App, Effect};
use crate::model::Millis;

/// The theme that a projector shows best.
const THEME: &str = "projector";

/// While it is shown to a room.
#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Presenter {
    /// When it began; `None` until the time is known.
    began_ms: Option<Millis>,
    /// The keys pressed last, and what they do.
    pressed: Option<(String, &'static Action)>,
    /// The theme to go back to.
    theme: Option<usize>,
}

impl Presenter {
    /// The keys pressed last, and what they do.
    pub(crate) fn pressed(&self) -> Option<(&str, &'static Action)> {
        self.pressed.as_ref().map(|(keys, action)| (keys.as_str(), *action))
    }
}

impl App {
    /// Where the theme was only guessed and is still the first one, the one for this background takes its place.
    pub(super) fn follow_background(&mut self, is_light: bool) -> Vec<Effect> {
        let fits = if is_light { "light" } else { "dark" };
        let at = self.themes.iter().position(|name| name == fits);
        let Some(at) = at.filter(|at| *at > 0 && self.began.follows_background && self.theme == 0) else {
            return Vec::new();
        };
        let name = self.themes.remove(at);
        self.themes.insert(0, name);
        vec![Effect::Theme(self.theme().into())]
    }

    /// For how long it has been shown to a room.
    pub(crate) fn presented_ms(&self) -> Option<Millis> {
        let began_ms = self.presenter.as_ref()?.began_ms?;
        Some((self.now_ms - began_ms).max(0))
    }

    /// The timer counts from the first moment that is known.
    pub(super) fn begin_timer(&mut self) {
        let now_ms = self.now_ms;
        if let Some(presenter) = &mut self.presenter {
            presenter.began_ms.get_or_insert(now_ms);
        }
    }

    /// Notes what the keys typed do.
    pub(super) fn echo(&mut self, action: &'static Action) {
        if let Some(presenter) = &mut self.presenter {
            let keys: Vec<String> = self.typed.iter().map(ToString::to_string).collect();
            presenter.pressed = Some((keys.join(" "), action));
        }
    }

    pub(super) fn toggle_presenter(&mut self) -> Vec<Effect> {
        match self.presenter.take() {
            Some(presenter) => self.theme = presenter.theme.unwrap_or(self.theme),
            None => {
                let theme = Some(self.theme);
                self.presenter = Some(Presenter { theme, began_ms: Some(self.now_ms), pressed: None });
                self.theme = self.themes.iter().position(|name| name == THEME).unwrap_or(self.theme);
            }
        }
        vec![Effect::Theme(self.theme().into())]
    }
}
