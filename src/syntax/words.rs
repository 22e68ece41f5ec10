//! The words that mean something, and where: one list each, so that keywords agree everywhere.

use super::tree::NodeKind;

/// The words that begin an item when no `=`, `+=`, `{`, `:` or `.` follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ItemWord {
    /// `use "./dir" as x`
    Use,
    /// `input site: String`
    Input,
    /// `let x = e`
    Let,
    /// `type T = …`
    Type,
    /// `kind vm { … }`
    Kind,
    /// `block Cpu { … }`
    Block,
    /// `variant Pbs { … }`
    Variant,
    /// `model M for device { … }`
    Model,
    /// `profile p for vm { … }`
    Profile,
    /// `fn f(x: T) -> T = e`
    Fn,
    /// `policy p { … }`
    Policy,
    /// `warn policy p { … }`
    Warn,
    /// `final policy p { … }`
    Final,
    /// `for x in xs { … }`
    For,
    /// `require e`
    Require,
    /// `derive x = e`
    Derive,
    /// `needs all [ … ]`
    Needs,
    /// `allow rule because "…"`
    Allow,
    /// `test "…" { … }`
    Test,
    /// `expect ok`
    Expect,
}

/// Every item word, for completion, documentation and the test that keywords agree.
pub const ITEM_WORDS: &[(&str, ItemWord)] = &[
    ("use", ItemWord::Use),
    ("input", ItemWord::Input),
    ("let", ItemWord::Let),
    ("type", ItemWord::Type),
    ("kind", ItemWord::Kind),
    ("block", ItemWord::Block),
    ("variant", ItemWord::Variant),
    ("model", ItemWord::Model),
    ("profile", ItemWord::Profile),
    ("fn", ItemWord::Fn),
    ("policy", ItemWord::Policy),
    ("warn", ItemWord::Warn),
    ("final", ItemWord::Final),
    ("for", ItemWord::For),
    ("require", ItemWord::Require),
    ("derive", ItemWord::Derive),
    ("needs", ItemWord::Needs),
    ("allow", ItemWord::Allow),
    ("test", ItemWord::Test),
    ("expect", ItemWord::Expect),
];

/// Every word that an expression keeps for itself.
pub const RESERVED: &[&str] =
    &["if", "then", "else", "for", "in", "is", "where", "and", "or", "not", "implies", "true", "false", "null", "self"];

/// The item word spelt like this.
#[must_use]
pub fn item(word: &str) -> Option<ItemWord> {
    Some(match word {
        "use" => ItemWord::Use,
        "input" => ItemWord::Input,
        "let" => ItemWord::Let,
        "type" => ItemWord::Type,
        "kind" => ItemWord::Kind,
        "block" => ItemWord::Block,
        "variant" => ItemWord::Variant,
        "model" => ItemWord::Model,
        "profile" => ItemWord::Profile,
        "fn" => ItemWord::Fn,
        "policy" => ItemWord::Policy,
        "warn" => ItemWord::Warn,
        "final" => ItemWord::Final,
        "for" => ItemWord::For,
        "require" => ItemWord::Require,
        "derive" => ItemWord::Derive,
        "needs" => ItemWord::Needs,
        "allow" => ItemWord::Allow,
        "test" => ItemWord::Test,
        "expect" => ItemWord::Expect,
        _ => return None,
    })
}

/// Whether an expression keeps this word for itself, so that no name may be spelt so.
#[must_use]
pub fn reserved(word: &str) -> bool {
    matches!(
        word,
        "if" | "then"
            | "else"
            | "for"
            | "in"
            | "is"
            | "where"
            | "and"
            | "or"
            | "not"
            | "implies"
            | "true"
            | "false"
            | "null"
            | "self"
    )
}

/// Whether this word may stand behind a whole expression: a line `name word` is then no head.
pub(super) fn follows_expression(word: &str) -> bool {
    continues(word) || matches!(word, "for" | "of" | "if" | "not" | "true" | "false" | "null" | "self")
}

/// Whether a line that begins with this word goes on from the line before.
pub(super) fn continues(word: &str) -> bool {
    operator(word).is_some() || matches!(word, "where" | "at" | "else" | "then" | "because" | "help" | "fix")
}

/// The binary operator spelt like this, and how tightly it binds.
pub(super) fn operator(word: &str) -> Option<(NodeKind, u8)> {
    Some(match word {
        "implies" => (NodeKind::Implies, 1),
        "or" => (NodeKind::Or, 2),
        "and" => (NodeKind::And, 3),
        "in" => (NodeKind::In, COMPARISON),
        "is" => (NodeKind::Is, COMPARISON),
        "within" => (NodeKind::Within, COMPARISON),
        "overlaps" => (NodeKind::Overlaps, COMPARISON),
        "contains" => (NodeKind::Contains, COMPARISON),
        _ => return None,
    })
}

/// How tightly `not` binds: looser than a comparison.
pub(super) const NOT: u8 = 4;
/// How tightly comparisons bind; they are not chained.
pub(super) const COMPARISON: u8 = 5;
/// How tightly `..` binds; ranges are not chained.
pub(super) const RANGE: u8 = 7;

/// The units of numbers, by kind of literal.
pub const SIZE_UNITS: &[&str] = &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "kB", "KB", "MB", "GB", "TB", "PB"];
/// The units of durations.
pub const DURATION_UNITS: &[&str] = &["ms", "s", "m", "h", "d", "w"];
/// The units of rates.
pub const RATE_UNITS: &[&str] = &["bps", "Kbps", "Mbps", "Gbps"];
