//! What can be wrong with types, fields and the names inside expressions.

use crate::base::{Span, closest};
use crate::diag::codes::{self, CodeRow};
use crate::diag::{Code, Diagnostic};
use crate::hir::literal::LiteralError;
use crate::types::expr::Binary;
use crate::types::ty::{Ty, quote_member};

fn error(row: &'static CodeRow, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::Row(row), span, message)
}

/// Adds "did you mean", as help and as a fix, or a list of what there is.
fn suggest(diagnostic: Diagnostic, span: Span, text: &str, known: &[String], what: &str) -> Diagnostic {
    if let Some(near) = closest(text, known.iter().map(String::as_str)) {
        let near = quote_member(near);
        return diagnostic.help(format!("did you mean `{near}`?")).fix(format!("write `{near}`"), span, near);
    }
    if known.is_empty() || known.len() > 40 {
        return diagnostic;
    }
    diagnostic.help(format!("{what}: {}", list(known)))
}

/// `a`, `b` and `c`
pub(crate) fn list(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// a, b or c
pub(crate) fn either(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// Something else was expected: what, and who expects it.
pub fn mismatch(span: Span, wanted: &str, found: &str, source: &str, from: Option<Span>, base: &Ty) -> Diagnostic {
    // A word such as `true` or `null` says itself what it is.
    let is_plain = found == "null" || (found == "Bool" && matches!(source, "true" | "false"));
    let shown = match (is_plain, source.len() <= 40 && !source.contains('\n')) {
        (true, _) => format!("`{source}`"),
        (false, true) => format!("{} `{source}`", article(found)),
        (false, false) => article(found),
    };
    let mut diagnostic = error(&codes::TYPE_MISMATCH, span, format!("expected {}, found {shown}", article(wanted)));
    if !is_plain {
        diagnostic = diagnostic.here(format!("this is {}", article(found)));
    }
    if let Some(from) = from {
        diagnostic = diagnostic.label(from, format!("declared as {wanted} here"));
    }
    let number = source.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') && !source.is_empty();
    let decimal = source.parse::<f64>().is_ok();
    let unquoted = source.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (base, unquoted) {
        (Ty::Size, None) if number => diagnostic.help(format!("write the unit: `{source}GiB` or `{source}MiB`")).fix(
            format!("write `{source}GiB`"),
            span,
            format!("{source}GiB"),
        ),
        (Ty::Duration, None) if number => diagnostic.help(format!("write the unit: `{source}s`")).fix(
            format!("write `{source}s`"),
            span,
            format!("{source}s"),
        ),
        (Ty::Percent, None) if number => {
            diagnostic.help(format!("write `{source}%`")).fix(format!("write `{source}%`"), span, format!("{source}%"))
        }
        (Ty::Rate, None) if number => diagnostic.help(format!("write the unit: `{source}Mbps` or `{source}Gbps`")),
        (Ty::Float, None) if number => diagnostic.help(format!("write `{source}.0`")).fix(
            format!("write `{source}.0`"),
            span,
            format!("{source}.0"),
        ),
        (Ty::Str | Ty::Domain(_), None) if number || decimal => {
            diagnostic.help("quote it").fix("quote it", span, format!("\"{source}\""))
        }
        (
            Ty::Size
            | Ty::Duration
            | Ty::Rate
            | Ty::Percent
            | Ty::Ip
            | Ty::Cidr
            | Ty::Interface
            | Ty::Mac
            | Ty::DeviceId
            | Ty::Pci
            | Ty::Int
            | Ty::Bool,
            Some(inner),
        ) => diagnostic.help(format!("{} is written without quotes", article(wanted))).fix(
            "drop the quotes",
            span,
            inner.to_owned(),
        ),
        (Ty::List(_) | Ty::Set(_), _) if !source.starts_with('[') => {
            diagnostic.help("a list stands in brackets").fix(format!("write `[{source}]`"), span, format!("[{source}]"))
        }
        (Ty::Data, _) if found.starts_with("ref ") => {
            diagnostic.help(format!("say what of it is meant, such as \"${{{source}.name}}\""))
        }
        (Ty::Data, _) if !matches!(found, "Secret" | "Crds") && source.len() <= 40 => {
            diagnostic.help("write it as the text that Kubernetes takes, in quotes, such as \"4Gi\" or \"10m\"")
        }
        (Ty::Bool, None) if matches!(found, "Int" | "String") => diagnostic.help("write `true` or `false`"),
        _ => diagnostic,
    }
}

/// A type with its article: "a Size", "an Int", "one of a | b".
fn article(ty: &str) -> String {
    if ty.contains(" | ") {
        return format!("one of {ty}");
    }
    match ty {
        "null" => "null".to_owned(),
        "String" => "text".to_owned(),
        "Data" => "a value that JSON knows".to_owned(),
        "Int" => "a whole number".to_owned(),
        "Float" => "a decimal number".to_owned(),
        "Bool" => "`true` or `false`".to_owned(),
        "Size" => "a size".to_owned(),
        "Duration" => "a duration".to_owned(),
        "Ip" => "an address".to_owned(),
        "Ipv6" => "an IPv6 address".to_owned(),
        "Cidr" => "a network".to_owned(),
        "PciAddress" => "a PCI address".to_owned(),
        "Interface" => "an interface address".to_owned(),
        "Mac" => "a MAC address".to_owned(),
        _ => match ty.strip_prefix("ref ") {
            Some(kind) if !kind.starts_with('(') => format!("{} {kind}", if vowel(kind) { "an" } else { "a" }),
            _ => format!("{} {ty}", if vowel(ty) { "an" } else { "a" }),
        },
    }
}

fn vowel(word: &str) -> bool {
    word.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U'])
}

/// A value that may be null where one must be there.
pub fn may_be_null(span: Span, wanted: &str) -> Diagnostic {
    error(&codes::MAY_BE_NULL, span, format!("expected {}, found a value that may be null", article(wanted)))
        .here("may be null")
        .help("say what to use when it is null: `… ?? value`")
}

/// A member of something that may be null.
pub fn access_of_null(span: Span, base: &str) -> Diagnostic {
    error(&codes::MAY_BE_NULL, span, format!("`{base}` may be null, so it may have no members"))
        .help("write `?.` to get null in that case, or `??` to say what to use instead")
}

/// A literal without a value.
pub fn literal(span: Span, text: &str, problem: &LiteralError) -> Diagnostic {
    let base = error(&codes::BAD_LITERAL, span, String::new());
    let (message, help) = match problem {
        LiteralError::TooLarge => (format!("`{text}` is too large"), None),
        LiteralError::NotWhole(below, above) => {
            let (what, unit) = match text.trim_start_matches(|c: char| !c.is_ascii_alphabetic()) {
                unit if unit.ends_with("bps") => ("bits in a second", "bps"),
                unit if unit.ends_with('B') => ("bytes", "B"),
                "%" | "" => ("hundredths of a percent", "/100 %"),
                _ => ("milliseconds", "ms"),
            };
            let message = format!("expected a whole number of {what}, found `{text}`");
            (message, Some(format!("the nearest are {below}{unit} and {above}{unit}")))
        }
        LiteralError::OutOfRange(what, most) => {
            let time = is_time(text).then(|| format!("a time of day is text: `\"{text}\"`"));
            (format!("expected {what} of at most {most}, found `{text}`"), time)
        }
        LiteralError::HostBits(canonical) => {
            let diagnostic =
                error(&codes::HOST_BITS, span, format!("expected a network, found the address `{text}` inside one"))
                    .here("has host bits")
                    .help(format!("the network is `{canonical}`"))
                    .fix(format!("write `{canonical}`"), span, canonical.clone());
            return diagnostic;
        }
        LiteralError::Malformed => (format!("`{text}` is not written as it should be"), None),
    };
    let mut diagnostic = Diagnostic { message, ..base };
    if let (LiteralError::NotWhole(below, _), true) = (problem, text.ends_with('B')) {
        let mebibytes = below >> 20;
        if mebibytes > 0 {
            diagnostic = diagnostic.fix(format!("write `{mebibytes}MiB`"), span, format!("{mebibytes}MiB"));
        }
    }
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// Whether a text may well be a time of day: `22:30`.
fn is_time(text: &str) -> bool {
    let parts = text.split_once(':').map(|(hour, minute)| (hour.parse::<u8>(), minute.parse::<u8>()));
    matches!(parts, Some((Ok(..24), Ok(..60))))
}

/// `192.168.4.9/24` where an address is wanted.
pub fn prefix_of_address(span: Span, text: &str) -> Diagnostic {
    let address = text.split('/').next().unwrap_or(text).to_owned();
    error(&codes::TYPE_MISMATCH, span, format!("expected an address, found `{text}`, which has a prefix"))
        .help(format!("write `{address}`: the network knows its prefix"))
        .fix(format!("write `{address}`"), span, address)
}

/// `22:30` where text is wanted.
pub fn time_of_day(span: Span, text: &str) -> Diagnostic {
    error(&codes::TIME_OF_DAY, span, format!("expected text, found `{text}`, which reads as a PCI address"))
        .help(format!("a time of day is text: `\"{text}\"`"))
        .fix("quote it", span, format!("\"{text}\""))
}

/// Text that a string type does not accept: what it does, and the text.
pub fn bad_domain(span: Span, ty: &str, problem: &str, text: &str) -> Diagnostic {
    error(&codes::BAD_TEXT, span, format!("{problem}, found `{}`", text.escape_debug())).here(format!("no {ty}"))
}

/// `self` outside of a body.
pub fn no_self(span: Span) -> Diagnostic {
    error(&codes::NO_SELF, span, "there is no `self` here").help("`self` is the resource in a kind, model or body")
}

/// A generator outside of a call.
pub fn generator_here(span: Span) -> Diagnostic {
    error(&codes::UNEXPECTED_GENERATOR, span, "`for` in an expression stands in brackets or in a call")
        .help("write `[x for x in xs]`")
}

/// A word that is both a member and a name in sight.
pub fn ambiguous_member(span: Span, text: &str) -> Diagnostic {
    error(&codes::AMBIGUOUS_NAME, span, format!("`{text}` is a member of what is wanted here and also a name in sight"))
        .help(format!("write `\"{text}\"` for the member, or rename the other"))
}

/// A word that several kinds declare.
pub fn ambiguous_name(span: Span, text: &str) -> Diagnostic {
    error(&codes::AMBIGUOUS_NAME, span, format!("more than one resource is named `{text}`"))
        .help(format!("say which kind: `kind.{text}`"))
}

/// One thing where a list of them is expected.
pub fn list_expected(span: Span, text: &str) -> Diagnostic {
    error(&codes::TYPE_MISMATCH, span, format!("expected a list, found `{text}` alone"))
        .here("one thing, not a list")
        .help("a list stands in brackets")
        .fix(format!("write `[{text}]`"), span, format!("[{text}]"))
}

/// From so many members on, an enumeration is counted, not listed.
const MANY: usize = 100;

/// No member of an enumeration.
pub fn not_a_member(span: Span, text: &str, members: &[String]) -> Diagnostic {
    let shown = match members.len() {
        // More than a reader looks through; an editor lists them.
        count @ MANY.. => format!("{count} words"),
        _ => members.iter().map(|member| quote_member(member)).collect::<Vec<_>>().join(", "),
    };
    let diagnostic = error(&codes::NOT_A_MEMBER, span, format!("expected one of {shown}, found `{text}`"));
    suggest(diagnostic, span, text, members, "there are")
}

/// A name that nothing declares.
pub fn unknown_name(span: Span, text: &str, wanted: Option<&str>, known: Vec<String>) -> Diagnostic {
    let message = match wanted {
        Some(wanted) => format!("expected {}, and nothing is named `{text}`", article(wanted)),
        None => format!("nothing is named `{text}`"),
    };
    let mut diagnostic = error(&codes::UNKNOWN_NAME, span, message).here("unknown");
    if wanted == Some("Bool") && matches!(text, "on" | "yes" | "off" | "no") {
        let word = if matches!(text, "on" | "yes") { "true" } else { "false" };
        return diagnostic.help(format!("write `{word}`")).fix(format!("write `{word}`"), span, word);
    }
    if matches!(wanted, Some("String")) || wanted.is_some_and(|w| w.chars().next().is_some_and(char::is_uppercase)) {
        diagnostic = diagnostic.help("text stands in quotes");
    }
    let known: Vec<String> = known.into_iter().filter(|name| closest(text, [name.as_str()]).is_some()).collect();
    suggest(diagnostic, span, text, &known, "there are")
}

/// A name before a `.` that no module is used as.
pub fn no_module(span: Span, text: &str, known: &[String]) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_NAME, span, format!("`{text}` is no module"));
    let diagnostic = suggest(diagnostic, span, text, known, "used here are");
    if known.is_empty() {
        diagnostic.help(format!("`use \"./folder\" as {text}` makes a folder a module"))
    } else {
        diagnostic
    }
}

/// `name.take(8)`, as in languages with methods.
pub fn no_method(span: Span, text: &str, function: &str) -> Diagnostic {
    error(&codes::UNKNOWN_NAME, span, format!("`{text}` is no module, and nothing else has functions"))
        .help(format!("there are no methods: write `{function}({text}, …)`, not `{text}.{function}(…)`"))
}

/// A name that a used module does not have.
pub fn not_in_module(span: Span, text: &str, module: &str) -> Diagnostic {
    error(&codes::UNKNOWN_NAME, span, format!("nothing in the module `{module}` is named `{text}`"))
        .here("unknown")
        .help("a module's resources, kinds, `let`s and inputs are reached through its name")
}

/// A name that no resource of these kinds has, without a word about those that there are.
pub fn no_such_resource(span: Span, text: &str, words: &[String]) -> Diagnostic {
    let row = match words {
        [one] => match one.as_str() {
            "storage" => &codes::UNKNOWN_STORAGE,
            "host" => &codes::UNKNOWN_HOST,
            "network" => &codes::UNKNOWN_NETWORK,
            "image" => &codes::UNKNOWN_IMAGE,
            _ => &codes::UNKNOWN_REFERENCE,
        },
        _ if words.iter().any(|word| word == "device") => &codes::UNKNOWN_DEVICE,
        _ => &codes::UNKNOWN_REFERENCE,
    };
    error(row, span, format!("no {} is named `{text}`", either(words))).here("unknown")
}

/// A reference to a resource that does not exist.
pub fn unknown_resource(
    span: Span,
    text: &str,
    words: &[String],
    known: &[(String, Span)],
    members: &[String],
    other: Option<(String, Span)>,
) -> Diagnostic {
    let kinds = either(words);
    let diagnostic = no_such_resource(span, text, words);
    if let Some((word, at)) = other {
        let diagnostic = diagnostic.label(at, format!("this is a {word}"));
        let there: Vec<String> = known.iter().map(|(name, _)| name.clone()).collect();
        return if there.is_empty() || there.len() > 40 {
            diagnostic
        } else {
            diagnostic.help(format!("{kinds}s: {}", list(&there)))
        };
    }
    let names: Vec<String> = known.iter().map(|(name, _)| name.clone()).chain(members.iter().cloned()).collect();
    let near = closest(text, names.iter().map(String::as_str)).map(str::to_owned);
    let declared = near.as_ref().and_then(|near| known.iter().find(|(name, _)| name == near));
    let mut diagnostic = suggest(diagnostic, span, text, &names, "there are");
    if let Some((name, at)) = declared {
        diagnostic = diagnostic.label(*at, format!("`{name}` is declared here"));
    }
    if names.is_empty() {
        diagnostic = diagnostic
            .help(format!("declare it: `{} {text} {{ … }}`", words.first().map_or("resource", String::as_str)));
    }
    diagnostic
}

/// A resource of another variant than the reference wants.
pub fn wrong_tag(span: Span, text: &str, wanted: &str, found: Option<&str>, declared: Span, word: &str) -> Diagnostic {
    let found = found.map_or_else(
        || format!("a plain {word}"),
        |found| format!("{} {found}", if vowel(found) { "an" } else { "a" }),
    );
    let article = if vowel(wanted) { "an" } else { "a" };
    error(&codes::WRONG_VARIANT, span, format!("expected {article} {wanted}, but `{text}` is {found}"))
        .label(declared, format!("`{text}` is declared here"))
        .help(format!("refer to {article} {wanted}, or declare `{word} {text}: {wanted} {{ … }}`"))
}

/// A type that nothing declares.
pub fn unknown_type(span: Span, text: &str, known: Vec<String>) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_TYPE, span, format!("no type is named `{text}`"));
    let near: Vec<String> = known.into_iter().filter(|name| closest(text, [name.as_str()]).is_some()).collect();
    suggest(diagnostic, span, text, &near, "there are")
}

