//! Policies and requirements: clauses become steps over frame slots.

use crate::base::Name;
use crate::doc::source;
use crate::resolve::{ResId, Scope, Space};
use crate::syntax::tree::{Index, NodeKind};
use crate::types::expr::{FixTo, Loop, Op, Policy, Require, Step};
use crate::types::notes::Meaning;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::Value;
use crate::types::{Checker, Want, errors};

impl Checker<'_> {
    /// The rules and types that an incident names: each must be there, else nothing would keep the outage away. Laws and proofs are
    /// looked for by `hlab incidents`.
    pub(crate) fn incident(&mut self, node: Index) {
        let Some(body) = self.child(node, NodeKind::Body) else { return };
        let is_field = |entry: &Index| self.kind_of(*entry) == NodeKind::Field;
        let fields: Vec<Index> = self.tree().children(body).filter(is_field).collect();
        for field in fields {
            let names = self.child(field, NodeKind::List).map(|list| self.tree().children(list).collect::<Vec<_>>());
            match self.text(field + 1) {
                "rules" => names.into_iter().flatten().for_each(|name| self.incident_rule(name)),
                "types" => names.into_iter().flatten().for_each(|name| self.incident_type(name)),
                known if source::INCIDENT.contains(&known) => {}
                other => {
                    let known = source::INCIDENT.iter().map(|field| (*field).to_owned()).collect();
                    let diagnostic =
                        errors::unknown_field(self.span(field + 1), other, "incident", known, self.span(node + 1));
                    self.report(diagnostic);
                }
            }
        }
    }

    fn incident_rule(&mut self, rule: Index) {
        let mut name = self.key_name(rule);
        if let Some(word) = self.p.name(name).strip_prefix("policy/").map(str::to_owned) {
            name = self.p.heap.names.intern(&word);
        }
        self.known_rule(rule, name);
    }

    fn incident_type(&mut self, node: Index) {
        let name = self.key_name(node);
        let is_it = |space: &Space| self.p.defs.find(self.scope, *space, name).is_some();
        if ![Space::Kind, Space::Type, Space::Model].iter().any(is_it) {
            let diagnostic = errors::unknown_type(self.span(node), self.text(node), Vec::new());
            self.report(diagnostic);
        }
    }

    /// `require e at v else "…" help "…" fix a.b = e`
    pub(crate) fn require(&mut self, node: Index) -> Option<Require> {
        let condition_node = node + 1;
        let condition = self.check(condition_node, Want { ty: TyId::BOOL, from: None });
        let text = Want { ty: TyId::STR, from: None };
        let mut parts = [None, None, None];
        let mut fixes = Vec::new();
        for child in self.tree().children(node).skip(1) {
            let inner = child + 1;
            match self.kind_of(child) {
                NodeKind::At => {
                    let (value, _) = self.expr(inner, None);
                    parts[0] = Some((value, inner));
                }
                NodeKind::Else => parts[1] = Some((self.check(inner, text), inner)),
                NodeKind::Help => parts[2] = Some((self.check(inner, text), inner)),
                NodeKind::FixTo => fixes.extend(self.fix_to(child)),
                _ => {}
            }
        }
        if condition == Value::Poison {
            return None;
        }
        let at = self.at(condition_node);
        let condition = self.p.as_expr(condition, at);
        let [guilty, message, help] = parts.map(|part| {
            part.filter(|(value, _)| *value != Value::Poison).map(|(value, node)| {
                let at = self.at(node);
                self.p.as_expr(value, at)
            })
        });
        let node = self.at(node);
        Some(Require { condition, at: guilty, message, help, fixes, only: None, node })
    }

    /// `fix machine = q35`, `fix v.cpu.cores = 1`
    fn fix_to(&mut self, node: Index) -> Option<FixTo> {
        let children: Vec<Index> = self.tree().children(node).collect();
        let (value_node, path) = children.split_last()?;
        let first = self.intern(path[0]);
        let node_at = self.at(path[0]);
        let (mut object, mut ty, mut rest) = match self.variable(path[0], first) {
            Some((value, ty)) if path.len() > 1 => (self.p.as_expr(value, node_at), ty, &path[1..]),
            _ => {
                let ty = self.self_ty?;
                (self.p.push(Op::SelfObj, node_at), ty, path)
            }
        };
        while let [step, _, ..] = rest {
            let (next, next_ty) = self.step(object, ty, *step)?;
            (object, ty, rest) = (next, next_ty, &rest[1..]);
        }
        let Ty::Obj(shapes, _) = self.p.types.get(self.p.types.base(ty)).clone() else { return None };
        let field = self.intern(rest[0]);
        let Some(number) = shapes.first().and_then(|shape| self.p.shape(*shape).any_field(field)) else {
            let known = self.field_names(&shapes);
            let word = self.p.name(self.p.shape(shapes[0]).word).to_owned();
            let declared = self.span_of(self.p.shape(shapes[0]).at);
            let diagnostic = errors::unknown_field(self.span(rest[0]), self.text(rest[0]), &word, known, declared);
            self.report(diagnostic);
            return None;
        };
        self.note(rest[0], Meaning::Field(shapes[0], number));
        let declared = self.p.field(shapes[0], number);
        let want = Want { ty: declared.ty, from: Some(declared.at) };
        let value = self.check(*value_node, want);
        let at = self.at(*value_node);
        (value != Value::Poison).then(|| FixTo { object, field, value: self.p.as_expr(value, at) })
    }

    fn step(
        &mut self,
        object: crate::types::value::ExprId,
        ty: TyId,
        node: Index,
    ) -> Option<(crate::types::value::ExprId, TyId)> {
        let Ty::Obj(shapes, _) = self.p.types.get(self.p.types.base(ty)).clone() else { return None };
        let name = self.intern(node);
        let shape = *shapes.first()?;
        let at = self.at(node);
        match self.p.shape(shape).any_field(name) {
            Some(number) => {
                self.note(node, Meaning::Field(shape, number));
                let ty = self.p.field(shape, number).ty;
                Some((self.p.push(Op::Field(object, shape, number), at), ty))
            }
            None => {
                let parts: Vec<ShapeId> = (0..self.p.shapes.len() as u16).map(ShapeId).collect();
                let ty = self.p.types.intern(Ty::Obj(parts, None));
                Some((self.p.push(Op::Member(object, name, TyId::ERROR), at), ty))
            }
        }
    }

    /// Compiles a policy.
    pub(crate) fn policy(&mut self, node: Index, name: Option<Name>) {
        let (Some(name), Some(body)) = (name, self.child(node, NodeKind::Body)) else { return };
        self.lenient = true;
        let entries: Vec<Index> = self.tree().children(body).collect();
        let before = self.out.len();
        let steps = self.steps(&entries);
        if self.out.len() > before {
            return;
        }
        let mut over = Vec::new();
        if let Some(Step::For(found, _)) = steps.iter().find(|step| matches!(step, Step::For(..)))
            && let Op::Kinds(ty) = self.p.expr(found.source).op
            && let Ty::Obj(shapes, _) = self.p.types.get(self.p.types.base(ty))
        {
            over = shapes.clone();
        }
        let name_node = self.tree().children(node).find(|child| self.kind_of(*child) == NodeKind::Name).unwrap_or(node);
        let policy = Policy {
            name,
            is_final: self.child(node, NodeKind::FinalWord).is_some(),
            is_warning: self.child(node, NodeKind::WarnWord).is_some(),
            steps,
            over,
            at: self.at(name_node),
        };
        self.p.policies.push(policy);
    }

    fn steps(&mut self, entries: &[Index]) -> Vec<Step> {
        let count = self.locals.len();
        let mut steps = Vec::new();
        let mut rest = entries;
        while let Some((entry, after)) = rest.split_first() {
            rest = after;
            match self.kind_of(*entry) {
                NodeKind::ForLine | NodeKind::ForEntry => {
                    let inner = self.child(*entry, NodeKind::Body);
                    let step = self.for_step(*entry, inner, after);
                    steps.extend(step);
                    if inner.is_none() {
                        break;
                    }
                }
                NodeKind::Let => steps.extend(self.let_step(*entry)),
                NodeKind::Require => steps.extend(self.require(*entry).map(Step::Require)),
                NodeKind::ErrorEntry => {}
                _ => {
                    let diagnostic = errors::not_in_a_policy(self.span(*entry));
                    self.report(diagnostic);
                }
            }
        }
        self.unbind(count);
        steps
    }

    /// `let x = e`: computed once for what follows.
    fn let_step(&mut self, entry: Index) -> Option<Step> {
        let count = self.locals.len();
        self.let_entry(entry);
        let local = self.locals.get(count).copied()?;
        self.locals.truncate(count);
        let stable = self.locals.iter().all(|local| local.stable);
        let slot = self.bind(local.name, local.ty, false);
        self.locals[count].stable = stable;
        let value = local.value?;
        let at = self.at(entry);
        (value != Value::Poison).then(|| Step::Let(slot, self.p.as_expr(value, at)))
    }

    fn for_step(&mut self, entry: Index, body: Option<Index>, after: &[Index]) -> Option<Step> {
        let count = self.locals.len();
        let nested = self.is_nested();
        let nodes = self.loop_nodes(entry);
        let (found, _) = self.enter_loop(&nodes);
        let found = found.and_then(|found| {
            let mut loops: [Loop; 1] = [found];
            self.index_loops(nodes.source, &mut loops, nested).then_some(loops[0])
        });
        let inner: Vec<Index> = match body {
            Some(body) => self.tree().children(body).collect(),
            None => after.to_vec(),
        };
        let steps = self.steps(&inner);
        self.unbind(count);
        found.map(|found| Step::For(found, steps))
    }

    /// What to say of a bare word that nothing makes sense of.
    pub(crate) fn unexpected_name(&mut self, node: Index, name: Name, want: Option<Want>) -> (Value, TyId) {
        let wanted = want.map(|want| self.p.types.get(self.p.types.base(want.ty)).clone());
        if let Some(want) = want
            && let Some(wanted) = &wanted
        {
            if let Ty::Enum(members) = wanted {
                let text = self.text(node);
                let mut diagnostic = self.not_a_member(node, text, members);
                if let Some(from) = want.from {
                    diagnostic =
                        diagnostic.label(self.span_of(from), format!("declared as {} here", self.wanted(want.ty)));
                }
                return (self.report(diagnostic), TyId::ERROR);
            }
            if let Some(element) = self.wanted_list(want.ty).and_then(|list| self.p.types.element(list))
                && self
                    .member_of(node, name, element, None)
                    .or_else(|| self.named_object(node, name, element))
                    .is_some()
            {
                let diagnostic = errors::list_expected(self.span(node), self.text(node));
                return (self.report(diagnostic), TyId::ERROR);
            }
            if self.has_objects(want.ty) {
                let text = self.text(node);
                let diagnostic = self.unknown_ref(node, text, want.ty);
                return (self.report(diagnostic), TyId::ERROR);
            }
        }
        if let Some(found) = self.kind_set(node, name) {
            return found;
        }
        let found = self.resources_named(self.scope, name);
        match found.as_slice() {
            [(resource, shape)] => {
                self.note(node, Meaning::Resource(*resource));
                let ty = self.object_ty(*shape, None);
                (Value::Obj(crate::types::object_of(*resource)), ty)
            }
            [] => {
                let mut known: Vec<String> =
                    self.locals.iter().map(|local| self.p.name(local.name).to_owned()).collect();
                let values = crate::resolve::Definitions::all(self.units, self.scope, crate::resolve::Space::Value);
                let values = values.take(if self.is_crowded() { 0 } else { usize::MAX });
                known.extend(values.filter_map(|(_, item)| item.name).map(|name| self.p.name(name).to_owned()));
                known.extend(self.kind_words());
                let wanted = want.filter(|want| want.ty != TyId::ERROR).map(|want| self.wanted(want.ty));
                let diagnostic = errors::unknown_name(self.span(node), self.text(node), wanted.as_deref(), known);
                (self.report(diagnostic), TyId::ERROR)
            }
            _ => (self.report(errors::ambiguous_name(self.span(node), self.text(node))), TyId::ERROR),
        }
    }

    fn has_objects(&self, ty: TyId) -> bool {
        match self.p.types.get(self.p.types.base(ty)) {
            Ty::Obj(..) | Ty::Secret => true,
            Ty::Union(parts) => parts.iter().any(|part| self.has_objects(*part)),
            _ => false,
        }
    }

    /// Every resource of a name, with its shape.
    pub(crate) fn resources_named(&mut self, scope: Scope, name: Name) -> Vec<(ResId, ShapeId)> {
        if self.p.any_name.is_none() {
            let mut table: rustc_hash::FxHashMap<(Scope, Name), Vec<ResId>> = rustc_hash::FxHashMap::default();
            for (number, resource) in self.p.defs.resources.iter().enumerate() {
                table.entry((resource.scope, resource.key)).or_default().push(ResId(number as u32));
            }
            self.p.any_name = Some(table);
        }
        let found = self.p.any_name.as_ref().and_then(|table| table.get(&(scope, name))).cloned().unwrap_or_default();
        found
            .into_iter()
            .filter_map(|id| {
                let word = self.p.defs.get(id).word;
                let shape = self.p.kind(scope, word).and_then(<[ShapeId]>::first).copied()?;
                Some((id, shape))
            })
            .collect()
    }

    /// No such resource: which there are, and where the nearest is.
    pub(crate) fn unknown_ref(&mut self, node: Index, text: &str, ty: TyId) -> crate::diag::Diagnostic {
        let mut words = Vec::new();
        self.object_words(ty, &mut words);
        if self.is_crowded() {
            return errors::no_such_resource(self.span(node), text, &words);
        }
        let of_kind = |word: &str| -> Vec<(String, crate::base::Span)> {
            let resources =
                self.p.defs.resources.iter().filter(|r| r.scope == self.scope && self.p.name(r.word) == word);
            resources
                .map(|r| (self.p.name(r.key).to_owned(), self.units[r.unit as usize].tree.span(r.head.key)))
                .collect()
        };
        let known: Vec<(String, crate::base::Span)> = words.iter().flat_map(|word| of_kind(word)).collect();
        let members: Vec<String> = match self.p.types.get(self.p.types.base(ty)) {
            Ty::Union(parts) => parts
                .iter()
                .filter_map(|part| match self.p.types.get(self.p.types.base(*part)) {
                    Ty::Enum(members) => Some(members.iter().map(|m| self.p.name(*m).to_owned()).collect::<Vec<_>>()),
                    _ => None,
                })
                .flatten()
                .collect(),
            _ => Vec::new(),
        };
        let other = self.p.defs.resources.iter().find(|r| {
            r.scope == self.scope && self.p.name(r.key) == text && !words.iter().any(|word| word == self.p.name(r.word))
        });
        let other = other.map(|r| (self.p.name(r.word).to_owned(), self.units[r.unit as usize].tree.span(r.head.key)));
        errors::unknown_resource(self.span(node), text, &words, &known, &members, other)
    }

    fn object_words(&self, ty: TyId, out: &mut Vec<String>) {
        match self.p.types.get(self.p.types.base(ty)) {
            Ty::Obj(shapes, _) => {
                for shape in shapes {
                    let word = self.p.name(self.p.shape(*shape).word).to_owned();
                    if !out.contains(&word) {
                        out.push(word);
                    }
                }
            }
            Ty::Secret => out.push("secret".to_owned()),
            Ty::Union(parts) => parts.iter().for_each(|part| self.object_words(*part, out)),
            _ => {}
        }
    }

    /// No member of an enumeration.
    pub(crate) fn not_a_member(&self, node: Index, text: &str, members: &[Name]) -> crate::diag::Diagnostic {
        let members: Vec<String> = members.iter().map(|member| self.p.name(*member).to_owned()).collect();
        errors::not_a_member(self.span(node), text, &members)
    }

    /// A resource of another variant or model than the reference wants.
    pub(crate) fn wrong_tag(&mut self, node: Index, resource: ResId, tag: Name) -> Option<crate::diag::Diagnostic> {
        let resource = *self.p.defs.get(resource);
        let unit = &self.units[resource.unit as usize];
        let found = (resource.head.model != 0).then(|| {
            let source = &self.sources.file(unit.file).text;
            unit.tree.text(resource.head.model + 1, source)
        });
        if found == Some(self.p.name(tag)) {
            return None;
        }
        let declared = unit.tree.span(resource.head.key);
        Some(errors::wrong_tag(
            self.span(node),
            self.text(node),
            self.p.name(tag),
            found,
            declared,
            self.p.name(resource.word),
        ))
    }
}
