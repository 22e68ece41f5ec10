//! What can be wrong once values are computed.

use crate::base::Span;
use crate::diag::codes::{self, CodeRow};
use crate::diag::{Code, Diagnostic};

fn error(row: &'static CodeRow, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::Row(row), span, message)
}

/// A bound was reached.
pub fn too_much(span: Span) -> Diagnostic {
    error(&codes::TOO_MUCH, span, "this takes more steps or memory than any lab needs")
        .help("look for a loop over a very long range, or values that double at each step")
}

/// A number that does not fit.
pub fn overflow(span: Span) -> Diagnostic {
    error(&codes::OUT_OF_RANGE, span, "the result is out of range")
        .help("sizes, durations and rates are never negative")
}

/// `x / 0`
pub fn division_by_zero(span: Span) -> Diagnostic {
    error(&codes::OUT_OF_RANGE, span, "division by zero")
}

/// `xs[9]`
pub fn out_of_range(span: Span, index: i64, len: u32) -> Diagnostic {
    error(&codes::OUT_OF_RANGE, span, format!("there is no element {index}: the list has {len}"))
        .help("elements are counted from 0")
}

/// A value that needs itself.
pub fn cycle(span: Span, name: &str) -> Diagnostic {
    error(&codes::VALUE_CYCLE, span, format!("the value of `{name}` depends on itself"))
}

/// An input without a value.
pub fn input_missing(span: Span, name: &str) -> Diagnostic {
    error(&codes::INPUT_MISSING, span, format!("the input `{name}` has no value"))
        .help(format!("give it a default, or pass `--set {name}=…`"))
}

/// `--set` of what is no input, or of another type.
pub fn bad_input(name: &str, problem: &str) -> Diagnostic {
    Diagnostic::new(
        Code::Row(&codes::BAD_INPUT),
        crate::diag::Severity::Error,
        None,
        format!("`--set {name}`: {problem}"),
    )
    .help("`hlab inputs` lists the inputs with their types")
}

/// A fact that is null in a value of a resource.
pub fn unknown_fact(span: Span, field: &str, fact: Span) -> Diagnostic {
    error(&codes::UNKNOWN_FACT, span, format!("the value of `{field}` needs a fact that nothing says"))
        .label(fact, "nothing says this")
        .help("state the fact, or say what to use instead with `??`")
}

/// A keyed block that is not there.
pub fn no_part(span: Span, name: &str, holder: Option<&str>, known: &[String]) -> Diagnostic {
    let holder = holder.map_or_else(|| "this".to_owned(), |holder| format!("`{holder}`"));
    let diagnostic = error(&codes::UNKNOWN_PART, span, format!("{holder} has no block named `{name}`"));
    if known.is_empty() || known.len() > 12 {
        return diagnostic;
    }
    diagnostic.help(format!("it has {}", crate::types::errors::list(known)))
}

/// A keyed block that is there, and of another sort than what is expected.
pub fn other_part(span: Span, name: &str, holder: &str, expected: &str, found: &str) -> Diagnostic {
    error(&codes::UNKNOWN_PART, span, format!("`{holder}` has no {expected} named `{name}`; that is a {found}"))
}

/// A bridge, port or device that nothing in sight has.
pub fn unknown_part(
    span: Span,
    word: &str,
    name: &str,
    place: Option<&str>,
    near: Option<&str>,
    known: &[String],
) -> Diagnostic {
    let place = place.map_or_else(String::new, |place| format!(" on `{place}`"));
    let row = if word.starts_with("device") { &codes::UNKNOWN_DEVICE } else { &codes::UNKNOWN_PART };
    let diagnostic = error(row, span, format!("no {word}{place} is named `{name}`")).here("unknown");
    match near {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near),
        None if known.is_empty() && word.starts_with("device") => diagnostic
            .help(format!("declare it: `device {name} on …`, or `pci {name} {{ … }}` in the host if it never moves")),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("there are: {}", crate::types::errors::list(known))),
    }
}

/// A bridge, port or device that other hosts have, but not this one.
pub fn part_not_on_host(
    span: Span,
    word: &str,
    name: &str,
    host: &str,
    host_at: Span,
    others: &[(String, Span)],
    there: &[String],
) -> Diagnostic {
    let mut diagnostic = error(&codes::NOT_ON_HOST, span, format!("`{host}` has no {word} named `{name}`"))
        .here(format!("not on `{host}`"))
        .label(host_at, format!("`{host}` is declared here"));
    for (other, at) in others.iter().take(4) {
        diagnostic = diagnostic.label(*at, format!("`{other}` has it"));
    }
    if !there.is_empty() && there.len() <= 12 {
        diagnostic = diagnostic.help(format!("`{host}` has {}", crate::types::errors::list(there)));
    }
    match others {
        [] => diagnostic,
        [(one, _)] => diagnostic.help(format!("put the guest `on {one}`, which has it")),
        _ => {
            let names: Vec<String> = others.iter().map(|(name, _)| name.clone()).collect();
            diagnostic.help(format!("put the guest on one of {}, which have it", crate::types::errors::list(&names)))
        }
    }
}

