//! The functions that are not written in the language: their names, and what they take and give.

/// A builtin function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Builtin {
    /// `all(xs)` of a list of Bool
    All,
    /// `any(xs)`
    Any,
    /// `count(xs)`
    Count,
    /// `sum(xs)`
    Sum,
    /// `min(xs)`
    Min,
    /// `max(xs)`
    Max,
    /// `sort(xs)`
    Sort,
    /// `unique(xs)`
    Unique,
    /// `top(n, xs)`: the n largest
    Top,
    /// `group-by(key for x in xs)`
    GroupBy,
    /// `duplicates(key for x in xs)`: groups of two or more
    Duplicates,
    /// `pairs(xs)`: each unordered pair
    Pairs,
    /// `common(a, b)`: what is in both
    Common,
    /// `subset(a, b)`
    Subset,
    /// `minus(a, b)`
    Minus,
    /// `contains(xs, x)`, of lists and strings
    Contains,
    /// `starts-with(s, t)`
    StartsWith,
    /// `ends-with(s, t)`
    EndsWith,
    /// `lower(s)`
    Lower,
    /// `take(s, n)`
    Take,
    /// `len(s)`
    Len,
    /// `within(p, q)`
    Within,
    /// `overlaps(a, b)`
    Overlaps,
    /// `is-slot(s, "scsi", 30)`
    IsSlot,
    /// `slot-bus("scsi0")`
    SlotBus,
    /// `slot-index("scsi0")`
    SlotIndex,
    /// `matches(s, pattern)`: a pattern of `[…]` classes, `+`, `*`, `?` and literals
    Matches,
    /// `before(s, mark)`
    Before,
    /// `texts-at(object, "spec.interval")`
    TextsAt,
    /// `is-multiple(size, unit)`
    IsMultiple,
    /// `is-alphanumeric(s)`
    IsAlphanumeric,
    /// `stated(x)`
    Stated,
    /// `values(T)`
    Values,
    /// `refs(x)`: what x refers to
    Refs,
    /// `uses(x)`: what refers to x
    Uses,
    /// `model-with(id)`
    ModelWith,
    /// `looks-like-secret(s)`
    LooksLikeSecret,
    /// `secret-class(s)`
    SecretClass,
    /// `sops(file, key)`, `env(name)`, `kubernetes(name, key)`: where a secret is kept
    SecretSource,
    /// `never(schedule)`
    Never,
    /// `runs-per(schedule, duration)`
    RunsPer,
    /// `min-gap(schedule)`
    MinGap,
    /// `collides(a, b)`
    Collides,
    /// `lost(x)`: what stops when x does
    Lost,
    /// `why-lost(x, y)`
    WhyLost,
}

/// Builtins whose types are declared by an `external fn` of the library: a `fn` without a body there.
pub const EXTERNAL: &[(&str, Builtin)] = &[
    ("starts-with", Builtin::StartsWith),
    ("ends-with", Builtin::EndsWith),
    ("lower", Builtin::Lower),
    ("take", Builtin::Take),
    ("len", Builtin::Len),
    ("is-slot", Builtin::IsSlot),
    ("slot-bus", Builtin::SlotBus),
    ("slot-index", Builtin::SlotIndex),
    ("matches", Builtin::Matches),
    ("before", Builtin::Before),
    ("texts-at", Builtin::TextsAt),
    ("is-multiple", Builtin::IsMultiple),
    ("is-alphanumeric", Builtin::IsAlphanumeric),
    ("model-with", Builtin::ModelWith),
    ("looks-like-secret", Builtin::LooksLikeSecret),
    ("secret-class", Builtin::SecretClass),
    ("never", Builtin::Never),
    ("runs-per", Builtin::RunsPer),
    ("min-gap", Builtin::MinGap),
    ("collides", Builtin::Collides),
];

/// The builtin that an external function of this name is.
#[must_use]
pub fn external(name: &str) -> Option<Builtin> {
    EXTERNAL.iter().find(|(known, _)| *known == name).map(|(_, builtin)| *builtin)
}
