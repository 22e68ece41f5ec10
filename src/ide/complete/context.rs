//! What is wanted at the cursor, from what is open there and the words before it.

use crate::ide::complete::scan::{Open, Sort, is_item_word};
use crate::ide::complete::words::Words;
use crate::ide::complete::{Ask, Body};
use crate::types::shape::Holds;
use crate::types::ty::{ShapeId, Ty, TyId};

/// What may stand at the cursor.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Context {
    /// A name of one's own, or nothing that could be known.
    Nothing,
    /// The first word of an item.
    Item,
    /// What may follow in the head of a resource of a shape.
    Clauses(ShapeId),
    /// Behind `:` in a head.
    Tags(ShapeId),
    /// Behind `on`.
    On(ShapeId),
    /// Behind `in` of a head.
    In(ShapeId),
    /// Behind `with`.
    Profiles(ShapeId),
    /// A kind.
    Kinds,
    /// A kind of which a resource is named next.
    KindsOf,
    /// A kind or keyed block, behind `ref`.
    Referable,
    /// A kind or block that profiles and models are for.
    LayerShapes,
    /// The blocks of a kind behind `profile x for vm.`
    BlocksOf(ShapeId),
    /// The first word of an entry of an object's body.
    Entry(ShapeId, Option<crate::base::Name>),
    /// A field behind a path in a body, `cpu.`
    FieldsOf(ShapeId),
    /// The key of a keyed block: the shape that holds it, and the field.
    Key(ShapeId, u16),
    /// A value of a type, for a field of a shape.
    Value(Option<TyId>, Option<(ShapeId, u16)>),
    /// Something to go through.
    Collection,
    /// Behind `is`: what a thing may be.
    Sorts,
    /// Behind a dot.
    Member,
    /// A type.
    Type,
    /// A block's name, behind `block`.
    Blocks,
    /// A rule that an `allow` may name.
    Allowed,
    /// A rule of whatever sort.
    Rules,
    /// The name of a type or kind.
    TypesAndKinds,
    /// Words of the language.
    Words(&'static [&'static str]),
    /// A text.
    Text,
    /// A folder of the project.
    Folder,
}

/// What goes on behind a whole expression.
const OPERATORS: &[&str] = &["and", "or", "implies", "in", "is", "within", "overlaps", "contains"];
const OF_RULES: &[&str] = &["and", "or", "implies", "in", "is", "at", "else", "help", "fix", "where"];

