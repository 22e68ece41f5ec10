//! `file("x")`, `yaml("x")`, `json("x")`: what stands in a file beside the source, as text or as a checked value; and
//! `crds("x")`, which only names files.
//!
//! The session reads the files that constant paths name before anything is typed; here their texts become
//! values of the type that is wanted. Only JSON and YAML 1.2 core scalars are known; whatever the language
//! writes without quotes (sizes, addresses) is a string there and is read as the wanted type.

use std::sync::Arc;

use serde_json::Value as Data;

use crate::base::{Name, closest, document};
use crate::hir::literal;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::body::{Entry, EntryOp};
use crate::types::shape::{Holds, KeyKind};
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, domains, errors, secrets};

impl Checker<'_> {
    /// A call of `file`, `yaml` or `json`.
    pub(crate) fn data(&mut self, node: Index, word: &str, arg: Index, want: Option<Want>) -> (Value, TyId) {
        if word == "crds" {
            return self.crds(arg);
        }
        let Some(text) = self.text_of_file(arg) else { return (Value::Poison, TyId::ERROR) };
        if word == "file" {
            return (self.p.heap.string(&text), TyId::STR);
        }
        let Some(want) = want else {
            let diagnostic = errors::type_of_data(self.span(node), word);
            return (self.report(diagnostic), TyId::ERROR);
        };
        let mut at = String::new();
        let made = document::parse(&text, word).and_then(|data| self.checked(&data, want.ty, arg, &mut at));
        match made {
            Ok(value) => (value, want.ty),
            Err(problem) => (self.bad_data(arg, &text, &at, &problem), TyId::ERROR),
        }
    }

    /// Whether a value is a call of `yaml` or `json`, which may stand for the body of a block.
    pub(crate) fn is_document(&self, node: Index) -> bool {
        self.kind_of(node) == NodeKind::Call && matches!(self.text(node + 1), "yaml" | "json")
    }

    /// `cpu = yaml("cpu.yaml")`: the fields of a block, said by a map.
    pub(crate) fn block_of_data(&mut self, node: Index, shape: ShapeId, out: &mut Vec<Entry>) {
        let args: Vec<Index> = self.tree().children(node).skip(1).collect();
        let word = self.text(node + 1);
        let [arg] = args.as_slice() else {
            let diagnostic = errors::arguments(self.span(node), word, 1, args.len(), None);
            self.report(diagnostic);
            return;
        };
        let Some(text) = self.text_of_file(*arg) else { return };
        let (mut at, count) = (String::new(), out.len());
        let made = document::parse(&text, word).and_then(|data| self.fields_of_data(&data, shape, *arg, &mut at, out));
        if let Err(problem) = made {
            self.bad_data(*arg, &text, &at, &problem);
            out.truncate(count);
            self.poison_block(*arg, shape, out);
        }
    }

    /// Gives every field of a block a value that silences what would be said of it: the block as a whole is wrong.
    pub(crate) fn poison_block(&mut self, node: Index, shape: ShapeId, out: &mut Vec<Entry>) {
        let at = self.at(node);
        let fields = &self.p.shape(shape).fields;
        for number in (0..fields.len()).filter(|number| fields[*number].holds == Holds::Value) {
            let (value, next) = (Value::Poison, out.len() as u32 + 1);
            out.push(Entry { op: EntryOp::Set, field: number as u16, at, value, next });
        }
    }

    /// Each entry of a map as an entry of a body.
    fn fields_of_data(
        &mut self,
        data: &Data,
        shape: ShapeId,
        arg: Index,
        at: &mut String,
        out: &mut Vec<Entry>,
    ) -> Result<(), String> {
        let Data::Object(entries) = data else { return Err(self.wrong(data, self.p.shape(shape).ty, at)) };
        for (key, item) in entries {
            let end = at.len();
            at.push_str(&format!(".{key}"));
            let name = self.p.heap.names.intern(key);
            let word = self.p.name(self.p.shape(shape).word);
            let Some(number) = self.p.shape(shape).field(name, None) else {
                let hint = closest(key, self.field_names(&[shape]).iter().map(String::as_str))
                    .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
                return Err(format!("`{word}` has no field `{key}`{hint}"));
            };
            let field = self.p.field(shape, number);
            let (holds, ty) = (field.holds, field.ty);
            let here = self.at(arg);
            let open = out.len();
            let mut entry = |op, value| out.push(Entry { op, field: number, at: here, value, next: open as u32 + 1 });
            match holds {
                Holds::Derived => return Err(format!("`{key}` is computed and cannot be set")),
                Holds::Value if ty == TyId::STR && secrets::is_secret_name(key) => {
                    return Err(format!("`{key}` holds a secret, and only a declared `secret` may"));
                }
                Holds::Value => entry(EntryOp::Set, self.checked(item, ty, arg, at)?),
                Holds::Block(..) if item.is_null() => entry(EntryOp::Remove, Value::Null),
                Holds::Block(inner, _) => {
                    entry(EntryOp::Block(true), Value::Null);
                    self.fields_of_data(item, inner, arg, at, out)?;
                }
                Holds::Blocks(inner, kind) => {
                    let Data::Object(blocks) = item else { return Err(self.wrong(item, ty, at)) };
                    for (key, item) in blocks {
                        let end = at.len();
                        at.push_str(&format!(".{key}"));
                        let value = self.key_of_data(key, kind, arg)?;
                        let open = out.len();
                        out.push(Entry { op: EntryOp::Keyed, field: number, at: here, value, next: 0 });
                        self.fields_of_data(item, inner, arg, at, out)?;
                        out[open].next = out.len() as u32;
                        at.truncate(end);
                    }
                    at.truncate(end);
                    continue;
                }
            }
            out[open].next = out.len() as u32;
            at.truncate(end);
        }
        Ok(())
    }

    fn key_of_data(&mut self, key: &str, kind: KeyKind, arg: Index) -> Result<Value, String> {
        let name = self.p.heap.names.intern(key);
        match kind {
            KeyKind::Name | KeyKind::Slot(_) => Ok(Value::Str(name)),
            KeyKind::Ref(ty) => match self.named_object(arg, name, ty) {
                Some((value, _)) => Ok(value),
                None => Err(format!("there is no {} `{key}`", self.p.show(ty).trim_start_matches("ref "))),
            },
        }
    }

    /// `crds("folder")`: the value is the path in the project.
    fn crds(&mut self, arg: Index) -> (Value, TyId) {
        let Some((path, full)) = self.constant_path(arg) else { return (Value::Poison, TyId::ERROR) };
        let problem = match full.as_ref().and_then(|full| self.p.data.folders.get(full)) {
            Some(Ok(files)) if files.is_empty() => "it holds no YAML or JSON file",
            Some(Ok(_)) => return (self.p.heap.string(&full.unwrap_or_default()), TyId::CRDS),
            Some(Err(problem)) => &problem.clone(),
            None => "it lies outside of the project",
        };
        let diagnostic = errors::file_unreadable(self.span(arg), &path, problem);
        (self.report(diagnostic), TyId::ERROR)
    }

    /// A constant path as it is written, and in the project; complains if it is not constant.
    fn constant_path(&mut self, arg: Index) -> Option<(String, Option<String>)> {
        let path = self.check(arg, Want { ty: TyId::STR, from: None });
        let Value::Str(path) = path else {
            if path != Value::Poison {
                let diagnostic = errors::constant_expected(self.span(arg));
                self.report(diagnostic);
            }
            return None;
        };
        let from = self.sources.file(self.units[self.unit as usize].file).path.as_str();
        let path = self.p.name(path).to_owned();
        let full = beside(from, &path);
        Some((path, full))
    }

    /// The text of the file that a constant path names; complains if there is none.
    fn text_of_file(&mut self, arg: Index) -> Option<Arc<str>> {
        let (path, full) = self.constant_path(arg)?;
        let problem = match full.as_ref().and_then(|full| self.p.data.texts.get(full)) {
            Some(Ok(text)) => match secrets::class_of(text.trim()) {
                None => return Some(text.clone()),
                Some(class) => format!("it holds {class}, which only a `secret` may refer to"),
            },
            Some(Err(problem)) => problem.clone(),
            None => "it lies outside of the project".to_owned(),
        };
        let diagnostic = errors::file_unreadable(self.span(arg), &path, &problem);
        self.report(diagnostic);
        None
    }

    /// Says what is wrong in a data file, with its line.
    fn bad_data(&mut self, arg: Index, text: &str, at: &str, problem: &str) -> Value {
        let Value::Str(path) = self.check(arg, Want { ty: TyId::STR, from: None }) else { return Value::Poison };
        let line = if at.is_empty() { None } else { document::line_of(text, at) };
        let place = line.map_or(String::new(), |line| format!(":{line}"));
        let diagnostic = errors::bad_data(self.span(arg), &format!("{}{place}", self.p.name(path)), problem);
        self.report(diagnostic)
    }

    /// A value of a type from data; what is wrong, with the place inside the document, if it is none.
    fn checked(&mut self, data: &Data, ty: TyId, arg: Index, at: &mut String) -> Result<Value, String> {
        let base = self.p.types.base(ty);
        if data.is_null() {
            return if self.p.types.is_optional(ty) { Ok(Value::Null) } else { Err(self.wrong(data, ty, at)) };
        }
        match (self.p.types.get(base).clone(), data) {
            (Ty::Data, data) => self.free_data(data, at),
            (Ty::Bool, Data::Bool(value)) => Ok(Value::Bool(*value)),
            (Ty::Int, Data::Number(number)) if number.is_i64() => Ok(Value::Int(number.as_i64().unwrap_or_default())),
            (Ty::Float, Data::Number(number)) => Ok(Value::Float(number.as_f64().unwrap_or_default())),
            (Ty::List(element) | Ty::Set(element), Data::Array(items)) => {
                let mut values = Vec::with_capacity(items.len());
                for (number, item) in items.iter().enumerate() {
                    let end = at.len();
                    at.push_str(&format!("[{number}]"));
                    values.push(self.checked(item, element, arg, at)?);
                    at.truncate(end);
                }
                Ok(Value::List(self.p.heap.store(&values)))
            }
            (Ty::Map(key_ty, element), Data::Object(entries)) => {
                let mut values = Vec::with_capacity(entries.len() * 2);
                for (key, item) in entries {
                    let end = at.len();
                    at.push_str(&format!(".{key}"));
                    values.push(self.checked(&Data::String(key.clone()), key_ty, arg, at)?);
                    values.push(self.checked(item, element, arg, at)?);
                    at.truncate(end);
                }
                Ok(Value::Map(self.p.heap.store(&values)))
            }
            (Ty::Union(parts), data) => {
                let found = parts.iter().find_map(|part| self.checked(data, *part, arg, &mut at.clone()).ok());
                found.ok_or_else(|| self.wrong(data, ty, at))
            }
            (Ty::Obj(..), Data::String(text)) => {
                let name = self.p.heap.names.intern(text);
                let found = self.named_object(arg, name, base).map(|(value, _)| value);
                found.ok_or_else(|| self.wrong(data, ty, at))
            }
            (_, Data::String(text)) if secrets::class_of(text).is_some() => {
                Err(format!("{}: a secret stands here, and only a declared `secret` may hold one", shown_at(at)))
            }
            (simple, Data::String(text)) => self.read_text(&simple, text).ok_or_else(|| self.wrong(data, ty, at)),
            _ => Err(self.wrong(data, ty, at)),
        }
    }

    fn wrong(&self, data: &Data, ty: TyId, at: &str) -> String {
        let place = shown_at(at);
        let found = match data {
            Data::Null => "null".to_owned(),
            Data::Array(_) => "a list".to_owned(),
            Data::Object(_) => "a map".to_owned(),
            Data::Bool(_) | Data::Number(_) | Data::String(_) => {
                let text = data.to_string();
                if text.chars().count() > 40 { "a long text".to_owned() } else { format!("`{text}`") }
            }
        };
        format!("{place}: expected {}, found {found}", self.p.show(ty))
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

/// A place inside a document, as messages say it.
fn shown_at(at: &str) -> String {
    if at.is_empty() { "the document".to_owned() } else { format!("`{}`", at.trim_start_matches('.')) }
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
