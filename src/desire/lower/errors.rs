//! The diagnostics of what is wanted: values that Proxmox does not take, and files and addresses that nobody can tell.

use crate::base::Span;
use crate::diag::{Code, Diagnostic, Severity, codes};
use crate::pve::{RawProblem, Version};

fn error(row: &'static codes::CodeRow, span: Option<Span>, message: String) -> Diagnostic {
    Diagnostic::new(Code::Row(row), Severity::Error, span, message)
}

/// A raw option that Proxmox does not take.
pub(super) fn raw_refused(span: Option<Span>, name: &str, version: Version, problem: &RawProblem) -> Diagnostic {
    let diagnostic = error(&codes::RAW_REFUSED, span, problem.message(version, name));
    match problem.help() {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// A raw option that is taken, of which nothing more is known.
pub(super) fn raw_used(span: Option<Span>, name: &str, root: bool) -> Diagnostic {
    let message = format!("`{name}` is set by its own name, and hlab knows nothing of what it means");
    let diagnostic = Diagnostic::new(Code::Row(&codes::RAW_USED), Severity::Warning, span, message);
    if root { diagnostic.note("only root@pam with a password may set it") } else { diagnostic }
}

/// A line of LXC's own that is taken.
pub(super) fn line_used(span: Option<Span>, name: &str) -> Diagnostic {
    raw_used(span, name, false)
        .note("the API takes no such line: root writes it into `/etc/pve/lxc/ID.conf` on the host")
}

/// A static address without a subnet.
pub(super) fn no_prefix(span: Option<Span>, network: &str, declared: Option<Span>) -> Diagnostic {
    let message = format!("`{network}` does not say its subnet, which a static address needs");
    let diagnostic = error(&codes::NO_PREFIX, span, message).help(format!("say `cidr = …` in `network {network}`"));
    match declared {
        Some(declared) => diagnostic.label(declared, format!("`{network}` is declared here")),
        None => diagnostic,
    }
}

/// An interface of a host with an address and no network that would say its subnet.
pub(super) fn no_network(span: Option<Span>, interface: &str) -> Diagnostic {
    let message = format!("nothing says the subnet of the address of `{interface}`, which its owner must set");
    error(&codes::NO_PREFIX, span, message)
        .help(format!("say `network = …` in `{interface}`, with `cidr = …` in that network"))
}

/// A hosts file in which the host itself is missing.
pub(super) fn not_in_hosts(span: Option<Span>, host: &str) -> Diagnostic {
    let message = format!("the hosts file of `{host}` would not say where `{host}` itself is");
    error(&codes::NOT_IN_HOSTS, span, message)
        .note("the owner of `host.hosts` writes the whole file, and Proxmox does not start on a node that cannot find its own name")
        .help(format!("add `hosts {host} {{ address = … }}`, or name it among the `aliases` of an entry"))
}

/// A gateway or server that has no address.
pub(super) fn no_address(span: Option<Span>, thing: &str, network: Option<&str>) -> Diagnostic {
    let network = network.map(|network| format!(" in `{network}`")).unwrap_or_default();
    error(&codes::NO_ADDRESS, span, format!("nothing says which address `{thing}` has{network}"))
        .help(format!("say `address = …` where `{thing}` is declared"))
}

/// A file whose storage is not clear.
pub(super) fn which_storage(span: Option<Span>, file: &str, content: &str, host: &str, known: &[&str]) -> Diagnostic {
    let known: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    let (message, help) = match known.as_slice() {
        [] => (
            format!("`{host}` has no storage that holds `{content}` files, which `{file}` needs"),
            format!("add `{content}` to the `content` of a storage of `{host}`"),
        ),
        some => (
            format!("`{file}` may lie on several storages of `{host}`: {}", some.join(", ")),
            "name one: `storage = …`".to_owned(),
        ),
    };
    error(&codes::WHICH_STORAGE, span, message).help(help)
}

/// More devices than slots.
pub(super) fn no_slot_left(span: Option<Span>, stem: &str, last: u8) -> Diagnostic {
    error(&codes::NO_SLOT_LEFT, span, format!("no slot is left for this device: a VM has {stem}0 to {stem}{last}"))
        .help("give fewer devices to this VM")
}

/// Two devices in one slot.
pub(super) fn slot_taken(span: Option<Span>, slot: &str, first: Option<Span>) -> Diagnostic {
    let diagnostic = error(&codes::NO_SLOT_LEFT, span, format!("`{slot}` is taken by another device"))
        .help("leave `as` out, and the device gets the next free slot");
    match first {
        Some(first) => diagnostic.label(first, "this one has it"),
        None => diagnostic,
    }
}

/// A slot of another bus.
pub(super) fn wrong_bus(span: Option<Span>, slot: &str, stem: &str) -> Diagnostic {
    error(&codes::NO_SLOT_LEFT, span, format!("expected a slot such as `{stem}0` for this device, found `{slot}`"))
        .help("leave `as` out, and the device gets the next free slot")
}

/// A device of several ids, given by a mapping without a port.
pub(super) fn mapping_knows_one_id(
    span: Option<Span>,
    device: &str,
    ids: &[String],
    declared: Option<Span>,
) -> Diagnostic {
    let message =
        format!("`{device}` shows several ids ({}), and without its port a mapping holds on to one", ids.join(", "));
    let diagnostic = error(&codes::MAPPING_KNOWS_ONE_ID, span, message)
        .help(format!("say the `port` that `{device}` is plugged into, or give it by its raw ids: `mapping = false`"));
    match declared {
        Some(declared) => diagnostic.label(declared, format!("`{device}` is declared here, without a `port`")),
        None => diagnostic,
    }
}

/// A value that Proxmox does not take.
pub(super) fn value_refused(span: Option<Span>, option: &str, message: &str) -> Diagnostic {
    error(&codes::VALUE_REFUSED, span, format!("Proxmox does not take this `{option}`: {message}"))
}

/// A value that Proxmox can only say roughly.
pub(super) fn not_whole(span: Option<Span>, unit: &str) -> Diagnostic {
    error(&codes::VALUE_REFUSED, span, format!("Proxmox counts this in {unit}, and it is none"))
        .help(format!("use {unit}"))
}
