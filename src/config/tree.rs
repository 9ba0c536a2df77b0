//! YAML and JSON as a tree in which every value knows its line; bounds on depth, size and aliases.

use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::{HashMap, HashSet};

/// How deep values may lie in each other, and how many there may be once aliases are followed.
const MOST_DEEP: usize = 64;
const MOST_VALUES: usize = 100_000;

/// A value of a document and its line, from 1; that of a map's value is its key's.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Node {
    pub line: usize,
    pub value: NodeValue,
}

#[derive(Clone, PartialEq, Debug)]
pub(super) enum NodeValue {
    Null,
    /// `is_block`: text of lines of its own, the first one below the key.
    Text {
        text: String,
        is_plain: bool,
        is_block: bool,
    },
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[(String, Node)] {
        match &self.value {
            NodeValue::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Node] {
        match &self.value {
            NodeValue::List(items) => items,
            _ => &[],
        }
    }

    /// A map's value of this key; of several the last one counts.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().rev().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// What lies behind these keys, one in the other.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A text, number or boolean as it is written; empty for null.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            NodeValue::Null => Some(""),
            NodeValue::Text { text, .. } => Some(text),
            NodeValue::List(_) | NodeValue::Map(_) => None,
        }
    }

    /// The text behind these keys.
    pub(super) fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path)?.text().filter(|text| !text.is_empty())
    }
}

/// Where a document is broken, and why; quotes nothing of it.
pub(super) type Broken = (usize, String);

/// Reads all documents of a YAML text.
///
/// # Errors
/// The line and the reason.
pub(super) fn parse_yaml(text: &str) -> Result<Vec<Node>, Broken> {
    let mut tree = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event
            .map_err(|error| (error.marker().line().max(1), format!("it is not YAML: {}", error.info())))?;
        let line = span.start.line().max(1);
        tree.take(event, line).map_err(|why| (line, why))?;
    }
    Ok(tree.documents)
}

/// Reads a JSON text.
///
/// # Errors
/// The line and the reason.
pub(super) fn parse_json(text: &str) -> Result<Vec<Node>, Broken> {
    serde_json::from_str::<serde::de::IgnoredAny>(text)
        .map_err(|error| (error.line().max(1), format!("it is not JSON: {}", plain(&error))))?;
    // JSON is YAML but for tabs between its tokens and for letters written as two escapes.
    parse_yaml(&without_surrogates(&text.replace('\t', " ")))
}

/// The reason without the place that serde_json puts behind it.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_string()
}

