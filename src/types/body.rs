//! Bodies of resources, profiles and models: what they say, typed, in one flat list.

use crate::base::Name;
use crate::base::Sources;
use crate::diag::Diagnostic;
use crate::hir::What;
use crate::resolve::{Resource, Scope, Unit};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::NodeRef;
use crate::types::notes::Meaning;
use crate::types::shape::{Holds, KeyKind};
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Allow, BodyLoop, Checker, Layer, Program, Want, errors, secrets};

/// What an entry of a body does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryOp {
    /// Gives a field its value.
    Set,
    /// Adds to a list, or merges into a map.
    Append,
    /// Opens the block of a field; what follows until `next` stands in it. `true` replaces what lies below.
    Block(bool),
    /// Opens a keyed block; the value is the key.
    Keyed,
    /// Removes what lies below: the block of a field, or (with a key) one keyed block.
    Remove,
    /// The variant or model of the object.
    Tag,
    /// A profile under the block; the value is its number.
    With,
    /// A loop; the value is its number.
    Loop,
    /// `allow`; the value is its number.
    Allow,
}

/// One entry.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What it does.
    pub op: EntryOp,
    /// To which field.
    pub field: u16,
    /// Where it stands: the value, or the head of a block.
    pub at: NodeRef,
    /// Its value or key.
    pub value: Value,
    /// The entry after what it opens.
    pub next: u32,
}

/// A typed body: entries in preorder.
#[derive(Clone, Default, Debug)]
pub struct TypedBody {
    /// The entries.
    pub entries: Vec<Entry>,
    /// How many frame slots its loops use.
    pub frame: u16,
}

/// What `on` says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum On {
    /// Nothing.
    Unsaid,
    /// One, or each of several: an object or a list.
    Fixed(Value, NodeRef),
    /// `on all`
    All,
    /// `on auto`, `on any [..]`: the compiler chooses; the candidates, if they are listed.
    Any(Option<Value>, NodeRef),
}

/// What a resource's head says, typed.
#[derive(Clone, Debug)]
pub struct TypedHead {
    /// The shape.
    pub shape: ShapeId,
    /// The variant or model.
    pub tag: Option<Name>,
    /// `on …`
    pub on: On,
    /// `in …`
    pub within: Option<(Value, NodeRef)>,
    /// Its profiles and model, in order.
    pub layers: Vec<u32>,
    /// What the head says of fields: of a Kubernetes object, its API and its kind.
    pub says: Vec<(u16, Value, NodeRef)>,
    /// Whether it names a variant or model that does not exist.
    pub is_broken: bool,
}