/// A type with parameters that is none.
pub fn unknown_generic(span: Span, text: &str) -> Diagnostic {
    error(&codes::UNKNOWN_TYPE, span, format!("`{text}` takes no such parameters"))
        .help("types with parameters: `List<T>`, `Set<T>`, `Range<T>`, `Map<K, V>`, `Own<T>`")
}

/// A kind that nothing declares.
pub fn unknown_kind(span: Span, text: &str, known: Vec<String>) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_KIND, span, format!("no kind is named `{text}`")).here("unknown kind");
    suggest(diagnostic, span, text, &known, "kinds")
}

/// A field that the kind does not have.
pub fn unknown_field(span: Span, text: &str, word: &str, known: Vec<String>, declared: Span) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_FIELD, span, format!("`{word}` has no field `{text}`"))
        .here("unknown field")
        .label(declared, format!("`{word}` is declared here"));
    suggest(diagnostic, span, text, &known, "fields")
}

/// A field of another variant.
pub fn other_variant(span: Span, text: &str, word: &str, variants: &[String], declared: Span) -> Diagnostic {
    let diagnostic = match variants {
        [one] => error(&codes::UNKNOWN_FIELD, span, format!("only a `{one}` {word} has `{text}`"))
            .label(declared, "declared here"),
        _ => error(&codes::UNKNOWN_FIELD, span, format!("only some variants of {word} have `{text}`")),
    };
    diagnostic.help(format!("say in the head which variant it is ({}), or drop the field", list(variants)))
}

