//! The machine itself: processor, memory, firmware, versions.

use crate::scan::Facts;

use super::Seen;
use super::part::{Part, Said, field};
use crate::graph::{Block, Datum};

/// The fields of the host, and the blocks that it has once.
pub(super) fn fields(facts: &Facts, host: &mut Part, is_there: bool, seen: &mut Seen<'_>) {
    let text = |text: &Option<String>| text.clone().map(Said::Text);
    host.say_if("description", text(&facts.machine).map(Said::once));
    host.say_if("fqdn", text(&facts.fqdn).map(Said::once));
    host.say_if("serial", text(&facts.serial));
    host.say_if("pve", facts.pve.clone().map(Said::Version));
    host.say_if("memory", facts.memory.filter(|bytes| *bytes >= 256 << 20).map(Said::Memory));
    let firmware = facts.is_uefi.map(|is_uefi| if is_uefi { "uefi" } else { "bios" });
    host.say_if("firmware", firmware.map(|word| Said::Member(word.to_owned())));
    host.say_if("secure-boot", facts.secure_boot.map(Said::Fact));
    host.parts.extend(cpu(facts));
    host.parts.extend(iommu(facts));
    host.parts.extend(kernel(facts, is_there, seen));
}

fn cpu(facts: &Facts) -> Option<Part> {
    let cpu = facts.cpu.as_ref()?;
    let mut part = Part::single("cpu");
    part.say_if("model", cpu.model.clone().map(Said::Text));
    part.say_if("cores", cpu.cores.map(|cores| Said::Number(cores.into())));
    part.say("threads", Said::Number(cpu.threads.into()));
    if cpu.sockets > 1 {
        part.say("sockets", Said::Number(cpu.sockets.into()));
    }
    Some(part)
}

fn iommu(facts: &Facts) -> Option<Part> {
    let enabled = facts.has_iommu?;
    let mut part = Part::single("iommu");
    part.say("enabled", Said::Fact(enabled));
    let words = facts.parameters.as_deref().unwrap_or_default();
    if enabled && words.iter().any(|word| word == "iommu=pt") {
        part.say("mode", Said::Member("passthrough".to_owned()));
    }
    Some(part)
}

/// The words of the kernel command line: said of a new host. Of one that is there they are what somebody wants, so that a
/// difference is only remarked on.
fn kernel(facts: &Facts, is_there: bool, seen: &mut Seen<'_>) -> Option<Part> {
    let words = facts.parameters.as_ref()?;
    if !is_there {
        let mut part = Part::single("kernel");
        if !words.is_empty() {
            part.say("parameters", Said::Strings(words.clone()));
        }
        return Some(part);
    }
    let Datum::Block(kernel) = field(seen.host, "kernel") else { return None };
    let wanted = wanted(kernel);
    let lacks: Vec<&str> = wanted.iter().copied().filter(|word| !words.iter().any(|own| own == word)).collect();
    if !lacks.is_empty() {
        let note = format!("the kernel runs without `{}`, which the source asks for", lacks.join(" "));
        seen.notes.push(note);
    }
    None
}

fn wanted(kernel: &Block) -> Vec<&str> {
    let Datum::List(values) = field(kernel, "parameters") else { return Vec::new() };
    let texts = values.iter().filter_map(|value| match value {
        Datum::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