impl Checker<'_> {
    /// The head of a resource; none if its kind is unknown.
    pub fn head(&mut self, resource: &Resource) -> Option<TypedHead> {
        let head = resource.head;
        let Some(shape) = self.p.kind(self.scope, resource.word).and_then(<[ShapeId]>::first).copied() else {
            let known = self.kind_words();
            let diagnostic = errors::unknown_kind(self.span(head.word), self.text(head.word), known);
            self.report(diagnostic);
            return None;
        };
        let mut typed = TypedHead {
            shape,
            tag: None,
            on: On::Unsaid,
            within: None,
            layers: Vec::new(),
            says: Vec::new(),
            is_broken: false,
        };
        if self.kind_of(head.key) == NodeKind::Str
            && let Some(class) = secrets::class_of(self.p.name(resource.key))
        {
            let diagnostic = errors::secret_literal(self.span(head.key), class);
            self.report(diagnostic);
        }
        if head.model != 0 && self.p.shape(shape).open.is_some() {
            typed.is_broken = !self.object_clause(head.model, shape, &mut typed.says);
        } else if head.model != 0 {
            typed.tag = self.tag_clause(head.model, shape, &mut typed.layers);
            typed.is_broken = typed.tag.is_none();
            self.any_variant = typed.is_broken;
        }
        if head.on != 0 {
            typed.on = self.on_clause(head.on, shape);
        }
        if head.within != 0 {
            typed.within = self.in_clause(head.within, shape);
        }
        if head.with != 0 {
            self.with_clause(head.with, shape, &mut typed.layers);
        }
        Some(typed)
    }

    /// The typed body of a resource, into `out`.
    pub fn body(&mut self, body: Index, shape: ShapeId, tag: Option<Name>, out: &mut Vec<Entry>) {
        self.note(body, Meaning::Body(shape, tag));
        let ty = self.object_ty(shape, tag);
        let own = self.self_ty.replace(ty);
        let mut seen = self.p.repeats.spare.pop().unwrap_or_default();
        let mut free = Vec::new();
        for entry in self.tree().children(body) {
            match self.kind_of(entry) {
                NodeKind::Field | NodeKind::BlockEntry if self.is_free_entry(entry, shape) => free.push(entry),
                kind @ (NodeKind::Field | NodeKind::BlockEntry | NodeKind::Decl) => {
                    let Err(typing) = self.repeat(entry, shape, tag, &mut seen, out) else { continue };
                    match kind {
                        NodeKind::Field => self.field_entry(entry, shape, tag, &mut seen, out),
                        NodeKind::BlockEntry => self.block_entry(entry, shape, tag, &mut seen, out),
                        _ => self.keyed_entry(entry, shape, tag, &mut seen, out),
                    }
                    if let Some(typing) = typing {
                        self.keep(typing, entry, shape, tag, &seen, out);
                    }
                }
                NodeKind::ForEntry => self.for_entry(entry, shape, tag, out),
                NodeKind::Let => self.let_entry(entry),
                NodeKind::Allow => self.allow_entry(entry, out),
                NodeKind::ErrorEntry => {}
                NodeKind::Require if self.model_body == Some(body) => {}
                _ => {
                    let diagnostic = errors::not_in_a_body(self.span(entry));
                    self.report(diagnostic);
                }
            }
        }
        // Last, so that a body may say the whole and a part of it in any order.
        self.free_entries(free, shape, out);
        self.report_twice(&mut seen);
        seen.clear();
        self.p.repeats.spare.push(seen);
        self.self_ty = own;
    }

    pub(crate) fn object_ty(&mut self, shape: ShapeId, tag: Option<Name>) -> TyId {
        if tag.is_none() {
            return self.p.shape(shape).ty;
        }
        self.p.types.intern(Ty::Obj(vec![shape], tag))
    }

    /// Reports fields and keys that one body says twice.
    fn report_twice(&mut self, seen: &mut [(u16, Value, Index)]) {
        // No field is there twice: no field and key are.
        let mut fields = 0u128;
        let is_new = |(field, _, _): &(u16, Value, Index)| {
            let bit = 1u128.checked_shl(u32::from(*field)).unwrap_or(0);
            let is_new = bit != 0 && fields & bit == 0;
            fields |= bit;
            is_new
        };
        if seen.iter().all(is_new) {
            return;
        }
        let key = |value: Value| match value {
            Value::Str(name) | Value::Enum(name) => name.index() as u64 + 1,
            Value::Obj(object) => u64::from(object.0) + (1 << 40),
            _ => 0,
        };
        seen.sort_by_key(|(field, value, node)| (*field, key(*value), *node));
        for pair in seen.windows(2) {
            let [(field, value, first), (other, again, node)] = pair else { continue };
            if field == other && value == again && !matches!(value, Value::Lazy(_) | Value::Poison) {
                let diagnostic = errors::duplicate_field(self.span(*node), self.span(*first), self.text(*node));
                self.out.push(diagnostic);
            }
        }
    }

    /// The field of a word in a shape, or the complaint that there is none.
    fn field_number(&mut self, node: Index, shape: ShapeId, tag: Option<Name>) -> Option<u16> {
        if let Some(number) = self.known_field(node, shape, tag) {
            self.note(node, Meaning::Field(shape, number));
            return Some(number);
        }
        let name = self.key_name(node);
        if let Some(number) = self.p.shape(shape).field(name, tag) {
            self.know_field(node, shape, tag, number);
            self.note(node, Meaning::Field(shape, number));
            return Some(number);
        }
        let declared = self.span_of(self.p.shape(shape).at);
        let word = self.p.name(self.p.shape(shape).word).to_owned();
        let diagnostic = match self.p.shape(shape).any_field(name).map(|number| self.p.field(shape, number)) {
            // The variant is unknown, which is reported already.
            Some(_) if self.any_variant => return None,
            Some(field) => {
                let same = self.p.shape(shape).fields.iter().filter(|other| other.name == name);
                let variants: Vec<String> =
                    same.filter_map(|field| field.variant).map(|variant| self.p.name(variant).to_owned()).collect();
                errors::other_variant(self.span(node), self.text(node), &word, &variants, self.span_of(field.at))
            }
            None => {
                errors::unknown_field(self.span(node), self.text(node), &word, self.field_names(&[shape]), declared)
            }
        };
        self.report(diagnostic);
        None
    }

    /// `a.b = value`, `a += value`
    fn field_entry(
        &mut self,
        entry: Index,
        shape: ShapeId,
        tag: Option<Name>,
        seen: &mut Vec<(u16, Value, Index)>,
        out: &mut Vec<Entry>,
    ) {
        let mut path: [Index; 8] = [0; 8];
        let mut depth = 0;
        let mut append = false;
        let mut value = entry;
        for child in self.tree().children(entry) {
            match self.kind_of(child) {
                NodeKind::Name if depth < 8 => {
                    path[depth] = child;
                    depth += 1;
                }
                NodeKind::AppendOp => append = true,
                NodeKind::Str if depth == 0 => {
                    path[0] = child;
                    depth = 1;
                }
                _ => value = child,
            }
        }
        if depth > 0 && value != entry {
            self.assign(&path[..depth], value, append, shape, tag, Some(seen), out);
        }
    }

    /// Gives the field at the end of a path its value.
    #[expect(
        clippy::too_many_arguments,
        reason = "one recursive walk over a path; a struct would be made for each step"
    )]
    fn assign(
        &mut self,
        path: &[Index],
        value: Index,
        append: bool,
        shape: ShapeId,
        tag: Option<Name>,
        seen: Option<&mut Vec<(u16, Value, Index)>>,
        out: &mut Vec<Entry>,
    ) {
        let Some(number) = self.field_number(path[0], shape, tag) else { return };
        let field = self.p.field(shape, number);
        let (holds, ty, from, name) = (field.holds, field.ty, field.at, field.name);
        let at = self.at(path[0]);
        if let [node] = path
            && let Some(seen) = seen
        {
            seen.push((number, Value::Null, *node));
        }
        match holds {
            Holds::Derived => {
                let diagnostic = errors::derived_field(self.span(path[0]), self.text(path[0]), self.span_of(from));
                self.report(diagnostic);
            }
            Holds::Value if path.len() > 1 => self.map_path(path, value, number, ty, out),
            Holds::Value => self.set(number, name, value, append, Want { ty, from: Some(from) }, out),
            Holds::Block(inner, _) => {
                let is_null = path.len() == 1 && self.kind_of(value) == NodeKind::Null;
                let open = out.len();
                let op = if is_null { EntryOp::Remove } else { EntryOp::Block(path.len() == 1) };
                out.push(Entry { op, field: number, at, value: Value::Null, next: 0 });
                if path.len() > 1 {
                    self.assign(&path[1..], value, append, inner, None, None, out);
                } else if self.kind_of(value) == NodeKind::Body {
                    self.body(value, inner, None, out);
                } else if self.is_document(value) {
                    self.block_of_data(value, inner, out);
                } else if !is_null {
                    let (_, found) = self.expr(value, None);
                    self.mismatch(value, found, Want { ty, from: Some(from) });
                    self.poison_block(value, inner, out);
                }
                out[open].next = out.len() as u32;
            }
            Holds::Blocks(inner, key) => {
                if path.len() < 2 {
                    let diagnostic = errors::needs_a_key(self.span(path[0]), self.text(path[0]));
                    self.report(diagnostic);
                    return;
                }
                self.note(path[1], Meaning::Key(inner));
                let key = self.block_key(path[1], key);
                let open = out.len();
                let is_null = path.len() == 2 && self.kind_of(value) == NodeKind::Null;
                let op = if is_null { EntryOp::Remove } else { EntryOp::Keyed };
                out.push(Entry { op, field: number, at, value: key, next: 0 });
                if path.len() > 2 {
                    self.assign(&path[2..], value, append, inner, None, None, out);
                } else if self.kind_of(value) == NodeKind::Body {
                    self.body(value, inner, None, out);
                } else if self.is_document(value) {
                    self.block_of_data(value, inner, out);
                } else if !is_null {
                    let (_, found) = self.expr(value, None);
                    let ty = self.p.shape(inner).ty;
                    self.mismatch(value, found, Want { ty, from: Some(from) });
                    self.poison_block(value, inner, out);
                }
                out[open].next = out.len() as u32;
            }
        }
    }

    /// A plain value for a field.
    fn set(&mut self, field: u16, name: Name, node: Index, append: bool, want: Want, out: &mut Vec<Entry>) {
        if self.kind_of(node) == NodeKind::Str
            && self.p.types.base(want.ty) == TyId::STR
            && secrets::is_secret_name(self.p.name(name))
        {
            let diagnostic = errors::secret_literal(self.span(node), "the value of a field that holds a secret");
            self.report(diagnostic);
            return;
        }
        let value = self.check(node, want);
        let op = if append { EntryOp::Append } else { EntryOp::Set };
        if append && self.p.types.element(want.ty).is_none() && want.ty != TyId::ERROR {
            let shown = self.p.show(want.ty);
            let diagnostic = errors::cannot_append(self.span(node), &shown);
            self.report(diagnostic);
            return;
        }
        let at = self.at(node);
        out.push(Entry { op, field, at, value, next: out.len() as u32 + 1 });
    }

    /// `labels.role = "x"`: one key of a map.
    fn map_path(&mut self, path: &[Index], value: Index, field: u16, ty: TyId, out: &mut Vec<Entry>) {
        let base = self.p.types.base(ty);
        let (Ty::Map(_, element), [_, key]) = (self.p.types.get(base).clone(), path) else {
            let shown = self.p.show(ty);
            let diagnostic = errors::no_member(self.span(path[1]), self.text(path[1]), &shown, &[]);
            self.report(diagnostic);
            return;
        };
        let name = self.key_name(*key);
        let inner = self.check(value, Want { ty: element, from: None });
        let at = self.at(value);
        let map = match inner {
            Value::Lazy(id) => {
                let key = self.p.as_expr(Value::Str(name), at);
                let run = self.p.run(&[key, id]);
                self.lazy(crate::types::expr::Op::Map(run), value)
            }
            constant => Value::Map(self.p.heap.store(&[Value::Str(name), constant])),
        };
        out.push(Entry { op: EntryOp::Append, field, at, value: map, next: out.len() as u32 + 1 });
    }

    /// `cpu { … }`, `labels { … }`
    fn block_entry(
        &mut self,
        entry: Index,
        shape: ShapeId,
        tag: Option<Name>,
        seen: &mut Vec<(u16, Value, Index)>,
        out: &mut Vec<Entry>,
    ) {
        let Some(body) = self.child(entry, NodeKind::Body) else { return };
        let path: Vec<Index> = self.tree().children(entry).take_while(|child| *child != body).collect();
        self.open_block(&path, body, shape, tag, seen, out);
    }

    fn open_block(
        &mut self,
        path: &[Index],
        body: Index,
        shape: ShapeId,
        tag: Option<Name>,
        seen: &mut Vec<(u16, Value, Index)>,
        out: &mut Vec<Entry>,
    ) {
        let Some(number) = self.field_number(path[0], shape, tag) else { return };
        let field = self.p.field(shape, number);
        let (holds, ty, from, name) = (field.holds, field.ty, field.at, field.name);
        let at = self.at(path[0]);
        if path.len() == 1 {
            seen.push((number, Value::Null, path[0]));
        }
        match holds {
            Holds::Block(inner, _) => {
                let open = out.len();
                out.push(Entry { op: EntryOp::Block(false), field: number, at, value: Value::Null, next: 0 });
                if path.len() > 1 {
                    self.open_block(&path[1..], body, inner, None, &mut Vec::new(), out);
                } else {
                    self.body(body, inner, None, out);
                }
                out[open].next = out.len() as u32;
            }
            Holds::Value if path.len() == 1 && matches!(self.p.types.get(self.p.types.base(ty)), Ty::Map(..)) => {
                self.set(number, name, body, true, Want { ty, from: Some(from) }, out);
            }
            Holds::Blocks(inner, kind) if path.len() == 2 => {
                self.note(path[1], Meaning::Key(inner));
                let key = self.block_key(path[1], kind);
                let open = out.len();
                out.push(Entry { op: EntryOp::Keyed, field: number, at, value: key, next: 0 });
                self.body(body, inner, None, out);
                out[open].next = out.len() as u32;
            }
            Holds::Blocks(..) => {
                let diagnostic = errors::needs_a_key(self.span(path[0]), self.text(path[0]));
                self.report(diagnostic);
            }
            Holds::Value => {
                let shown = self.p.show(ty);
                let diagnostic =
                    errors::not_a_block(self.span(path[0]), self.text(path[0]), &shown, self.span_of(from));
                self.report(diagnostic);
            }
            Holds::Derived => {
                let diagnostic = errors::derived_field(self.span(path[0]), self.text(path[0]), self.span_of(from));
                self.report(diagnostic);
            }
        }
    }

    /// The key of a keyed block.
    fn block_key(&mut self, node: Index, kind: KeyKind) -> Value {
        if self.kind_of(node) == NodeKind::Str && self.node(node).next != node + 1 {
            return self.expr(node, None).0;
        }
        match kind {
            KeyKind::Name => Value::Str(self.key_name(node)),
            KeyKind::Slot(_) => Value::Str(self.key_name(node)),
            KeyKind::Ref(ty) => {
                self.note(node, Meaning::Wanted(ty, None));
                let name = self.key_name(node);
                if let Some((value, found)) = self.variable(node, name) {
                    return self.coerce(node, value, found, Want { ty, from: None });
                }
                match self.named_object(node, name, ty) {
                    Some((value, _)) => value,
                    None => {
                        let text = self.p.name(name).to_owned();
                        let diagnostic = self.unknown_ref(node, &text, ty);
                        self.report(diagnostic)
                    }
                }
            }
        }
    }

    /// `disk scsi0: Model with profile { … }`
    fn keyed_entry(
        &mut self,
        entry: Index,
        shape: ShapeId,
        tag: Option<Name>,
        seen: &mut Vec<(u16, Value, Index)>,
        out: &mut Vec<Entry>,
    ) {
        let head = crate::hir::read_head(self.tree(), entry);
        let Some(number) = self.field_number(head.word, shape, tag) else { return };
        let field = self.p.field(shape, number);
        let (holds, from) = (field.holds, field.at);
        let Holds::Blocks(inner, kind) = holds else {
            let is_block = matches!(holds, Holds::Block(..));
            let diagnostic = errors::no_key(self.span(head.key), self.text(head.word), is_block, self.span_of(from));
            self.report(diagnostic);
            return;
        };
        for clause in [head.on, head.within].into_iter().filter(|clause| *clause != 0) {
            let diagnostic = errors::no_preposition(self.span(clause), self.text(head.word), self.text(clause));
            self.report(diagnostic);
        }
        self.note(head.key, Meaning::Key(inner));
        let key = self.block_key(head.key, kind);
        seen.push((number, key, head.key));
        let at = self.at(head.key);
        let open = out.len();
        out.push(Entry { op: EntryOp::Keyed, field: number, at, value: key, next: 0 });
        let mut layers = Vec::new();
        let mut inner_tag = None;
        if head.model != 0 {
            inner_tag = self.tag_clause(head.model, inner, &mut layers);
            if let Some(name) = inner_tag {
                out.push(Entry { op: EntryOp::Tag, field: 0, at, value: Value::Str(name), next: out.len() as u32 + 1 });
            }
        }
        if head.with != 0 {
            self.with_clause(head.with, inner, &mut layers);
        }
        for layer in layers {
            let value = Value::Int(i64::from(layer));
            out.push(Entry { op: EntryOp::With, field: 0, at, value, next: out.len() as u32 + 1 });
        }
        if head.body != 0 {
            self.body(head.body, inner, inner_tag, out);
        }
        out[open].next = out.len() as u32;
    }

    fn for_entry(&mut self, entry: Index, shape: ShapeId, tag: Option<Name>, out: &mut Vec<Entry>) {
        let count = self.locals.len();
        let nodes = self.loop_nodes(entry);
        let (found, _) = self.enter_loop(&nodes);
        let at = self.at(entry);
        let open = out.len();
        out.push(Entry { op: EntryOp::Loop, field: 0, at, value: Value::Poison, next: 0 });
        if let Some(body) = self.child(entry, NodeKind::Body) {
            self.body(body, shape, tag, out);
        }
        if let Some(found) = found {
            let source = Value::Lazy(found.source);
            self.p.loops.push(BodyLoop { local: found.local, source, condition: found.condition });
            out[open].value = Value::Int(self.p.loops.len() as i64 - 1);
        }
        out[open].next = out.len() as u32;
        self.unbind(count);
    }

    /// `let x = e` in a body or policy: a name for an expression.
    pub(crate) fn let_entry(&mut self, entry: Index) {
        let children: Vec<Index> = self.tree().children(entry).collect();
        let (Some(name_node), Some(value_node)) = (children.first(), children.last()) else { return };
        let (value, ty) = if let [_, ty, value] = children.as_slice() {
            let ty = self.type_of(*ty);
            (self.check(*value, Want { ty, from: None }), ty)
        } else {
            self.expr(*value_node, None)
        };
        let name = self.intern(*name_node);
        self.note(*name_node, Meaning::Typed(ty));
        self.bind_value(name, ty, value);
    }

    fn allow_entry(&mut self, entry: Index, out: &mut Vec<Entry>) {
        let Some(rule_node) = self.child(entry, NodeKind::RuleName) else { return };
        let word = self.text(rule_node);
        let rule = self.p.heap.names.intern(word.strip_prefix("policy/").unwrap_or(word));
        let before = self.out.len();
        if self.child(entry, NodeKind::Because).is_none() {
            let diagnostic = errors::allow_without_reason(self.span(entry), word);
            self.report(diagnostic);
        }
        let party = self.child(entry, NodeKind::AllowFor).map(|node| node + 1).map(|node| {
            let (value, _) = self.access_or_name(node);
            let at = self.at(node);
            self.p.as_expr(value, at)
        });
        self.known_rule(rule_node, rule);
        let at = self.at(rule_node);
        let is_sound = self.out.len() == before;
        self.p.allows.push(Allow { rule, party, at, is_sound });
        let value = Value::Int(self.p.allows.len() as i64 - 1);
        out.push(Entry { op: EntryOp::Allow, field: 0, at, value, next: out.len() as u32 + 1 });
    }

    fn access_or_name(&mut self, node: Index) -> (Value, TyId) {
        self.expr(node, None)
    }
}

