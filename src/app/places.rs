//! The places in which keys have a meaning of their own, the keys that klever comes with, and what they do now.

use crate::app::{Action, App, Overlay, Pane, Prompt, PromptKind, Stage};
use crate::keymap::{Code, Context, Key, Keymap, KeymapError, Keys};

/// Everywhere outside an input line.
pub(super) const GLOBAL: Context = Context("global");
/// Any pane with rows.
pub(super) const LIST: Context = Context("list");
/// A page to read or a question over the panes.
pub(super) const OVERLAY: Context = Context("overlay");
/// An explore page: compare, frontier, advice, goal, restarts.
pub(super) const EXPLORE: Context = Context("explore");
/// While a scene of the workshop is played, whatever pane has the keys.
pub(super) const WORKSHOP: Context = Context("workshop");
/// While one learns a scene alone: nearer than the scene's own keys.
pub(super) const LEARN: Context = Context("learn");
/// While a challenge of the workshop is played, whatever pane has the keys.
pub(super) const CHALLENGE: Context = Context("challenge");
/// Two runs beside each other.
pub(super) const SIDE_BY_SIDE: Context = Context("side-by-side");
/// A line being typed: a filter, a value, a goal.
pub(super) const INPUT: Context = Context("input");
/// The command palette.
pub(super) const PALETTE: Context = Context("palette");

/// All places, in the order of the keymap file.
fn all() -> Vec<Context> {
    let panes = Pane::ALL.into_iter().map(Pane::context);
    let others = [WORKSHOP, LEARN, CHALLENGE, OVERLAY, EXPLORE, SIDE_BY_SIDE, INPUT, PALETTE];
    [GLOBAL, LIST].into_iter().chain(panes).chain(others).collect()
}

/// Where keys are looked up while a pane has them, the nearest first.
pub(super) fn of_pane(pane: Pane) -> [Context; 3] {
    [pane.context(), LIST, GLOBAL]
}

/// The keys that klever comes with: those of its file, and a digit for each pane.
///
/// # Errors
/// When the built-in file has a mistake.
pub fn default_keymap() -> Result<Keymap<&'static Action>, KeymapError> {
    let mut keymap = Keymap::parse(&all(), "the built-in keymap", crate::keymap::DEFAULT, Action::known)?;
    for (pane, digit) in Pane::ALL.into_iter().zip('1'..='9') {
        let keys = Keys(vec![Key::plain(Code::Char(digit))]);
        keymap.put(GLOBAL, &keys, pane.go_to());
    }
    Ok(keymap)
}

impl App {
    /// Where keys are looked up now, the nearest context first.
    pub fn contexts(&self) -> Vec<Context> {
        match (&self.prompt, &self.overlay) {
            (Some(Prompt { kind: PromptKind::Palette, .. }), _) => vec![PALETTE, INPUT],
            (Some(_), _) => vec![INPUT],
            (None, Some(Overlay::Explore(_))) => vec![EXPLORE, LIST, GLOBAL],
            (None, Some(Overlay::Page(..) | Overlay::Ask { .. })) => vec![OVERLAY, GLOBAL],
            (None, None) if self.is_side_by_side() => vec![SIDE_BY_SIDE, LIST, GLOBAL],
            (None, None) => self.of_focus(),
        }
    }

    /// Where keys are looked up while no line and no page is open.
    pub(super) fn of_focus(&self) -> Vec<Context> {
        self.while_on(self.focus)
    }

    /// The same, once this pane has the keys.
    fn while_on(&self, pane: Pane) -> Vec<Context> {
        let scene = self.stage.is_some().then_some(WORKSHOP);
        let challenge = self.contest.is_some().then_some(CHALLENGE);
        let learns = self.stage.as_ref().is_some_and(Stage::is_learning).then_some(LEARN);
        learns.into_iter().chain(scene).chain(challenge).chain(of_pane(pane)).collect()
    }

    /// The shortest keys of an action where the user is now; empty when there are none.
    pub(crate) fn keys_of(&self, action: &'static Action) -> String {
        self.keys_on(self.focus, action)
    }

    fn keys_on(&self, pane: Pane, action: &'static Action) -> String {
        let keys = self.keymap.keys_of(&self.while_on(pane), action);
        keys.first().map(Keys::to_string).unwrap_or_default()
    }

    /// The same, of an action by its name.
    pub(crate) fn keys_text(&self, action: &str) -> String {
        Action::named(action).map_or_else(String::new, |action| self.keys_of(action))
    }

    /// The same, while this pane has the keys.
    pub(super) fn keys_text_on(&self, pane: Pane, action: &str) -> String {
        Action::named(action).map_or_else(String::new, |action| self.keys_on(pane, action))
    }

    /// Hints for the foot of the screen, the most useful first: keys and action.
    pub fn hints(&self) -> Vec<(String, &'static Action)> {
        let contexts = self.contexts();
        let mut hints = Vec::new();
        for action in Action::all().filter(|action| !action.hint.is_empty()) {
            let near =
                (1..=contexts.len()).find(|near| !self.keymap.keys_of(&contexts[..*near], action).is_empty());
            let keys = self.keymap.keys_of(&contexts, action);
            if let (Some(keys), None) = (keys.first(), action.disabled(self)) {
                hints.push((near, (keys.to_string(), action)));
            }
        }
        hints.sort_by_key(|(near, _)| *near);
        hints.into_iter().map(|(_, hint)| hint).collect()
    }

    /// What may follow the keys typed so far.
    pub fn continuations(&self) -> Vec<(Keys, &'static Action)> {
        self.keymap.continuations(&self.contexts(), &self.typed)
    }
}
