//! A small strict reader of XML, and of HTML that is written like it: what it cannot read, a browser might read otherwise.

use std::collections::BTreeMap;

/// Elements of HTML that have no end.
const VOID: [&str; 1] = ["meta"];

/// An element with its attributes.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
}

/// Every element of a document, in order. Panics where it is not well-formed.
pub fn elements(text: &str) -> Vec<Element> {
    read(text).0
}

/// Every text between elements, with its entities resolved.
pub fn texts(text: &str) -> Vec<String> {
    read(text).1
}

fn read(text: &str) -> (Vec<Element>, Vec<String>) {
    let (mut elements, mut texts, mut open): (Vec<Element>, Vec<String>, Vec<String>) = Default::default();
    assert!(text.chars().all(is_character), "a character that XML forbids");
    let mut rest = text;
    for head in ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!doctype html>"] {
        rest = rest.strip_prefix(head).unwrap_or(rest);
    }
    while let Some(at) = rest.find('<') {
        let between = resolved(&rest[..at]);
        if !between.trim().is_empty() {
            assert!(!open.is_empty(), "text outside of the document: {between}");
            texts.push(between);
        }
        let end = at + rest[at..].find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "an end without its beginning");
            continue;
        }
        let (tag, is_closed) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let element = element(tag);
        if !is_closed && !VOID.contains(&element.name.as_str()) {
            open.push(element.name.clone());
        }
        elements.push(element);
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "not ended: {open:?} {rest}");
    (elements, texts)
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
    assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric()), "a name: {name:?}");
    let mut attributes = BTreeMap::new();
    while !rest.trim().is_empty() {
        let (key, after) = rest.trim_start().split_once("=\"").expect("an attribute has a value in quotes");
        let (value, after) = after.split_once('"').expect("a value ends");
        assert!(key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "a name: {key:?}");
        assert!(attributes.insert(key.to_owned(), resolved(value)).is_none(), "{key} is there twice");
        rest = after;
    }
    Element { name: name.to_owned(), attributes }
}

/// A text without entities; only those that the encoder writes are known.
fn resolved(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (entity, after) = rest[at + 1..].split_once(';').expect("an entity ends");
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "#39" => '\'',
            other => panic!("an entity that nobody writes: {other}"),
        });
        rest = after;
    }
    out + rest
}

/// Source: XML 1.0, section 2.2.
fn is_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
