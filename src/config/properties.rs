//! The format of `java.util.Properties`: comments, continued lines, escapes, `=`, `:` or a blank as separator.

/// What Java takes as the first letter of the first key, where an editor put it in front of the text.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// What may stand around a key and before a value; other white space is part of them.
const BLANKS: [char; 3] = [' ', '\t', '\u{c}'];

/// One setting of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Property {
    /// Its key, escapes resolved.
    pub key: String,
    /// Its value, escapes resolved; blanks at its end belong to it.
    pub value: String,
    /// The line where it starts, from 1.
    pub line: usize,
    /// The line where the next one could start.
    pub end: usize,
    /// Whether blanks stand before the key: in a file for Java mostly a line that was to continue another one.
    pub is_indented: bool,
}

impl Property {
    /// A setting of a file that is no properties file.
    pub fn new(key: impl Into<String>, value: impl Into<String>, line: usize) -> Self {
        Property { key: key.into(), value: value.into(), line, end: line + 1, is_indented: false }
    }
}

/// The text of a properties file. Java reads ISO-8859-1 from a stream and the caller's charset from a `Reader`: bytes
/// that are UTF-8 are taken as that, all others as ISO-8859-1, in which any byte is a letter.
pub fn properties_text(bytes: Vec<u8>) -> String {
    let latin_1 =
        |error: std::string::FromUtf8Error| error.as_bytes().iter().copied().map(char::from).collect();
    String::from_utf8(bytes).unwrap_or_else(latin_1)
}

/// Reads a properties file as `java.util.Properties.load(Reader)` does.
///
/// # Errors
/// The line and the reason, which quotes nothing: only a broken `\u` escape can be wrong in this format.
pub fn parse_properties(text: &str) -> Result<Vec<Property>, (usize, String)> {
    logical_lines(text).into_iter().map(split).collect()
}

/// Natural lines joined.
#[derive(Default)]
struct Joined {
    text: String,
    first: usize,
    end: usize,
    is_indented: bool,
}

/// Lines with their continuations joined, without comments and blank lines.
fn logical_lines(text: &str) -> Vec<Joined> {
    let mut lines = Vec::new();
    let mut open = Joined::default();
    for (at, natural) in natural_lines(text).into_iter().enumerate() {
        let body = natural.trim_start_matches(BLANKS);
        // Also after a line that is nothing but a backslash: what was joined so far decides.
        if open.text.is_empty() {
            if body.is_empty() || body.starts_with(['#', '!']) {
                continue;
            }
            open = Joined { first: at + 1, is_indented: body.len() < natural.len(), ..Joined::default() };
        }
        open.end = at + 2;
        match continued(body) {
            Some(body) => open.text.push_str(body),
            None => {
                open.text.push_str(body);
                lines.push(std::mem::take(&mut open));
            }
        }
    }
    lines.extend((!open.text.is_empty()).then_some(open));
    lines
}

/// Java ends a line at `\n`, `\r` or both.
fn natural_lines(text: &str) -> Vec<&str> {
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r')).collect()
}

/// The line without its last backslash, if an odd number of them ends it.
fn continued(line: &str) -> Option<&str> {
    let backslashes = line.len() - line.trim_end_matches('\\').len();
    (backslashes % 2 == 1).then(|| &line[..line.len() - 1])
}

fn split(joined: Joined) -> Result<Property, (usize, String)> {
    let Joined { text, first: line, end, is_indented } = joined;
    let (key, rest) = text.split_at(key_length(&text));
    let rest = rest.trim_start_matches(BLANKS);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(BLANKS);
    let broken = |why: &str| (line, why.to_string());
    let (key, value) = (unescape(key).map_err(broken)?, unescape(value).map_err(broken)?);
    Ok(Property { key, value, line, end, is_indented })
}

/// Up to the first separator that no backslash escapes.
fn key_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        if !escaped && (matches!(letter, '=' | ':') || BLANKS.contains(&letter)) {
            return at;
        }
        escaped = letter == '\\' && !escaped;
    }
    text.len()
}

