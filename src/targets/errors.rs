//! The diagnostics of targets: what a format cannot say, what a credential may not do, what a manifest says wrongly.

use super::law::{Breach, Law};
use super::request::{Credential, Request};
use crate::base::Span;
use crate::diag::{Code, Diagnostic, Severity, codes};
use crate::pve::Guest;

fn error(row: &'static codes::CodeRow, span: Option<Span>, message: String) -> Diagnostic {
    Diagnostic::new(Code::Row(row), Severity::Error, span, message)
}

/// A field that the target's format has no place for.
pub(super) fn cannot_express(request: &Request<'_>, span: Option<Span>, what: &str, why: &str) -> Diagnostic {
    let message = format!("`{}` cannot apply `{what}`: {why}", request.target);
    error(&codes::TARGET_CANNOT_EXPRESS, span, message)
        .help("let the built-in owner `api` apply this resource (`owner = api`), or drop the field")
}

/// A field that the target needs to be told, where nothing is said.
pub(super) fn left_out(request: &Request<'_>, span: Option<Span>, what: &str, why: &str) -> Diagnostic {
    let message = format!("`{}` cannot do without `{what}`: {why}", request.target);
    error(&codes::TARGET_CANNOT_EXPRESS, span, message)
        .help(format!("say `{what}`, or let the built-in owner `api` apply this resource (`owner = api`)"))
}

/// A line of LXC's own, which only the host's own file takes.
pub(super) fn line_of_lxc(request: &Request<'_>, span: Option<Span>, what: &str) -> Diagnostic {
    let message =
        format!("`{}` cannot apply `{what}`: neither it nor the Proxmox API takes lines of LXC's own", request.target);
    error(&codes::TARGET_CANNOT_EXPRESS, span, message)
        .help("let someone else write it on the host, `owner { container.root-options = none }`; with `api`, `ROLLOUT.md` says the line")
}

/// Something that the declared credential may not do: `deed` is "set `args`", part of `facet`.
pub(super) fn root_only(request: &Request<'_>, span: Option<Span>, deed: &str, facet: &str) -> Diagnostic {
    let credential = request.login.credential;
    let message = match credential {
        Credential::Token => format!("`{}` logs in with an API token, and a token may not {deed}", request.target),
        Credential::Unknown | Credential::Root | Credential::User => {
            format!("`{}` logs in as a user, and only root@pam may {deed}", request.target)
        }
    };
    let mut diagnostic = error(&codes::ROOT_ONLY_OPTION, span, message);
    if let Some(origin) = request.login.origin {
        diagnostic = diagnostic.label(origin, "the login is declared here");
    }
    diagnostic
        .help(format!("let `api` apply it, run by root on the host: `owner {{ {facet} = api }}` in `project`"))
        .note(format!("Proxmox VE compares the whole login with `root@pam`: {} is not it", credential.subject()))
}

/// Says of a raw device how it is given without root.
pub(super) fn by_its_mapping(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help("give the device by its resource mapping (`mapping = true`), which `api` can make")
}

/// Two resources whose names the target cannot tell apart.
pub(super) fn name_collision(
    request: &Request<'_>,
    span: Option<Span>,
    other: Option<Span>,
    names: (&str, &str),
    name: &str,
) -> Diagnostic {
    let message = format!("`{}` and `{}` are both named `{name}` in `{}`", names.0, names.1, request.target);
    let diagnostic = error(&codes::NAME_COLLISION, span, message)
        .note("names there are lower case: letters, digits, `-` and `.`")
        .help("rename one of them");
    match other {
        Some(other) => diagnostic.label(other, format!("`{}` is declared here", names.1)),
        None => diagnostic,
    }
}

/// A slot whose predecessors are free, where the target counts by position.
pub(super) fn slot_gap(request: &Request<'_>, span: Option<Span>, slot: &str, missing: &str) -> Diagnostic {
    let message = format!("`{}` counts by position: `{slot}` needs `{missing}` before it", request.target);
    error(&codes::SLOT_GAP, span, message).help(format!("use `{missing}` for it, or let `api` apply this resource"))
}

