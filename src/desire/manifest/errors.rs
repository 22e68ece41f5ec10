//! What can be wrong with a manifest, worded.

use crate::base::{Span, closest};
use crate::diag::codes::{self, CodeRow};
use crate::diag::{Code, Diagnostic, Severity};
use crate::kube::{Crd, Problem, Report, Step, Unread, Version, Violation, apis_of, shown_path};

use super::object::Clash;
use super::place::Place;

/// What was said at a place, or on a line of a data file.
fn at(severity: Severity, row: &'static CodeRow, place: &Place, span: Span, message: String) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::Row(row), severity, Some(span), message);
    match &place.line {
        Some((file, line)) => diagnostic.here(format!("line {line} of `{file}`")),
        None => diagnostic,
    }
}

/// `a`, `b` or `c`; the first twelve.
fn listed(words: &[&str]) -> String {
    let mut ticked: Vec<String> = words.iter().take(12).map(|word| format!("`{word}`")).collect();
    if words.len() > 12 {
        ticked.push("…".to_owned());
    }
    match ticked.split_last() {
        Some((last, rest)) if !rest.is_empty() && words.len() <= 12 => format!("{} and {last}", rest.join(", ")),
        Some(_) | None => ticked.join(", "),
    }
}

/// The first paragraph of a description, in one line.
fn about(text: &str) -> String {
    const LONGEST: usize = 300;
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    let line = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST { line } else { line.chars().take(LONGEST).chain("…".chars()).collect() }
}

/// A part of an object that its schema refuses.
pub(super) fn refused(place: &Place, violation: &Violation, kind: &str, file: Option<&str>) -> Diagnostic {
    let path = shown_path(&violation.path);
    let message = match &violation.problem {
        Problem::Unknown { .. } => format!("`{kind}` has no field `{path}`"),
        Problem::Missing { name, .. } => {
            let full = [violation.path.as_slice(), &[Step::Key(name.clone())]].concat();
            format!("`{kind}` needs `{}`, which nothing says", shown_path(&full))
        }
        other if path.is_empty() => other.message(),
        other => format!("`{path}`: {}", other.message()),
    };
    let names_field = matches!(violation.problem, Problem::Unknown { .. } | Problem::Missing { .. });
    let span = if names_field { place.key } else { place.value.unwrap_or(place.key) };
    let mut diagnostic = at(Severity::Error, &codes::OBJECT_REFUSED, place, span, message);
    let described = if let Problem::Missing { about, .. } = &violation.problem { about } else { &violation.about };
    if let Some(described) = described.as_deref().map(about).filter(|text| !text.is_empty()) {
        diagnostic = diagnostic.note(format!("the CRD says: {described}"));
    }
    if let Some(file) = file {
        diagnostic = diagnostic.note(format!("by `{file}`"));
    }
    mend(diagnostic, place, &violation.problem)
}