/// Java's characters are UTF-16 units: a letter beyond the first 65,536 is written as two escapes.
fn unescape(text: &str) -> Result<String, &'static str> {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    let mut buffer = [0; 2];
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            units.extend_from_slice(letter.encode_utf16(&mut buffer));
            continue;
        }
        let unit = match letters.next() {
            Some('u') => code_unit(&mut letters).ok_or("four hex digits must follow \\u")?,
            Some('t') => u16::from(b'\t'),
            Some('n') => u16::from(b'\n'),
            Some('r') => u16::from(b'\r'),
            Some('f') => 0xc,
            Some(other) => {
                units.extend_from_slice(other.encode_utf16(&mut buffer));
                continue;
            }
            None => break,
        };
        units.push(unit);
    }
    Ok(String::from_utf16_lossy(&units))
}

fn code_unit(letters: &mut std::str::Chars<'_>) -> Option<u16> {
    let digits: String = letters.by_ref().take(4).collect();
    // A sign in front would be a number to Rust.
    let all_hex = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u16::from_str_radix(&digits, 16).ok().filter(|_| all_hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(usize, String, String)> {
        let entries = parse_properties(text).unwrap();
        entries.into_iter().map(|entry| (entry.line, entry.key, entry.value)).collect()
    }

    fn one(text: &str) -> (String, String) {
        let mut entries = read(text);
        assert_eq!(entries.len(), 1, "{text:?}");
        let (_, key, value) = entries.remove(0);
        (key, value)
    }

    #[test]
    fn keys_end_at_equals_colon_or_blank() {
        for text in ["acks=all", "acks:all", "acks all", "  acks  =  all", "acks\t: all", "acks = all"] {
            assert_eq!(one(text), ("acks".into(), "all".into()), "{text:?}");
        }
        assert_eq!(one("a\\:b\\=c=d=e"), ("a:b=c".into(), "d=e".into()));
        assert_eq!(one("empty"), ("empty".into(), String::new()));
    }

    #[test]
    fn blanks_at_the_end_belong_to_the_value() {
        assert_eq!(one("sasl.password=two words \t"), ("sasl.password".into(), "two words \t".into()));
        assert_eq!(one("a=\u{a0}b"), ("a".into(), "\u{a0}b".into()), "white space that Java does not skip");
    }

    #[test]
    fn lines_are_continued_by_an_odd_number_of_backslashes() {
        let text =
            "bootstrap.servers=a:9092,\\\n    b:9092\n# comment \\\nacks=1\r\n! other\npath=c\\\\\nx=y";
        let expected =
            [(1, "bootstrap.servers", "a:9092,b:9092"), (4, "acks", "1"), (6, "path", "c\\"), (7, "x", "y")];
        let expected = expected.map(|(line, key, value)| (line, key.to_string(), value.to_string()));
        assert_eq!(read(text), expected);
    }

    #[test]
    fn a_lone_backslash_continues_nothing() {
        assert_eq!(one("\\\n# comment\na=1"), ("a".into(), "1".into()));
        assert_eq!(one("\\\n\na=1"), ("a".into(), "1".into()));
        assert_eq!(one("a=1\\\n\n"), ("a".into(), "1".into()));
    }

    #[test]
    fn escapes_are_javas() {
        assert_eq!(one("k=\\t\\n\\u00e9\\ud83d\\ude00\\q"), ("k".into(), "\t\n\u{e9}\u{1f600}q".into()));
        for broken in ["k=\\u12g4", "k=\\u12", "k=\\u+123", "k=\\u 123"] {
            assert_eq!(parse_properties(&format!("a=1\n{broken}")).unwrap_err().0, 2, "{broken}");
        }
    }

    #[test]
    fn a_byte_order_mark_belongs_to_the_first_key() {
        assert_eq!(one("\u{feff}acks=1"), ("\u{feff}acks".into(), "1".into()));
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_latin_1() {
        assert_eq!(properties_text(b"p=\xfcber".to_vec()), "p=\u{fc}ber");
        assert_eq!(properties_text("p=\u{fc}ber".as_bytes().to_vec()), "p=\u{fc}ber");
    }
}