impl Ask<'_> {
    /// What is wanted at the cursor.
    pub(crate) fn context(&mut self) -> Context {
        let depth = self.scan.frames.len() - 1;
        self.context_in(depth)
    }

    fn context_in(&mut self, depth: usize) -> Context {
        let sources = self.sources.clone();
        let text = &sources.file(self.file).text;
        let frame = self.scan.frames[depth].clone();
        let words = Words::of(text, &frame);
        match frame.open {
            Open::File | Open::Brace => self.entry_context(self.bodies[depth], words),
            Open::Hole => expression(words, None),
            Open::Bracket | Open::Paren if words.len() > 0 => self.inside(depth, words),
            Open::Bracket => self.in_list(depth),
            Open::Paren => self.in_parens(depth, text, frame.at),
        }
    }

    /// The first element of a list: what its place wants, one by one.
    fn in_list(&mut self, depth: usize) -> Context {
        match self.context_in(depth - 1) {
            Context::Value(Some(ty), said) => {
                let element = self.program().types.element(ty);
                Context::Value(element, said)
            }
            Context::Collection => Context::Value(None, None),
            // `xs[…]`, `any […]`
            Context::Words(_) | Context::Nothing | Context::Clauses(_) => self.behind_any(depth - 1),
            other => other,
        }
    }

    /// `on any [`
    fn behind_any(&mut self, depth: usize) -> Context {
        let frame = &mut self.scan.frames[depth];
        let text = &self.sources.file(self.file).text;
        if frame.entry.last().is_some_and(|token| &text[token.at.clone()] == "any") {
            frame.entry.pop();
            return self.context_in(depth);
        }
        Context::Value(None, None)
    }

    fn in_parens(&mut self, depth: usize, text: &str, at: usize) -> Context {
        let parent = self.scan.frames[depth - 1].clone();
        let words = Words::of(text, &parent);
        if words.last() == "ref" {
            return Context::Referable;
        }
        if words.get(0) == "fn" && words.find("=").is_none() {
            return Context::Nothing;
        }
        let is_call = parent.entry.last().is_some_and(|token| token.sort == Sort::Word && token.at.end == at);
        if !is_call {
            return self.context_in(depth - 1);
        }
        let commas = self.scan.frames[depth].commas;
        Context::Value(self.parameter(words.last(), commas), None)
    }

    /// Inside `[ ]` or `( )`, behind something.
    fn inside(&mut self, depth: usize, words: Words<'_>) -> Context {
        let sources = self.sources.clone();
        let parent = self.scan.frames[depth - 1].clone();
        let outer = Words::of(&sources.file(self.file).text, &parent);
        if outer.get(0) == "fn" && outer.find("=").is_none() {
            return if words.find(":").is_some() { type_context(words) } else { Context::Nothing };
        }
        if outer.last() == "with" && words.last() == "." {
            return Context::Member;
        }
        match words.rfind(&["for", "where"]) {
            Some(at) if words.get(at) == "for" => for_context(words.behind(at), &["where", "for"]),
            Some(at) => expression(words.behind(at), None),
            None if words.ends_operand() => Context::Words(&["for", "where", "and", "or", "in", "is"]),
            None => expression(words, None),
        }
    }

    fn entry_context(&mut self, body: Body, words: Words<'_>) -> Context {
        match body {
            Body::File => self.item_context(words),
            Body::Object(shape, tag) => self.object_context(shape, tag, words),
            Body::Map(ty) => match words.find("=") {
                Some(at) => expression(words.behind(at), Some(Context::Value(Some(ty), None))),
                None => Context::Nothing,
            },
            Body::Policy => rule_context(words, &["for", "let", "require"]),
            Body::Kind => kind_context(words),
            Body::Test => self.test_context(words),
            Body::Incident => incident_context(words),
            Body::Unknown => match words.find("=") {
                Some(at) => expression(words.behind(at), None),
                None => Context::Nothing,
            },
        }
    }

    fn item_context(&mut self, words: Words<'_>) -> Context {
        if words.len() == 0 {
            return Context::Item;
        }
        let last = words.last();
        match words.get(0) {
            "input" | "let" => self.let_context(words),
            "type" => match (words.find("where"), words.find("=")) {
                (Some(at), _) => expression(words.behind(at), None),
                (None, Some(at)) => type_context(words.behind(at)),
                (None, None) => Context::Nothing,
            },
            "kind" if words.find("=").is_some() || matches!(last, "on" | "in" | "many" | "|") => Context::Kinds,
            "kind" if words.len() == 2 => Context::Words(&["on", "in"]),
            "profile" | "model" => self.layer_context(words),
            "fn" => match words.rfind(&["=", "->"]) {
                Some(at) if words.get(at) == "=" => expression(words.behind(at), None),
                Some(at) => type_context(words.behind(at)),
                None => Context::Nothing,
            },
            "warn" if words.len() == 1 => Context::Words(&["policy"]),
            "final" if words.len() == 1 => Context::Words(&["policy", "warn"]),
            "for" => for_context(words.behind(0), &["where"]),
            "removed" if words.len() == 1 => Context::KindsOf,
            "use" if words.len() == 1 => Context::Folder,
            word if is_item_word(word) || matches!(word, "removed" | "incident") => Context::Nothing,
            word => match self.kind(word) {
                Some(shape) => self.head_context(shape, words),
                None => Context::Nothing,
            },
        }
    }

    /// `let x: T = …`, `input x: T = …`
    fn let_context(&mut self, words: Words<'_>) -> Context {
        match (words.find("="), words.find(":")) {
            (Some(at), _) => expression(words.behind(at), None),
            (None, Some(at)) => type_context(words.behind(at)),
            (None, None) => Context::Nothing,
        }
    }

    /// `profile x for vm with …`, `model X for device`
    fn layer_context(&mut self, words: Words<'_>) -> Context {
        let Some(at) = words.find("for") else {
            return if words.len() == 2 { Context::Words(&["for"]) } else { Context::Nothing };
        };
        let behind = words.behind(at);
        let (path, used) = behind.path();
        if behind.len() == 0 {
            return Context::LayerShapes;
        }
        let Some(shape) = self.layer_shape(&path) else { return Context::Nothing };
        match behind.last() {
            "." if used == behind.len() => Context::BlocksOf(shape),
            "." => Context::Member,
            "with" => Context::Profiles(shape),
            _ if used == behind.len() => Context::Words(&["with"]),
            _ => Context::Nothing,
        }
    }

    /// The head of a resource or keyed block of a shape.
    fn head_context(&mut self, shape: ShapeId, words: Words<'_>) -> Context {
        if words.len() < 2 {
            return Context::Nothing;
        }
        let (has_on, has_within) =
            (self.program().shape(shape).on.is_some(), self.program().shape(shape).within.is_some());
        match words.last() {
            body if body.starts_with('{') => Context::Nothing,
            ":" => Context::Tags(shape),
            "on" if has_on => Context::On(shape),
            "in" if has_within => Context::In(shape),
            "with" => Context::Profiles(shape),
            "." => Context::Member,
            _ if words.ends_operand() => Context::Clauses(shape),
            _ => Context::Nothing,
        }
    }

    fn object_context(&mut self, shape: ShapeId, tag: Option<crate::base::Name>, words: Words<'_>) -> Context {
        if words.len() == 0 {
            return Context::Entry(shape, tag);
        }
        let (path, used) = words.path();
        let mark = words.get(used);
        if matches!(mark, "=" | "+=" | "==") {
            let value = self.value_of_path(shape, tag, &path);
            return expression(words.behind(used), Some(value));
        }
        match words.get(0) {
            "allow" => match words.last() {
                "allow" => return Context::Allowed,
                "for" => return Context::Value(None, None),
                "because" => return Context::Text,
                "." => return Context::Member,
                _ if words.len() == 2 => return Context::Words(&["because", "for"]),
                _ => return Context::Words(&["because"]),
            },
            "for" => return for_context(words.behind(0), &["where"]),
            "let" => return self.let_context(words),
            "require" => return rule_context(words, &["require"]),
            _ => {}
        }
        if used == words.len() && words.last() == "." {
            return match self.shape_of_path(shape, tag, &path) {
                Some(inner) => Context::FieldsOf(inner),
                None => Context::Nothing,
            };
        }
        let Some(field) = self.field(shape, tag, words.get(0)) else { return Context::Nothing };
        match self.program().field(shape, field).holds {
            Holds::Blocks(..) if words.len() == 1 => Context::Key(shape, field),
            Holds::Blocks(inner, _) => self.head_context(inner, words),
            Holds::Block(..) | Holds::Value | Holds::Derived => Context::Nothing,
        }
    }

    /// What the field at the end of a path holds.
    fn value_of_path(&mut self, shape: ShapeId, tag: Option<crate::base::Name>, path: &[&str]) -> Context {
        let unknown = Context::Value(None, None);
        let Some((last, steps)) = path.split_last() else { return unknown };
        if let [map] = steps
            && let Some(field) = self.field(shape, tag, map)
        {
            let ty = self.program().field(shape, field).ty;
            let types = &self.program().types;
            if let Ty::Map(_, element) = types.get(types.base(ty)) {
                return Context::Value(Some(*element), None);
            }
        }
        let owner = if steps.is_empty() { Some(shape) } else { self.shape_of_path(shape, tag, steps) };
        let found = owner.and_then(|owner| {
            let tag = if steps.is_empty() { tag } else { None };
            Some((owner, self.field(owner, tag, last)?))
        });
        match found {
            Some((owner, field)) => Context::Value(Some(self.program().field(owner, field).ty), Some((owner, field))),
            None => unknown,
        }
    }

    fn test_context(&mut self, words: Words<'_>) -> Context {
        match (words.get(0), words.len()) {
            (_, 0) => Context::Item,
            ("change" | "without", 1) => Context::KindsOf,
            ("change" | "without", _) if words.last() == "." => Context::Member,
            ("change" | "without", _) => Context::Nothing,
            ("expect", 1) => Context::Words(&["error", "warning", "ok", "clean"]),
            ("expect", 2) => {
                if matches!(words.get(1), "ok" | "clean") {
                    Context::Nothing
                } else {
                    Context::Rules
                }
            }
            ("expect", _) => match words.last() {
                "at" => Context::KindsOf,
                "." => Context::Member,
                _ if words.len() == 3 => Context::Words(&["at"]),
                _ => Context::Nothing,
            },
            _ => self.item_context(words),
        }
    }
}

