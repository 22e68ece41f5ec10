//! Values of any shape (`Data`), and kinds that take fields which nobody declared (`Fields`): Kubernetes objects.
//!
//! A body of such a kind may say the whole (`object = yaml("pool.yaml")`), a part (`spec { … }`) or a part of a part
//! (`spec.interval = "10m"`). Each becomes a map that is merged into what profiles said, at every depth; what stands behind
//! a `=` takes the place of what was there.

use serde_json::Value as Json;

use crate::base::Name;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::body::{Entry, EntryOp};
use crate::types::expr::{NodeRef, Op};
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, errors, secrets};

/// What a field of a free body says.
enum Part {
    /// A value, and whether it is a map that takes the place of what was there.
    Value(Value, Index, bool),
    /// Fields, likewise.
    Fields(Vec<Said>, bool),
}

/// A field of a free body.
struct Said {
    name: Name,
    at: Index,
    part: Part,
}

impl Checker<'_> {
    /// Whether any value may stand where a type is wanted.
    pub(crate) fn is_free(&self, ty: TyId) -> bool {
        self.p.types.base(ty) == TyId::DATA
    }

    /// A list or record where any value may stand.
    pub(crate) fn free(&mut self, node: Index) -> (Value, TyId) {
        if self.kind_of(node) == NodeKind::Body {
            let fields = self.free_fields(self.tree().children(node).collect());
            return (self.map_of(&fields, node), TyId::DATA);
        }
        let ty = self.p.types.intern(Ty::List(TyId::DATA));
        let want = Some(Want { ty, from: None });
        if self.kind_of(node) == NodeKind::List { self.list(node, want) } else { self.comprehension(node, want) }
    }

    /// Data of a file where any value may stand.
    pub(crate) fn free_data(&mut self, data: &Json, at: &mut String) -> Result<Value, String> {
        let end = at.len();
        let value = match data {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => match number.as_i64() {
                Some(number) => Value::Int(number),
                None => Value::Float(number.as_f64().unwrap_or_default()),
            },
            Json::String(text) => match secrets::class_of(text) {
                None => self.p.heap.string(text),
                Some(class) => return Err(format!("it holds {class}, and only a declared `secret` may")),
            },
            Json::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (number, item) in items.iter().enumerate() {
                    at.push_str(&format!("[{number}]"));
                    values.push(self.free_data(item, at)?);
                    at.truncate(end);
                }
                Value::List(self.p.heap.store(&values))
            }
            Json::Object(entries) => {
                let mut values = Vec::with_capacity(entries.len() * 2);
                for (key, item) in entries {
                    at.push_str(&format!(".{key}"));
                    if item.is_string() && holds_secret(key) {
                        return Err(format!("`{key}` holds a secret, and only a declared `secret` may"));
                    }
                    values.push(self.p.heap.string(key));
                    values.push(self.free_data(item, at)?);
                    at.truncate(end);
                }
                Value::Map(self.p.heap.store(&values))
            }
        };
        Ok(value)
    }

    /// What entries of a free body say. Those of dotted paths come last: they say a part of what others say whole.
    fn free_fields(&mut self, entries: Vec<Index>) -> Vec<Said> {
        let is_dotted = |entry: &Index| self.tree().children(*entry).nth(2).is_some();
        let (dotted, whole): (Vec<Index>, Vec<Index>) = entries.into_iter().partition(is_dotted);
        let mut fields = Vec::new();
        whole.into_iter().chain(dotted).for_each(|entry| self.free_field(entry, &mut fields));
        fields
    }

    /// One entry of a free body: `a.b = value`, `a { … }`.
    fn free_field(&mut self, entry: Index, fields: &mut Vec<Said>) {
        let children: Vec<Index> = self.tree().children(entry).collect();
        match (self.kind_of(entry), children.as_slice()) {
            (kind @ (NodeKind::Field | NodeKind::BlockEntry), [path @ .., value])
                if !path.is_empty() && path.iter().all(|key| self.kind_of(*key) != NodeKind::AppendOp) =>
            {
                let replaces = kind == NodeKind::Field;
                let part = if self.kind_of(*value) == NodeKind::Body {
                    Part::Fields(self.free_fields(self.tree().children(*value).collect()), replaces)
                } else {
                    self.free_value(path[path.len() - 1], *value)
                };
                self.insert(path, part, fields);
            }
            (kind, _) => {
                if kind != NodeKind::ErrorEntry {
                    let diagnostic = errors::not_in_a_map(self.span(entry));
                    self.report(diagnostic);
                }
                // What it was meant to say is unknown: nothing more is said of the whole.
                let part = Part::Value(Value::Poison, entry, false);
                fields.push(Said { name: self.p.words.empty, at: entry, part });
            }
        }
    }

    fn free_value(&mut self, key: Index, node: Index) -> Part {
        let name = self.key_name(key);
        if self.kind_of(node) == NodeKind::Str && holds_secret(self.p.name(name)) {
            let diagnostic = errors::secret_literal(self.span(node), "the value of a field that holds a secret");
            return Part::Value(self.report(diagnostic), node, false);
        }
        use NodeKind as K;
        let is_map = !matches!(
            self.kind_of(node),
            K::Str | K::Int | K::Float | K::True | K::False | K::Null | K::List | K::Comprehension
        );
        Part::Value(self.check(node, Want { ty: TyId::DATA, from: None }), node, is_map)
    }

    /// Puts a part at a path; complains if something stands there already.
    fn insert(&mut self, path: &[Index], part: Part, fields: &mut Vec<Said>) {
        let Some((first, rest)) = path.split_first() else { return };
        let name = self.key_name(*first);
        let known = fields.iter_mut().find(|field| field.name == name);
        match (known, rest.is_empty()) {
            (None, true) => fields.push(Said { name, at: *first, part }),
            (None, false) => {
                let mut inner = Vec::new();
                self.insert(rest, part, &mut inner);
                fields.push(Said { name, at: *first, part: Part::Fields(inner, false) });
            }
            (Some(Said { part: Part::Fields(inner, _), .. }), false) => self.insert(rest, part, inner),
            (Some(known), _) => {
                let first_at = known.at;
                let diagnostic = errors::duplicate_field(self.span(*first), self.span(first_at), self.text(*first));
                self.report(diagnostic);
            }
        }
    }

    /// Fields as a map: a constant, if all of them are.
    fn map_of(&mut self, fields: &[Said], node: Index) -> Value {
        let mut pairs = Vec::with_capacity(fields.len());
        for field in fields {
            let (value, at) = match &field.part {
                Part::Value(value, node, _) => (*value, *node),
                Part::Fields(inner, _) => (self.map_of(inner, field.at), field.at),
            };
            pairs.push((Value::Str(field.name), value, at));
        }
        if pairs.iter().all(|(_, value, _)| !matches!(value, Value::Lazy(_))) {
            let values: Vec<Value> = pairs.into_iter().flat_map(|(key, value, _)| [key, value]).collect();
            return Value::Map(self.p.heap.store(&values));
        }
        let mut ids = Vec::with_capacity(pairs.len() * 2);
        for (key, value, at) in pairs {
            let at = self.at(at);
            ids.extend([self.p.as_expr(key, at), self.p.as_expr(value, at)]);
        }
        let run = self.p.run(&ids);
        self.lazy(Op::Map(run), node)
    }

    /// What takes the place of something, as a map with null there: merged first, it clears the place. None if nothing does.
    fn cleared(&mut self, fields: &[Said]) -> Option<Value> {
        let mut values = Vec::new();
        for field in fields {
            let inner = match &field.part {
                Part::Value(_, _, true) | Part::Fields(_, true) => Some(Value::Null),
                Part::Value(_, _, false) => None,
                Part::Fields(inner, false) => self.cleared(inner),
            };
            values.extend(inner.map(|inner| [Value::Str(field.name), inner]).into_iter().flatten());
        }
        (!values.is_empty()).then(|| Value::Map(self.p.heap.store(&values)))
    }

    /// Whether an entry of a body says a field that nobody declared, where the kind takes such.
    pub(crate) fn is_free_entry(&mut self, entry: Index, shape: ShapeId) -> bool {
        if self.p.shape(shape).open.is_none() {
            return false;
        }
        let name = self.key_name(entry + 1);
        self.p.shape(shape).any_field(name).is_none()
    }

    /// What the body of a kind that takes any field says of those: `spec { … }`.
    pub(crate) fn free_entries(&mut self, entries: Vec<Index>, shape: ShapeId, out: &mut Vec<Entry>) {
        let (Some(field), Some(first)) = (self.p.shape(shape).open, entries.first().copied()) else { return };
        let fields = self.free_fields(entries);
        let at = self.at(first + 1);
        let cleared = self.cleared(&fields);
        let value = self.map_of(&fields, first);
        for value in cleared.into_iter().chain([value]) {
            out.push(Entry { op: EntryOp::Append, field, at, value, next: out.len() as u32 + 1 });
        }
    }

    /// `: "apps/v1/Deployment"`: the API and the kind of an object. False if it is neither, which is reported.
    pub(crate) fn object_clause(
        &mut self,
        clause: Index,
        shape: ShapeId,
        says: &mut Vec<(u16, Value, NodeRef)>,
    ) -> bool {
        let node = clause + 1;
        let is_constant = self.kind_of(node) == NodeKind::Str && self.node(node).next == node + 1;
        let text = crate::syntax::unquote(self.text(node)).into_owned();
        let parts = text.rsplit_once('/').filter(|_| is_constant);
        let field = |this: &Self, word: &str| {
            let name = this.p.heap.names.find(word)?;
            this.p.shape(shape).any_field(name)
        };
        let (Some((api, kind)), Some(api_field), Some(kind_field)) = (parts, field(self, "api"), field(self, "kind"))
        else {
            let diagnostic = errors::not_an_object(self.span(node), &text);
            self.report(diagnostic);
            return false;
        };
        let at = self.at(node);
        for (field, part) in [(api_field, api), (kind_field, kind)] {
            let value = self.p.heap.string(part);
            says.push((field, value, at));
        }
        true
    }
}

/// Whether a field of an object holds a secret in plain text. One called `secret` usually holds the name of a Secret.
fn holds_secret(name: &str) -> bool {
    name != "secret" && secrets::is_secret_name(name)
}