/// A member that a value does not have.
pub fn no_member(span: Span, text: &str, ty: &str, known: &[String]) -> Diagnostic {
    let diagnostic = error(&codes::NO_MEMBER, span, format!("{} has no `{text}`", article(ty)));
    suggest(diagnostic, span, text, known, "it has")
}

/// A field twice in one body.
pub fn duplicate_field(span: Span, first: Span, text: &str) -> Diagnostic {
    error(&codes::DUPLICATE_FIELD, span, format!("`{text}` is said twice"))
        .here("said again")
        .label(first, "said here first")
        .help("keep one of them")
}

/// An entry that is no key of a map.
pub fn not_in_a_map(span: Span) -> Diagnostic {
    error(&codes::MISPLACED, span, "expected `key = value` in a map")
}

/// An entry that no kind has.
pub fn not_in_a_kind(span: Span) -> Diagnostic {
    error(&codes::MISPLACED, span, "expected a field declaration in a kind, such as `memory: Size = 512MiB`")
}

/// An entry that no body has.
pub fn not_in_a_body(span: Span) -> Diagnostic {
    error(&codes::MISPLACED, span, "this cannot stand in the body of a resource")
        .help("a body holds fields, blocks, `for`, `let` and `allow`")
}

/// An entry that no policy has.
pub fn not_in_a_policy(span: Span) -> Diagnostic {
    error(&codes::MISPLACED, span, "this cannot stand in a policy").help("a policy holds `for`, `let` and `require`")
}

