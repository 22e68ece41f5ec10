//! Disks and the ZFS pools on them.

use crate::graph::{Block, Datum};
use crate::scan::{Disk, Facts, Pool, Vdev};

use super::Seen;
use super::hardware::missing;
use super::name::words;
use super::part::{Part, Said, blocks, field, key, refers_to, text_of};

/// What the source is to say of disks and pools.
pub(super) fn parts(facts: &Facts, seen: &mut Seen<'_>) -> Vec<Part> {
    if facts.disks.is_none() && facts.pools.is_none() {
        return Vec::new();
    }
    let mut all: Vec<Disk> = facts.disks.clone().unwrap_or_default();
    // A disk that only a pool names: it is missing, or nothing else was asked.
    for name in facts.pools.iter().flatten().flat_map(|pool| &pool.vdevs).flat_map(|vdev| &vdev.disks) {
        let is_lasting = name.contains('-') && !name.starts_with("dm-");
        if is_lasting && !all.iter().any(|disk| disk.ids.contains(name)) {
            all.push(Disk { id: Some(name.clone()), ids: vec![name.clone()], ..Disk::default() });
        }
    }
    let mut named = Vec::new();
    let mut parts = disks(&all, facts.disks.is_some(), &mut named, seen);
    let Some(pools) = &facts.pools else { return parts };
    parts.extend(pools.iter().map(|pool| self::pool(pool, &all, &named, seen)));
    let there: Vec<&Block> = blocks(seen.host, "zpool").collect();
    let is_free: Vec<bool> = there.iter().map(|block| !pools.iter().any(|pool| pool.name == key(block))).collect();
    missing(&there, &is_free, "zpool", seen);
    parts
}

/// The disks: found by name under `/dev/disk/by-id` or by serial number, else as the only one of its size.
fn disks(all: &[Disk], is_whole: bool, named: &mut Vec<String>, seen: &mut Seen<'_>) -> Vec<Part> {
    let there: Vec<&Block> = blocks(seen.host, "disk").collect();
    let mut is_free = vec![true; there.len()];
    let mut matched = vec![None; all.len()];
    for step in [by_name, by_size] {
        for number in 0..all.len() {
            if matched[number].is_some() {
                continue;
            }
            let mut found = there.iter().enumerate().filter(|(at, block)| is_free[*at] && step(block, &all[number]));
            let (first, second) = (found.next(), found.next());
            let rivals = (0..all.len()).filter(|other| matched[*other].is_none());
            let is_only = second.is_none()
                && first.is_some_and(|(_, block)| rivals.filter(|other| step(block, &all[*other])).count() == 1);
            if let Some((at, _)) = first.filter(|_| is_only) {
                is_free[at] = false;
                matched[number] = Some(at);
            }
        }
    }
    if is_whole {
        missing(&there, &is_free, "disk", seen);
    }
    let mut parts = Vec::new();
    for (disk, matched) in all.iter().zip(matched) {
        let block = matched.map(|at| there[at]);
        let name = block.map_or_else(|| seen.disks.fresh(name(disk)), |block| key(block).to_owned());
        named.push(name.clone());
        let mut part = Part::keyed("disk", name);
        // Another of its names is as good.
        let said = block.and_then(|block| text_of(block, "id")).filter(|id| disk.ids.iter().any(|own| own == id));
        part.say_if("id", said.map(str::to_owned).or_else(|| disk.id.clone()).map(Said::Text));
        part.say_if("size", disk.size.map(Said::Capacity));
        part.say_if("transport", disk.transport.map(|transport| Said::Member(transport.to_owned())));
        if disk.id.is_none() {
            part.say_if("serial", disk.serial.clone().map(|serial| Said::Text(serial).once()));
        }
        parts.push(part);
    }
    parts
}

fn by_name(block: &Block, disk: &Disk) -> bool {
    let is_id = text_of(block, "id").is_some_and(|id| disk.ids.iter().any(|own| own == id));
    let serial = text_of(block, "serial");
    is_id || serial.is_some() && serial == disk.serial.as_deref()
}

/// A block that says no name and no serial number, of the same size, and connected no other way.
fn by_size(block: &Block, disk: &Disk) -> bool {
    let is_nameless = text_of(block, "id").is_none() && text_of(block, "serial").is_none();
    let transport = text_of(block, "transport");
    let fits = transport.is_none() || disk.transport.is_none() || transport == disk.transport;
    let is_size = disk.size.is_some_and(|size| Said::Capacity(size).agrees(field(block, "size")));
    is_nameless && fits && is_size
}

fn name(disk: &Disk) -> String {
    let otherwise = disk.transport.unwrap_or("disk");
    // `ata-WDC_WD30EZRX-00D8PB0_WD-WCC4N1234567`: the bus, the model, the serial number.
    let of_id = |id: &String| {
        let (_, rest) = id.split_once('-')?;
        Some(rest.rsplit_once('_').map_or(rest, |(model, _)| model).to_owned())
    };
    let model = disk.model.clone().or_else(|| disk.id.as_ref().and_then(of_id));
    words(&model.unwrap_or_default().replace('_', " "), otherwise)
}

/// The fields of `zpool` that say how it is laid out.
const LAYOUTS: [&str; 6] = ["disk", "stripe", "mirror", "raidz1", "raidz2", "raidz3"];

