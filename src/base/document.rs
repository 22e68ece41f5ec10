//! Texts of JSON and YAML files as data, and the line at which a part of one stands.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::Value as Data;

/// How deep a data file may nest.
const DEPTH: usize = 64;

/// What a text may come to at most: from a small text a reader must not make something huge.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How deep it may nest.
    pub depth: usize,
    /// How many scalars, lists and maps it may hold.
    pub values: usize,
}

/// The data of a file.
///
/// # Errors
/// What is wrong with the text, in words.
pub fn parse(text: &str, word: &str) -> Result<Data, String> {
    if word == "json" {
        return serde_json::from_str(text).map_err(|error| error.to_string());
    }
    let bounds = Bounds { depth: DEPTH, values: usize::MAX };
    let mut documents = read(text, bounds, 1)?;
    Ok(documents.pop().unwrap_or(Data::Null))
}

/// Every document of a YAML text; JSON is read as the YAML that it nearly is.
///
/// # Errors
/// What is wrong with the text, in words, with its line.
pub fn documents(text: &str, bounds: Bounds) -> Result<Vec<Data>, String> {
    read(text, bounds, usize::MAX)
}

/// What holds the node that is read.
enum Holder {
    /// A list, with the number of the next element.
    List(usize),
    /// A map; whether its next scalar is a key.
    Map(bool),
}

/// The line of the part at a path such as `sites[0].size`, counted from 1. Only asked when something is wrong: it reads
/// the text once more. JSON is read as the YAML that it nearly is; where it is not, there is no line.
#[must_use]
pub fn line_of(text: &str, wanted: &str) -> Option<usize> {
    let mut path = String::new();
    let mut open: Vec<(usize, Holder)> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        if matches!(event, Event::SequenceEnd | Event::MappingEnd) {
            open.pop();
            continue;
        }
        let is_list = matches!(event, Event::SequenceStart(..));
        if !is_list && !matches!(event, Event::MappingStart(..) | Event::Scalar(..)) {
            continue;
        }
        match (open.last_mut(), &event) {
            (Some((length, Holder::List(next))), _) => {
                path.truncate(*length);
                path.push_str(&format!("[{next}]"));
                *next += 1;
            }
            (Some((length, Holder::Map(is_key @ true))), Event::Scalar(key, ..)) => {
                path.truncate(*length);
                path.push_str(&format!(".{key}"));
                *is_key = false;
                if path == wanted {
                    return Some(span.start.line());
                }
                continue;
            }
            (Some((_, Holder::Map(is_key))), _) => *is_key = true,
            (None, _) => {}
        }
        if path == wanted {
            return Some(span.start.line());
        }
        if !matches!(event, Event::Scalar(..)) {
            open.push((path.len(), if is_list { Holder::List(0) } else { Holder::Map(true) }));
        }
    }
    None
}

/// The first documents of a YAML text. Aliases are refused: they can make a small text huge.
fn read(text: &str, bounds: Bounds, most: usize) -> Result<Vec<Data>, String> {
    enum Open {
        List(Vec<Data>),
        Map(serde_json::Map<String, Data>, Option<String>),
    }
    let (mut documents, mut values) = (Vec::new(), 0);
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let line = span.start.line();
        values += 1;
        if values > bounds.values {
            return Err(format!("line {line}: more than {} values", bounds.values));
        }
        let done = match event {
            Event::Scalar(text, style, _, _) => scalar(&text, style == ScalarStyle::Plain),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() == bounds.depth => {
                return Err(format!("line {line}: more than {} levels", bounds.depth));
            }
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(serde_json::Map::new(), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(items)) => Data::Array(items),
                Some(Open::Map(entries, _)) => Data::Object(entries),
                None => continue,
            },
            Event::Alias(_) => return Err(format!("line {line}: an alias, which hlab does not read")),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                continue;
            }
        };
        match open.last_mut() {
            None => {
                documents.push(done);
                if documents.len() == most {
                    break;
                }
            }
            Some(Open::List(items)) => items.push(done),
            Some(Open::Map(entries, key)) => match key.take() {
                Some(key) => {
                    if entries.insert(key.clone(), done).is_some() {
                        return Err(format!("line {line}: `{key}` is said twice"));
                    }
                }
                None => match done {
                    Data::String(text) => *key = Some(text),
                    Data::Number(_) | Data::Bool(_) | Data::Null => *key = Some(done.to_string()),
                    Data::Array(_) | Data::Object(_) => return Err(format!("line {line}: a key that is no text")),
                },
            },
        }
    }
    Ok(documents)
}

/// A scalar as YAML 1.2 core reads it.
fn scalar(text: &str, plain: bool) -> Data {
    if !plain {
        return Data::String(text.to_owned());
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Data::Null,
        "true" | "True" | "TRUE" => Data::Bool(true),
        "false" | "False" | "FALSE" => Data::Bool(false),
        _ => {
            let numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.'));
            let number = text.parse::<i64>().ok().map(Data::from);
            let number = number.or_else(|| text.parse::<f64>().ok().filter(|_| numeric).map(Data::from));
            number.filter(|_| numeric).unwrap_or_else(|| Data::String(text.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, documents, line_of, parse};

    #[test]
    fn a_part_of_a_document_stands_on_its_line() {
        let text = "sites:\n  - name: a\n    size: 1\n  - name: b\n    size: 2\nlast: x\n";
        assert_eq!(line_of(text, ".sites[1].size"), Some(5));
        assert_eq!(line_of(text, ".last"), Some(6));
        assert_eq!(line_of(text, ".sites[2]"), None);
        assert_eq!(line_of("{\n  \"a\": {\n    \"b\": [1,\n 2]\n  }\n}\n", ".a.b[1]"), Some(4));
    }

    #[test]
    fn many_documents_are_read_within_bounds() {
        let bounds = Bounds { depth: 4, values: 40 };
        let read = documents("a: 1\n---\n# nothing\n---\nb: [2]\n", bounds).expect("three documents");
        assert_eq!(read, [serde_json::json!({"a": 1}), serde_json::Value::Null, serde_json::json!({"b": [2]})]);
        assert!(documents("[[[[[1]]]]]", bounds).is_err_and(|problem| problem.contains("levels")));
        assert!(documents(&"- 1\n".repeat(50), bounds).is_err_and(|problem| problem.contains("values")));
        assert!(documents("a: &a [*a]", bounds).is_err_and(|problem| problem.contains("alias")));
    }

    #[test]
    fn a_document_that_nests_without_end_is_refused() {
        assert!(parse(&"[".repeat(100), "yaml").is_err_and(|problem| problem.contains("levels")));
        assert!(parse(&"[".repeat(100_000), "json").is_err());
    }
}
