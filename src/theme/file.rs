//! Theme files: `inherits`, what stands in where there are few colours, the backgrounds they are meant for, a palette of named colours, and a style per role.

use super::{BUILT_IN, Role, built_in_text, depth};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use toml::Spanned;

/// Why a theme cannot be used, with the place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ThemeError {
    /// `dark:12`, or the name alone.
    pub place: String,
    /// What is wrong and what is allowed.
    pub what: String,
}

impl fmt::Display for ThemeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "theme {}: {}", self.place, self.what)
    }
}

impl std::error::Error for ThemeError {}

impl ThemeError {
    pub(super) fn no_such_theme(name: &str) -> ThemeError {
        let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        ThemeError {
            place: name.into(),
            what: format!("there is no such theme; there is {}", known.join(", ")),
        }
    }
}

/// What a file, with all it inherits, says.
pub(super) struct StyleSheet {
    pub(super) styles: [Style; Role::COUNT],
    pub(super) grounds: Vec<Color>,
    /// The theme that stands in for it where there are sixteen colours.
    pub(super) sixteen: Option<String>,
}

/// For `sixteen`: the nearest of the theme's own colours.
const OWN: &str = "own";

type Palette = BTreeMap<String, Color>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    inherits: Option<Spanned<String>>,
    sixteen: Option<Spanned<String>>,
    #[serde(default)]
    grounds: Vec<Spanned<String>>,
    #[serde(default)]
    palette: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    roles: BTreeMap<Spanned<String>, RoleStyle>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleStyle {
    fg: Option<Spanned<String>>,
    bg: Option<Spanned<String>>,
    #[serde(default)]
    bold: bool,
    #[serde(default)]
    underline: bool,
    #[serde(default)]
    reverse: bool,
    #[serde(default)]
    italic: bool,
}

impl RoleStyle {
    fn modifiers(&self) -> Modifier {
        let flags = [
            (self.bold, Modifier::BOLD),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
            (self.italic, Modifier::ITALIC),
        ];
        flags.iter().filter(|(on, _)| *on).fold(Modifier::empty(), |all, (_, flag)| all | *flag)
    }
}

/// Reads a theme with all it inherits. A child's palette recolours its parents' roles too.
pub(super) fn read(name: &str, text: &str) -> Result<StyleSheet, ThemeError> {
    let family = family(name, text)?;
    let mut palette = Palette::new();
    let mut sheet = StyleSheet { styles: [Style::new(); Role::COUNT], grounds: Vec::new(), sixteen: None };
    for (reader, file) in &family {
        if let Some(other) = &file.sixteen {
            sheet.sixteen = reader.stand_in(other)?;
        }
        for (key, value) in &file.palette {
            palette.insert(key.clone(), reader.color(value, &palette)?);
        }
        if !file.grounds.is_empty() {
            let grounds = file.grounds.iter().map(|ground| reader.color(ground, &palette));
            sheet.grounds = grounds.collect::<Result<_, _>>()?;
        }
    }
    for (reader, file) in &family {
        for (key, style) in &file.roles {
            sheet.styles[reader.role(key)? as usize] = reader.style(style, &palette)?;
        }
    }
    Ok(sheet)
}

/// A file and its ancestors, the oldest first.
fn family<'a>(name: &'a str, text: &'a str) -> Result<Vec<(Reader<'a>, File)>, ThemeError> {
    let mut family = Vec::new();
    let mut next = Some(Reader { name, text });
    while let Some(reader) = next {
        let file: File = toml::from_str(reader.text).map_err(|e| reader.error(e.span(), e.message()))?;
        next = file.inherits.as_ref().map(|parent| reader.parent(parent)).transpose()?;
        family.push((reader, file));
        if next.as_ref().is_some_and(|next| family.iter().any(|(seen, _)| seen.name == next.name)) {
            let (reader, file) = &family[family.len() - 1];
            return Err(reader.error(file.inherits.as_ref().map(Spanned::span), "it inherits itself"));
        }
    }
    family.reverse();
    Ok(family)
}

struct Reader<'a> {
    name: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, span: Option<std::ops::Range<usize>>, what: &str) -> ThemeError {
        let line = span.map(|span| 1 + self.text[..span.start].matches('\n').count());
        let place = line.map_or_else(|| self.name.into(), |line| format!("{}:{line}", self.name));
        ThemeError { place, what: what.into() }
    }

    fn parent(&self, parent: &Spanned<String>) -> Result<Reader<'static>, ThemeError> {
        let found = BUILT_IN.iter().find(|(known, _)| known == parent.get_ref());
        let (name, text) = found.ok_or_else(|| self.no_such_theme(parent))?;
        Ok(Reader { name, text })
    }

    /// The theme that stands in where there are sixteen colours; none for [`OWN`].
    fn stand_in(&self, name: &Spanned<String>) -> Result<Option<String>, ThemeError> {
        if name.get_ref() == OWN {
            return Ok(None);
        }
        built_in_text(name.get_ref()).ok_or_else(|| self.no_such_theme(name))?;
        Ok(Some(name.get_ref().clone()))
    }

    fn no_such_theme(&self, name: &Spanned<String>) -> ThemeError {
        self.error(Some(name.span()), &ThemeError::no_such_theme(name.get_ref()).what)
    }

    fn role(&self, key: &Spanned<String>) -> Result<Role, ThemeError> {
        let known = Role::ALL.into_iter().find(|role| role.name() == key.get_ref());
        known.ok_or_else(|| {
            let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
            let what = format!("`{}` is not a role; roles are {}", key.get_ref(), names.join(", "));
            self.error(Some(key.span()), &what)
        })
    }

    fn style(&self, style: &RoleStyle, palette: &Palette) -> Result<Style, ThemeError> {
        let color = |side: &Option<Spanned<String>>| {
            side.as_ref().map(|color| self.color(color, palette)).transpose()
        };
        Ok(Style { fg: color(&style.fg)?, bg: color(&style.bg)?, ..Style::new() }
            .add_modifier(style.modifiers()))
    }

    fn color(&self, value: &Spanned<String>, palette: &Palette) -> Result<Color, ThemeError> {
        let text = value.get_ref();
        if text == "reset" {
            return Ok(Color::Reset);
        }
        let found = palette.get(text.as_str()).copied().or_else(|| hex(text)).or_else(|| ansi(text));
        found.ok_or_else(|| {
            let what = format!(
                "`{text}` is not a colour: a name of the palette, `reset`, `#rrggbb`, or `ansi-red` and its like"
            );
            self.error(Some(value.span()), &what)
        })
    }
}

fn hex(text: &str) -> Option<Color> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
    Some(Color::Rgb(part(0)?, part(2)?, part(4)?))
}

/// One of the terminal's own sixteen: `ansi-red`, `ansi-bright-red`.
fn ansi(text: &str) -> Option<Color> {
    depth::named(text.strip_prefix("ansi-")?)
}