/// A field that is computed.
pub fn derived_field(span: Span, text: &str, declared: Span) -> Diagnostic {
    error(&codes::DERIVED_FIELD, span, format!("`{text}` is computed and cannot be set"))
        .label(declared, "derived here")
}

/// `nic { … }` without a key.
pub fn needs_a_key(span: Span, text: &str) -> Diagnostic {
    error(&codes::NEEDS_A_KEY, span, format!("`{text}` needs a key")).help(format!("write `{text} name {{ … }}`"))
}

/// `cpu x { … }`
pub fn no_key(span: Span, text: &str, is_block: bool, declared: Span) -> Diagnostic {
    let (what, help) = if is_block { ("block", "{ … }") } else { ("field", "= …") };
    error(&codes::NEEDS_A_KEY, span, format!("`{text}` takes no key"))
        .here("no key here")
        .label(declared, format!("declared as a {what} without keys here"))
        .help(format!("write `{text} {help}`"))
}

/// `memory { … }`
pub fn not_a_block(span: Span, text: &str, ty: &str, declared: Span) -> Diagnostic {
    error(&codes::NOT_A_BLOCK, span, format!("`{text}` is {}, not a block", article(ty)))
        .label(declared, format!("declared as {ty} here"))
        .help(format!("write `{text} = …`"))
}

