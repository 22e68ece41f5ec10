//! What a word is by its place in the tree alone.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::{Class, Modifier, Open, Token, push_lines};
use crate::base::Span;
use crate::syntax::tree::{Index, NodeKind, Tree};

/// The walk over one item.
pub(super) struct Words<'t> {
    tree: &'t Tree,
    text: &'t str,
    tokens: Vec<Token>,
    open: Vec<Open>,
    /// The kind, blocks and field around, hashed.
    around: u64,
    /// Whether the same place means the same elsewhere: not where variables are in sight.
    is_plain: bool,
    in_test: bool,
    /// How many heads are around, the own one included.
    heads: u32,
}

/// How a word is read.
#[derive(Clone, Copy)]
struct As {
    class: Class,
    modifier: Modifier,
    /// Whether the notes know better.
    is_open: bool,
}

const fn fixed(class: Class) -> As {
    As { class, modifier: Modifier::Plain, is_open: false }
}

const fn declaring(class: Class) -> As {
    As { class, modifier: Modifier::Declaring, is_open: false }
}

const fn open(class: Class) -> As {
    As { class, modifier: Modifier::Plain, is_open: true }
}

fn hash(before: u64, word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    (before, word).hash(&mut hasher);
    hasher.finish()
}

impl<'t> Words<'t> {
    pub(super) fn new(tree: &'t Tree, text: &'t str) -> Words<'t> {
        Words { tree, text, tokens: Vec::new(), open: Vec::new(), around: 0, is_plain: true, in_test: false, heads: 0 }
    }

    /// The words that were found, in order, and those that are open.
    pub(super) fn finish(self) -> (Vec<Token>, Vec<Open>) {
        (self.tokens, self.open)
    }

    /// An item of a file.
    pub(super) fn entry(&mut self, node: Index) {
        let is_variable = |at: Index| self.tree.kind(at) == NodeKind::Let;
        let has_variable = (node..self.tree.node(node).next).any(is_variable);
        self.is_plain = self.tree.kind(node) == NodeKind::Decl && !has_variable;
        self.in_test = self.tree.kind(node) == NodeKind::Test;
        self.node(node, None);
    }

    fn word(&self, node: Index) -> &'t str {
        self.tree.text(node, self.text)
    }

    /// Adds one word.
    fn push(&mut self, node: Index, read: As) {
        if read.is_open {
            let known_as = self.is_plain.then(|| (self.around, hash(0, self.word(node))));
            self.open.push(Open { token: self.tokens.len(), node, known_as });
        }
        let span = self.tree.span(node);
        if span.start < span.end {
            self.tokens.push(Token { span, class: read.class, modifier: read.modifier });
        } else if read.is_open {
            self.open.pop();
        }
    }

    /// The words between two places that no node has: all are the language's own.
    fn gap(&mut self, start: u32, end: u32) {
        let bytes = self.text.as_bytes();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        let (mut at, end) = (start as usize, end as usize);
        while at < end {
            if bytes[at] == b'/' && bytes.get(at + 1) == Some(&b'/') {
                at += bytes[at..end].iter().take_while(|byte| **byte != b'\n').count();
            } else if is_word(bytes[at]) {
                let length = bytes[at..end].iter().take_while(|byte| is_word(**byte)).count();
                let span = Span::new(self.tree.file, at, at + length);
                self.tokens.push(Token { span, class: Class::Keyword, modifier: Modifier::Plain });
                at += length;
            } else {
                at += 1;
            }
        }
    }

    /// A node with everything in it. `read` is how its parent reads it, if it says so.
    fn node(&mut self, node: Index, read: Option<As>) {
        let of = self.tree.node(node);
        let is_leaf = of.next == node + 1;
        match of.kind {
            NodeKind::Name | NodeKind::NameRef | NodeKind::TypeName | NodeKind::RuleName => {
                self.push(node, read.unwrap_or_else(|| self.leaf(node)));
            }
            NodeKind::Str => self.string(node, read),
            NodeKind::Int
            | NodeKind::Float
            | NodeKind::Size
            | NodeKind::Duration
            | NodeKind::Rate
            | NodeKind::Percent
            | NodeKind::Ip
            | NodeKind::Cidr
            | NodeKind::Mac
            | NodeKind::DeviceId
            | NodeKind::Pci => self.push(node, fixed(Class::Number)),
            NodeKind::ErrorEntry | NodeKind::Error | NodeKind::Missing | NodeKind::AppendOp => {}
            NodeKind::Path => self.path(node, read),
            _ if is_leaf => self.gap(of.start, of.end),
            _ => self.inner(node),
        }
    }

    /// The parts of a node and the words between them.
    fn inner(&mut self, node: Index) {
        let of = self.tree.node(node);
        let before = (self.around, self.is_plain, self.heads);
        self.enter(node);
        let mut at = of.start;
        let children: Vec<Index> = self.tree.children(node).collect();
        for (number, child) in children.iter().enumerate() {
            let part = self.tree.node(*child);
            self.gap(at, part.start);
            let read = self.read(node, number, *child);
            self.node(*child, read);
            at = part.end.max(at);
        }
        self.gap(at, of.end);
        (self.around, self.is_plain, self.heads) = before;
    }

    /// Takes in what a node says about the place of the words in it.
    fn enter(&mut self, node: Index) {
        let tree = self.tree;
        match tree.kind(node) {
            NodeKind::Decl => {
                self.heads += 1;
                let model = tree.child(node, NodeKind::ModelClause).map_or("", |model| self.word(model));
                self.around = hash(hash(self.around, self.word(node + 1)), model);
            }
            NodeKind::Field | NodeKind::BlockEntry => {
                let words = tree.children(node).take_while(|child| tree.kind(*child) == NodeKind::Name);
                self.around = words.fold(self.around, |around, word| hash(around, self.word(word)));
            }
            NodeKind::OnClause | NodeKind::InClause | NodeKind::WithClause | NodeKind::ModelClause => {
                let word = self.word(node).split_whitespace().next().unwrap_or_default();
                self.around = hash(self.around, word);
            }
            NodeKind::ForEntry | NodeKind::Comprehension | NodeKind::Generator | NodeKind::Let => self.is_plain = false,
            // What an operator's sides are depends on one another.
            NodeKind::Access | NodeKind::SafeAccess | NodeKind::Call | NodeKind::If | NodeKind::Index => {
                self.is_plain = false;
            }
            _ => {}
        }
    }

    /// How a node reads one of its parts; nothing where the part says it itself.
    fn read(&self, node: Index, number: usize, child: Index) -> Option<As> {
        let kind = self.tree.kind(child);
        let is_name = matches!(kind, NodeKind::Name | NodeKind::Str | NodeKind::Path | NodeKind::NameRef);
        if !is_name {
            return None;
        }
        let is_first = number == 0;
        Some(match self.tree.kind(node) {
            NodeKind::Use if kind == NodeKind::Name => declaring(Class::Module),
            NodeKind::Input | NodeKind::Let if is_first => declaring(Class::Variable),
            NodeKind::TypeDef | NodeKind::BlockDef if is_first => declaring(Class::Type),
            NodeKind::KindDef | NodeKind::KindUnion if is_first => declaring(Class::Kind),
            NodeKind::KindUnion | NodeKind::KindOn | NodeKind::KindIn | NodeKind::TypeRef => fixed(Class::Kind),
            NodeKind::VariantDef => declaring(Class::Variant),
            NodeKind::ModelDef if is_first => declaring(Class::Model),
            NodeKind::ProfileDef if is_first => declaring(Class::Profile),
            NodeKind::ModelDef | NodeKind::ProfileDef => fixed(Class::Kind),
            NodeKind::FnDef if is_first => declaring(Class::Function),
            NodeKind::PolicyDef => declaring(Class::Rule),
            NodeKind::Param => declaring(Class::Parameter),
            NodeKind::ForEntry | NodeKind::ForLine | NodeKind::ForClause if is_first => declaring(Class::Variable),
            NodeKind::Derive | NodeKind::FieldDecl if is_first => declaring(Class::Field),
            NodeKind::Expect => fixed(Class::Keyword),
            NodeKind::Decl => self.read_head(node, is_first, child),
            NodeKind::Field | NodeKind::FixTo if kind != NodeKind::NameRef && self.is_path(node, child) => {
                fixed(Class::Field)
            }
            NodeKind::BlockEntry => fixed(Class::Block),
            NodeKind::ModelClause => open(Class::Model),
            NodeKind::WithClause => open(Class::Profile),
            NodeKind::OnClause | NodeKind::InClause | NodeKind::AllowFor => open(Class::Resource),
            NodeKind::Access | NodeKind::SafeAccess if !is_first => open(Class::Field),
            NodeKind::Is if !is_first && self.word(child).starts_with(char::is_uppercase) => open(Class::Variant),
            NodeKind::Is if !is_first => open(Class::Kind),
            NodeKind::Call if is_first => open(Class::Function),
            NodeKind::TypeApply => fixed(Class::Type),
            NodeKind::BlockType | NodeKind::BlocksType => fixed(Class::Type),
            NodeKind::TypeUnion | NodeKind::FieldDecl if kind == NodeKind::Str => fixed(Class::Member),
            _ => return None,
        })
    }

    /// Whether a part of a field is one of its path: what stands before `=`.
    fn is_path(&self, node: Index, child: Index) -> bool {
        self.tree.node(child).next < self.tree.node(node).next
    }

    /// The word or the key of a head.
    fn read_head(&self, node: Index, is_first: bool, child: Index) -> As {
        let word = self.word(node + 1);
        let is_top = self.heads == 1;
        let is_own = match word {
            "incident" | "removed" => is_top,
            "change" | "without" => self.in_test,
            _ => false,
        };
        match (is_first, is_own) {
            (true, true) => fixed(Class::Keyword),
            (true, false) if is_top => fixed(Class::Kind),
            (true, false) => fixed(Class::Block),
            (false, true) if self.tree.kind(child) == NodeKind::Path => open(Class::Resource),
            (false, true) => fixed(Class::Text),
            (false, false) if is_top => declaring(Class::Resource),
            (false, false) => open(Class::Key),
        }
    }

    /// `vm.disk`, `module.name`: the first is what leads there.
    fn path(&mut self, node: Index, read: Option<As>) {
        let parts: Vec<Index> = self.tree.children(node).collect();
        let of = read.unwrap_or(open(Class::Resource));
        for (number, part) in parts.iter().enumerate() {
            let is_last = number + 1 == parts.len();
            let class = match (of.class, number) {
                // `profile cloud for vm.disk`
                (Class::Kind, 0) => Class::Kind,
                (Class::Kind, _) => Class::Block,
                // `parts.Coral`, `parts.usable(x)`
                (Class::Model | Class::Function | Class::Profile, 0) if !is_last => Class::Module,
                (Class::Resource, 0) if !is_last => Class::Kind,
                (class, _) => class,
            };
            self.node(*part, Some(As { class, ..of }));
        }
    }

    /// What a leaf is whose parent says nothing.
    fn leaf(&self, node: Index) -> As {
        match self.tree.kind(node) {
            // Types are written with a capital; a small word where a type stands is a member.
            NodeKind::TypeName if self.word(node).starts_with(char::is_lowercase) => fixed(Class::Member),
            NodeKind::TypeName => fixed(Class::Type),
            NodeKind::RuleName => fixed(Class::Rule),
            _ => open(Class::Variable),
        }
    }

    /// A string: where it has expressions, what stands around them.
    fn string(&mut self, node: Index, read: Option<As>) {
        let of = self.tree.node(node);
        let read = read.filter(|read| read.class != Class::Model).unwrap_or(fixed(Class::Text));
        if of.next == node + 1 && read.is_open && !self.word(node).contains('\n') {
            self.push(node, read);
            return;
        }
        let mut at = of.start;
        let holes: Vec<Index> =
            self.tree.children(node).filter(|part| self.tree.kind(*part) == NodeKind::Interp).collect();
        for hole in holes {
            let part = self.tree.node(hole);
            self.text_part(at, part.start, read);
            self.inner(hole);
            at = part.end;
        }
        self.text_part(at, of.end, read);
    }

    fn text_part(&mut self, start: u32, end: u32, read: As) {
        let span = Span { file: self.tree.file, start, end };
        push_lines(&mut self.tokens, self.text, span, read.class, read.modifier);
    }
}
