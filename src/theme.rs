//! Colours and marks by meaning: panes name a role, a theme file says how the role looks, a depth says what the
//! terminal can show.

mod contrast;
mod depth;
mod file;
mod glyphs;
mod role;
mod status;

pub use contrast::contrast_ratio;
pub use depth::{ColorChoice, Depth};
pub use file::ThemeError;
pub use glyphs::{GlyphChoice, Glyphs, Graphs};
pub use role::{Ground, Role};
pub use status::Status;

use ratatui::style::{Color, Modifier, Style};

/// The themes that come with klever: name and file.
const BUILT_IN: [(&str, &str); 7] = [
    ("dark", include_str!("../themes/dark.toml")),
    ("light", include_str!("../themes/light.toml")),
    ("projector", include_str!("../themes/projector.toml")),
    ("deuteranopia", include_str!("../themes/deuteranopia.toml")),
    ("tritanopia", include_str!("../themes/tritanopia.toml")),
    ("ansi16", include_str!("../themes/ansi16.toml")),
    ("mono", include_str!("../themes/mono.toml")),
];

/// Themes that only stand in for others, on terminals with few colours.
const STAND_INS: [(&str, &str); 1] = [("light16", include_str!("../themes/light16.toml"))];

/// A style for every role, as one terminal can show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Theme {
    name: String,
    depth: Depth,
    styles: [Style; Role::COUNT],
    glyphs: &'static Glyphs,
    graphs: Graphs,
    grounds: Vec<Color>,
}

impl Theme {
    /// Names of the built-in themes, the default one first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// A built-in theme, reduced to what the terminal can show. Without colours every theme looks like `mono`; with
    /// sixteen like the one that it names for that.
    ///
    /// # Errors
    /// When there is no such theme.
    pub fn built_in(name: &str, depth: Depth, glyphs: &'static Glyphs) -> Result<Theme, ThemeError> {
        let text = built_in_text(name).ok_or_else(|| ThemeError::no_such_theme(name))?;
        Theme::from_toml(name, text, depth, glyphs)
    }

    /// A theme from the text of a file; it may inherit from a built-in theme.
    ///
    /// # Errors
    /// With the file's name and line when the text is not a theme.
    pub fn from_toml(
        name: &str,
        text: &str,
        depth: Depth,
        glyphs: &'static Glyphs,
    ) -> Result<Theme, ThemeError> {
        let mut sheet = file::read(name, text)?;
        let stand_in = match depth {
            Depth::None => Some("mono".to_string()),
            Depth::C16 => sheet.sixteen.take(),
            Depth::C256 | Depth::True => None,
        };
        if let Some(other) = stand_in.filter(|other| other != name) {
            sheet = file::read(&other, built_in_text(&other).unwrap_or_default())?;
        }
        let styles = Role::ALL.map(|role| depth.reduce(sheet.styles[role as usize]));
        let graphs = Graphs::choose("auto", glyphs);
        Ok(Theme { name: name.into(), depth, styles, glyphs, graphs, grounds: sheet.grounds })
    }

    /// The name that `--theme` takes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The depth that it was reduced to.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles[role as usize]
    }

    /// The marks to draw with.
    pub fn glyphs(&self) -> &'static Glyphs {
        self.glyphs
    }

    /// The same theme with other marks.
    pub fn with_glyphs(self, glyphs: &'static Glyphs) -> Theme {
        Theme { glyphs, graphs: Graphs::choose("auto", glyphs), ..self }
    }

    /// What bars along time are drawn with.
    pub fn graphs(&self) -> Graphs {
        self.graphs
    }

    /// The same theme with other bars.
    pub fn with_graphs(self, graphs: Graphs) -> Theme {
        Theme { graphs, ..self }
    }

    /// A status as its mark and style; the word beside it is the pane's.
    pub fn status(&self, status: Status) -> (&'static str, Style) {
        (status.glyph(self.glyphs), self.style(status.role()))
    }

    /// Terminal backgrounds that the theme is meant for.
    pub fn grounds(&self) -> &[Color] {
        &self.grounds
    }

    /// The first role with exactly this look: lets tests name what they see.
    pub fn role_of(&self, fg: Color, bg: Color, modifier: Modifier) -> Option<Role> {
        let looks_so = |style: Style| {
            style.fg.unwrap_or(Color::Reset) == fg
                && style.bg.unwrap_or(Color::Reset) == bg
                && style.add_modifier == modifier
        };
        Role::ALL.into_iter().find(|role| looks_so(self.style(*role)))
    }
}

fn built_in_text(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().chain(&STAND_INS).find(|(known, _)| *known == name).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests;
