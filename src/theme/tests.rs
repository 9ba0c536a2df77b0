//! Every theme is complete, readable and survives fewer colours.

use super::*;
use unicode_width::UnicodeWidthStr;

fn theme(name: &str, depth: Depth) -> Theme {
    Theme::built_in(name, depth, Glyphs::UNICODE).unwrap()
}

fn user_theme(text: &str) -> Result<Theme, String> {
    Theme::from_toml("mine.toml", text, Depth::True, Glyphs::ASCII).map_err(|error| error.to_string())
}

#[test]
fn text_is_readable_and_shapes_are_visible() {
    for name in ["dark", "light", "projector"] {
        let theme = theme(name, Depth::True);
        assert!(!theme.grounds().is_empty(), "{name} names no background");
        for role in Role::ALL {
            let style = theme.style(role);
            let (grounds, least) = match role.ground() {
                Ground::Text => (theme.grounds().to_vec(), 4.5),
                Ground::Shape => (theme.grounds().to_vec(), 3.0),
                Ground::Own => {
                    (vec![style.bg.unwrap_or_else(|| panic!("{name} {}: no bg", role.name()))], 4.5)
                }
            };
            let fg = style.fg.unwrap_or_else(|| panic!("{name} {}: no fg", role.name()));
            if fg == Color::Reset && role.ground() == Ground::Text {
                continue;
            }
            for ground in grounds {
                let ratio = contrast_ratio(fg, ground).expect("24-bit colours");
                assert!(ratio >= least, "{name} {} on {ground}: {ratio:.2} < {least}", role.name());
            }
        }
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
fn mistakes_are_told_with_their_line() {
    let told = |text: &str| user_theme(text).unwrap_err();
    let colour = told("inherits = \"dark\"\n[roles]\nbad = { fg = \"grean\" }\n");
    assert_eq!(
        colour,
        "theme mine.toml:3: `grean` is not a colour: a name of the palette, `reset` or `#rrggbb`"
    );
    assert!(
        told("[roles]\nbadd = { bold = true }\n")
            .starts_with("theme mine.toml:2: `badd` is not a role; roles")
    );
    assert!(told("\ncolours = 3\n").starts_with("theme mine.toml:2: unknown field `colours`"));
    assert!(told("inherits = \"solar\"\n").contains("there is dark, light, projector, mono"));
}

#[test]
fn a_look_is_named_by_its_role() {
    let theme = theme("dark", Depth::True);
    let style = theme.style(Role::Warn);
    assert_eq!(theme.role_of(style.fg.unwrap(), Color::Reset, Modifier::empty()), Some(Role::Warn));
    assert_eq!(theme.role_of(Color::Red, Color::Red, Modifier::empty()), None);
}
