//! What a file says, read from its tokens: comments are gone, strings are opaque, macro bodies are seen.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// The tokens of a text; a text that is not Rust is an error of the test.
pub(crate) fn parse(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("not Rust: {error}"))
}

/// A file without what only tests compile.
#[derive(Default)]
pub(crate) struct Stripped {
    pub(crate) code: TokenStream,
    /// Files that are modules of the tests: `#[cfg(test)] mod tests;`.
    pub(crate) test_modules: Vec<String>,
    /// How many lines the tests take.
    pub(crate) test_lines: usize,
}

pub(crate) fn without_tests(tokens: TokenStream) -> Stripped {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut kept = Stripped::default();
    let mut at = 0;
    while at < trees.len() {
        if attributes(&trees[at..]).any(is_cfg_test) {
            let length = item_length(&trees[at..]);
            kept.leave_out(&trees[at..at + length]);
            at += length;
        } else {
            kept.keep(trees[at].clone());
            at += 1;
        }
    }
    kept
}

impl Stripped {
    fn leave_out(&mut self, item: &[TokenTree]) {
        self.test_lines += lines_of(&item[0], &item[item.len() - 1]);
        let [.., TokenTree::Ident(word), TokenTree::Ident(name), end] = item else { return };
        if word == "mod" && is_punct(end, ';') {
            self.test_modules.push(name.to_string());
        }
    }

    fn keep(&mut self, tree: TokenTree) {
        let TokenTree::Group(group) = tree else { return self.code.extend([tree]) };
        let inside = without_tests(group.stream());
        let mut copy = Group::new(group.delimiter(), inside.code);
        copy.set_span(group.span());
        self.code.extend([TokenTree::Group(copy)]);
        self.test_lines += inside.test_lines;
    }
}

/// The brackets of an attribute that starts here: `#[..]`.
fn attribute(trees: &[TokenTree]) -> Option<&Group> {
    let [hash, TokenTree::Group(group), ..] = trees else { return None };
    (is_punct(hash, '#') && group.delimiter() == Delimiter::Bracket).then_some(group)
}

/// All attributes of the item that starts here; a comment that documents it is one.
fn attributes(trees: &[TokenTree]) -> impl Iterator<Item = &Group> {
    (0..).map_while(|nth| attribute(trees.get(2 * nth..)?))
}

/// `cfg(test)` and `cfg(all(test, ..))`.
fn is_cfg_test(attribute: &Group) -> bool {
    let said: String = attribute.stream().to_string().chars().filter(|sign| !sign.is_whitespace()).collect();
    said == "cfg(test)" || said.starts_with("cfg(all(test,")
}

/// How many tokens an item takes, its attributes included.
fn item_length(trees: &[TokenTree]) -> usize {
    let start = 2 * attributes(trees).count();
    let ends = ends_of(&trees[start..]);
    let end = trees[start..].iter().position(|tree| ends.contains(&sign_of(tree)));
    end.map_or(trees.len(), |end| start + end + 1)
}

/// The signs that end an item: an import and a constant may hold braces, a field ends with a comma.
fn ends_of(item: &[TokenTree]) -> &'static [char] {
    const FIRST: [&str; 5] = ["use", "const", "static", "type", "let"];
    const BRACED: [&str; 8] = ["fn", "mod", "impl", "struct", "enum", "trait", "union", "macro_rules"];
    let words = item.iter().take_while(|tree| !"{;,:=".contains(sign_of(tree)));
    let words: Vec<String> = words.filter_map(ident).collect();
    if words.iter().any(|word| BRACED.contains(&word.as_str())) {
        &['{', ';']
    } else if words.iter().any(|word| FIRST.contains(&word.as_str())) {
        &[';']
    } else {
        &['{', ';', ',']
    }
}

fn lines_of(first: &TokenTree, last: &TokenTree) -> usize {
    last.span().end().line - first.span().start().line + 1
}

/// A sign of punctuation, `{` for a group in braces, `(` for other groups, `a` for words and literals.
fn sign_of(tree: &TokenTree) -> char {
    match tree {
        TokenTree::Punct(sign) => sign.as_char(),
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => '{',
        TokenTree::Group(_) => '(',
        TokenTree::Ident(_) | TokenTree::Literal(_) => 'a',
    }
}