/// Types profiles and models.
pub(crate) fn layers(p: &mut Program, units: &[Unit], sources: &Sources, out: &mut Vec<Diagnostic>) {
    let mut found: Vec<(u32, u32, Index, bool)> = Vec::new();
    for (number, unit) in units.iter().enumerate().skip(p.settled) {
        for item in unit.items.items.iter().filter(|item| matches!(item.what, What::Profile | What::Model)) {
            let Some(name) = item.name else { continue };
            let is_model = item.what == What::Model;
            let mut checker = Checker::new(p, units, sources, out, number as u32);
            let Some(shape) = checker.layer_shape(item.node, item.name_node, is_model) else { continue };
            let at = checker.at(item.name_node);
            let layer = p.layers.len() as u32;
            p.layers.push(Layer {
                name,
                shape,
                with: Vec::new(),
                body: TypedBody::default(),
                requires: Vec::new(),
                has_loop: false,
                at,
            });
            let table = if is_model { &mut p.models } else { &mut p.profiles };
            table.insert((unit.scope, name), layer);
            found.push((layer, number as u32, item.node, is_model));
        }
    }
    for (layer, unit, node, is_model) in &found {
        Checker::new(p, units, sources, out, *unit).layer(*layer, *node, *is_model);
    }
    let numbers: Vec<u32> = found.iter().map(|(layer, _, _, _)| *layer).collect();
    weigh(p, units, &numbers, out);
}

