//! Entries of bodies: the fields and blocks that are not said yet, and the keys of keyed blocks.

use rustc_hash::FxHashSet;

use crate::base::Name;
use crate::eval::show;
use crate::hir::read_head;
use crate::ide::complete::refs::Use;
use crate::ide::complete::values::literal;
use crate::ide::complete::{Ask, Completion, Insert, Sort};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::builtins::Builtin;
use crate::types::expr::Op;
use crate::types::shape::{Field, Holds, KeyKind};
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ExprId, Value};

/// Whether a child of an entry is its value, and no step of its path.
fn is_value(tree: &crate::syntax::tree::Tree, entry: Index, child: Index) -> bool {
    tree.kind(child) == NodeKind::Str && tree.node(child).next == tree.node(entry).next
}

/// What a body says already.
#[derive(Default)]
struct Said {
    /// Fields and blocks.
    words: FxHashSet<String>,
    /// Keyed blocks.
    keys: Vec<(String, String)>,
}

impl Ask<'_> {
    /// The first word of an entry in an object's body.
    pub(crate) fn entries(&mut self, shape: ShapeId, tag: Option<Name>) {
        let said = self.said();
        let fields = self.program().shape(shape).fields.clone();
        let variants = self.program().shape(shape).variants.clone();
        let variant = tag.filter(|tag| variants.contains(tag));
        let open = |field: &Field, ask: &mut Ask<'_>| match field.holds {
            Holds::Derived => false,
            Holds::Blocks(..) => true,
            Holds::Value | Holds::Block(..) => !said.words.contains(ask.program().name(field.name)),
        };
        let mut offers: Vec<(bool, Completion)> = Vec::new();
        for (number, field) in fields.iter().enumerate() {
            let is_here = field.variant.is_none() || field.variant == variant;
            if is_here && open(field, self) {
                let is_required = field.is_required(&self.program().types);
                let mut offer = self.entry(shape, number as u16, &said);
                if is_required {
                    offer.detail.push_str(", required");
                }
                offers.push((!is_required, offer));
            }
        }
        offers.sort_by_key(|(is_optional, _)| *is_optional);
        self.offered.extend(offers.into_iter().map(|(_, offer)| offer));
        if self.behind().is_empty() || self.behind().starts_with('}') {
            let allow = Insert::of("allow ").stop(1).text(" because \"").stop(2).text("\"");
            self.push(Completion::word("allow", Sort::Word, allow).detail("silences a policy here, with a reason"));
            let each = Insert::of("for ").hole(1, "x").text(" in ").stop(2).text(" {\n  ").stop(0).text("\n}");
            self.push(Completion::word("for", Sort::Word, each).detail("repeats entries"));
            self.words(&["let"]);
        }
        let item = self.cursor.item.map(|item| item.what);
        if item == Some(crate::hir::What::Model) && self.scan.frames.len() == 2 {
            self.words(&["require"]);
        }
    }

    /// The fields of a block, behind a path.
    pub(crate) fn fields_of_path(&mut self, shape: ShapeId) {
        let fields = self.program().shape(shape).fields.clone();
        for (number, field) in fields.iter().enumerate() {
            if field.holds != Holds::Derived {
                let mut offer = self.entry(shape, number as u16, &Said::default());
                if matches!(field.holds, Holds::Block(..) | Holds::Blocks(..)) {
                    offer.insert = Insert::of(&offer.label);
                }
                self.push(offer);
            }
        }
    }

    /// A field as it is offered, by its name alone.
    pub(crate) fn field_offer(&mut self, shape: ShapeId, field: u16) -> Completion {
        let program = self.program();
        let declared = program.field(shape, field);
        let (name, ty) = (program.name(declared.name), declared.ty);
        let (sort, detail) = match declared.holds {
            Holds::Value | Holds::Derived => (Sort::Field, program.show(ty)),
            Holds::Block(inner, _) => (Sort::Block, format!("block {}", program.name(program.shape(inner).name))),
            Holds::Blocks(inner, _) => (Sort::Block, format!("blocks {}", program.name(program.shape(inner).name))),
        };
        let of = program.shape(shape);
        let key = format!("field {} {name}", program.name(of.name));
        Completion::plain(name, sort).detail(detail).key(key)
    }

    /// A field with what it is given.
    fn entry(&mut self, shape: ShapeId, field: u16, said: &Said) -> Completion {
        let mut offer = self.field_offer(shape, field);
        let behind = self.behind().to_owned();
        let is_said = behind.starts_with(['=', '{', '.', '"', ':']) || behind.starts_with("+=");
        let declared = self.program().field(shape, field).clone();
        let is_keyed = matches!(declared.holds, Holds::Blocks(..));
        if is_said || is_keyed && behind.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return offer;
        }
        let name = offer.label.clone();
        let body = |head: Insert| head.text(" { ").stop(0).text(" }");
        offer.insert = match declared.holds {
            Holds::Block(..) => body(Insert::of(&name)),
            Holds::Blocks(inner, KeyKind::Name) => {
                let head = Insert::of(&name).text(" ").hole(1, "name");
                self.with_required(head, inner)
            }
            Holds::Blocks(_, KeyKind::Ref(_)) => Insert::of(&name).text(" ").stop(1),
            Holds::Blocks(inner, KeyKind::Slot(ty)) => match self.free_slots(&name, ty, said).first() {
                Some(slot) => {
                    offer.label = format!("{name} {slot}");
                    self.with_required(Insert::of(&offer.label), inner)
                }
                None => self.with_required(Insert::of(&name).text(" ").hole(1, "name"), inner),
            },
            Holds::Value | Holds::Derived => self.assignment(&name, &declared),
        };
        offer
    }

    /// `name = …`, with a literal of its type to fill in.
    fn assignment(&mut self, name: &str, field: &Field) -> Insert {
        let base = self.program().types.base(field.ty);
        let head = Insert::of(name).text(" = ");
        match self.program().types.get(base) {
            Ty::Bool => {
                // What is written differs from what holds anyway.
                let other = if field.default == Some(Value::Bool(true)) { "false" } else { "true" };
                head.hole(1, other)
            }
            Ty::Map(..) => Insert::of(name).text(" { ").stop(1).text(" }"),
            Ty::Int | Ty::Obj(..) | Ty::Domain(crate::types::ty::Domain::MachineType) => head.stop(1),
            _ => match literal(self, base) {
                Some((_, insert)) => head.then(insert),
                None => head.stop(1),
            },
        }
    }

    /// A block with its required fields to fill in.
    fn with_required(&mut self, head: Insert, shape: ShapeId) -> Insert {
        let fields = self.program().shape(shape).fields.clone();
        let required: Vec<Field> = fields
            .into_iter()
            .filter(|field| field.variant.is_none() && field.is_required(&self.program().types))
            .collect();
        if required.is_empty() {
            return head.text(" { ").stop(0).text(" }");
        }
        let mut insert = head.text(" { ");
        for (number, field) in required.iter().enumerate() {
            if number > 0 {
                insert = insert.text(", ");
            }
            let name = self.program().name(field.name).to_owned();
            let one = self.assignment(&name, field);
            insert = insert.then(one);
        }
        insert.text(" }")
    }

    /// The keys of a keyed block.
    pub(crate) fn keys(&mut self, shape: ShapeId, field: u16) {
        let Holds::Blocks(inner, kind) = self.program().field(shape, field).holds else { return };
        let program = self.program();
        let name = program.name(program.field(shape, field).name).to_owned();
        let said = self.said();
        match kind {
            KeyKind::Name => {}
            KeyKind::Slot(ty) => {
                let is_bare = self.behind().is_empty();
                for slot in self.free_slots(&name, ty, &said) {
                    let head = Insert::of(&slot);
                    let insert = if is_bare { self.with_required(head, inner) } else { head };
                    self.push(Completion::word(&slot, Sort::Block, insert).detail(format!("slot of {name}")));
                }
            }
            KeyKind::Ref(ty) => {
                let base = self.program().types.base(ty);
                let Ty::Obj(shapes, tag) = self.program().types.get(base).clone() else { return };
                for (local, of) in self.locals() {
                    if self.program().types.fits(of, ty) {
                        let shown = self.program().show(of);
                        self.push(Completion::plain(&local, Sort::Variable).detail(shown));
                    }
                }
                self.references(&shapes, tag, None, Use::Held);
                self.offered.retain(|offer| !said.keys.contains(&(name.clone(), offer.label.clone())));
            }
        }
    }

    /// The next free slot of each sort that a type of slots allows; of the sort in use first.
    fn free_slots(&mut self, name: &str, ty: TyId, said: &Said) -> Vec<String> {
        let mut sorts: Vec<(String, i64)> = Vec::new();
        let mut at = ty;
        while let Ty::Named(_, inner, condition) = *self.program().types.get(at) {
            if let Some(condition) = condition {
                self.slot_sorts(condition, &mut sorts);
            }
            at = inner;
        }
        let mut taken: FxHashSet<String> = self.taken_slots(name);
        taken.extend(said.keys.iter().filter(|(of, _)| of == name).map(|(_, key)| key.clone()));
        let is_used = |sort: &str| {
            taken.iter().any(|key| key.strip_prefix(sort).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit())))
        };
        sorts.sort_by_key(|(sort, _)| !is_used(sort));
        let free = sorts.iter().filter_map(|(sort, last)| {
            (0..=*last).map(|number| format!("{sort}{number}")).find(|slot| !taken.contains(slot))
        });
        free.collect()
    }

    /// `is-slot(it, "scsi", 30)` in a condition.
    fn slot_sorts(&mut self, id: ExprId, sorts: &mut Vec<(String, i64)>) {
        let program = self.program();
        match program.expr(id).op {
            Op::Or(a, b) | Op::And(a, b) => {
                self.slot_sorts(a, sorts);
                self.slot_sorts(b, sorts);
            }
            Op::Call(Builtin::IsSlot, run) => {
                let operands: Vec<Op> = program.operands(run).iter().map(|id| program.expr(*id).op).collect();
                if let [_, Op::Const(Value::Str(sort)), Op::Const(Value::Int(last))] = operands.as_slice() {
                    sorts.push((program.name(*sort).to_owned(), *last));
                }
            }
            _ => {}
        }
    }

    /// The slots that the object at the cursor has, whoever says so.
    fn taken_slots(&mut self, name: &str) -> FxHashSet<String> {
        let Some(object) = self.cursor.object(self.snapshot) else { return FxHashSet::default() };
        let compiled = self.snapshot.compiled();
        let of = *compiled.world.object(object);
        let Some(name) = compiled.program.heap.names.find(name) else { return FxHashSet::default() };
        let Some(field) = compiled.program.shape(of.shape).field(name, of.tag) else { return FxHashSet::default() };
        let mut problems = Vec::new();
        let mut machine = compiled.machine(&mut problems);
        let value = machine.read(object, field);
        let blocks = if matches!(value, Value::List(_)) { machine.elements(value) } else { Vec::new() };
        let objects =
            blocks.into_iter().filter_map(|block| if let Value::Obj(block) = block { Some(block) } else { None });
        objects.map(|block| show::name_of(&compiled.program, &compiled.world, block)).collect()
    }

    /// What the body around the cursor says, without the entry at the cursor.
    fn said(&self) -> Said {
        let mut said = Said::default();
        let Some(body) = self.open_brace().and_then(|at| self.body_node(at)) else { return said };
        let tree = &self.cursor.tree;
        let word = self.scan.word.start as u32;
        for entry in tree.children(body) {
            // A node without children says nothing.
            if tree.node(entry).next <= entry + 1 {
                continue;
            }
            let first = tree.node(entry + 1);
            let is_own = first.start <= word && word <= first.end;
            match tree.kind(entry) {
                NodeKind::Field | NodeKind::BlockEntry if !is_own => {
                    let is_step = |child: Index| matches!(tree.kind(child), NodeKind::Name | NodeKind::Str);
                    if tree
                        .children(entry)
                        .nth(1)
                        .is_none_or(|second| !is_step(second) || is_value(tree, entry, second))
                    {
                        said.words.insert(self.word_of(entry + 1));
                    }
                }
                NodeKind::Decl => {
                    let head = read_head(tree, entry);
                    let key = tree.node(head.key);
                    let is_at_key = key.start <= word && word <= key.end;
                    if !is_own && !is_at_key {
                        said.keys.push((self.word_of(head.word), self.word_of(head.key)));
                    }
                }
                _ => {}
            }
        }
        said
    }

    fn word_of(&self, node: Index) -> String {
        crate::syntax::unquote(self.cursor.tree.text(node, self.text())).into_owned()
    }
}