fn is_punct(tree: &TokenTree, sign: char) -> bool {
    matches!(tree, TokenTree::Punct(found) if found.as_char() == sign)
}

fn ident(tree: &TokenTree) -> Option<String> {
    let TokenTree::Ident(ident) = tree else { return None };
    Some(ident.to_string())
}

/// Every path that is written, groups of imports taken apart: `use std::{fs, io}` says `std::fs` and
/// `std::io`. A single word is a path too; `println!` keeps its sign; `&mut App` says also `mut App`.
pub(crate) fn paths(tokens: TokenStream) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    paths_under(&[], tokens, &mut found);
    found
}

fn paths_under(prefix: &[String], tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        match &trees[at] {
            TokenTree::Group(group) => paths_under(&[], group.stream(), found),
            TokenTree::Ident(word) if word == "as" && !prefix.is_empty() => at += 1,
            TokenTree::Ident(_) => {
                let after_mut = at > 0 && ident(&trees[at - 1]).is_some_and(|word| word == "mut");
                at += path(prefix, &trees[at..], found) - 1;
                if let Some(last) = found.last().and_then(|path| path.last()).filter(|_| after_mut) {
                    found.push(vec![format!("mut {last}")]);
                }
            }
            _ if is_punct(&trees[at], '*') && !prefix.is_empty() => {
                found.push([prefix, &["*".to_string()]].concat());
            }
            _ => {}
        }
        at += 1;
    }
}

/// Reads the path that starts here and tells how many tokens it takes.
fn path(prefix: &[String], trees: &[TokenTree], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    path.extend(ident(&trees[0]));
    let mut at = 1;
    while trees[at..].len() > 2 && is_punct(&trees[at], ':') && is_punct(&trees[at + 1], ':') {
        match &trees[at + 2] {
            TokenTree::Ident(word) => path.push(word.to_string()),
            TokenTree::Punct(sign) if sign.as_char() == '*' => path.push("*".to_string()),
            TokenTree::Group(group) => {
                paths_under(&path, group.stream(), found);
                return at + 3;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => break,
        }
        at += 3;
    }
    if path.len() > 1 && path.last().is_some_and(|word| word == "self") {
        path.pop();
    }
    let sign = |offset: usize| trees.get(at + offset).map(sign_of);
    if sign(0) == Some('!') && sign(1) != Some('=') {
        path.last_mut().unwrap().push('!');
    }
    found.push(path);
    at
}

/// A function and its length in lines, or why it is not known.
pub(crate) type FunctionLines = (String, Result<usize, String>);

/// All functions with a body, those in macros too: from the word `fn` to the closing brace.
pub(crate) fn functions(tokens: TokenStream) -> Vec<FunctionLines> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        if let TokenTree::Group(group) = tree {
            found.extend(functions(group.stream()));
        }
        // A macro may write `fn $name`.
        let ([TokenTree::Ident(word), TokenTree::Ident(name), rest @ ..]
        | [TokenTree::Ident(word), TokenTree::Punct(_), TokenTree::Ident(name), rest @ ..]) = &trees[at..]
        else {
            continue;
        };
        if word != "fn" {
            continue;
        }
        match rest.iter().find(|tree| "{;".contains(sign_of(tree))) {
            Some(body @ TokenTree::Group(_)) => found.push((name.to_string(), Ok(lines_of(tree, body)))),
            Some(_) => {}
            None => found.push((name.to_string(), Err("its end was not found".to_string()))),
        }
    }
    found
}

/// How many `match x { true => .., false => .. }` and `match () { .. }` there are.
pub(crate) fn odd_matches(tokens: TokenStream) -> usize {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let units = trees.windows(3).filter(|three| is_unit_match(three)).count();
    let mut found = units;
    for tree in &trees {
        let TokenTree::Group(group) = tree else { continue };
        found += usize::from(has_boolean_arm(group)) + odd_matches(group.stream());
    }
    found
}

fn is_unit_match(three: &[TokenTree]) -> bool {
    let [TokenTree::Ident(word), TokenTree::Group(unit), arms] = three else { return false };
    word == "match" && unit.stream().is_empty() && sign_of(arms) == '{'
}

