//! The format of `java.util.Properties`: comments, continued lines, escapes, `=`, `:` or a blank as separator.

/// One setting of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Property {
    /// Its key, escapes resolved.
    pub key: String,
    /// Its value, escapes resolved.
    pub value: String,
    /// The line where it starts, from 1.
    pub line: usize,
}

/// Reads a properties file as `java.util.Properties.load` does.
///
/// # Errors
/// The line and the reason: only a broken `\u` escape can be wrong in this format.
pub fn parse_properties(text: &str) -> Result<Vec<Property>, (usize, String)> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    logical_lines(text).into_iter().map(|(line, text)| split(&text, line)).collect()
}

/// Lines with their continuations joined, without comments and blank lines.
fn logical_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (at, natural) in natural_lines(text).into_iter().enumerate() {
        let body = natural.trim_start_matches([' ', '\t', '\u{c}']);
        let comment = open.is_none() && (body.is_empty() || body.starts_with(['#', '!']));
        if comment {
            continue;
        }
        let (line, mut joined) = open.take().unwrap_or((at + 1, String::new()));
        match continued(body) {
            Some(body) => {
                joined.push_str(body);
                open = Some((line, joined));
            }
            None => {
                joined.push_str(body);
                lines.push((line, joined));
            }
        }
    }
    lines.extend(open.filter(|(_, text)| !text.is_empty()));
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

fn split(text: &str, line: usize) -> Result<Property, (usize, String)> {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, letter)| {
        let ends = !escaped && matches!(letter, '=' | ':' | ' ' | '\t' | '\u{c}');
        escaped = *letter == '\\' && !escaped;
        ends
    });
    let (key, rest) = text.split_at(end.map_or(text.len(), |(at, _)| at));
    let blank = [' ', '\t', '\u{c}'];
    let rest = rest.trim_start_matches(blank);
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start_matches(blank);
    let unescaped = |text: &str| unescape(text).map_err(|why| (line, why));
    Ok(Property { key: unescaped(key)?, value: unescaped(value)?, line })
}

fn unescape(text: &str) -> Result<String, String> {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut letters = text.chars();
    let mut buffer = [0; 2];
    while let Some(letter) = letters.next() {
        let plain = match (letter, if letter == '\\' { letters.next() } else { None }) {
            ('\\', Some('u')) => {
                let digits: String = letters.by_ref().take(4).collect();
                let code = u16::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
                units.push(
                    code.ok_or_else(|| format!("`\\u{digits}` is no escape: four hex digits follow \\u"))?,
                );
                continue;
            }
            ('\\', Some('t')) => '\t',
            ('\\', Some('n')) => '\n',
            ('\\', Some('r')) => '\r',
            ('\\', Some('f')) => '\u{c}',
            ('\\', Some(other)) => other,
            ('\\', None) => continue,
            (letter, _) => letter,
        };
        units.extend_from_slice(plain.encode_utf16(&mut buffer));
    }
    Ok(String::from_utf16_lossy(&units))
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
        assert_eq!(one("trailing=blank "), ("trailing".into(), "blank ".into()));
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
    fn escapes_are_javas() {
        assert_eq!(one("k=\\t\\n\\u00e9\\ud83d\\ude00\\q"), ("k".into(), "\t\n\u{e9}\u{1f600}q".into()));
        assert_eq!(parse_properties("a=1\nk=\\u12g4").unwrap_err().0, 2);
        assert_eq!(parse_properties("k=\\u12").unwrap_err().0, 1);
    }
}
