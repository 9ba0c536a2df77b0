//! The keymap with the user's keys in it, and what that took away or left without effect.

use crate::app::{Action, Pane, places};
use crate::keymap::{Context, Keymap, KeymapError, Replaced, UserKeys};

/// The keys that klever comes with, changed by the user's files in their order; and a line for each key that another
/// action had, that stays what it was in some pane, and for each action that no key is left for.
///
/// # Errors
/// When a file has a mistake.
pub fn keymap_with(files: &[UserKeys]) -> Result<(Keymap<&'static Action>, Vec<String>), KeymapError> {
    let before = places::default_keymap()?;
    let mut keymap = before.clone();
    let mut notes = Vec::new();
    for file in files {
        let (changed, rows) = keymap.with_user_keys(file, Action::known)?;
        keymap = changed;
        notes.extend(rows.iter().filter(|row| !row.was.is_empty()).map(taken));
        notes.extend(rows.iter().filter_map(|row| hidden(&keymap, row)));
    }
    notes.extend(without_keys(&before, &keymap));
    Ok((keymap, notes))
}

/// ``keys.toml:3: `p` in [global] takes keys from pin (p p), preset-sane (p s)``
fn taken(row: &Replaced<&'static Action>) -> String {
    let was: Vec<String> = row.was.iter().map(|(keys, action)| format!("{} ({keys})", action.name)).collect();
    format!("{}: `{}` in [{}] takes keys from {}", row.place, row.keys, row.context.0, was.join(", "))
}

/// A key for all panes that means something else in some of them.
fn hidden(keymap: &Keymap<&'static Action>, row: &Replaced<&'static Action>) -> Option<String> {
    let nearer: &[Context] = match row.context {
        places::GLOBAL => &[places::LIST],
        places::LIST => &[],
        _ => return None,
    };
    let contexts = nearer.iter().copied().chain(Pane::ALL.into_iter().map(Pane::context));
    let stays = contexts.flat_map(|context| {
        let others = keymap.colliding(context, &row.keys).into_iter();
        others
            .filter(move |(_, other)| *other != row.action)
            .map(move |(keys, other)| format!("{} in [{}] ({keys})", other.name, context.0))
    });
    let stays: Vec<String> = stays.collect();
    let place = format!("{}: `{}` in [{}]", row.place, row.keys, row.context.0);
    (!stays.is_empty()).then(|| format!("{place} does not reach where the key is {}", stays.join(", ")))
}

/// Actions that had a key and have none.
fn without_keys(before: &Keymap<&'static Action>, now: &Keymap<&'static Action>) -> Vec<String> {
    let has = |keymap: &Keymap<&'static Action>, action: &Action| {
        keymap.rows().any(|(_, _, other)| other == action)
    };
    let lost = Action::all().filter(|action| has(before, action) && !has(now, action));
    lost.map(|action| format!("no key is left for {}", action.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(text: &str) -> Vec<String> {
        keymap_with(&[UserKeys::file("keys.toml", text)]).unwrap().1
    }

    #[test]
    fn what_the_users_keys_take_is_said() {
        assert_eq!(notes(""), [""; 0]);
        assert_eq!(notes("[global]\n\"ctrl-x\" = \"quit\"\n"), [""; 0], "one more key takes nothing");
        let taken = notes("[global]\n\"P\" = \"quit\"\n");
        assert_eq!(
            taken,
            ["keys.toml:2: `P` in [global] takes keys from unpin (P)", "no key is left for unpin"]
        );
        let prefix = notes("[global]\n\"W\" = \"quit\"\n");
        assert!(
            prefix[0].contains("takes keys from ") && prefix[0].contains("scene-open (W s)"),
            "{prefix:?}"
        );
        assert_eq!(notes("[global]\n\"t\" = \"none\"\n"), ["no key is left for next-theme"]);
    }

    #[test]
    fn a_key_that_panes_have_taken_does_not_reach_them() {
        let hidden = notes("[global]\n\"x\" = \"quit\"\n");
        assert_eq!(
            hidden,
            [
                "keys.toml:2: `x` in [global] does not reach where the key is toggle-broker in [brokers] (x), play-break in [consequences] (x)"
            ]
        );
    }

    #[test]
    fn the_keys_of_a_file_of_settings_stand_below_keys() {
        let text = "theme = \"dark\"\n[keys.global]\n\"q\" = \"nothing-such\"\n";
        let error = keymap_with(&[UserKeys::of_settings("config.toml", text)]).unwrap_err();
        assert!(error.to_string().starts_with("config.toml:3: `nothing-such` is not an action"), "{error}");
    }
}