/// Only the arms of a match hold `true` or `false` before `=>` or before a guard.
fn has_boolean_arm(group: &Group) -> bool {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let is_arm = |at: usize| {
        let boolean = ident(&trees[at]).is_some_and(|word| word == "true" || word == "false");
        let starts = at == 0 || "{,".contains(sign_of(&trees[at - 1]));
        let arrow = matches!(&trees[at + 1..], [a, b, ..] if is_punct(a, '=') && is_punct(b, '>'));
        let guard = trees.get(at + 1).and_then(ident).is_some_and(|word| word == "if");
        boolean && starts && (arrow || guard)
    };
    group.delimiter() == Delimiter::Brace && (0..trees.len()).any(is_arm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        without_tests(parse(text)).code.to_string()
    }

    fn said(text: &str) -> Vec<String> {
        paths(parse(text)).into_iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn only_what_tests_compile_is_left_out() {
        let text = "#[cfg(test)] use a::{b, c}; #[cfg(test)] #[allow(x)] mod tests { fn d() {} } fn e() {}
            #[cfg(test)] const F: [G; 1] = [G { h: 1 }]; #[cfg(test)] pub const fn i() -> u8 { 1 }
            #[cfg(all(test, unix))] impl J { fn k() {} } struct L { #[cfg(test)] m: Vec<u8>, n: u8 }
            impl T { /// Told of, too.
            #[cfg(test)] fn u() {} }
            #[cfg(feature = \"o\")] fn p() { #[cfg(test)] let q = R {}; s(); }";
        let left = "fn e() {} struct L { n: u8 } impl T {} #[cfg(feature = \"o\")] fn p() { s(); }";
        assert_eq!(code(text), parse(left).to_string());
    }

    #[test]
    fn modules_of_tests_and_their_lines_are_told() {
        let found = without_tests(parse("fn a() {}\n#[cfg(test)]\nmod rig;\n#[cfg(test)]\nmod t {\n}\n"));
        assert_eq!((found.test_modules, found.test_lines), (vec!["rig".to_string()], 5));
    }

    #[test]
    fn paths_are_seen_in_groups_and_macros_but_not_in_comments_and_strings() {
        assert_eq!(
            said("use std::{fs, io::{self, Read as R}, net::*};"),
            ["use", "std::fs", "std::io", "std::io::Read", "std::net::*"]
        );
        assert_eq!(said("vec![Instant::now()] // std::fs\n"), ["vec!", "Instant::now"]);
        assert_eq!(said("/// std::fs\n\"std::fs\"; a != b"), ["doc", "a", "b"]);
        assert_eq!(said("x: &mut app::App"), ["x", "mut", "app::App", "mut App"]);
    }

    #[test]
    fn functions_of_every_kind_have_their_length() {
        let text = "pub(in crate::a) async fn a() {\n}\nunsafe extern \"C\" fn b() { 1;\n\n}
            impl X { pub const fn c<T>(f: fn(T)) -> [u8; 2] where T: Y { todo() } }
            trait Z { fn d(&self); fn e(&self) {\n} } m! { fn f() {\n\n\n} fn $g() {} }";
        let lengths: Vec<(String, usize)> =
            functions(parse(text)).into_iter().map(|(name, lines)| (name, lines.unwrap())).collect();
        let wanted = [("a", 2), ("b", 3), ("c", 1), ("e", 2), ("f", 4), ("g", 1)];
        assert_eq!(lengths, wanted.map(|(name, lines)| (name.to_string(), lines)));
        assert!(functions(parse("m! { fn open() }"))[0].1.is_err(), "an end that is not found is an error");
    }

    #[test]
    fn odd_matches_are_counted() {
        let count = |text: &str| odd_matches(parse(text));
        assert_eq!(count("fn a() { match b { true => 1, false => 2 } }"), 1);
        assert_eq!(count("fn a() { match b { 1 => { c } false if d => 2, _ => 3 } }"), 1);
        assert_eq!(count("vec![match () { () if a => 1, () => 2 }]"), 1);
        assert_eq!(
            count("fn a() { match b { Some(true) => match c { false => 1, true => 2 }, None => 0 } }"),
            1
        );
        assert_eq!(count("fn a() { if b == true { f(()) } match (b, c) { (true, _) => x, _ => y } }"), 0);
    }
}
