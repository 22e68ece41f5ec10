//! Reading YAML with positions: events of saphyr-parser become a small tree, and a [`Reader`] takes typed values from it.

use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::spec::Field;
use crate::base::closest;
use crate::desire::Text;

/// Mappings and lists nested deeper than this are refused: no manifest is, and no text may exhaust the stack.
const DEEPEST: usize = 64;

/// A value of a document.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Node<'a> {
    /// Its bytes.
    pub at: Range<usize>,
    /// What it is.
    pub kind: Kind<'a>,
}

/// What a value is.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kind<'a> {
    /// A text; bare ones may stand for something else.
    Scalar {
        /// The text.
        text: Text<'a>,
        /// It has no quotes.
        bare: bool,
    },
    /// A list.
    List(Vec<Node<'a>>),
    /// A mapping, in order.
    Map(Vec<(Key<'a>, Node<'a>)>),
}

/// A key of a mapping.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Key<'a> {
    /// The key.
    pub text: Text<'a>,
    /// Its bytes.
    pub at: Range<usize>,
}

/// What is wrong with a document, and where.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Problem {
    /// The bytes.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What was probably meant.
    pub near: Option<&'static str>,
}

impl Problem {
    fn new(at: Range<usize>, message: impl Into<String>) -> Problem {
        Problem { at, message: message.into(), near: None }
    }
}

/// A list or mapping whose end has not come yet.
struct Open<'a> {
    start: usize,
    kind: Kind<'a>,
    key: Option<Key<'a>>,
}

/// The documents of a stream.
///
/// # Errors
/// The first place that is no YAML, or YAML that no manifest needs (aliases, keys that are no text).
pub(super) fn parse(text: &str) -> Result<Vec<Node<'_>>, Problem> {
    let offsets = Offsets::new(text);
    let mut documents = Vec::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = offsets.byte(error.marker().index());
            Problem::new(at..at, format!("expected YAML: {}", error.info()))
        })?;
        let at = offsets.byte(span.start.index())..offsets.byte(span.end.index());
        let done = match event {
            Event::Scalar(text, style, _, _) => {
                Node { at, kind: Kind::Scalar { text, bare: style == ScalarStyle::Plain } }
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                let is_list = matches!(event, Event::SequenceStart(..));
                let kind = if is_list { Kind::List(Vec::new()) } else { Kind::Map(Vec::new()) };
                if open.len() == DEEPEST {
                    return Err(Problem::new(at, format!("expected at most {DEEPEST} levels")));
                }
                open.push(Open { start: at.start, kind, key: None });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(ended) => Node { at: ended.start..at.end, kind: ended.kind },
                None => continue,
            },
            Event::Alias(_) => return Err(Problem::new(at, "expected a value, found an alias")),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                continue;
            }
        };
        place(done, &mut open, &mut documents)?;
    }
    Ok(documents)
}

/// Puts a whole value where it belongs.
fn place<'a>(node: Node<'a>, open: &mut [Open<'a>], documents: &mut Vec<Node<'a>>) -> Result<(), Problem> {
    match open.last_mut() {
        None => documents.push(node),
        Some(Open { kind: Kind::List(items), .. }) => items.push(node),
        Some(Open { kind: Kind::Map(entries), key, .. }) => match (key.take(), node.kind) {
            (Some(key), kind) => entries.push((key, Node { at: node.at, kind })),
            (None, Kind::Scalar { text, .. }) => {
                if entries.iter().any(|(other, _)| other.text == text) {
                    return Err(Problem::new(node.at, format!("`{text}` is said twice")));
                }
                *key = Some(Key { text, at: node.at });
            }
            (None, Kind::List(_) | Kind::Map(_)) => return Err(Problem::new(node.at, "expected a text as key")),
        },
        Some(Open { kind: Kind::Scalar { .. }, .. }) => {}
    }
    Ok(())
}

/// From characters, in which the parser counts, to bytes.
struct Offsets(Option<Vec<u32>>);

impl Offsets {
    fn new(text: &str) -> Offsets {
        let table = || text.char_indices().map(|(at, _)| at as u32).chain([text.len() as u32]).collect();
        Offsets((!text.is_ascii()).then(table))
    }

    fn byte(&self, character: usize) -> usize {
        match &self.0 {
            None => character,
            Some(table) => table.get(character).or(table.last()).map_or(0, |at| *at as usize),
        }
    }
}

