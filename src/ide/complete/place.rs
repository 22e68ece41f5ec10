//! What the open brackets around the cursor mean: the kind, block or item that each encloses.

use std::ops::Range;

use crate::base::Name;
use crate::ide::complete::scan::{Open, Token};
use crate::ide::complete::words::Words;
use crate::ide::complete::{Ask, Body};
use crate::resolve::Space;
use crate::syntax::tree::{Index, NodeKind};
use crate::types::notes::Meaning;
use crate::types::shape::Holds;
use crate::types::ty::{ShapeId, Ty, TyId};
use crate::types::value::{ObjId, Value};

impl Ask<'_> {
    /// Finds out what each open bracket encloses.
    pub(crate) fn find_bodies(&mut self) {
        let sources = self.sources.clone();
        let text = &sources.file(self.file).text;
        let frames = self.scan.frames.clone();
        self.bodies.push(Body::File);
        for pair in frames.windows(2) {
            let [around, frame] = pair else { continue };
            let parent = self.bodies.last().copied().unwrap_or(Body::Unknown);
            let body = match frame.open {
                Open::Brace => match self.noted_body(frame.at) {
                    Some(body) => body,
                    None if matches!(around.open, Open::File | Open::Brace) => {
                        self.body_of(parent, Words::of(text, around))
                    }
                    None => Body::Unknown,
                },
                Open::File | Open::Bracket | Open::Paren | Open::Hole => parent,
            };
            self.bodies.push(body);
        }
    }

    /// The body of the tree that opens at a byte.
    pub(crate) fn body_node(&self, at: usize) -> Option<Index> {
        let tree = &self.cursor.tree;
        let first = tree.nodes.partition_point(|node| (node.start as usize) < at);
        let here = tree.nodes[first..].iter().take_while(|node| node.start as usize == at);
        let found = here.enumerate().find(|(_, node)| node.kind == NodeKind::Body && node.end > node.start);
        found.map(|(number, _)| (first + number) as Index)
    }

    fn noted_body(&mut self, at: usize) -> Option<Body> {
        let node = self.body_node(at)?;
        self.cursor.notes_of(node).find_map(|meaning| match meaning {
            Meaning::Body(shape, tag) => Some(Body::Object(shape, tag)),
            _ => None,
        })
    }

    /// What a `{` behind some words encloses.
    fn body_of(&mut self, parent: Body, words: Words<'_>) -> Body {
        match parent {
            Body::File | Body::Test => self.item_body(parent, words),
            Body::Object(shape, tag) => self.block_body(shape, tag, words),
            Body::Kind => {
                if words.get(0) == "variant" {
                    Body::Kind
                } else {
                    Body::Unknown
                }
            }
            Body::Policy => Body::Policy,
            Body::Map(ty) => self.map_of(ty).map_or(Body::Unknown, Body::Map),
            Body::Incident | Body::Unknown => Body::Unknown,
        }
    }

    fn item_body(&mut self, parent: Body, words: Words<'_>) -> Body {
        match words.get(0) {
            "policy" | "warn" | "final" => Body::Policy,
            "kind" | "block" | "variant" => Body::Kind,
            "test" => Body::Test,
            "incident" => Body::Incident,
            "for" => parent,
            "model" | "profile" => {
                let Some(at) = words.find("for") else { return Body::Unknown };
                let (path, _) = Words { text: words.text, tokens: &words.tokens[at + 1..] }.path();
                let tag = if words.get(0) == "model" { self.known_name(words.get(1)) } else { None };
                self.layer_shape(&path).map_or(Body::Unknown, |shape| Body::Object(shape, tag))
            }
            "change" => self.kind(words.get(1)).map_or(Body::Unknown, |shape| Body::Object(shape, None)),
            word => match self.kind(word) {
                Some(shape) => Body::Object(shape, self.tag_in(shape, words)),
                None => Body::Unknown,
            },
        }
    }

    fn block_body(&mut self, shape: ShapeId, tag: Option<Name>, words: Words<'_>) -> Body {
        if words.get(0) == "for" {
            return Body::Object(shape, tag);
        }
        let (path, _) = words.path();
        let Some((last, steps)) = path.split_last() else { return Body::Unknown };
        let owner = if steps.is_empty() {
            Some((shape, tag))
        } else {
            self.shape_of_path(shape, tag, steps).map(|s| (s, None))
        };
        let Some((owner, owner_tag)) = owner else { return Body::Unknown };
        let Some(field) = self.field(owner, owner_tag, last) else {
            // The key of a path `disk.scsi0`.
            return self.shape_of_path(shape, tag, &path).map_or(Body::Unknown, |inner| Body::Object(inner, None));
        };
        let (holds, ty) = (self.program().field(owner, field).holds, self.program().field(owner, field).ty);
        match holds {
            Holds::Block(inner, _) => Body::Object(inner, None),
            Holds::Blocks(inner, _) => Body::Object(inner, self.tag_in(inner, words)),
            Holds::Value => self.map_of(ty).map_or(Body::Unknown, Body::Map),
            Holds::Derived => Body::Unknown,
        }
    }

    fn map_of(&mut self, ty: TyId) -> Option<TyId> {
        let types = &self.program().types;
        match types.get(types.base(ty)) {
            Ty::Map(_, element) => Some(*element),
            _ => None,
        }
    }

    /// The variant or model behind `:` in a head.
    fn tag_in(&mut self, shape: ShapeId, words: Words<'_>) -> Option<Name> {
        let at = words.find(":")?;
        let name = self.known_name(words.get(at + 1))?;
        let is_variant = self.program().shape(shape).variants.contains(&name);
        let is_model = self.program().layers.iter().any(|layer| layer.name == name && layer.shape == shape);
        (is_variant || is_model).then_some(name)
    }

    /// A word that the program knows.
    pub(crate) fn known_name(&mut self, word: &str) -> Option<Name> {
        let word = crate::syntax::unquote(word);
        self.program().heap.names.find(&word)
    }

    /// The kind of a word; of a union of kinds none.
    pub(crate) fn kind(&mut self, word: &str) -> Option<ShapeId> {
        let name = self.known_name(word)?;
        let scope = self.scope;
        let shape = *self.program().kind(scope, name)?.first()?;
        (self.program().shape(shape).word == name).then_some(shape)
    }

    /// The shape that a profile or model is for: a kind, a keyed block, or a path.
    pub(crate) fn layer_shape(&mut self, path: &[&str]) -> Option<ShapeId> {
        let (first, rest) = path.split_first()?;
        let shape = match self.kind(first) {
            Some(shape) => shape,
            None => {
                let name = self.known_name(first)?;
                *self.program().parts.get(&name)?.first()?
            }
        };
        rest.iter().try_fold(shape, |shape, word| {
            let field = self.field(shape, None, word)?;
            match self.program().field(shape, field).holds {
                Holds::Block(inner, _) | Holds::Blocks(inner, _) => Some(inner),
                Holds::Value | Holds::Derived => None,
            }
        })
    }

    /// The field of a word in a shape.
    pub(crate) fn field(&mut self, shape: ShapeId, tag: Option<Name>, word: &str) -> Option<u16> {
        let name = self.known_name(word)?;
        self.program().shape(shape).field(name, tag)
    }

    /// The shape of the block at the end of a path in a body.
    pub(crate) fn shape_of_path(&mut self, shape: ShapeId, tag: Option<Name>, path: &[&str]) -> Option<ShapeId> {
        let (first, rest) = path.split_first()?;
        let field = self.field(shape, tag, first)?;
        let (inner, rest) = match self.program().field(shape, field).holds {
            Holds::Block(inner, _) => (inner, rest),
            Holds::Blocks(inner, _) => (inner, rest.split_first()?.1),
            Holds::Value | Holds::Derived => return None,
        };
        if rest.is_empty() { Some(inner) } else { self.shape_of_path(inner, None, rest) }
    }

    /// The resource in whose body or head the cursor stands.
    pub(crate) fn resource(&mut self) -> Option<ObjId> {
        if let Some(object) = self.cursor.resource(self.snapshot) {
            return Some(object);
        }
        let words = self.head_words();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let [kind, key, ..] = words.as_slice() else { return None };
        let (kind, key) = if *kind == "change" { (*key, *words.get(3)?) } else { (*kind, *key) };
        let (kind, key) = (self.known_name(kind)?, self.known_name(key)?);
        let scope = self.scope;
        let id = self.program().defs.resource(scope, kind, key)?;
        let object = crate::types::object_of(id);
        self.snapshot.is_made(object).then_some(object)
    }

    /// The words of the item's head, or of the resource inside a loop.
    fn head_words(&self) -> Vec<String> {
        let depth = (0..self.bodies.len()).rev().find(|depth| matches!(self.bodies[*depth], Body::File | Body::Test));
        let tokens: &[Token] = depth.map_or(&[], |depth| self.scan.frames[depth].entry.as_slice());
        tokens.iter().map(|token| self.text()[token.at.clone()].to_owned()).collect()
    }

    /// The host on which the resource around the cursor stands; the resource itself where it stands on none.
    pub(crate) fn home(&mut self) -> Option<ObjId> {
        let resource = self.resource();
        let words = self.head_words();
        if let Some(at) = words.iter().position(|word| word == "on")
            && let Some(host) = words.get(at + 1)
            && let Some(name) = self.known_name(host)
        {
            let (scope, word) = (self.scope, self.program().words.host);
            if let Some(id) = self.program().defs.resource(scope, word, name) {
                return Some(crate::types::object_of(id)).filter(|host| self.snapshot.is_made(*host));
            }
        }
        let resource = resource?;
        let of = *self.snapshot.compiled().world.object(resource);
        match self.snapshot.compiled().world.home(resource).on {
            Value::Obj(host) => Some(host),
            Value::Null if self.program().shape(of.shape).on.is_none() => Some(resource),
            _ => None,
        }
    }

    /// The type of a function's parameter, of one that is not generic.
    pub(crate) fn parameter(&mut self, function: &str, number: usize) -> Option<TyId> {
        let name = self.known_name(function)?;
        let scope = self.scope;
        let compiled = self.snapshot.compiled();
        let (site, _) = compiled.program.defs.find(scope, Space::Fn, name)?;
        let at = compiled.units[site.unit as usize].base + site.name_node;
        let function = compiled.program.functions.iter().find(|function| function.at.0 == at)?;
        function.params.get(number).map(|(_, ty, _)| *ty).filter(|ty| *ty != TyId::ERROR)
    }

    /// Where the innermost open `{` stands.
    pub(crate) fn open_brace(&self) -> Option<usize> {
        self.scan.frames.iter().rev().find(|frame| frame.open == Open::Brace).map(|frame| frame.at)
    }

    /// The type that the tree wants of the expression at the cursor.
    pub(crate) fn tree_want(&mut self) -> Option<TyId> {
        let tree = self.cursor.tree.clone();
        let node = self.cursor.node();
        if matches!(tree.kind(node), NodeKind::NameRef | NodeKind::Missing | NodeKind::Str)
            && let Some(want) = self.cursor.wanted(node)
        {
            return Some(want);
        }
        // What is missing lies behind the last token, before the blanks in front of the cursor.
        let item = self.cursor.path.get(1).copied()?;
        let text = self.text();
        let start = self.scan.word.start;
        let is_here = |node: &Index| {
            let node = tree.node(*node);
            node.kind == NodeKind::Missing
                && text.get(node.start as usize..start).is_some_and(|between| between.trim().is_empty())
        };
        let nodes: Range<Index> = item..tree.node(item).next;
        nodes.rev().find(is_here).and_then(|node| self.cursor.wanted(node))
    }
}