/// `+=` on what holds no elements.
pub fn cannot_append(span: Span, ty: &str) -> Diagnostic {
    error(&codes::CANNOT_APPEND, span, format!("`+=` adds to lists, sets and maps, and this is {}", article(ty)))
        .help("write `=`")
}

/// A preposition that the kind does not have.
pub fn no_preposition(span: Span, word: &str, clause: &str) -> Diagnostic {
    let preposition = clause.split_whitespace().next().unwrap_or("on");
    error(&codes::NO_PREPOSITION, span, format!("`{word}` takes no `{preposition}` in its head"))
        .help(format!("drop `{clause}`"))
}

/// Several places where there is one.
pub fn one_place(span: Span, word: &str, text: &str) -> Diagnostic {
    let (found, choice) = match text {
        "all" => ("all of them", "on auto".to_owned()),
        list => ("a list", format!("on any {list}")),
    };
    error(&codes::ONE_PLACE, span, format!("`{word}` stands on one host, found {found}"))
        .help(format!("name one host, let the compiler choose with `{choice}`, or make one for each with `for`"))
}

/// A model that nothing declares.
pub fn unknown_model(span: Span, text: &str, word: &str, known: Vec<String>) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_MODEL, span, format!("no model or variant of `{word}` is named `{text}`"));
    suggest(diagnostic, span, text, &known, "there are")
}