/// Takes typed values from nodes and gathers what is wrong with them.
#[derive(Default, Debug)]
pub(super) struct Reader {
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl Reader {
    /// Says what is wrong with a value.
    pub fn refuse(&mut self, node: &Node<'_>, message: impl Into<String>) {
        self.problems.push(Problem::new(node.at.clone(), message));
    }

    /// Says that a key is none of the known ones.
    pub fn unknown(&mut self, key: &Key<'_>, known: &'static [Field]) {
        let near = closest(&key.text, known.iter().map(|field| field.key));
        let message = format!("`{}` is no field here", key.text);
        self.problems.push(Problem { near, ..Problem::new(key.at.clone(), message) });
    }

    /// The entries of a mapping.
    pub fn entries<'n, 'a>(&mut self, node: &'n Node<'a>) -> &'n [(Key<'a>, Node<'a>)] {
        match &node.kind {
            Kind::Map(entries) => entries,
            Kind::List(_) | Kind::Scalar { .. } => {
                self.refuse(node, "expected a mapping");
                &[]
            }
        }
    }

    /// The items of a list.
    pub fn items<'n, 'a>(&mut self, node: &'n Node<'a>) -> &'n [Node<'a>] {
        match &node.kind {
            Kind::List(items) => items,
            Kind::Map(_) | Kind::Scalar { .. } => {
                self.refuse(node, "expected a list");
                &[]
            }
        }
    }

    /// A text; a bare word that YAML reads as something else is none.
    pub fn text<'a>(&mut self, node: &Node<'a>) -> Option<Text<'a>> {
        match &node.kind {
            Kind::Scalar { text, bare } if !bare || !means_something_else(text) => Some(text.clone()),
            Kind::Scalar { text, .. } => {
                self.refuse(node, format!("expected a text, found `{text}`, which is none without quotes"));
                None
            }
            Kind::List(_) | Kind::Map(_) => {
                self.refuse(node, "expected a text");
                None
            }
        }
    }

    /// A truth value.
    pub fn flag(&mut self, node: &Node<'_>) -> Option<bool> {
        match bare(node) {
            Some("true" | "True" | "TRUE") => Some(true),
            Some("false" | "False" | "FALSE") => Some(false),
            Some(_) | None => {
                self.refuse(node, "expected true or false");
                None
            }
        }
    }

    /// A whole number.
    pub fn int(&mut self, node: &Node<'_>) -> Option<i64> {
        let number = bare(node).and_then(|text| text.parse::<f64>().ok());
        match number.filter(|number| number.fract() == 0.0 && number.abs() < 9e15) {
            Some(number) => Some(number as i64),
            None => {
                self.refuse(node, "expected a whole number");
                None
            }
        }
    }

    /// A number.
    pub fn number(&mut self, node: &Node<'_>) -> Option<f64> {
        let number = bare(node).and_then(|text| text.parse::<f64>().ok()).filter(|number| number.is_finite());
        if number.is_none() {
            self.refuse(node, "expected a number");
        }
        number
    }
}

fn bare<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.kind {
        Kind::Scalar { text, bare: true } => Some(text),
        Kind::Scalar { .. } | Kind::List(_) | Kind::Map(_) => None,
    }
}

/// Whether kubectl takes a bare text for a truth value, a number or nothing.
fn means_something_else(text: &str) -> bool {
    const WORDS: &[&str] = &["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    WORDS.contains(&text.to_ascii_lowercase().as_str())
        || text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '-' | '+' | '.'))
            && text.replace('_', "").parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_places() {
        let documents = parse("é: [1, \"on\"]\nb:\n  c: true\n").expect("it is YAML");
        let mut reader = Reader::default();
        let [document] = documents.as_slice() else { panic!("one document, found {documents:?}") };
        let entries = reader.entries(document).to_vec();
        assert_eq!((&*entries[0].0.text, entries[0].0.at.clone()), ("é", 0..2));
        let items = reader.items(&entries[0].1).to_vec();
        assert_eq!(reader.int(&items[0]), Some(1));
        assert_eq!(reader.text(&items[1]), Some("on".into()));
        assert_eq!(reader.text(&items[0]), None);
        assert_eq!(reader.problems[0].at, 5..6);
    }

    #[test]
    fn hostile_texts_are_refused_and_never_overflow() {
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse("a: &x 1\nb: *x\n").is_err());
        assert!(parse("a: 1\na: 2\n").is_err());
        assert!(parse("a: \"\n").is_err());
        assert!(parse("").is_ok_and(|documents| documents.is_empty()));
    }
}
