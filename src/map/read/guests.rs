//! Guests: what they are, what they hold, and where HA would start them.

use super::{Look, facts};
use crate::eval::show;
use crate::map::fall::Objects;
use crate::map::text::{bytes, count};
use crate::map::{Backup, Guest, Lab, Refuge, State};
use crate::model::{self, Container, ContainerPart, Vm, VmPart};
use crate::types::value::{ObjId, Value};

/// Every guest, by id and name.
pub(super) fn guests(look: &mut Look<'_>, lab: &mut Lab, objects: &mut Objects) {
    let model = look.model;
    let mut all = look.all(model.fields.vm.shape);
    all.extend(look.all(model.fields.container.shape));
    // The sort is stable: those without an id stay by name, after the others.
    all.sort_by_key(|object| id(look, *object).unwrap_or(i64::MAX));
    for object in all {
        let guest = guest(look, lab, object);
        look.numbers.insert(object, lab.guests.len());
        objects.guests.push(object);
        lab.guests.push(guest);
    }
}

fn is_container(look: &Look<'_>, object: ObjId) -> bool {
    look.model.world.object(object).shape == look.model.fields.container.shape
}

fn id(look: &Look<'_>, object: ObjId) -> Option<i64> {
    let model = look.model;
    if is_container(look, object) {
        Container::new(model, object).vmid(model)
    } else {
        Vm::new(model, object).vmid(model)
    }
}

/// The roles of a guest.
pub(super) fn provides(look: &Look<'_>, object: ObjId) -> Vec<String> {
    let model = look.model;
    look.words(match is_container(look, object) {
        true => ContainerPart::new(model, object).provides(model),
        false => VmPart::new(model, object).provides(model),
    })
}

fn guest(look: &Look<'_>, lab: &Lab, object: ObjId) -> Guest {
    let model = look.model;
    let is_container = is_container(look, object);
    let (vm, container) = (Vm::new(model, object), Container::new(model, object));
    let (state, ceiling, backup, networks) = if is_container {
        let networks: Vec<_> = container.nic(model).map(|nic| nic.network(model)).collect();
        let backup = ContainerPart::new(model, object).backup(model);
        (container.state(model), container.memory(model), backup, networks)
    } else {
        let networks: Vec<_> = vm.nic(model).map(|nic| nic.network(model)).collect();
        (vm.state(model), vm.memory(model), VmPart::new(model, object).backup(model), networks)
    };
    let mut on: Vec<usize> = Vec::new();
    for network in networks.into_iter().flatten().filter_map(|network| look.number(Value::Obj(network.id))) {
        if !on.contains(&network) {
            on.push(network);
        }
    }
    let ceiling = ceiling.unwrap_or(0);
    let promised = if let Value::Size(size) = model.derived(object, "promised-memory") { size } else { ceiling };
    let backup = backup_of(look, backup);
    let mut guest = Guest {
        thing: look.thing(object),
        is_container,
        state: if state == Some("stopped") { State::Off } else { State::Running },
        host: model.host(object).and_then(|host| look.number(Value::Obj(host.id))),
        networks: on,
        promised,
        ceiling,
        backup,
        ..Guest::default()
    };
    describe(look, lab, object, &mut guest);
    guest
}