fn pool(pool: &Pool, all: &[Disk], named: &[String], seen: &mut Seen<'_>) -> Part {
    let mut part = Part::keyed("zpool", &*pool.name);
    let there = blocks(seen.host, "zpool").find(|block| key(block) == pool.name);
    let nothing = Block::default();
    let block = there.unwrap_or(&nothing);
    layout(pool, block, all, named, &mut part, seen);
    part.say("boot", Said::Switch(pool.is_boot));
    part.say_if("acltype", pool.acltype.map(|acltype| Said::Member(acltype.to_owned())));
    if there.is_some() || pool.ashift != Some(12) {
        part.say_if("ashift", pool.ashift.map(|shift| Said::Number(shift.into())));
    }
    // Switches that ZFS has so from the start.
    let switch = |value: bool, usual: bool| if value == usual { Said::Fact(value).usual() } else { Said::Fact(value) };
    part.say_if("compression", pool.compression.clone().map(Said::Member));
    part.say_if("atime", pool.atime.map(|value| switch(value, true)));
    part.say_if("autotrim", pool.autotrim.map(|value| switch(value, false)));
    part
}

/// Says how a pool is laid out, if all its disks are known and the source says no other layout.
fn layout(pool: &Pool, block: &Block, all: &[Disk], named: &[String], part: &mut Part, seen: &mut Seen<'_>) {
    let name_of = |disk: &String| {
        let at = all.iter().position(|known| known.ids.contains(disk) || known.kernel == *disk)?;
        named.get(at).cloned()
    };
    let members = pool.vdevs.iter().flat_map(|vdev| &vdev.disks);
    if let Some(stranger) = members.clone().find(|disk| name_of(disk).is_none()) {
        let note = format!(
            "the pool `{}` lies on `{stranger}`, which is no disk that was seen: its layout is left out",
            pool.name
        );
        return seen.notes.push(note);
    }
    if let Some(vdev) = pool.vdevs.iter().find(|vdev| vdev.layout.is_none()) {
        let note =
            format!("the pool `{}` has devices for {} in a layout that hlab has no word for", pool.name, vdev.role);
        return seen.notes.push(note);
    }
    let names = |vdev: &Vdev| vdev.disks.iter().filter_map(name_of).collect::<Vec<_>>();
    let mut rest: Vec<&Vdev> = pool.vdevs.iter().filter(|vdev| !vdev.disks.is_empty()).collect();
    let first = rest.iter().position(|vdev| vdev.role == "data").map(|at| rest.remove(at));
    if let Some((first, layout)) = first.and_then(|vdev| Some((vdev, vdev.layout?))) {
        let disks = names(first);
        let stated: Vec<&str> = LAYOUTS.into_iter().filter(|layout| is_said(field(block, layout))).collect();
        let word = if layout == "stripe" && disks.len() == 1 && stated != ["stripe"] { "disk" } else { layout };
        if stated.is_empty() || stated == [word] {
            match disks.as_slice() {
                [only] if word == "disk" => part.say("disk", Said::Name(only.clone())),
                _ => part.say(word, Said::Names(disks)),
            }
        } else {
            let said = stated.join(" and ");
            let disks = disks.join(", ");
            let note =
                format!("the pool `{}` is a {layout} of {disks} on the host; the source says `{said}`", pool.name);
            seen.notes.push(note);
        }
    }
    vdevs(pool, &rest, block, &names, part, seen);
}

/// Says the devices of a pool besides its first: further groups, logs, caches, special devices, spares.
fn vdevs(
    pool: &Pool,
    rest: &[&Vdev],
    block: &Block,
    names: &dyn Fn(&Vdev) -> Vec<String>,
    part: &mut Part,
    seen: &mut Seen<'_>,
) {
    let there: Vec<&Block> = blocks(block, "vdev").collect();
    let mut is_free = vec![true; there.len()];
    let mut taken = super::Taken::default();
    there.iter().for_each(|vdev| taken.take(key(vdev)));
    for vdev in rest.iter().copied() {
        let disks = names(vdev);
        let is_same = |block: &Block| {
            let Datum::List(values) = field(block, "disks") else { return false };
            values.iter().any(|value| refers_to(value).is_some_and(|name| disks.iter().any(|own| own == name)))
        };
        let role = |block: &Block| text_of(block, "role") == Some(vdev.role);
        let find = |fits: &dyn Fn(&Block) -> bool| {
            there.iter().enumerate().position(|(at, block)| is_free[at] && role(block) && fits(block))
        };
        let found = find(&is_same).or_else(|| find(&|_| vdev.role != "data"));
        let name = match found {
            Some(at) => {
                is_free[at] = false;
                key(there[at]).to_owned()
            }
            None => taken.fresh(if vdev.role == "data" { group_name(pool, vdev) } else { vdev.role.to_owned() }),
        };
        let mut inner = Part::keyed("vdev", name);
        if vdev.role != "data" {
            inner.say("role", Said::Member(vdev.role.to_owned()));
        }
        let layout = vdev.layout.unwrap_or("stripe");
        if layout != "stripe" || found.is_some() {
            inner.say("layout", Said::Member(layout.to_owned()));
        }
        inner.say("disks", Said::Names(disks));
        part.parts.push(inner);
    }
    missing(&there, &is_free, &format!("zpool {}: vdev", pool.name), seen);
}

/// What ZFS calls it: `mirror-1`.
fn group_name(pool: &Pool, vdev: &Vdev) -> String {
    let number = pool.vdevs.iter().position(|other| other == vdev).unwrap_or(0);
    format!("{}-{number}", vdev.layout.unwrap_or("data"))
}

fn is_said(value: &Datum) -> bool {
    match value {
        Datum::Null => false,
        Datum::List(values) => !values.is_empty(),
        _ => true,
    }
}