/// Adds what to do, and a fix where the source says the very part that is wrong.
fn mend(diagnostic: Diagnostic, place: &Place, problem: &Problem) -> Diagnostic {
    let own = place.is_exact && place.line.is_none();
    let replace = |diagnostic: Diagnostic, title: String, span: Option<Span>, text: String| match span.filter(|_| own) {
        Some(span) => diagnostic.fix(title, span, text),
        None => diagnostic,
    };
    match problem {
        Problem::Unknown { name, known } => {
            if let Some(near) = closest(name, known.iter().map(String::as_str)) {
                let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                return replace(diagnostic, format!("write `{near}`"), Some(place.key), written(near));
            }
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            if known.is_empty() { diagnostic } else { diagnostic.help(format!("there are {}", listed(&known))) }
        }
        Problem::NotAllowed { found, allowed } => {
            let words: Vec<&str> = allowed.iter().filter_map(|value| value.as_str()).collect();
            match found.as_str().and_then(|found| closest(found, words)) {
                Some(near) => {
                    let diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                    replace(diagnostic, format!("write `\"{near}\"`"), place.value, format!("\"{near}\""))
                }
                None => diagnostic,
            }
        }
        Problem::Type { wanted, found } => match (wanted.as_str(), found) {
            ("string", serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => {
                replace(diagnostic.help("quote it"), "quote it".to_owned(), place.value, format!("\"{found}\""))
            }
            ("integer" | "number" | "boolean", serde_json::Value::String(text)) if is_bare(text) => {
                let diagnostic = diagnostic.help("drop the quotes");
                replace(diagnostic, "drop the quotes".to_owned(), place.value, text.clone())
            }
            _ => diagnostic,
        },
        Problem::Missing { name, .. } => diagnostic.help(format!("say `{name}` there")),
        Problem::Pattern { .. }
        | Problem::Format { .. }
        | Problem::Longer { .. }
        | Problem::Shorter { .. }
        | Problem::Less { .. }
        | Problem::More { .. }
        | Problem::NotAMultiple { .. }
        | Problem::TooFew { .. }
        | Problem::TooMany { .. }
        | Problem::Repeated { .. }
        | Problem::Alternatives { .. }
        | Problem::Forbidden { .. } => diagnostic,
    }
}

/// Whether a text would be a number or truth value without its quotes.
fn is_bare(text: &str) -> bool {
    matches!(text, "true" | "false")
        || (text.parse::<f64>().is_ok()
            && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-')))
}

/// A field as the language writes its name.
fn written(name: &str) -> String {
    if crate::syntax::is_identifier(name) { name.to_owned() } else { format!("\"{name}\"") }
}

/// A manifest that does not say what it is.
pub(super) fn no_kind(span: Span, name: &str) -> Diagnostic {
    let message = format!("nothing says of which API and kind `{name}` is");
    Diagnostic::error(Code::Row(&codes::UNKNOWN_OBJECT), span, message)
        .help(format!("say it in the head: `manifest {name}: \"metallb.io/v1beta1/IPAddressPool\" in …`"))
}

/// A group that no CRD of the cluster has.
pub(super) fn unknown_group(place: &Place, group: &str, kind: &str, cluster: &str, known: &[String]) -> Diagnostic {
    let message = match apis_of(kind).first() {
        Some(api) if group.is_empty() => format!("`{kind}` is of `{api}`"),
        Some(_) | None => format!("no CRD of `{cluster}` is of the group `{group}`, so `{kind}` is not checked"),
    };
    let diagnostic = at(Severity::Warning, &codes::UNKNOWN_OBJECT, place, place.key, message);
    match closest(group, known.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("add the CRD to a folder that `crds` of `{cluster}` names")),
    }
}

/// A kind that its group does not have.
pub(super) fn unknown_kind(place: &Place, group: &str, kind: &str, cluster: &str, crds: &[Crd]) -> Diagnostic {
    let message = format!("no CRD of `{cluster}` has the kind `{kind}` in the group `{group}`");
    let diagnostic = at(Severity::Error, &codes::UNKNOWN_OBJECT, place, place.key, message);
    let mut kinds: Vec<&str> = crds.iter().map(|crd| crd.kind.as_str()).collect();
    kinds.dedup();
    match closest(kind, kinds.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("the group has {}", listed(&kinds))),
    }
}

/// A version that a kind does not have.
pub(super) fn unknown_version(place: &Place, api: &str, kind: &str, crd: &Crd) -> Diagnostic {
    let message = format!("there is no `{kind}` in `{api}`");
    at(Severity::Error, &codes::UNKNOWN_OBJECT, place, place.key, message)
        .help(served(kind, crd))
        .note(format!("by `{}`", crd.file))
}

/// A version that is not served, or is to be left.
pub(super) fn old_version(place: &Place, api: &str, kind: &str, crd: &Crd, version: &Version) -> Diagnostic {
    let (severity, message) = match version.served {
        false => (Severity::Error, format!("`{kind}` of `{api}` is not served: the cluster will refuse it")),
        true => (Severity::Warning, format!("`{kind}` of `{api}` is deprecated")),
    };
    let diagnostic = at(severity, &codes::OLD_API, place, place.key, message).help(served(kind, crd));
    match version.deprecated.as_deref().map(about).filter(|text| !text.is_empty()) {
        Some(why) => diagnostic.note(format!("the CRD says: {why}")),
        None => diagnostic,
    }
}

