//! A file's text by its format: properties, variables, trees of YAML or JSON, Terraform.

use crate::config::kind::{FileKind, format_of};
use crate::config::tree::{Broken, Node, NodeValue, parse_json, parse_yaml};
use crate::config::{Property, parse_properties};
use hcl_edit::structure::Body;

/// A parsed file. What it is for is the business of [`crate::config::kinds`].
pub(super) enum Document {
    Properties(Vec<Property>),
    /// `NAME=value` in capital letters.
    Variables(Vec<Property>),
    /// The documents of a YAML file, or one of JSON.
    Tree(Vec<Node>),
    Terraform {
        body: Body,
        text: String,
    },
    /// No format that klever reads.
    Other(FileKind),
}

impl Document {
    /// Parses a text by the format that it has.
    ///
    /// # Errors
    /// The line and the reason where that format is broken.
    pub(super) fn parse(text: &str) -> Result<Document, Broken> {
        match format_of(text) {
            None => Ok(Document::Properties(parse_properties(text)?)),
            Some(FileKind::Environment) => Ok(Document::Variables(variables(text)?)),
            Some(FileKind::Yaml) => Ok(Document::Tree(parse_yaml(text)?)),
            Some(FileKind::Json) => Ok(Document::Tree(parse_json(text)?)),
            Some(FileKind::Terraform) => terraform(text),
            Some(kind) => Ok(Document::Other(kind)),
        }
    }

    pub(super) fn properties(&self) -> Option<&[Property]> {
        match self {
            Document::Properties(properties) => Some(properties),
            _ => None,
        }
    }

    pub(super) fn tree(&self) -> &[Node] {
        match self {
            Document::Tree(documents) => documents,
            _ => &[],
        }
    }
}

/// Shells and Compose take a value in quotes without them.
fn variables(text: &str) -> Result<Vec<Property>, Broken> {
    let mut all = parse_properties(text)?;
    for property in &mut all {
        property.key = property.key.trim_start_matches("export ").to_string();
        property.value = unquoted(&property.value).to_string();
    }
    Ok(all)
}

pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    let inside = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

fn terraform(text: &str) -> Result<Document, Broken> {
    let body = hcl_edit::parser::parse_body(text)
        .map_err(|error| (error.location().line(), format!("it is not Terraform: {}", error.message())))?;
    Ok(Document::Terraform { body, text: text.to_string() })
}

/// Scalars and lists of scalars of a map as properties, keys joined by dots. A key in brackets is meant as it stands.
pub(super) fn flat(node: &Node) -> Vec<Property> {
    let mut out = Vec::new();
    flatten(node, String::new(), &mut out);
    out
}

fn flatten(node: &Node, path: String, out: &mut Vec<Property>) {
    for (key, value) in node.entries() {
        let key = key.strip_prefix('[').and_then(|key| key.strip_suffix(']')).unwrap_or(key);
        let path = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
        match &value.value {
            NodeValue::Map(_) => flatten(value, path, out),
            NodeValue::List(items) => flatten_list(items, path, value.line, out),
            NodeValue::Null => {}
            NodeValue::Text { text, .. } => out.push(Property::new(path, text.clone(), value.line)),
        }
    }
}

/// A list of texts is one value with commas; maps in it are told apart by their numbers.
fn flatten_list(items: &[Node], path: String, line: usize, out: &mut Vec<Property>) {
    let texts: Option<Vec<&str>> = items.iter().map(Node::text).collect();
    match texts {
        Some(texts) => out.push(Property::new(path, texts.join(","), line)),
        None => items.iter().enumerate().for_each(|(at, item)| flatten(item, format!("{path}[{at}]"), out)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let Document::Tree(documents) = Document::parse(text).unwrap() else { panic!("no tree") };
        let all = documents.iter().flat_map(flat);
        all.map(|property| format!("{}:{}={}", property.line, property.key, property.value)).collect()
    }

    #[test]
    fn trees_become_properties_with_their_lines() {
        let text = "a:\n  b.c: 1\n  \"[d.e]\": x\n  f:\n    - p\n    - q\n  g:\n    - h: 2\n";
        assert_eq!(told(text), ["2:a.b.c=1", "3:a.d.e=x", "4:a.f=p,q", "8:a.g[0].h=2"]);
    }

    #[test]
    fn each_format_is_told() {
        let name = |text: &str| match Document::parse(text).unwrap() {
            Document::Properties(_) => "properties",
            Document::Variables(_) => "variables",
            Document::Tree(_) => "tree",
            Document::Terraform { .. } => "terraform",
            Document::Other(_) => "other",
        };
        assert_eq!(name("acks=all"), "properties");
        assert_eq!(name("KAFKA_NODE_ID=1\nKAFKA_CFG_X='y'\n"), "variables");
        assert_eq!(name("{\"acks\": 1}"), "tree");
        assert_eq!(name("a:\n  b: 1\n"), "tree");
        assert_eq!(name("resource \"kafka_topic\" \"a\" {\n}\n"), "terraform");
        assert_eq!(name("<xml/>"), "other");
        assert_eq!(Document::parse("resource \"a\" {\n  b =\n}").err().unwrap().0, 2);
    }
}