/// A model for another kind.
pub fn model_for_another(span: Span, text: &str, word: &str, of: &str, declared: Span) -> Diagnostic {
    error(&codes::UNKNOWN_MODEL, span, format!("`{text}` is a model for `{of}`, not for `{word}`"))
        .label(declared, "declared here")
        .help(format!("declare it as `{of}`"))
}

/// A profile that nothing declares.
pub fn unknown_profile(span: Span, text: &str, known: Vec<String>) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_PROFILE, span, format!("no profile is named `{text}`"));
    suggest(diagnostic, span, text, &known, "profiles for this kind")
}

/// A profile for another kind.
pub fn profile_for_another(span: Span, text: &str, word: &str, of: &str, declared: Span) -> Diagnostic {
    error(&codes::UNKNOWN_PROFILE, span, format!("`{text}` is a profile for `{of}`, not for `{word}`"))
        .label(declared, "declared here")
}

/// Profiles that build on each other.
pub fn layer_cycle(span: Span, text: &str) -> Diagnostic {
    error(&codes::RECURSION, span, format!("profile `{text}` builds on itself"))
}

/// A profile that comes to more than any lab needs.
pub fn layer_too_heavy(span: Span, text: &str) -> Diagnostic {
    error(&codes::TOO_MUCH, span, format!("profile `{text}` builds on too many others"))
        .help("a hundred may build on each other, and come to 100000 entries together")
}

/// A function or value that needs itself.
///
/// `through` names what stands between.
pub fn recursive(span: Span, text: &str, through: &[String]) -> Diagnostic {
    let through = if through.is_empty() { String::new() } else { format!(", through {}", list(through)) };
    error(&codes::RECURSION, span, format!("`{text}` is defined by itself{through}"))
        .help("functions and values are not recursive")
}

