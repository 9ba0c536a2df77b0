//! Every theme is complete, readable and survives fewer colours.

use super::*;
use unicode_width::UnicodeWidthStr;

fn theme(name: &str, depth: Depth) -> Theme {
    Theme::built_in(name, depth, Glyphs::UNICODE).unwrap()
}

fn user_theme(text: &str) -> Result<Theme, String> {
    Theme::from_toml("mine.toml", text, Depth::True, Glyphs::ASCII).map_err(|error| error.to_string())
}

/// The sixteen colours as the Linux console shows them.
const CONSOLE: [(Color, Color); 16] = [
    (Color::Black, Color::Rgb(0, 0, 0)),
    (Color::Red, Color::Rgb(170, 0, 0)),
    (Color::Green, Color::Rgb(0, 170, 0)),
    (Color::Yellow, Color::Rgb(170, 85, 0)),
    (Color::Blue, Color::Rgb(0, 0, 170)),
    (Color::Magenta, Color::Rgb(170, 0, 170)),
    (Color::Cyan, Color::Rgb(0, 170, 170)),
    (Color::Gray, Color::Rgb(170, 170, 170)),
    (Color::DarkGray, Color::Rgb(85, 85, 85)),
    (Color::LightRed, Color::Rgb(255, 85, 85)),
    (Color::LightGreen, Color::Rgb(85, 255, 85)),
    (Color::LightYellow, Color::Rgb(255, 255, 85)),
    (Color::LightBlue, Color::Rgb(85, 85, 255)),
    (Color::LightMagenta, Color::Rgb(255, 85, 255)),
    (Color::LightCyan, Color::Rgb(85, 255, 255)),
    (Color::White, Color::Rgb(255, 255, 255)),
];

fn as_xterm(color: Color) -> Color {
    color
}

fn as_console(color: Color) -> Color {
    CONSOLE.iter().find(|(named, _)| *named == color).map_or(color, |(_, rgb)| *rgb)
}

/// That every role of a theme can be read where the theme is meant to be, on a terminal that shows colours so.
fn every_role_is_readable(theme: &Theme, shown: fn(Color) -> Color) {
    let name = format!("{} at {}", theme.name(), theme.depth().name());
    assert!(!theme.grounds().is_empty(), "{name} names no background");
    for role in Role::ALL {
        let style = theme.style(role);
        let (grounds, least) = match role.ground() {
            Ground::Text => (theme.grounds().to_vec(), 4.5),
            Ground::Shape => (theme.grounds().to_vec(), 3.0),
            Ground::Own => (vec![style.bg.unwrap_or_else(|| panic!("{name} {}: no bg", role.name()))], 4.5),
        };
        let fg = style.fg.unwrap_or_else(|| panic!("{name} {}: no fg", role.name()));
        if fg == Color::Reset && role.ground() == Ground::Text {
            continue;
        }
        for ground in grounds {
            let ratio = contrast_ratio(shown(fg), shown(ground)).expect("colours that are known");
            assert!(ratio >= least, "{name} {} on {ground}: {ratio:.2} < {least}", role.name());
        }
    }
}

#[test]
fn text_is_readable_and_shapes_are_visible() {
    for name in Theme::names().filter(|name| *name != "mono") {
        every_role_is_readable(&theme(name, Depth::True), as_xterm);
        every_role_is_readable(&theme(name, Depth::C16), as_xterm);
        every_role_is_readable(&theme(name, Depth::C16), as_console);
    }
}

const STATUSES: [Role; 5] = [Role::Ok, Role::Notice, Role::Unknown, Role::Warn, Role::Bad];

#[test]
fn with_sixteen_colours_the_worst_is_not_the_faintest() {
    for name in Theme::names().filter(|name| *name != "mono") {
        let theme = theme(name, Depth::C16);
        let looks = STATUSES.map(|role| (theme.style(role).fg, theme.style(role).add_modifier));
        for (at, look) in looks.iter().enumerate() {
            assert!(!looks[..at].contains(look), "{name}: {} looks like another", STATUSES[at].name());
        }
        let bad = theme.style(Role::Bad);
        assert!(matches!(bad.fg, Some(Color::Red | Color::LightRed)), "{name}: {:?}", bad.fg);
        assert!(bad.add_modifier.contains(Modifier::BOLD));
        assert!(Role::ALL.iter().all(|role| theme.style(*role).fg != Some(Color::DarkGray)), "{name}");
    }
}

/// How an eye without one kind of cones sees light of red, green and blue (Machado, Oliveira and Fernandes, 2009).
const DEUTERANOPIA: [[f64; 3]; 3] =
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]];
const TRITANOPIA: [[f64; 3]; 3] =
    [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]];

