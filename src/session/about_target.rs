//! `hlab explain target NAME`: what a target can apply in each version, what it cannot and who can, what changes between
//! versions, and what that means for the lab at hand.

use std::fmt::Write as _;

use crate::desire::Object;
use crate::diag::Severity;
use crate::own::{self, Facet};
use crate::session::TargetRequest;
use crate::session::build;
use crate::session::compile::Compiled;
use crate::targets::{self, Carries, Document, Target};

/// What is to be known of a target, by its name in the project or that of its system.
pub(super) fn explain(compiled: &Compiled, name: &str) -> Option<String> {
    let declared = own::targets(&build::model(compiled)).into_iter().find(|target| target.name == name);
    let system = declared.as_ref().map_or(name, |target| target.system.as_str());
    let version = declared.as_ref().and_then(|target| target.version.as_deref());
    let target = targets::target(system, version).or_else(|| targets::target(system, None))?;
    let mut out = format!("{system}\n\n");
    versions(&mut out, target);
    carried(&mut out, target);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n{}", target.notes().trim_end());
    if let Some(declared) = declared {
        this_lab(&mut out, compiled, &declared.name, target);
    }
    Some(out)
}

fn versions(out: &mut String, target: &dyn Target) {
    let usual = targets::target(target.name(), None).map_or("", |usual| usual.version());
    out.push_str("Versions\n\n");
    for version in targets::versions(target.name()) {
        let remark = if version == usual { "  (what a project gets that states none)" } else { "" };
        let _ = writeln!(out, "  {version}{remark}");
    }
}

/// Every facet: whether the target applies it, and who does otherwise.
fn carried(out: &mut String, target: &dyn Target) {
    let _ = write!(out, "\nWhat {} applies\n\n", target.version());
    let mut others = String::new();
    for facet in Facet::ALL {
        match target.carries(*facet) {
            Carries::Whole => {
                let _ = writeln!(out, "  {:<24}whole", facet.name());
            }
            Carries::Partly(lacks) => {
                let _ = writeln!(out, "  {:<24}but for {}", facet.name(), wrapped(lacks));
            }
            Carries::No(why) => {
                let who = if own::api_carries(*facet).is_ok() { "api" } else { "none" };
                let _ = writeln!(others, "  {:<24}{why}: `{who}`", facet.name());
            }
        }
    }
    let _ = write!(out, "\nWhat it does not, and whose it can be\n\n{others}");
}

/// Names in lines that a terminal shows whole.
fn wrapped(names: &[&str]) -> String {
    const WIDTH: usize = 66;
    let mut lines = vec![String::new()];
    for (number, name) in names.iter().enumerate() {
        let end = if number + 1 < names.len() { ", " } else { "" };
        if lines.last().is_some_and(|line| line.len() + name.len() > WIDTH) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(name);
            line.push_str(end);
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end())
        .collect::<Vec<_>>()
        .join(&format!("\n{}", " ".repeat(26 + "but for ".len())))
}

/// What the lab has there now, and what it would take to go to each other version.
fn this_lab(out: &mut String, compiled: &Compiled, name: &str, target: &'static dyn Target) {
    let _ = writeln!(out, "\nThis lab\n");
    let request =
        |version: &str| TargetRequest { name: name.to_owned(), version: Some(version.to_owned()), as_owner: false };
    let Ok(now) = build::emit(compiled, &request(target.version())) else { return };
    if now.has_errors() {
        out.push_str("  It does not build: `hlab check` says why.\n");
        return;
    }
    let documents = target.documents(&now.value);
    let own: Vec<&Document<'_>> = documents.iter().filter(|document| document.address.is_some()).collect();
    let _ = writeln!(out, "  `{name}` is {}, and writes {}.", target.version(), objects(own.len()));
    let read = target.read(&now.value).value;
    let is_kept = |object: &&Object<'_>| object.life.adopt && !object.life.destroy;
    for other in targets::versions(target.name()).into_iter().filter(|other| *other != target.version()) {
        let Ok(then) = build::emit(compiled, &request(other)) else { continue };
        let refused = then.diagnostics.iter().filter(|found| found.severity == Severity::Error).count();
        let _ = writeln!(out, "\n  To {other}:");
        if refused > 0 {
            let _ =
                writeln!(out, "    {refused} of its values cannot be said there: `hlab build --target {name}@{other}`");
        }
        let _ = writeln!(out, "    {} made again under other API groups.", objects(own.len()));
        for object in read.objects.iter().filter(|object| stands_alone(object.content.facet())) {
            let state = if is_kept(&object) {
                "is adopted and kept: it survives"
            } else {
                "needs `adopt = true` and no `on-delete = destroy` first"
            };
            let _ = writeln!(out, "      {:<42}  {state}", crate::diag::visible(&object.address));
        }
    }
}

/// Whether a facet has a document of its own.
fn stands_alone(facet: Facet) -> bool {
    !matches!(facet, Facet::VmRootOptions | Facet::VmPower)
}

fn objects(count: usize) -> String {
    if count == 1 { "1 object".to_owned() } else { format!("{count} objects") }
}
