//! Settings that a fix names, a properties file with them, and the difference as a patch without secrets.

use crate::config::{is_key_shaped, is_secret_key, parse_properties};
use crate::knobs::{KeyScope, default_at};
use similar::TextDiff;

/// One setting of a fix.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Edit {
    Set(String, String),
    Remove(String),
}

impl Edit {
    fn key(&self) -> &str {
        match self {
            Edit::Set(key, _) | Edit::Remove(key) => key,
        }
    }
}

/// Sets of edits that a fix speaks of, the smallest first: each setting alone, the first two, all.
pub(super) fn edits_of(scope: KeyScope, fix: &str) -> Vec<Vec<Edit>> {
    let removes = fix.starts_with("Remove ");
    let words = fix.split_whitespace().map(|word| word.trim_matches([',', '.', ';', '(', ')', '`']));
    let mut edits: Vec<Edit> = Vec::new();
    for (key, value) in words.filter_map(|word| word.split_once('=')) {
        let is_known = default_at(scope, key).is_some() && !is_secret_key(key, default_at(scope, key));
        if is_known && !value.is_empty() && !value.contains('<') {
            let (key, value) = (key.to_string(), value.to_string());
            edits.push(if removes { Edit::Remove(key) } else { Edit::Set(key, value) });
        }
    }
    let mut sets: Vec<Vec<Edit>> = edits.iter().map(|edit| vec![edit.clone()]).collect();
    if edits.len() > 1 {
        sets.push(edits[..2].to_vec());
    }
    if edits.len() > 2 {
        sets.push(edits);
    }
    sets
}

/// The text with these settings; `None` where it is no properties file, or a setting goes over several lines.
pub(super) fn edited(text: &str, edits: &[Edit]) -> Option<String> {
    let properties = parse_properties(text).ok()?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<Option<String>> =
        text.split_inclusive('\n').map(|line| Some(line.to_string())).collect();
    // A last line without an end is not touched: it may hold a secret, and the patch would show it.
    let at_end = text.is_empty() || text.ends_with('\n');
    let mut before = String::new();
    for edit in edits {
        // The last one counts.
        let found = properties.iter().rfind(|one| one.key == edit.key());
        let line = match edit {
            Edit::Set(key, value) => Some(format!("{key}={value}{end}")),
            Edit::Remove(_) => None,
        };
        match (found, line) {
            (Some(found), line) if found.end == found.line + 1 => *lines.get_mut(found.line - 1)? = line,
            (None, Some(line)) if at_end => lines.push(Some(line)),
            (None, Some(line)) => before += &line,
            _ => return None,
        }
    }
    Some(before + &lines.into_iter().flatten().collect::<String>())
}

/// Texts of a file of any kind with these settings, each in the line where it stands: bare, and in quotes. None where one of
/// them does not stand there, or not alone.
pub(super) fn edited_in_place(
    text: &str,
    edits: &[Edit],
    line_of: impl Fn(&str) -> Option<usize>,
) -> Vec<String> {
    let with = |is_quoted: bool| -> Option<String> {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(String::from).collect();
        for edit in edits {
            let Edit::Set(key, value) = edit else { return None };
            let line = lines.get_mut(line_of(key)?.checked_sub(1)?)?;
            *line = line_with(line, value, is_quoted)?;
        }
        Some(lines.concat())
    };
    let mut all: Vec<String> = [false, true].into_iter().filter_map(with).collect();
    all.dedup();
    all
}

/// A line with another value, where nothing but a name and a plain value stands on it: whatever else there is may be
/// secret, and a patch shows it.
fn line_with(line: &str, value: &str, is_quoted: bool) -> Option<String> {
    let bare = line.trim_end();
    let (body, comma) = bare.strip_suffix(',').map_or((bare, ""), |body| (body, ","));
    let (name, old) = body.split_at(body.rfind([':', '='])? + 1);
    let is_quote = |letter: char| matches!(letter, '"' | '\'');
    let known = name[..name.len() - 1].trim().trim_start_matches("- ").trim_matches(is_quote);
    let plain = old.trim().trim_matches(is_quote);
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    if !is_key_shaped(known) || plain.is_empty() || !plain.chars().all(is_plain) {
        return None;
    }
    let new = if is_quoted && !old.contains(is_quote) { format!("\"{value}\"") } else { value.to_string() };
    Some(format!("{name}{}{comma}{}", old.replacen(plain, &new, 1), &line[bare.len()..]))
}

/// The difference as a unified diff, with as much around it as holds no secret, nothing in a file that is not one client's
/// own; empty where there is none.
pub(super) fn patch(scope: Option<KeyScope>, name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    let diff = TextDiff::from_lines(old, new);
    let with = |radius: usize| diff.unified_diff().context_radius(radius).header(name, name).to_string();
    let Some(scope) = scope else { return with(0) };
    let is_plain = |text: &String| {
        text.lines().filter(|line| line.starts_with(' ')).all(|line| shows_nothing(scope, line))
    };
    [3, 2, 1].into_iter().map(with).find(is_plain).unwrap_or_else(|| with(0))
}

