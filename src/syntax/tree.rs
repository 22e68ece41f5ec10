//! The tree: one flat array of nodes in preorder, sixteen bytes each, spans into the file's text.
//!
//! A node's children start right after it and end where its `next` points. Nothing is copied out
//! of the text; names, numbers and strings are read from it through the node's span. Comments are not
//! nodes: the formatter reads them from the text between tokens, and [`doc_before`] finds documentation.

use crate::base::{FileId, Span};

/// What a node is. The comment on each says which children it has, in order; `?` optional, `*` any number.
///
/// *expr* is any kind of the expression group (or `Missing`/`Error`), *type* any of the type group.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum NodeKind {
    /// The whole file: *entry*\*.
    File,

    // ---- entries (items, declarations, fields): they may stand in a file or in any `Body`;
    //      whether one may stand where it stands is decided by later layers.
    /// `use "./dir" as x`: `Str`, `Name`.
    Use,
    /// `input site: String = "home"`: `Name`, *type*?, `Default`?.
    Input,
    /// `let name: Type = expr`: `Name`, *type*?, *expr*.
    Let,
    /// `type Vmid = Int where it >= 100`: `Name`, *type*, `Where`?.
    TypeDef,
    /// `kind storage on many host { … }`: `Name`, `KindOn`?, `KindIn`?, `Body`.
    KindDef,
    /// `kind guest = vm | container`: `Name`, then `Name` for each member.
    KindUnion,
    /// `block Cpu { … }`: `Name`, `Body`.
    BlockDef,
    /// `variant ZfsPool { … }`: `Name`, `Body`.
    VariantDef,
    /// `model CoralUSB for device { … }`: `Name`, `Name` (the kind or block), `WithClause`?, `Body`.
    ModelDef,
    /// `profile cloud for vm.disk with base { … }`: `Name`, `Path`, `WithClause`?, `Body`?.
    ProfileDef,
    /// `fn usable(h: ref host) -> Size = expr`: `Name`, `Param`\*, `ReturnType`?, *expr*?; without an
    /// expression it is external (library only).
    FnDef,
    /// `final warn policy name { … }`: `FinalWord`?, `WarnWord`?, `Name`, `Body`.
    PolicyDef,
    /// `for x in xs where c { … }`: `Name`, *expr*, `Where`?, `Body`.
    ForEntry,
    /// `for x in xs where c` without a body (policies): `Name`, *expr*, `Where`?.
    ForLine,
    /// `require e at v else "…" help "…" fix a.b = e`: *expr*, `At`?, `Else`?, `Help`?, `FixTo`\*.
    Require,
    /// `derive guest = expr`: `Name`, *type*?, *expr*.
    Derive,
    /// `needs all [ … ]`: *expr*.
    NeedsAll,
    /// `needs 1 of [ … ]`: *expr* (the count), *expr* (the list).
    NeedsCount,
    /// `needs majority of servers`: *expr*.
    NeedsMajority,
    /// `allow NAME for x because "…"`: `RuleName`, `AllowFor`?, `Because`?.
    Allow,
    /// `test "…" { … }`: `Str`, `Body`.
    Test,
    /// `expect ok`.
    ExpectOk,
    /// `expect clean`.
    ExpectClean,
    /// `expect error NAME at path`: `Name` (severity word), `RuleName`, `At`?.
    Expect,
    /// `kind name: Model on … in … with … { … }`, a resource or keyed block; also `incident`, `change`, `without`,
    /// `removed`: `Name` (first word), key (`Name`, `Str` or `Path`), then `ModelClause` `OnClause` `InClause`
    /// `WithClause` in the order written, each at most once, `Body`?.
    Decl,
    /// `a.b = expr`, `a += expr`: `Name`+ (the path; a string key is a `Str`), `AppendOp`?, *expr*.
    Field,
    /// `a.b { … }`: `Name`+ (the path; a string key is a `Str`), `Body`.
    BlockEntry,
    /// `name: Type = default where it > 0`: `Name`, *type* (or `BlockType`, `TypeOptional` of one, `BlocksType`), `Default`?, `Where`?.
    FieldDecl,
    /// An entry that could not be read: the tokens are skipped. No children.
    ErrorEntry,

    // ---- parts of entries
    /// `{ … }`: *entry*\*. Also an expression: a record.
    Body,
    /// An identifier that is declared, or a word of a path. Leaf.
    Name,
    /// `vm.disk`: (`Name` or `Str`)+, at least two where it is a key, at least one in `ProfileDef`; of a module two `Name`s.
    Path,
    /// `: ZfsPool`, `: parts.Coral` or `: "v1/Kind"`: `Name`, `Path` or `Str`.
    ModelClause,
    /// `on pve`, `on any [..]`: `AnyWord`?, *expr* (postfix level).
    OnClause,
    /// `in homelab`: *expr* (postfix level).
    InClause,
    /// `with cloud`, `with [a, b]`: *expr* (postfix level).
    WithClause,
    /// `any` in `on any [..]`. Leaf.
    AnyWord,
    /// `on many host` of a kind: `ManyWord`?, `Name`.
    KindOn,
    /// `in k3s-cluster` of a kind: `ManyWord`?, `Name`.
    KindIn,
    /// `many`. Leaf.
    ManyWord,
    /// `final`. Leaf.
    FinalWord,
    /// `warn`. Leaf.
    WarnWord,
    /// `+=`. Leaf.
    AppendOp,
    /// `= expr` of a field declaration or input: *expr*.
    Default,
    /// `where expr`: *expr*.
    Where,
    /// `at expr`: *expr*.
    At,
    /// `else expr` of a `Require`: *expr*.
    Else,
    /// `help expr`: *expr*.
    Help,
    /// `fix a.b = expr`: `Name`+, *expr*.
    FixTo,
    /// `because expr`: *expr*.
    Because,
    /// `for x` of an `Allow`: *expr*.
    AllowFor,
    /// `HL0302`, `unknown-storage`, `policy/host-memory`. Leaf.
    RuleName,
    /// `h: ref host`: `Name`, *type*.
    Param,
    /// `-> Size`: *type*.
    ReturnType,

    // ---- types
    /// `Size`, or an enumeration member `q35`. Leaf.
    TypeName,
    /// `Set<Content>`, `Map<String, Int>`: `Name`, *type*+.
    TypeApply,
    /// `Size?`, `block Efi?`: *type* or `BlockType`.
    TypeOptional,
    /// `ref host`, `ref (vm | container)`: `Name`+.
    TypeRef,
    /// `a | b | "c"`: (*type* or `Str`)+, at least two.
    TypeUnion,
    /// `block Cpu`: `Name`.
    BlockType,
    /// `blocks Disk by DiskSlot`: `Name`, *type*.
    BlocksType,

    // ---- expressions: literals are leaves
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
    /// `self`
    SelfRef,
    /// `42`, `1_000`
    Int,
    /// `1.5`
    Float,
    /// `16GiB`
    Size,
    /// `30s`
    Duration,
    /// `2.5Gbps`
    Rate,
    /// `80%`
    Percent,
    /// `192.168.4.17`
    Ip,
    /// `192.168.4.0/24`
    Cidr,
    /// `BC:24:11:90:21:DF`
    Mac,
    /// `1a6e:089a`
    DeviceId,
    /// `01:00`, `01:00.1`, `0000:b3:00.0`
    Pci,
    /// A use of a name. Leaf.
    NameRef,
    /// `"…"` or `"""…"""`, the quotes in the span: a leaf, or (`StrText` or `Interp`)\* where it has `${…}`.
    Str,
    /// Raw text between interpolations, escapes not yet undone. Leaf.
    StrText,
    /// `${ expr }`, the braces in the span: *expr*.
    Interp,
    /// `( expr )`: *expr*.
    Paren,
    /// `[a, b]`: *expr*\*.
    List,
    /// `[e for x in xs where c]`: *expr*, `ForClause`+.
    Comprehension,
    /// `e for x in xs where c` as an argument: *expr*, `ForClause`+.
    Generator,
    /// `for x in xs where c`: `Name`, *expr*, `Where`?.
    ForClause,
    /// `if c then a else b`: *expr*, *expr*, *expr*.
    If,
    /// `not a`: *expr*.
    Not,
    /// `-a`: *expr*.
    Neg,
    /// `a implies b`: *expr*, *expr*; so are all binary operators below.
    Implies,
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `a == b`
    Eq,
    /// `a != b`
    Ne,
    /// `a < b`
    Lt,
    /// `a <= b`
    Le,
    /// `a > b`
    Gt,
    /// `a >= b`
    Ge,
    /// `a in b`
    In,
    /// `a is Variant`
    Is,
    /// `a within b`
    Within,
    /// `a overlaps b`
    Overlaps,
    /// `a contains b`
    Contains,
    /// `a ?? b`
    Coalesce,
    /// `a..b`
    Range,
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a.b`: *expr*, `Name` or `Str`; a half-typed `a.` has an empty `Name`.
    Access,
    /// `a?.b`: *expr*, `Name` or `Str`.
    SafeAccess,
    /// `a[b]`, the bracket adjacent: *expr*, *expr*.
    Index,
    /// `f(a, b)` or `module.f(a, b)`, the parenthesis adjacent: `Name` or `Path`, (*expr* or `Generator`)\*.
    Call,
    /// An expression or type that is not there. Leaf, empty.
    Missing,
    /// Tokens that are no expression. Leaf.
    Error,
}

/// One node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Entries of one file with the same number, if it is not 0, are the same word for word.
    pub twin: u16,
    /// First byte of its text.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The index one past its subtree.
    pub next: u32,
}

/// The tree of one file. Node 0 is the `File`.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The file it was read from.
    pub file: FileId,
    /// All nodes, preorder.
    pub nodes: Vec<Node>,
    /// The entries of the file, in order: the children of node 0.
    pub items: Vec<Index>,
}

/// A node by its index.
pub type Index = u32;

impl Tree {
    /// The tree of these nodes.
    #[must_use]
    pub fn new(file: FileId, nodes: Vec<Node>) -> Tree {
        let mut tree = Tree { file, nodes, items: Vec::new() };
        tree.items = tree.children(0).collect();
        tree
    }

    /// The node at an index.
    #[must_use]
    pub fn node(&self, at: Index) -> Node {
        self.nodes[at as usize]
    }

    /// The kind of the node at an index.
    #[must_use]
    pub fn kind(&self, at: Index) -> NodeKind {
        self.nodes[at as usize].kind
    }

    /// The span of a node.
    #[must_use]
    pub fn span(&self, at: Index) -> Span {
        let node = self.node(at);
        Span { file: self.file, start: node.start, end: node.end }
    }

    /// The text of a node.
    #[must_use]
    pub fn text<'t>(&self, at: Index, source: &'t str) -> &'t str {
        let node = self.node(at);
        &source[node.start as usize..node.end as usize]
    }

    /// The children of a node, in order.
    #[must_use]
    pub fn children(&self, at: Index) -> Children<'_> {
        Children { tree: self, at: at + 1, end: self.node(at).next }
    }

    /// The first child of a kind.
    #[must_use]
    pub fn child(&self, at: Index, kind: NodeKind) -> Option<Index> {
        self.children(at).find(|child| self.kind(*child) == kind)
    }
}

/// The children of one node.
#[derive(Clone, Debug)]
pub struct Children<'t> {
    tree: &'t Tree,
    at: Index,
    end: Index,
}

impl Iterator for Children<'_> {
    type Item = Index;

    fn next(&mut self) -> Option<Index> {
        if self.at >= self.end {
            return None;
        }
        let child = self.at;
        self.at = self.tree.nodes[child as usize].next;
        Some(child)
    }
}

/// The `///` documentation that stands directly above the line where `start` lies, lines joined by newlines,
/// markers and one leading blank removed; empty if there is none.
#[must_use]
pub fn doc_before(source: &str, start: usize) -> String {
    let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
    let mut lines = Vec::new();
    for line in source[..line_start].lines().rev() {
        match line.trim_start().strip_prefix("///") {
            Some(text) => lines.push(text.strip_prefix(' ').unwrap_or(text)),
            None => break,
        }
    }
    lines.reverse();
    lines.join("\n")
}

/// The `//!` documentation at the start of a file, lines joined by newlines, markers and one leading blank removed; empty if
/// there is none.
#[must_use]
pub fn file_doc(source: &str) -> String {
    let lines = source.lines().map(str::trim_start).skip_while(|line| line.is_empty());
    let doc = lines.map_while(|line| line.strip_prefix("//!"));
    doc.map(|text| text.strip_prefix(' ').unwrap_or(text)).collect::<Vec<_>>().join("\n")
}
