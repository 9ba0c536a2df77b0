//! Text from a cluster or a file by the grammar of the tool that reads it, so that it stays text there.

use std::fmt::Write as _;

/// For a POSIX shell: plain words as they are, all others in single quotes, within which nothing has a meaning.
pub(super) fn shell(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "._-=,:/".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_string();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// A double-quoted scalar of YAML: without quotes `no`, `1.0` or `2001-01-01` would be other things than text.
pub(super) fn yaml(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            _ if is_plain(letter) => out.push(letter),
            _ => {
                let _ = write!(out, "\\U{:08x}", u32::from(letter));
            }
        }
    }
    out + "\""
}

/// A value of YAML: numbers and switches as they are.
pub(super) fn yaml_value(text: &str) -> String {
    let bare = text.parse::<i64>().is_ok() || matches!(text, "true" | "false");
    if bare || is_word(text) { text.to_string() } else { yaml(text) }
}

/// A word that YAML takes for nothing but text.
fn is_word(text: &str) -> bool {
    let reserved = ["y", "n", "yes", "no", "on", "off", "null", "true", "false"];
    let lower = text.to_ascii_lowercase();
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
        && !reserved.contains(&lower.as_str())
}

/// A string of Terraform's language, in which `${` and `%{` begin templates.
pub(super) fn hcl(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '{' if out.ends_with(['$', '%']) => {
                let sign = out.pop().unwrap_or('$');
                out.extend([sign, sign, '{']);
            }
            _ if is_plain(letter) => out.push(letter),
            _ => {
                let _ = write!(out, "\\U{:08X}", u32::from(letter));
            }
        }
    }
    out + "\""
}

/// A value of Java's properties, all that is not ASCII as escapes.
pub(super) fn property(text: &str) -> String {
    let mut out = String::new();
    let mut units = [0; 2];
    for letter in text.chars() {
        match letter {
            ' ' if out.is_empty() => out.push_str("\\ "),
            '\\' => out.push_str("\\\\"),
            ' '..='~' => out.push(letter),
            _ => letter.encode_utf16(&mut units).iter().for_each(|unit| {
                let _ = write!(out, "\\u{unit:04x}");
            }),
        }
    }
    out
}

/// Letters that need no escape and neither steer a terminal nor disguise a text.
fn is_plain(letter: char) -> bool {
    letter.is_ascii_graphic() || letter == ' ' || (letter.is_alphanumeric() && !letter.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;
    use saphyr::LoadableYamlNode;
    use std::process::Command;

    const HOSTILE: [&str; 16] = [
        "",
        "orders",
        "a\nJSON\ntouch /tmp/owned",
        "'; touch owned; '",
        "$(touch owned)`touch owned`",
        "${file(\"/etc/passwd\")}",
        "$${a} %{ if true } $$$ {",
        "a\"b\\c'd",
        "EOF\nEOT",
        " leading and trailing ",
        "no",
        "1.0",
        "# comment: - [x] {y}",
        "\u{1b}[31m\u{7}\u{202e}\u{feff}\r\n\t\u{85}\u{2028}",
        "gr\u{fc}n \u{1f600}",
        "x: y\n- z",
    ];

    #[test]
    fn bash_reads_back_what_was_quoted() {
        for text in HOSTILE {
            let script = format!("printf %s {}", shell(text));
            let ran = Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(ran.stdout).unwrap(), text, "{script}");
        }
    }

    #[test]
    fn yaml_reads_back_what_was_quoted() {
        for text in HOSTILE {
            for written in [yaml(text), yaml_value(text)] {
                let document = format!("key: {written}\nlast: 1\n");
                let read = saphyr::Yaml::load_from_str(&document).unwrap();
                let parsed = &read[0];
                assert_eq!(parsed["last"].as_integer(), Some(1), "{document}");
                if written.starts_with('"') || text == "orders" {
                    assert_eq!(parsed["key"].as_str(), Some(text), "{document}");
                }
            }
        }
        assert_eq!(yaml_value("1048576"), "1048576");
        assert_eq!(yaml_value("NO"), "\"NO\"");
    }

    #[test]
    fn terraform_reads_back_what_was_quoted() {
        for text in HOSTILE {
            let document = format!("key = {}\nlast = 1\n", hcl(text));
            // A value without a template left in it: nothing would be evaluated.
            let body: hcl::Body = hcl::parse(&document).unwrap();
            let value = body.attributes().find(|attribute| attribute.key() == "key").unwrap().expr().clone();
            assert_eq!(evaluated(value), text, "{document}");
            assert_eq!(body.attributes().count(), 2);
        }
    }

    fn evaluated(expression: hcl::Expression) -> String {
        use hcl::eval::{Context, Evaluate};
        match expression.evaluate(&Context::new()).unwrap() {
            hcl::Value::String(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_property_stays_on_its_line_and_in_ascii() {
        assert_eq!(property(" a \\b"), "\\ a \\\\b");
        assert_eq!(property("a\nb=\u{202e}\u{1f600}"), "a\\u000ab=\\u202e\\ud83d\\ude00");
        for text in HOSTILE {
            assert!(property(text).bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{text:?}");
        }
    }
}
