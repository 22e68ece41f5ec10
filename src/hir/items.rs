//! The items of one file, and the parts of a head.

use crate::base::{Name, Names};
use crate::diag::Checked;
use crate::hir::errors;
use crate::syntax::tree::{Index, NodeKind, Tree};

/// What an item is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// `use "./dir" as x`
    Use,
    /// `input site: String = "home"`
    Input,
    /// `let name = …`
    Let,
    /// `type Vmid = …`
    Type,
    /// `kind vm on host { … }`
    Kind,
    /// `kind guest = vm | container`
    KindUnion,
    /// `block Cpu { … }`
    Block,
    /// `model CoralUSB for device { … }`
    Model,
    /// `profile cloud for vm { … }`
    Profile,
    /// `fn usable(…) -> Size = …`
    Fn,
    /// `policy name { … }`
    Policy,
    /// `for h in hosts { … }`
    For,
    /// `test "…" { … }`
    Test,
    /// `incident "…" { … }`
    Incident,
    /// `removed vm.x { … }`
    Removed,
    /// `vm k3s on pve { … }`
    Resource,
}

/// One item: what it is, its node, and the name it declares where that is a plain word or string.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// What it is.
    pub what: What,
    /// Its node.
    pub node: Index,
    /// The node of its name.
    pub name_node: Index,
    /// Its name; none for `use`, `for`, and names with `${…}`.
    pub name: Option<Name>,
}

/// The items of one file, in order.
#[derive(Clone, Default, Debug)]
pub struct Items {
    /// The items.
    pub items: Vec<Item>,
}

/// The parts of a `kind key: Model on … in … with … { … }` head. 0 stands for what is not there.
#[derive(Clone, Copy, Default, Debug)]
pub struct Head {
    /// The first word.
    pub word: Index,
    /// The key.
    pub key: Index,
    /// `: Model`
    pub model: Index,
    /// `on …`
    pub on: Index,
    /// `in …`
    pub within: Index,
    /// `with …`
    pub with: Index,
    /// The body.
    pub body: Index,
}

/// The parts of a `Decl`.
#[must_use]
pub fn read_head(tree: &Tree, node: Index) -> Head {
    let mut head = Head::default();
    let mut children = tree.children(node);
    head.word = children.next().unwrap_or(0);
    head.key = children.next().unwrap_or(0);
    for child in children {
        match tree.kind(child) {
            NodeKind::ModelClause => head.model = child,
            NodeKind::OnClause => head.on = child,
            NodeKind::InClause => head.within = child,
            NodeKind::WithClause => head.with = child,
            NodeKind::Body => head.body = child,
            _ => {}
        }
    }
    head
}

/// The items of a file: what stands at its top level.
pub fn lower(tree: &Tree, source: &str, names: &mut Names) -> Checked<Items> {
    let mut items = Items::default();
    let mut diagnostics = Vec::new();
    for entry in tree.items.iter().copied() {
        match item(tree, source, names, entry) {
            Some(item) => {
                if matches!(item.what, What::Kind | What::Block) {
                    name_fields(tree, source, names, entry);
                }
                items.items.push(item);
            }
            None if tree.kind(entry) == NodeKind::ErrorEntry => {}
            None => diagnostics.push(errors::not_an_item(tree.span(entry), describe(tree.kind(entry)))),
        }
    }
    Checked::new(items, diagnostics)
}

/// Gives the fields of a kind or block their names. The library comes first, so these are low, and tables by name short,
/// however many resources there are.
fn name_fields(tree: &Tree, source: &str, names: &mut Names, item: Index) {
    for node in item..tree.node(item).next {
        if matches!(tree.kind(node), NodeKind::FieldDecl | NodeKind::Derive) {
            names.intern(tree.text(node + 1, source));
        }
    }
}

/// The item that an entry is, if it may stand at the top level.
fn item(tree: &Tree, source: &str, names: &mut Names, node: Index) -> Option<Item> {
    let what = match tree.kind(node) {
        NodeKind::Use => What::Use,
        NodeKind::Input => What::Input,
        NodeKind::Let => What::Let,
        NodeKind::TypeDef => What::Type,
        NodeKind::KindDef => What::Kind,
        NodeKind::KindUnion => What::KindUnion,
        NodeKind::BlockDef => What::Block,
        NodeKind::ModelDef => What::Model,
        NodeKind::ProfileDef => What::Profile,
        NodeKind::FnDef => What::Fn,
        NodeKind::PolicyDef => What::Policy,
        NodeKind::ForEntry => What::For,
        NodeKind::Test => What::Test,
        NodeKind::Decl => {
            let word = tree.text(node + 1, source);
            match word {
                "incident" => What::Incident,
                "removed" => What::Removed,
                _ => What::Resource,
            }
        }
        _ => return None,
    };
    let mut children = tree.children(node);
    let name_node = match what {
        What::Use => children.nth(1),
        What::Resource | What::Incident | What::Removed => children.nth(1),
        What::Policy => children.find(|child| tree.kind(*child) == NodeKind::Name),
        What::For => None,
        _ => children.next(),
    }
    .unwrap_or(node);
    let name = match tree.kind(name_node) {
        NodeKind::Name => Some(names.intern(tree.text(name_node, source))),
        NodeKind::Str if tree.node(name_node).next == name_node + 1 => {
            Some(names.intern(&crate::syntax::unquote(tree.text(name_node, source))))
        }
        _ => None,
    };
    Some(Item { what, node, name_node, name })
}

/// What an entry that is no item should be called in a message.
fn describe(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Field => "a field",
        NodeKind::BlockEntry => "a block",
        NodeKind::FieldDecl => "a field declaration",
        NodeKind::Require => "`require`",
        NodeKind::Derive => "`derive`",
        NodeKind::Allow => "`allow`",
        NodeKind::VariantDef => "`variant`",
        NodeKind::ForLine => "`for` without a body",
        NodeKind::Expect | NodeKind::ExpectOk | NodeKind::ExpectClean => "`expect`",
        NodeKind::NeedsAll | NodeKind::NeedsCount | NodeKind::NeedsMajority => "`needs`",
        _ => "this",
    }
}