/// An expression whose tokens so far are these; `start` is what its first word may be.
fn expression(words: Words<'_>, start: Option<Context>) -> Context {
    let whole = start.unwrap_or(Context::Value(None, None));
    match words.last() {
        "" => whole,
        "." | "?." => Context::Member,
        "then" | "else" => whole,
        "is" => Context::Sorts,
        "for" => Context::Nothing,
        _ if words.ends_operand() => Context::Words(OPERATORS),
        _ => Context::Value(None, None),
    }
}

/// Behind `for`: a name, `in`, something to go through, a condition.
fn for_context(words: Words<'_>, further: &'static [&'static str]) -> Context {
    match (words.len(), words.rfind(&["where"])) {
        (0, _) => Context::Nothing,
        (1, _) => Context::Words(&["in"]),
        (_, Some(at)) => expression(words.behind(at), None),
        (2, None) => Context::Collection,
        (_, None) if words.ends_operand() => Context::Words(further),
        (_, None) => expression(words, None),
    }
}

/// A type, as far as it is written.
fn type_context(words: Words<'_>) -> Context {
    if let Some(at) = words.rfind(&["where", "="]) {
        return expression(words.behind(at), None);
    }
    match words.last() {
        "ref" => Context::Referable,
        "block" | "blocks" => Context::Blocks,
        "" | "<" | "|" | "," | "by" | ":" | "->" => Context::Type,
        _ if words.find("blocks").is_some() && words.find("by").is_none() => Context::Words(&["by"]),
        _ => Context::Words(&["where"]),
    }
}

/// An entry of a policy, or a requirement elsewhere.
fn rule_context(words: Words<'_>, first: &'static [&'static str]) -> Context {
    if words.len() == 0 {
        return Context::Words(first);
    }
    match words.get(0) {
        "for" => return for_context(words.behind(0), &["where"]),
        "let" => {
            return match words.find("=") {
                Some(at) => expression(words.behind(at), None),
                None => words.find(":").map_or(Context::Nothing, |at| type_context(words.behind(at))),
            };
        }
        _ => {}
    }
    let clauses = ["require", "at", "else", "help", "fix", "="];
    let Some(at) = words.rfind(&clauses) else { return Context::Nothing };
    let behind = words.behind(at);
    match (words.get(at), behind.len()) {
        ("else" | "help", 0) => Context::Text,
        _ if behind.ends_operand() => Context::Words(OF_RULES),
        _ => expression(behind, None),
    }
}

/// An entry of a kind, block or variant.
fn kind_context(words: Words<'_>) -> Context {
    match words.get(0) {
        "" => Context::Words(&["require", "derive", "needs", "variant"]),
        "require" => rule_context(words, &["require"]),
        "derive" => match (words.find("="), words.find(":")) {
            (Some(at), _) => expression(words.behind(at), None),
            (None, Some(at)) => type_context(words.behind(at)),
            (None, None) => Context::Nothing,
        },
        "needs" if words.len() == 1 => Context::Words(&["all", "majority"]),
        "needs" => expression(words.behind(0), None),
        "variant" => Context::Nothing,
        _ => match words.find(":") {
            Some(at) => type_context(words.behind(at)),
            None => Context::Nothing,
        },
    }
}

fn incident_context(words: Words<'_>) -> Context {
    match (words.get(0), words.find("=")) {
        ("", _) => Context::Words(crate::doc::source::INCIDENT),
        ("rules", Some(_)) => Context::Rules,
        ("types", Some(_)) => Context::TypesAndKinds,
        ("source" | "waits" | "rest", Some(_)) => Context::Text,
        _ => Context::Nothing,
    }
}