/// How many entries one profile may come to, with all that it builds on.
const HEAVIEST: u64 = 100_000;
/// How many profiles may build on each other in a chain.
const LONGEST_CHAIN: u32 = 100;

/// What a layer comes to, once that is known.
#[derive(Clone, Copy, Default)]
struct Weight {
    entries: u64,
    chain: u32,
    has_loop: bool,
    is_known: bool,
    is_open: bool,
}

/// Reports profiles that build on themselves, that form too long a chain or that come to too much; what they build on is
/// taken from them. Cost: linear in what profiles name.
fn weigh(p: &mut Program, units: &[Unit], layers: &[u32], out: &mut Vec<Diagnostic>) {
    let mut weights = vec![Weight::default(); p.layers.len()];
    for start in layers {
        let mut path: Vec<(u32, usize)> = vec![(*start, 0)];
        while let Some((layer, at)) = path.pop() {
            let own = &mut weights[layer as usize];
            if own.is_known {
                continue;
            }
            own.is_open = true;
            match p.layers[layer as usize].with.get(at).copied() {
                Some(below) if weights[below as usize].is_open => {
                    let from = path.iter().position(|(open, _)| *open == below).unwrap_or(path.len());
                    let first = path[from..].iter().map(|(open, _)| *open).fold(layer, u32::min);
                    let span = crate::types::span_of(units, p.layers[first as usize].at);
                    out.push(errors::layer_cycle(span, p.name(p.layers[first as usize].name)));
                    p.layers[first as usize].with.clear();
                    path.push((layer, at + 1));
                }
                Some(below) => path.extend([(layer, at + 1), (below, 0)]),
                None => {
                    let weight = weight(p, &weights, layer);
                    p.layers[layer as usize].has_loop = weight.has_loop;
                    let is_too_much = weight.entries > HEAVIEST || weight.chain > LONGEST_CHAIN;
                    weights[layer as usize] = weight;
                    if is_too_much {
                        let span = crate::types::span_of(units, p.layers[layer as usize].at);
                        out.push(errors::layer_too_heavy(span, p.name(p.layers[layer as usize].name)));
                        p.layers[layer as usize].with.clear();
                        weights[layer as usize] = Weight { is_known: true, ..Weight::default() };
                    }
                }
            }
        }
    }
}