/// A colour in CIE L*a*b*, as such an eye sees it.
fn seen(color: Color, eye: &[[f64; 3]; 3]) -> [f64; 3] {
    let rgb = depth::rgb_of(color).expect("a 24-bit colour").map(contrast::linear);
    let light = eye.map(|row| (0..3).map(|at| row[at] * rgb[at]).sum::<f64>().clamp(0.0, 1.0));
    let weigh = |by: [f64; 3]| (0..3).map(|at| by[at] * light[at]).sum::<f64>();
    let xyz = [
        weigh([0.4124, 0.3576, 0.1805]) / 0.9505,
        weigh([0.2126, 0.7152, 0.0722]),
        weigh([0.0193, 0.1192, 0.9505]) / 1.089,
    ];
    let [x, y, z] = xyz.map(|part| if part > 0.008856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The least difference between two statuses of a theme to such an eye; 2 is barely seen.
fn least_difference(theme: &Theme, eye: &[[f64; 3]; 3]) -> f64 {
    let colors = STATUSES.map(|role| seen(theme.style(role).fg.expect("a colour"), eye));
    let pairs = (0..5).flat_map(|one| (0..one).map(move |other| (one, other)));
    let difference = |(one, other): (usize, usize)| {
        (0..3).map(|at| (colors[one][at] - colors[other][at]).powi(2)).sum::<f64>().sqrt()
    };
    pairs.map(difference).fold(f64::INFINITY, f64::min)
}

#[test]
fn statuses_differ_to_the_eyes_that_a_theme_is_for() {
    for (name, eye) in [("deuteranopia", &DEUTERANOPIA), ("tritanopia", &TRITANOPIA)] {
        let own = least_difference(&theme(name, Depth::True), eye);
        let dark = least_difference(&theme("dark", Depth::True), eye);
        assert!(own >= 25.0, "{name}: {own:.1}");
        assert!(own > dark, "{name}: {own:.1}, no better than dark: {dark:.1}");
    }
}

#[test]
fn fewer_colours_never_hide_text() {
    for name in Theme::names() {
        for depth in [Depth::C256, Depth::C16] {
            let theme = theme(name, depth);
            for role in Role::ALL {
                let style = theme.style(role);
                let hidden = style.bg.is_some() && style.bg == style.fg;
                assert!(!hidden, "{name} at {}: {} is invisible", depth.name(), role.name());
            }
        }
    }
}

#[test]
fn without_colours_every_theme_is_mono_and_marks_what_matters() {
    for name in Theme::names() {
        let theme = theme(name, Depth::None);
        assert!(Role::ALL.iter().all(|role| theme.style(*role).fg.is_none()));
        assert!(Role::ALL.iter().all(|role| theme.style(*role).bg.is_none()));
        for role in [Role::Selected, Role::SelectedDim, Role::Bad, Role::Warn, Role::Changed, Role::BadgeLive]
        {
            assert!(!theme.style(role).add_modifier.is_empty(), "{name}: {} is plain", role.name());
        }
        assert_ne!(theme.style(Role::Selected), theme.style(Role::SelectedDim));
    }
}

#[test]
fn marks_are_one_column_wide_and_ascii_is_ascii() {
    for glyphs in [Glyphs::UNICODE, Glyphs::ASCII] {
        for mark in glyphs.all() {
            assert_eq!(mark.width(), 1, "{mark} of {}", glyphs.name);
        }
    }
    assert!(Glyphs::ASCII.all().iter().all(|mark| mark.is_ascii()));
}

#[test]
fn statuses_differ_without_colour() {
    let all = [Status::Ok, Status::Notice, Status::Unknown, Status::Warn, Status::Bad];
    for glyphs in [Glyphs::UNICODE, Glyphs::ASCII] {
        let marks: std::collections::BTreeSet<&str> = all.iter().map(|status| status.glyph(glyphs)).collect();
        assert_eq!(marks.len(), all.len());
    }
}

#[test]
fn a_users_theme_changes_what_it_names_and_inherits_the_rest() {
    let mine =
        user_theme("inherits = \"dark\"\n[palette]\nred = \"#ff0001\"\n[roles]\nbad = { fg = \"red\" }\n");
    let mine = mine.unwrap();
    assert_eq!(mine.style(Role::Bad).fg, Some(Color::Rgb(255, 0, 1)));
    assert_eq!(mine.style(Role::Ok), theme("dark", Depth::True).style(Role::Ok));
}

#[test]
fn a_users_theme_says_what_stands_in_for_it_at_sixteen_colours() {
    let look = |text: &str| Theme::from_toml("mine.toml", text, Depth::C16, Glyphs::ASCII).unwrap();
    let roles = "[roles]\nbad = { fg = \"ansi-magenta\" }\n";
    assert_eq!(look(&format!("inherits = \"dark\"\n{roles}")).style(Role::Bad).fg, Some(Color::LightRed));
    let own = look(&format!("inherits = \"dark\"\nsixteen = \"own\"\n{roles}"));
    assert_eq!(own.style(Role::Bad).fg, Some(Color::Magenta));
    assert_eq!(own.style(Role::Warn).fg, Some(Color::LightRed), "the nearest to its orange");
}

#[test]
fn mistakes_are_told_with_their_line() {
    let told = |text: &str| user_theme(text).unwrap_err();
    let colour = told("inherits = \"dark\"\n[roles]\nbad = { fg = \"grean\" }\n");
    assert_eq!(
        colour,
        "theme mine.toml:3: `grean` is not a colour: a name of the palette, `reset`, `#rrggbb`, or `ansi-red` and its like"
    );
    assert!(
        told("[roles]\nbadd = { bold = true }\n")
            .starts_with("theme mine.toml:2: `badd` is not a role; roles")
    );
    assert!(told("\ncolours = 3\n").starts_with("theme mine.toml:2: unknown field `colours`"));
    assert!(told("inherits = \"solar\"\n").contains("there is dark, light, projector, deuter"));
    assert!(told("sixteen = \"dim\"\n").starts_with("theme mine.toml:1: there is no such theme"));
}

#[test]
fn a_look_is_named_by_its_role() {
    let theme = theme("dark", Depth::True);
    let style = theme.style(Role::Warn);
    assert_eq!(theme.role_of(style.fg.unwrap(), Color::Reset, Modifier::empty()), Some(Role::Warn));
    assert_eq!(theme.role_of(Color::Red, Color::Red, Modifier::empty()), None);
}
