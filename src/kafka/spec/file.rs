//! The Java properties format: comments, continued lines, `=`, `:` or a blank between name and value.

/// The entries in order. Escapes `\t`, `\n`, `\r`, `\f`, `\\`, `\=`, `\:` and `\uXXXX` are resolved.
pub(super) fn entries(text: &str) -> Vec<(String, String)> {
    logical_lines(text).iter().filter_map(|line| entry(line)).collect()
}

fn logical_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut open = String::new();
    for line in text.lines() {
        let line = line.trim_start();
        if open.is_empty() && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        let backslashes = line.chars().rev().take_while(|letter| *letter == '\\').count();
        if backslashes % 2 == 1 {
            open.push_str(&line[..line.len() - 1]);
            continue;
        }
        lines.push(std::mem::take(&mut open) + line);
    }
    if !open.is_empty() {
        lines.push(open);
    }
    lines
}

fn entry(line: &str) -> Option<(String, String)> {
    let mut escaped = false;
    let ends = |(_, letter): &(usize, char)| {
        let end = !escaped && (matches!(letter, '=' | ':') || letter.is_whitespace());
        escaped = !escaped && *letter == '\\';
        end
    };
    let end = line.char_indices().find(ends).map_or(line.len(), |(at, _)| at);
    let (name, rest) = line.split_at(end);
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    let name = unescape(name);
    (!name.is_empty()).then(|| (name, unescape(value.trim_end())))
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('t') => out.push('\t'),
                Some('n') => out.push('\n'),
                Some('r') => out.push('\r'),
                Some('f') => out.push('\u{c}'),
                Some('u') => out.extend(unicode(&mut letters)),
                Some(other) => out.push(other),
                None => {}
            },
            plain => out.push(plain),
        }
    }
    out
}

fn unicode(letters: &mut std::str::Chars<'_>) -> Option<char> {
    let digits: String = letters.take(4).collect();
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_java_does() {
        let text = "# note\n! note\n\na=1\nb : two words \nc  three\nd\ne=x\\\n   y\nf\\=g=\\u0041\\t\\\\\n";
        let found = entries(text);
        let shown: Vec<String> = found.iter().map(|(name, value)| format!("{name}|{value}")).collect();
        assert_eq!(shown, ["a|1", "b|two words", "c|three", "d|", "e|xy", "f=g|A\t\\"]);
    }

    #[test]
    fn a_value_keeps_its_equals_signs() {
        assert_eq!(entries("p=a=b:c"), [("p".into(), "a=b:c".into())]);
    }
}