fn weight(p: &Program, weights: &[Weight], layer: u32) -> Weight {
    let layer = &p.layers[layer as usize];
    let mut weight = Weight {
        entries: 1 + layer.body.entries.len() as u64,
        chain: 1,
        has_loop: layer.body.entries.iter().any(|entry| entry.op == EntryOp::Loop),
        is_known: true,
        is_open: false,
    };
    for below in &layer.with {
        let below = weights[*below as usize];
        weight.entries = weight.entries.saturating_add(below.entries);
        weight.chain = weight.chain.max(below.chain + 1);
        weight.has_loop |= below.has_loop;
    }
    weight
}

impl Checker<'_> {
    /// What a profile or model is for.
    pub(crate) fn layer_shape(&mut self, node: Index, name_node: Index, is_model: bool) -> Option<ShapeId> {
        let of = self.node(name_node).next;
        let words: Vec<Index> =
            if is_model || self.kind_of(of) != NodeKind::Path { vec![of] } else { self.tree().children(of).collect() };
        let first = self.intern(words[0]);
        let mut shape = self.p.kind(self.scope, first).and_then(<[ShapeId]>::first).copied();
        if shape.is_none() && (is_model || words.len() == 1) {
            shape = self.p.parts.get(&first).and_then(|parts| parts.first().copied());
        }
        let Some(mut shape) = shape else {
            if self.text(words[0]).is_empty() {
                return None;
            }
            let known = self.kind_words();
            let diagnostic = errors::unknown_kind(self.span(words[0]), self.text(words[0]), known);
            self.report(diagnostic);
            return None;
        };
        let _ = node;
        self.note_kind(words[0], first);
        for word in &words[1..] {
            let number = self.field_number(*word, shape, None)?;
            match self.p.field(shape, number).holds {
                Holds::Block(inner, _) | Holds::Blocks(inner, _) => shape = inner,
                Holds::Value | Holds::Derived => {
                    let shown = self.p.show(self.p.field(shape, number).ty);
                    let at = self.span_of(self.p.field(shape, number).at);
                    let diagnostic = errors::not_a_block(self.span(*word), self.text(*word), &shown, at);
                    self.report(diagnostic);
                    return None;
                }
            }
        }
        Some(shape)
    }

    /// The body of a profile or model.
    fn layer(&mut self, layer: u32, node: Index, is_model: bool) {
        let shape = self.p.layers[layer as usize].shape;
        let name = self.p.layers[layer as usize].name;
        let tag = is_model.then_some(name);
        let mut with = Vec::new();
        if let Some(clause) = self.child(node, NodeKind::WithClause) {
            self.with_clause(clause, shape, &mut with);
        }
        let mut entries = Vec::new();
        let mut requires = Vec::new();
        if let Some(body) = self.child(node, NodeKind::Body) {
            if is_model {
                requires = self.model_body(body, shape, tag, &mut entries);
            } else {
                self.body(body, shape, tag, &mut entries);
            }
        }
        let frame = self.max_slot;
        let layer = &mut self.p.layers[layer as usize];
        layer.with = with;
        layer.body = TypedBody { entries, frame };
        layer.requires = requires;
    }

    /// Whether a policy, type or code of this name exists; complains if not.
    pub(crate) fn known_rule(&mut self, node: Index, rule: Name) {
        self.note(node, Meaning::Rule(rule));
        let text = self.p.name(rule);
        let policy = self.p.defs.find(self.scope, crate::resolve::Space::Policy, rule).is_some();
        if policy || crate::diag::codes::find(text).is_some() {
            return;
        }
        let known: Vec<String> = self
            .units
            .iter()
            .filter(|unit| (unit.scope == self.scope || unit.scope == Scope::STD) && !self.is_crowded())
            .flat_map(|unit| unit.items.items.iter().filter(|item| item.what == What::Policy))
            .filter_map(|item| item.name)
            .map(|name| self.p.name(name).to_owned())
            .collect();
        let diagnostic = errors::unknown_rule(self.span(node), self.text(node), known);
        self.report(diagnostic);
    }
}