/// Definitions that need each other in too long a chain.
pub fn too_nested(span: Span) -> Diagnostic {
    error(&codes::TOO_MUCH, span, "more than a hundred definitions need each other in a chain")
        .here("the chain goes on here")
}

/// A function without a body outside of the library.
pub fn no_body(span: Span, text: &str) -> Diagnostic {
    error(&codes::NO_BODY, span, format!("`{text}` has no body")).help("write `= expression` after its type")
}

/// A function that nothing declares.
pub fn unknown_function(span: Span, text: &str, known: Vec<String>) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_FUNCTION, span, format!("no function is named `{text}`"));
    let near: Vec<String> = known.into_iter().filter(|name| closest(text, [name.as_str()]).is_some()).collect();
    suggest(diagnostic, span, text, &near, "there are")
}

/// Too many or too few arguments.
pub fn arguments(span: Span, text: &str, wanted: usize, found: usize, declared: Option<Span>) -> Diagnostic {
    let plural = if wanted == 1 { "" } else { "s" };
    let diagnostic = error(&codes::ARGUMENTS, span, format!("`{text}` takes {wanted} argument{plural}, found {found}"));
    match declared {
        Some(declared) => diagnostic.label(declared, "declared here"),
        None => diagnostic,
    }
}

/// Two types that are never equal.
pub fn not_comparable(span: Span, a: &str, b: &str) -> Diagnostic {
    error(&codes::NOT_COMPARABLE, span, format!("{} is never equal to {}", article(a), article(b)))
}

/// Two types without an order.
pub fn not_ordered(span: Span, a: &str, b: &str) -> Diagnostic {
    let message = if a == b {
        format!("{} has no order", article(a))
    } else {
        format!("{} and {} have no order", article(a), article(b))
    };
    error(&codes::NOT_COMPARABLE, span, message)
}

/// Two types without such an operation.
pub fn no_arithmetic(span: Span, op: Binary, a: &str, b: &str) -> Diagnostic {
    // What is subtracted stands second.
    let (a, b) = if op == Binary::Sub { (b, a) } else { (a, b) };
    let verb = match op {
        Binary::Add => "added to",
        Binary::Sub => "subtracted from",
        Binary::Mul => "multiplied with",
        _ => "divided by",
    };
    error(&codes::NO_ARITHMETIC, span, format!("{} cannot be {verb} {}", article(a), article(b)))
        .help("sizes, durations and rates are added among themselves, and multiplied with numbers and percentages")
}

/// `sum` of what cannot be added.
pub fn no_sum(span: Span, ty: &str) -> Diagnostic {
    error(&codes::NO_ARITHMETIC, span, format!("{} cannot be added up", article(ty)))
        .help("`sum` takes numbers, sizes, durations, rates and percentages")
}

/// `-` of what has no negative.
pub fn no_negative(span: Span, ty: &str) -> Diagnostic {
    error(&codes::NO_ARITHMETIC, span, format!("{} has no negative", article(ty)))
}

/// `in` of what holds nothing.
pub fn holds_nothing(span: Span, ty: &str) -> Diagnostic {
    error(&codes::NOT_ITERABLE, span, format!("expected a list, range or network, found {}", article(ty)))
}

/// `for` over what has no elements.
pub fn not_iterable(span: Span, ty: &str) -> Diagnostic {
    error(&codes::NOT_ITERABLE, span, format!("expected a list to go through, found {}", article(ty)))
}

/// A range of what has no order.
pub fn no_range(span: Span, ty: &str) -> Diagnostic {
    error(
        &codes::NOT_ITERABLE,
        span,
        format!("a range has whole numbers or addresses at its ends, found {}", article(ty)),
    )
}

/// `"fd00::/64".."fd00::ff"`
pub fn prefix_in_range(span: Span, text: &str) -> Diagnostic {
    error(&codes::NOT_ITERABLE, span, format!("expected an address at the end of a range, found the prefix {text}"))
        .help("write its first and its last address: `\"fd00::100\"..\"fd00::1ff\"`")
}