/// Whether a line of context may be shown: nothing, or one setting that is Kafka's own, on its own line and no secret.
fn shows_nothing(scope: KeyScope, line: &str) -> bool {
    let line = line.trim();
    let Some((key, value)) = line.split_once('=') else { return line.is_empty() };
    let (key, known) = (key.trim(), default_at(scope, key.trim()));
    let is_whole = !value.ends_with('\\') && !value.contains('@');
    is_key_shaped(key) && known.is_some() && !is_secret_key(key, known) && is_whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(key: &str, value: &str) -> Edit {
        Edit::Set(key.into(), value.into())
    }

    #[test]
    fn a_fix_is_read_as_settings_of_the_client() {
        assert_eq!(edits_of(KeyScope::Producer, "Set acks=all"), [[set("acks", "all")]]);
        let fix = "Set enable.idempotence=true with acks=all, or max.in.flight.requests.per.connection=1";
        let sets = edits_of(KeyScope::Producer, fix);
        assert_eq!(sets.len(), 5);
        assert_eq!(sets[3], [set("enable.idempotence", "true"), set("acks", "all")]);
        assert_eq!(
            edits_of(KeyScope::Producer, "Remove enable.idempotence=false"),
            [[Edit::Remove("enable.idempotence".into())]]
        );
        assert!(edits_of(KeyScope::Producer, "Set min.insync.replicas=2 on the topics").is_empty());
        assert!(edits_of(KeyScope::Producer, "Set ssl.key.password=x, batch.size=<more>").is_empty());
    }

    #[test]
    fn lines_are_replaced_added_and_removed_where_they_stand() {
        let text = "# p\nacks = 1\nlinger.ms=5";
        assert_eq!(edited(text, &[set("acks", "all")]).unwrap(), "# p\nacks=all\nlinger.ms=5");
        let both = edited(text, &[set("retries", "3"), Edit::Remove("acks".into())]).unwrap();
        assert_eq!(both, "retries=3\n# p\nlinger.ms=5");
        assert_eq!(
            edited("acks=\\\n  1\n", &[set("acks", "all")]),
            None,
            "a setting of two lines is left alone"
        );
        assert_eq!(edited("acks=1\r\n", &[set("acks", "all")]).unwrap(), "acks=all\r\n");
        assert_eq!(edited("a=b\n", &[Edit::Remove("acks".into())]), None);
    }

    #[test]
    fn a_value_is_replaced_where_it_stands_alone() {
        let all = |text: &str, line: usize| edited_in_place(text, &[set("acks", "all")], |_| Some(line));
        assert_eq!(all("p:\n  acks: 1\n", 2), ["p:\n  acks: all\n", "p:\n  acks: \"all\"\n"]);
        assert_eq!(all("  acks: '1'\r\n", 1), ["  acks: 'all'\r\n"]);
        assert_eq!(all("{\n \"acks\": 1,\n}", 2)[1], "{\n \"acks\": \"all\",\n}");
        assert_eq!(all("- \"KAFKA_ACKS=1\"\n", 1), ["- \"KAFKA_ACKS=all\"\n"]);
        assert_eq!(all("spring.kafka.producer.acks=1", 1)[0], "spring.kafka.producer.acks=all");
        for secret in ["{acks: 1, password: hush}\n", "acks: 1 # hush\n", "acks: hush hush\n", "acks:\n"] {
            assert!(all(secret, 1).is_empty(), "{secret}");
        }
        assert!(all("acks=1\n", 7).is_empty() && all("acks=1\n", 0).is_empty());
        assert!(edited_in_place("acks=1\n", &[set("acks", "all")], |_| None).is_empty());
    }

    #[test]
    fn a_last_line_without_an_end_is_not_shown() {
        let old = "acks=1\nssl.key.password=hush";
        let told = patch(Some(KeyScope::Producer), "p", old, &edited(old, &[set("retries", "3")]).unwrap());
        assert!(!told.contains("hush") && told.contains("+retries=3"), "{told}");
    }

    #[test]
    fn a_patch_shows_no_secret_around_it() {
        let old = "client.id=p\nacks=1\nlinger.ms=5\nbatch.size=1\nssl.key.password=hush\n";
        let told = patch(Some(KeyScope::Producer), "p.properties", old, &old.replace("acks=1", "acks=all"));
        let expected = "--- p.properties\n+++ p.properties\n@@ -1,4 +1,4 @@\n client.id=p\n-acks=1\n+acks=all\n linger.ms=5\n batch.size=1\n";
        assert_eq!(told, expected);
        let old = "sasl.jaas.config=\\\n  password=\"hush\"\nacks=1\n  hush2\n";
        let told = patch(Some(KeyScope::Producer), "p.properties", old, &old.replace("acks=1", "acks=all"));
        assert!(!told.contains("hush") && told.contains("-acks=1\n+acks=all\n"), "{told}");
        assert_eq!(patch(Some(KeyScope::Producer), "p", old, old), "");
    }
}