/// Its few words, and its many.
fn describe(look: &Look<'_>, lab: &Lab, object: ObjId, guest: &mut Guest) {
    let model = look.model;
    let (vm, container) = (Vm::new(model, object), Container::new(model, object));
    let cpus = if guest.is_container {
        container.cpu(model).and_then(|cpu| cpu.cores(model))
    } else {
        let cpu = vm.cpu(model).unwrap_or(model::Cpu::UNSAID);
        cpu.cores(model).zip(cpu.sockets(model)).map(|(cores, sockets)| cores.saturating_mul(sockets))
    };
    let cpus = cpus.map_or_else(String::new, |cpus| count(usize::try_from(cpus).unwrap_or(0), "CPU", "CPUs"));
    let id = id(look, object).map_or_else(String::new, |id| id.to_string());
    let memory = bytes(guest.ceiling);
    let roles = provides(look, object).join(", ");
    guest.detail = facts(&[id.clone(), cpus.clone(), memory.clone(), roles.clone()]);
    let text = if guest.is_container { container.description(model) } else { vm.description(model) };
    let least = if guest.is_container {
        "a limit".to_owned()
    } else if guest.promised < guest.ceiling {
        format!("{} of it promised", bytes(guest.promised))
    } else {
        String::new()
    };
    let on: Vec<&str> = guest.networks.iter().map(|network| lab.networks[*network].thing.name.as_str()).collect();
    let disks: Vec<String> = volumes(look, object)
        .into_iter()
        .map(|(storage, size)| format!("{} on {}", show::size(size), look.line(model.name(storage))))
        .collect();
    let named = |word: &str, list: String| if list.is_empty() { list } else { format!("{word} {list}") };
    guest.thing.about = vec![
        look.called(if guest.is_container { "container" } else { "VM" }, object),
        look.line(text.unwrap_or_default()),
        facts(&[
            named("id", id),
            cpus,
            memory,
            least,
            if guest.state == State::Off { "stopped".to_owned() } else { String::new() },
        ]),
        named("carries", roles),
        named("on the networks", on.join(", ")),
        named("disks:", disks.join(", ")),
        match guest.backup {
            Backup::Unsaid => String::new(),
            Backup::Nobody => "no backup, on purpose".to_owned(),
            Backup::Elsewhere => "backed up outside of this lab".to_owned(),
            Backup::Job(job) => format!("backed up by {}", lab.jobs[job].thing.name),
        },
    ];
}

fn backup_of(look: &Look<'_>, value: Value) -> Backup {
    match look.model.text_of(value) {
        Some("none") => Backup::Nobody,
        Some(_) => Backup::Elsewhere,
        None => look.number(value).map_or(Backup::Unsaid, Backup::Job),
    }
}

/// The devices that a guest is given.
pub(super) fn held(look: &Look<'_>, object: ObjId) -> Vec<ObjId> {
    let model = look.model;
    if is_container(look, object) {
        return Vec::new();
    }
    Vm::new(model, object).attach(model).filter_map(|attach| model.target(attach.id)).collect()
}

/// The volumes of a guest: the storage of each and its size, in bytes.
pub(super) fn volumes(look: &Look<'_>, object: ObjId) -> Vec<(ObjId, u64)> {
    let model = look.model;
    if is_container(look, object) {
        let container = Container::new(model, object);
        let root = container.rootfs(model).map(|root| (root.storage(model), root.size(model)));
        let mounts = container.mount(model).map(|mount| (mount.storage(model), mount.size(model)));
        let all = root.into_iter().chain(mounts);
        return all.filter_map(|(storage, size)| Some((storage?.id, size.unwrap_or(0)))).collect();
    }
    let disks = Vm::new(model, object).disk(model).map(|disk| (disk.storage(model), disk.size(model)));
    disks.filter_map(|(storage, size)| Some((storage?.id, size.unwrap_or(0)))).collect()
}

/// Where HA starts each guest that it sees to.
pub(super) fn refuges(look: &Look<'_>, lab: &mut Lab) {
    let model = look.model;
    for object in look.all(model.fields.ha.shape) {
        let ha = model::Ha::new(model, object);
        let Some(guest) = look.number(ha.guest(model)).filter(|_| ha.state(model) == Some("started")) else { continue };
        let best = look.number(model.derived(object, "goes-to"));
        let elsewhere = model.elements(model.derived(object, "elsewhere")).iter();
        let elsewhere: Vec<usize> = elsewhere.filter_map(|host| look.number(*host)).collect();
        lab.guests[guest].refuge = match best {
            Some(host) => Refuge::Best(host),
            None if elsewhere.is_empty() => Refuge::Nowhere,
            None => Refuge::OneOf(elsewhere),
        };
    }
}