/// A range whose end comes before its start.
pub fn backwards(span: Span, first: &str, last: &str) -> Diagnostic {
    error(&codes::BACKWARDS_RANGE, span, "the end of a range comes before its start")
        .help(format!("write `{last}..{first}`"))
        .fix("swap the ends", span, format!("{last}..{first}"))
}

/// A variant that the kind does not have.
pub fn unknown_variant(span: Span, text: &str, known: &[String]) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_MODEL, span, format!("no variant or model is named `{text}`"));
    suggest(diagnostic, span, text, known, "variants")
}

/// `stated(1 + 1)`
pub fn not_a_field(span: Span) -> Diagnostic {
    error(&codes::ARGUMENTS, span, "`stated` asks about a field, such as `stated(v.memory)`")
}

/// `values(1)`
pub fn type_expected(span: Span) -> Diagnostic {
    error(&codes::ARGUMENTS, span, "`values` takes a type, such as `values(Ip)`")
}

/// A resource was expected.
pub fn resource_expected(span: Span, ty: &str) -> Diagnostic {
    error(&codes::ARGUMENTS, span, format!("expected a resource, found {}", article(ty)))
}

/// A constant was expected.
pub fn constant_expected(span: Span) -> Diagnostic {
    error(
        &codes::CONSTANT_EXPECTED,
        span,
        "expected text that is written out: it names something outside of the program",
    )
}

/// A literal secret.
pub fn secret_literal(span: Span, class: &str) -> Diagnostic {
    error(&codes::SECRET_LITERAL, span, format!("this is {class}, and a source file is no place for it"))
        .help("keep it in a file that is encrypted, declare `secret name { from = sops(\"file\", \"key\") }`, and refer to it by name")
}

/// A secret used as text.
pub fn secret_as_text(span: Span) -> Diagnostic {
    error(&codes::SECRET_AS_TEXT, span, "a secret is never text: it flows only into fields that take a secret")
        .help("refer to a declared `secret` by its name")
}

/// A loop inside a loop, over everything.
pub fn quadratic(span: Span, text: &str) -> Diagnostic {
    error(
        &codes::QUADRATIC_POLICY,
        span,
        format!("`{text}` goes through all of a kind for each of another: in a large lab that never ends"),
    )
    .help("tie the two together with an equality in `where`, such as `where v.host == h`, which an index answers")
}

/// `allow` without a reason.
pub fn allow_without_reason(span: Span, rule: &str) -> Diagnostic {
    error(&codes::ALLOW_WITHOUT_REASON, span, format!("`allow {rule}` needs a reason"))
        .help("write `because \"…\"`: the next reader wants to know")
}

/// A rule that does not exist.
pub fn unknown_rule(span: Span, text: &str, known: Vec<String>) -> Diagnostic {
    let diagnostic = error(&codes::UNKNOWN_RULE, span, format!("no policy or code is named `{text}`"));
    suggest(diagnostic, span, text, &known, "policies")
}

/// A file named in a source that cannot be read.
pub fn file_unreadable(span: Span, path: &str, problem: &str) -> Diagnostic {
    error(&codes::FILE_UNREADABLE, span, format!("`{path}` cannot be read: {problem}"))
        .help("the path is relative to the file that names it, and stays inside the project")
}

/// An object of Kubernetes whose head does not say which.
pub fn not_an_object(span: Span, text: &str) -> Diagnostic {
    error(&codes::UNKNOWN_MODEL, span, format!("expected an API and a kind such as \"apps/v1/Deployment\", found `{text}`"))
        .help("a group, its version and a kind, as `apiVersion` and `kind` say them: \"metallb.io/v1beta1/IPAddressPool\", \"v1/Namespace\"")
}

/// Data without a type to check it against.
pub fn type_of_data(span: Span, word: &str) -> Diagnostic {
    error(&codes::BAD_DATA, span, format!("nothing says which type `{word}` gives here"))
        .help(format!("say it: `let name: Map<String, Int> = {word}(\"…\")`"))
}

/// Data of another type.
pub fn bad_data(span: Span, path: &str, problem: &str) -> Diagnostic {
    error(&codes::BAD_DATA, span, format!("`{path}`: {problem}"))
}
