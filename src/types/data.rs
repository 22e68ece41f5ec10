//! `file("x")`, `yaml("x")`, `json("x")`: what stands in a file beside the source, as text or as a checked value.
//!
//! The session reads the files that constant paths name before anything is typed; here their texts become
//! values of the type that is wanted. Only JSON and YAML 1.2 core scalars are known; whatever the language
//! writes without quotes (sizes, addresses) is a string there and is read as the wanted type.

use saphyr_parser::{Event, Parser, ScalarStyle};
use serde_json::Value as Data;

use crate::base::Name;
use crate::hir::literal;
use crate::syntax::tree::Index;
use crate::types::ty::{Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, domains, errors};

/// How deep a document may nest.
const DEPTH: usize = 64;

impl Checker<'_> {
    /// A call of `file`, `yaml` or `json`.
    pub(crate) fn data(&mut self, node: Index, word: &str, arg: Index, want: Option<Want>) -> (Value, TyId) {
        let path = self.check(arg, Want { ty: TyId::STR, from: None });
        let Value::Str(path) = path else {
            if path != Value::Poison {
                let diagnostic = errors::constant_expected(self.span(arg));
                self.report(diagnostic);
            }
            return (Value::Poison, TyId::ERROR);
        };
        let folder = self.sources.file(self.units[self.unit as usize].file).path.as_str();
        let full = beside(folder, self.p.name(path));
        let text = match full.as_ref().and_then(|full| self.p.data.get(full)) {
            Some(Ok(text)) => text.clone(),
            found => {
                let problem = match found {
                    Some(Err(problem)) => problem.clone(),
                    _ => "it lies outside of the project".to_owned(),
                };
                let shown = self.p.name(path).to_owned();
                let diagnostic = errors::file_unreadable(self.span(arg), &shown, &problem);
                return (self.report(diagnostic), TyId::ERROR);
            }
        };
        if word == "file" {
            return (self.p.heap.string(&text), TyId::STR);
        }
        let Some(want) = want else {
            let diagnostic = errors::type_of_data(self.span(node), word);
            return (self.report(diagnostic), TyId::ERROR);
        };
        let parsed = if word == "json" { serde_json::from_str(&text).map_err(|e| e.to_string()) } else { yaml(&text) };
        let made = parsed.and_then(|data| self.checked(&data, want.ty, &mut String::new()));
        match made {
            Ok(value) => (value, want.ty),
            Err(problem) => {
                let shown = self.p.name(path).to_owned();
                let diagnostic = errors::bad_data(self.span(arg), &shown, &problem);
                (self.report(diagnostic), TyId::ERROR)
            }
        }
    }

    /// A value of a type from data; what is wrong, with the place inside the document, if it is none.
    fn checked(&mut self, data: &Data, ty: TyId, at: &mut String) -> Result<Value, String> {
        let base = self.p.types.base(ty);
        if data.is_null() {
            return if self.p.types.is_optional(ty) { Ok(Value::Null) } else { self.wrong(data, ty, at) };
        }
        match (self.p.types.get(base).clone(), data) {
            (Ty::Bool, Data::Bool(value)) => Ok(Value::Bool(*value)),
            (Ty::Int, Data::Number(number)) if number.is_i64() => Ok(Value::Int(number.as_i64().unwrap_or_default())),
            (Ty::Float, Data::Number(number)) => Ok(Value::Float(number.as_f64().unwrap_or_default())),
            (Ty::List(element) | Ty::Set(element), Data::Array(items)) => {
                let mut values = Vec::with_capacity(items.len());
                for (number, item) in items.iter().enumerate() {
                    let end = at.len();
                    at.push_str(&format!("[{number}]"));
                    values.push(self.checked(item, element, at)?);
                    at.truncate(end);
                }
                Ok(Value::List(self.p.heap.store(&values)))
            }
            (Ty::Map(key_ty, element), Data::Object(entries)) => {
                let mut values = Vec::with_capacity(entries.len() * 2);
                for (key, item) in entries {
                    let end = at.len();
                    at.push_str(&format!(".{key}"));
                    values.push(self.checked(&Data::String(key.clone()), key_ty, at)?);
                    values.push(self.checked(item, element, at)?);
                    at.truncate(end);
                }
                Ok(Value::Map(self.p.heap.store(&values)))
            }
            (Ty::Union(parts), data) => {
                let found = parts.iter().find_map(|part| self.checked(data, *part, &mut at.clone()).ok());
                found.map_or_else(|| self.wrong(data, ty, at), Ok)
            }
            (simple, Data::String(text)) => match self.read_text(&simple, text) {
                Some(value) => Ok(value),
                None => self.wrong(data, ty, at),
            },
            _ => self.wrong(data, ty, at),
        }
    }

    fn wrong(&self, data: &Data, ty: TyId, at: &str) -> Result<Value, String> {
        let place = if at.is_empty() { "the document".to_owned() } else { format!("`{}`", at.trim_start_matches('.')) };
        let found = match data {
            Data::Null => "null".to_owned(),
            Data::Array(_) => "a list".to_owned(),
            Data::Object(_) => "a map".to_owned(),
            Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                let text = data.to_string();
                if text.chars().count() > 40 { "a long text".to_owned() } else { format!("`{text}`") }
            }
        };
        Err(format!("{place}: expected {}, found {found}", self.p.show(ty)))
    }

    /// A text as a value of a type.
    fn read_text(&mut self, ty: &Ty, text: &str) -> Option<Value> {
        Some(match ty {
            Ty::Str => self.p.heap.string(text),
            Ty::Domain(domain) => domains::problem(*domain, text).is_none().then(|| self.p.heap.string(text))?,
            Ty::Enum(members) => {
                let name: Name = self.p.heap.names.intern(text);
                members.contains(&name).then_some(Value::Enum(name))?
            }
            Ty::Size => Value::Size(literal::size(text).ok()?),
            Ty::Duration => Value::Duration(literal::duration(text).ok()?),
            Ty::Rate => Value::Rate(literal::rate(text).ok()?),
            Ty::Percent => Value::Percent(literal::percent(text).ok()?),
            Ty::Ip => Value::Ip(literal::ip(text).ok()?),
            Ty::Cidr => literal::cidr(text).map(|(network, prefix)| Value::Cidr(network, prefix)).ok()?,
            Ty::Interface => {
                literal::interface(text).map(|(address, prefix)| Value::Interface(address, prefix)).ok()?
            }
            Ty::Mac => Value::Mac(literal::mac(text).ok()?),
            Ty::DeviceId => Value::DeviceId(literal::device_id(text).ok()?),
            Ty::Pci => Value::Pci(literal::pci(text).ok()?),
            _ => return None,
        })
    }
}

/// The path that `written` names, seen from the file at `from`; none if it leaves the project.
#[must_use]
pub fn beside(from: &str, written: &str) -> Option<String> {
    if written.starts_with('/') || written.contains('\0') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// The first document of a YAML text. Aliases are refused: they can make a small text huge.
fn yaml(text: &str) -> Result<Data, String> {
    enum Open {
        List(Vec<Data>),
        Map(serde_json::Map<String, Data>, Option<String>),
    }
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        let line = span.start.line();
        let done = match event {
            Event::Scalar(text, style, _, _) => scalar(&text, style == ScalarStyle::Plain),
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() == DEPTH => {
                return Err(format!("line {line}: more than {DEPTH} levels"));
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
            None => return Ok(done),
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
    Ok(Data::Null)
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