/// A storage, image or device that is not on the guest's host.
pub struct NotOnHost {
    /// Where it is named.
    pub span: Span,
    /// What it is: `storage`.
    pub word: String,
    /// Its name.
    pub name: String,
    /// The guest's host.
    pub host: String,
    /// Where the guest says its host.
    pub on: Span,
    /// Where the thing is declared.
    pub declared: Span,
    /// The hosts that have it.
    pub hosts: Vec<String>,
    /// What of its kind the guest's host has.
    pub there: Vec<String>,
}

/// A storage, image or device that is not on the guest's host.
pub fn not_on_host(found: NotOnHost) -> Diagnostic {
    let NotOnHost { span, word, name, host, on, declared, hosts, there } = found;
    let shown = crate::types::errors::list(&hosts);
    let mut diagnostic = error(&codes::NOT_ON_HOST, span, format!("{word} `{name}` is not on `{host}`"))
        .here(format!("only on {shown}"))
        .label(on, format!("the guest stands on `{host}`"))
        .label(declared, format!("`{name}` is declared for {shown}"));
    if !there.is_empty() && there.len() <= 12 {
        diagnostic = diagnostic.help(format!("`{host}` has {}", crate::types::errors::list(&there)));
        if let [one] = there.as_slice() {
            diagnostic = diagnostic.fix(format!("write `{one}`"), span, one.clone());
        }
    }
    if let [one] = hosts.as_slice() {
        let or = if diagnostic.help.is_empty() { "" } else { "or " };
        diagnostic = diagnostic.help(format!("{or}put the guest `on {one}`")).fix(
            format!("move the guest to `{one}`"),
            on,
            one.clone(),
        );
    }
    diagnostic
}

/// A field that must be said.
pub fn missing_field(span: Span, address: &str, field: &str, ty: &str, declared: Span) -> Diagnostic {
    error(&codes::MISSING_FIELD, span, format!("`{address}` does not say its `{field}`"))
        .here(format!("needs `{field}`"))
        .label(declared, format!("`{field}` is declared here, as {ty}, without a default"))
        .help(format!("add `{field} = …`"))
}

/// A resource without its host.
pub fn missing_on(span: Span, word: &str, name: &str, host: &str, known: &[String]) -> Diagnostic {
    let diagnostic = error(&codes::MISSING_ON, span, format!("`{word} {name}` does not say on which {host} it is"));
    match known {
        [] => diagnostic.help(format!("write `{word} {name} on …`")),
        [first, ..] if known.len() > 12 => {
            diagnostic.help(format!("write `{word} {name} on {first}`, or another {host}"))
        }
        [first] => diagnostic.help(format!("write `{word} {name} on {first}`")),
        _ => diagnostic.help(format!("write `{word} {name} on …` with one of {}", crate::types::errors::list(known))),
    }
}

/// `on auto` where the compiler would have to choose.
pub fn cannot_place(span: Span, name: &str) -> Diagnostic {
    error(&codes::CANNOT_PLACE, span, format!("this version of hlab cannot choose a host for `{name}`"))
        .here("would have to choose")
        .help("name the host: `on pve`")
}

/// A value that its type or field refuses: what would be accepted, in words, and the value.
pub fn refused(span: Span, of: &str, wanted: &str, found: &str, rule: Span) -> Diagnostic {
    error(&codes::REFUSED_VALUE, span, format!("expected {wanted}, found {found}"))
        .here(format!("`{of}` refuses this"))
        .label(rule, format!("`{of}` takes only what meets this"))
}

/// Two profiles that say different things.
pub fn profiles_differ(span: Span, field: &str, labels: [Span; 2]) -> Diagnostic {
    error(&codes::PROFILES_DIFFER, span, format!("two profiles say different things of `{field}`"))
        .here("takes both")
        .label(labels[0], "one says this")
        .label(labels[1], "another says this")
        .help(format!("say `{field}` in the resource: what it says wins"))
}

/// A `for` that makes something other than resources.
pub fn not_generated(span: Span) -> Diagnostic {
    error(&codes::NOT_GENERATED, span, "a `for` at the top level makes resources, and this is none")
}

/// A generated name without the loop's variable.
pub fn name_is_fixed(span: Span, variable: &str) -> Diagnostic {
    error(&codes::NAME_IS_FIXED, span, "every turn of this `for` makes a resource of the same name")
        .help(format!("put the loop's variable into it: `\"name-${{{variable}}}\"`"))
}

/// A generated resource whose name is taken.
pub fn generated_twice(span: Span, first: Span, word: &str, name: &str) -> Diagnostic {
    if span == first {
        return error(&codes::DUPLICATE_NAME, span, format!("this `for` makes {word} `{name}` twice"))
            .here("the same name in two turns")
            .help("put what tells the turns apart into the name");
    }
    error(&codes::DUPLICATE_NAME, span, format!("{word} `{name}` is declared twice"))
        .here("generated again")
        .label(first, "declared here first")
}

/// A loop variable that holds a block.
pub fn loop_over_blocks(span: Span) -> Diagnostic {
    error(&codes::NOT_ITERABLE, span, "a `for` at the top level goes through resources and values, not through blocks")
}