/// A value that the target can only say roughly.
pub(super) fn not_exact(request: &Request<'_>, span: Option<Span>, what: &str, unit: &str) -> Diagnostic {
    let message = format!("`{}` says `{what}` in {unit}, and this is none", request.target);
    error(&codes::VALUE_NOT_EXACT, span, message).help(format!("use {unit}, or let `api` apply this resource"))
}

/// A secret that is not where the target can read it.
pub(super) fn secret_out_of_reach(request: &Request<'_>, span: Option<Span>, what: &str) -> Diagnostic {
    let message = format!("`{}` reads secrets from Kubernetes, and `{what}` is elsewhere", request.target);
    error(&codes::SECRET_OUT_OF_REACH, span, message)
        .help("declare the secret as `from = kubernetes(\"namespace/name\", \"key\")`")
}

/// A list of which the target owns a part, although it replaces the whole.
pub(super) fn shared_list(request: &Request<'_>, span: Option<Span>, what: &str, guest: Guest) -> Diagnostic {
    let (target, noun) = (request.target, guest.noun());
    let message = format!("`{target}` replaces all {what} of a {noun}, but another owner applies some of them");
    error(&codes::SHARED_LIST, span, message).help(match guest {
        Guest::Vm => "give every device by its mapping, or let one owner apply both `vm.config` and `vm.root-options`",
        Guest::Container => "let one owner apply both `container.config` and `container.root-options`",
    })
}

/// A facet that the target cannot carry at all.
pub(super) fn not_carried(request: &Request<'_>, span: Option<Span>, facet: &str, why: &str) -> Diagnostic {
    let message = format!("`{}` cannot own `{facet}`: {why}", request.target);
    error(&codes::FACET_NOT_CARRIED, span, message)
        .help(format!("let `api` own it: `owner {{ {facet} = api }}` in `project`"))
}

/// Something that takes SSH, which the login does not have.
pub(super) fn needs_ssh(request: &Request<'_>, span: Option<Span>, what: &str, or: &str) -> Diagnostic {
    let message = format!("`{}` needs SSH for {what}, and the login has none", request.target);
    let diagnostic = error(&codes::TARGET_NEEDS_SSH, span, message)
        .help(format!("say `ssh = true` in `login` if its credentials hold SSH keys, or {or}"));
    match request.login.origin {
        Some(origin) => diagnostic.label(origin, "the login is declared here"),
        None => diagnostic,
    }
}

/// A manifest that does not say what its kind says.
pub(super) fn foreign_manifest(span: Span, message: String, near: Option<&str>) -> Diagnostic {
    let diagnostic = error(&codes::FOREIGN_MANIFEST, Some(span), message);
    match near {
        Some(near) => {
            diagnostic.fix(format!("replace it by `{near}`"), span, near).help(format!("did you mean `{near}`"))
        }
        None => diagnostic,
    }
}

/// A law that hlab itself broke.
pub(super) fn breaks_law(target: &str, law: &Law, breach: &Breach) -> Diagnostic {
    let message = format!("what was to be written for `{target}` breaks a law: {}", law.says);
    error(&codes::BROKEN_LAW, None, message)
        .note(format!("`{}`, line {}: {}", breach.file, breach.line, breach.what))
        .note(format!("the law is `{}`; nothing was written", law.name))
        .help("this is a mistake of hlab and not of the lab: please report it with this message")
}

/// A label that Kubernetes refuses.
pub(super) fn bad_label(request: &Request<'_>, span: Option<Span>, key: &str, value: &str) -> Diagnostic {
    let message =
        format!("`{}` writes labels as Kubernetes takes them, and `{key} = \"{value}\"` is none", request.target);
    error(&codes::BAD_LABEL, span, message)
        .help("a value has at most 63 letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit")
}
