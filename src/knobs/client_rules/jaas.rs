//! Whether `sasl.jaas.config` is one login module as Kafka's `JaasConfig` reads it: tokens of `java.io.StreamTokenizer`.

use std::iter::Peekable;
use std::str::Chars;

/// Flags that a login module takes, their case aside.
const FLAGS: [&str; 4] = ["required", "requisite", "sufficient", "optional"];

#[derive(Clone, PartialEq, Eq, Debug)]
enum Token {
    /// A word or what stands in quotes: the only tokens that a name or a value can be.
    Text(String),
    Number,
    Sign(char),
}

/// Whether the text is exactly one entry: a module, its flag, options and a semicolon.
pub fn is_jaas_entry(text: &str) -> bool {
    let tokens = tokens(text);
    let [Token::Text(_), Token::Text(flag), options @ .., Token::Sign(';')] = tokens.as_slice() else {
        return false;
    };
    FLAGS.iter().any(|known| known.eq_ignore_ascii_case(flag)) && options.chunks(3).all(is_option)
}

/// Whether the entry names Kerberos' service, without which GSSAPI does not start.
pub fn names_service(text: &str) -> bool {
    let tokens = tokens(text);
    tokens.windows(2).any(|pair| pair == [Token::Text("serviceName".into()), Token::Sign('=')])
}

/// Anything may be the name: Java does not look at it.
fn is_option(tokens: &[Token]) -> bool {
    matches!(tokens, [name, Token::Sign('='), Token::Text(_)] if *name != Token::Sign(';'))
}

fn tokens(text: &str) -> Vec<Token> {
    let mut letters = text.chars().peekable();
    let mut tokens = Vec::new();
    while let Some(letter) = letters.next() {
        match letter {
            '/' => skip_comment(&mut letters),
            '"' | '\'' => tokens.push(Token::Text(quoted(letter, &mut letters))),
            _ if letter <= ' ' => {}
            _ if is_number(letter, &letters) => {
                while letters.next_if(|next| next.is_ascii_digit() || *next == '.').is_some() {}
                tokens.push(Token::Number);
            }
            _ if starts_word(letter) => tokens.push(Token::Text(word(letter, &mut letters))),
            _ => tokens.push(Token::Sign(letter)),
        }
    }
    tokens
}

/// A single slash hides the rest of the line, too.
fn skip_comment(letters: &mut Peekable<Chars<'_>>) {
    if letters.next_if_eq(&'*').is_some() {
        let mut before = ' ';
        while let Some(letter) = letters.next().filter(|letter| (before, *letter) != ('*', '/')) {
            before = letter;
        }
    } else {
        while letters.next_if(|letter| !matches!(letter, '\n' | '\r')).is_some() {}
    }
}

/// Up to the same quote or the end of the line.
fn quoted(quote: char, letters: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(letter) = letters.next_if(|letter| !matches!(letter, '\n' | '\r')) {
        match letter {
            '\\' => text.extend(letters.next()),
            _ if letter == quote => break,
            _ => text.push(letter),
        }
    }
    text
}

fn is_number(letter: char, after: &Peekable<Chars<'_>>) -> bool {
    let next = after.clone().next().unwrap_or(' ');
    letter.is_ascii_digit() || (matches!(letter, '-' | '.') && next.is_ascii_digit())
}

fn starts_word(letter: char) -> bool {
    letter.is_ascii_alphabetic() || matches!(letter, '_' | '$') || letter >= '\u{a0}'
}

fn word(first: char, letters: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::from(first);
    while let Some(letter) =
        letters.next_if(|next| starts_word(*next) || next.is_ascii_digit() || matches!(next, '-' | '.'))
    {
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "org.apache.kafka.common.security.plain.PlainLoginModule";

    #[test]
    fn one_entry_is_told_from_what_java_refuses() {
        let fits = [
            "M required;",
            "M REQUIRED username=\"u\" password='p#x' ;",
            "  M sufficient username=u\n password=\"p\\\"x\";  ",
            "M optional a = b; // why",
        ];
        fits.iter().for_each(|text| assert!(is_jaas_entry(&text.replace('M', PLAIN)), "{text}"));
        let refused = [
            "",
            "M",
            "M required",
            "M required username=\"u\" password=\"p\"",
            "M required username=\"u password=\"p\";",
            "M username=\"u\";",
            "KafkaClient { M required; };",
            "M required a=b; M required a=b;",
            "M required a=b, c=d;",
            "M required a=1;",
            "M required password=p#x;",
            "M required username;",
            "M required keyTab=/etc/a.keytab;",
        ];
        refused.iter().for_each(|text| assert!(!is_jaas_entry(&text.replace('M', PLAIN)), "{text}"));
    }

    #[test]
    fn the_service_of_kerberos_is_found() {
        assert!(names_service("a.Krb5LoginModule required serviceName=\"kafka\";"));
        assert!(!names_service("a.PlainLoginModule required username=\"serviceName\";"));
    }
}