/// Escapes of half a letter become one sign: nobody needs such a letter to judge a setting.
fn without_surrogates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u") {
        let escaped = rest[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
        let is_half = rest.get(at + 2..at + 4).is_some_and(|digits| {
            let digits = digits.to_ascii_lowercase();
            digits.starts_with('d') && digits.as_bytes()[1] >= b'8'
        });
        let end = if is_half && !escaped { at + 6 } else { at + 2 };
        out.push_str(&rest[..at]);
        out.push_str(if is_half && !escaped { "?" } else { "\\u" });
        rest = rest.get(end..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What is open while events come in.
enum Open {
    List { node: Node, anchor: usize },
    Map { node: Node, anchor: usize, key: Option<(String, usize)>, merged: Vec<Node> },
}

#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    values: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, line: usize) -> Result<(), String> {
        match event {
            Event::Scalar(text, style, anchor, _) => self.close(scalar(&text, style, line), anchor, line, 1),
            Event::SequenceStart(anchor, _) => {
                self.push(Open::List { node: Node { line, value: NodeValue::List(Vec::new()) }, anchor })
            }
            Event::MappingStart(anchor, _) => {
                let node = Node { line, value: NodeValue::Map(Vec::new()) };
                self.push(Open::Map { node, anchor, key: None, merged: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned().ok_or("an alias of nothing")?;
                let values = count(&node);
                self.close(node, 0, line, values)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn push(&mut self, open: Open) -> Result<(), String> {
        if self.open.len() >= MOST_DEEP {
            return Err(format!("values lie more than {MOST_DEEP} deep in each other"));
        }
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        match self.open.pop() {
            Some(Open::List { node, anchor }) => {
                let line = node.line;
                self.close(node, anchor, line, 1)
            }
            Some(Open::Map { mut node, anchor, merged, .. }) => {
                merged.iter().for_each(|other| merge(&mut node, other));
                let line = node.line;
                self.close(node, anchor, line, 1)
            }
            None => Ok(()),
        }
    }

    /// A whole value goes to what is open around it.
    fn close(&mut self, mut node: Node, anchor: usize, line: usize, values: usize) -> Result<(), String> {
        self.values += values;
        if self.values > MOST_VALUES {
            return Err(format!("it has more than {MOST_VALUES} values, those behind aliases counted"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some(Open::List { node: Node { value: NodeValue::List(items), .. }, .. }) => items.push(node),
            Some(Open::Map { node: Node { value: NodeValue::Map(entries), .. }, key, merged, .. }) => {
                match key.take() {
                    None => *key = Some((node.text().unwrap_or_default().to_string(), line)),
                    Some((name, _)) if name == "<<" => merged.push(node),
                    Some((name, at)) => {
                        // What an alias stands for keeps the lines where it is written.
                        if node.line == line {
                            node.line = at;
                        }
                        entries.push((name, node));
                    }
                }
            }
            Some(_) => {}
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle, line: usize) -> Node {
    let is_plain = style == ScalarStyle::Plain;
    if is_plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Node { line, value: NodeValue::Null };
    }
    let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
    Node { line, value: NodeValue::Text { text: text.to_string(), is_plain, is_block } }
}

/// `<<`: what another map has and this one does not say itself.
fn merge(node: &mut Node, other: &Node) {
    other.items().iter().for_each(|one| merge(node, one));
    let NodeValue::Map(entries) = &mut node.value else { return };
    let own: HashSet<String> = entries.iter().map(|(key, _)| key.clone()).collect();
    entries.extend(other.entries().iter().filter(|(key, _)| !own.contains(key)).cloned());
}

/// How many values there are in it, itself among them.
fn count(node: &Node) -> usize {
    let inside = node.items().iter().chain(node.entries().iter().map(|(_, value)| value));
    1 + inside.map(count).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Node {
        let mut documents = parse_yaml(text).unwrap();
        assert_eq!(documents.len(), 1, "{text}");
        documents.remove(0)
    }

    #[test]
    fn every_value_knows_its_line() {
        let node = one("# head\na:\n  b: 1\n  c:\n    - x\n    - y\nd: >-\n  text\n");
        let line = |path: &[&str]| node.at(path).unwrap().line;
        assert_eq!((line(&["a"]), line(&["a", "b"]), line(&["a", "c"]), line(&["d"])), (2, 3, 4, 7));
        assert_eq!(node.at(&["a", "c"]).unwrap().items()[1].line, 6);
        assert_eq!(node.text_at(&["d"]), Some("text"));
    }

    #[test]
    fn aliases_and_merged_maps_keep_the_lines_where_they_are_written() {
        let node = one("x: &base\n  acks: all\n  linger.ms: 5\ny:\n  <<: *base\n  acks: 1\nz: *base\n");
        assert_eq!(node.text_at(&["y", "acks"]), Some("1"));
        assert_eq!(node.at(&["y", "linger.ms"]).unwrap().line, 3);
        assert_eq!(node.at(&["z", "acks"]).unwrap().line, 2);
    }

    #[test]
    fn json_is_read_with_its_lines_tabs_and_escapes() {
        let text = "{\n\t\"a\": {\"b\":1,\n\t\t\"c\":\"\\ud83d\\ude00\\u00e9\"},\n\t\"n\":null}";
        let documents = parse_json(text).unwrap();
        let line = |path: &[&str]| documents[0].at(path).unwrap().line;
        assert_eq!((line(&["a", "b"]), line(&["a", "c"]), line(&["n"])), (2, 3, 4));
        assert_eq!(documents[0].text_at(&["a", "c"]), Some("??é"));
        assert_eq!(parse_json("{\n\"a\": }").unwrap_err().0, 2);
    }

    #[test]
    fn bounds_hold() {
        let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
        assert!(parse_yaml(&deep).unwrap_err().1.contains("64 deep"));
        let mut bomb = String::from("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
        for (name, of) in [("b", "a"), ("c", "b"), ("d", "c"), ("e", "d"), ("f", "e")] {
            let items = vec![format!("*{of}"); 10].join(",");
            bomb.push_str(&format!("{name}: &{name} [{items}]\n"));
        }
        assert!(parse_yaml(&bomb).unwrap_err().1.contains("values"));
        assert_eq!(parse_yaml("a: [b").unwrap_err().0, 2);
    }
}