/// The versions to use.
fn served(kind: &str, crd: &Crd) -> String {
    let is_good = |version: &&Version| version.served && version.deprecated.is_none();
    let mut good: Vec<&str> = crd.versions.iter().filter(is_good).map(|version| version.name.as_str()).collect();
    if good.is_empty() {
        good = crd.versions.iter().filter(|version| version.served).map(|version| version.name.as_str()).collect();
    }
    if good.is_empty() {
        format!("`{kind}` is not served at all")
    } else {
        format!("`{kind}` is served as {}", listed(&good))
    }
}

/// A kind that a group of Kubernetes does not have, as far as hlab knows.
pub(super) fn not_built_in(place: &Place, api: &str, kind: &str, versions: &[&str], kinds: &[&str]) -> Diagnostic {
    let message = format!("Kubernetes has no `{kind}` in `{api}`, as far as hlab knows");
    let diagnostic = at(Severity::Warning, &codes::UNKNOWN_OBJECT, place, place.key, message);
    let elsewhere = if versions.is_empty() { apis_of(kind) } else { versions.to_vec() };
    match closest(kind, kinds.iter().copied()) {
        _ if !elsewhere.is_empty() => diagnostic.help(format!("it is in {}", listed(&elsewhere))),
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => {
            diagnostic.help("a version that comes and goes with releases is looked up with `kubectl api-resources`")
        }
    }
}

/// A namespace that is missing, or has no meaning.
pub(super) fn namespace(place: &Place, kind: &str, namespaced: bool) -> Diagnostic {
    let (message, help) = match namespaced {
        true => (
            format!("a `{kind}` is in a namespace, and nothing says which"),
            "say it: `namespace = \"…\"`; whoever applies it takes another one otherwise",
        ),
        false => (format!("a `{kind}` is in no namespace: the cluster ignores this one"), "leave `namespace` out"),
    };
    at(Severity::Warning, &codes::OBJECT_NAMESPACE, place, place.key, message).help(help)
}

/// A field of the manifest and one of its object that say different things.
pub(super) fn clash(place: &Place, clash: &Clash) -> Diagnostic {
    let path = shown_path(&clash.path);
    let message = format!("`{}` says `{}`, and `{path}` of the object `{}`", clash.field, clash.said, clash.other);
    at(Severity::Error, &codes::OBJECT_REFUSED, place, place.key, message).help("say it once")
}

/// A file of CRDs that cannot be read.
pub(super) fn unread(span: Option<Span>, unread: &Unread) -> Diagnostic {
    let message = format!("`{}` cannot be read: {}", unread.file, unread.problem);
    Diagnostic::new(Code::Row(&codes::BAD_CRDS), Severity::Error, span, message)
}

/// A kind that two files define differently.
pub(super) fn defined_twice(place: &Place, kind: &str, first: &str, second: &str) -> Diagnostic {
    let message = format!("`{first}` and `{second}` define `{kind}` differently: the first is taken");
    at(Severity::Warning, &codes::BAD_CRDS, place, place.key, message).help("keep the CRDs of one release")
}

/// What could not be compared.
pub(super) fn partly(span: Span, kind: &str, report: &Report) -> Diagnostic {
    let row = Code::Row(&codes::UNCHECKED_OBJECT);
    if report.is_cut {
        let message = format!("this `{kind}` and its schema are so large that not everything was compared");
        return Diagnostic::note_at(row, span, message);
    }
    let message = format!("patterns of `{kind}` that hlab cannot read were not compared");
    report.unread_patterns.iter().take(5).fold(Diagnostic::note_at(row, span, message), |diagnostic, pattern| {
        diagnostic.note(format!("`{}`", about(pattern)))
    })
}

/// Manifests of a cluster that names no CRDs.
pub(super) fn unchecked(first: Span, count: usize, (cluster, declared): (&str, Span)) -> Diagnostic {
    let message = match count {
        1 => format!("this manifest is not checked: `{cluster}` names no CRDs"),
        many => format!("this manifest and {} more are not checked: `{cluster}` names no CRDs", many - 1),
    };
    Diagnostic::note_at(Code::Row(&codes::UNCHECKED_OBJECT), first, message)
        .label(declared, format!("`{cluster}` is declared here"))
        .help(format!("put its CRDs into a folder (`kubectl get crd -o yaml > crds/all.yaml`) and say `crds = [crds(\"crds\")]` in `{cluster}`"))
}
