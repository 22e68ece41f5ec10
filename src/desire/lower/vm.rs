//! A VM: its configuration, its root options, and whether it runs.

use std::borrow::Cow;

use super::usual::Usual;
use super::{Cx, attach, boxed, count, count_unless, disk, errors, first_boot, mebibytes, nic, off, pairs};
use super::{slot_number, small, sorted, text, texts, unless, version};
use crate::desire::{
    Agent, Audio, CloneFrom, Content, Cpu, CpuExtra, Create, EfiDisk, Guest as GuestOptions, Life, MachineExtra,
    NumaNode, Place, Power, Provider, RawOption, Rng, RootOptions, Serial, Sev, Share, SharedMemory, Smbios, Spice,
    Startup, Tdx, Timeouts, Tpm, Vga, Vm as Config, Watchdog,
};
use crate::model::{self, Host, Model, Vm};
use crate::pve::{self, Guest};
use crate::types::value::{ObjId, Value};

/// What the library says of blocks that a VM does not have, lowered once.
#[derive(Default)]
pub(super) struct Unsaid<'a> {
    cpu: Cpu<'a>,
    agent: Option<Agent<'a>>,
    vga: Option<Box<Vga<'a>>>,
}

pub(super) fn unsaid<'a>(cx: &mut Cx<'a>) -> Unsaid<'a> {
    Unsaid {
        cpu: cpu(cx, model::Cpu::UNSAID),
        agent: agent(cx, model::Agent::UNSAID),
        vga: vga(cx, model::Display::UNSAID),
    }
}

/// Adds the objects of a VM.
pub(super) fn vm<'a>(cx: &mut Cx<'a>, vm: Vm) {
    let model = cx.model;
    let Some(host) = model.host(vm.id) else { return };
    let mut config = config(cx, vm, host);
    let (mut root, mut life) = (None, Life::default());
    if !is_usual(cx, vm) {
        root = seldom(cx, vm, host, &mut config);
        life = self::life(cx, vm);
    }
    check_name(cx, (vm.id, model.fields.vm.name), host, (Guest::Vm, "name"));
    let is_applied = model.is_running(host);
    let power = match vm.state(model) {
        Some("running") => Some(Power { running: true }),
        Some("stopped") => Some(Power { running: false }),
        Some(_) | None => None,
    };
    // In the order of the facets, which is that of the objects.
    let parts = usize::from(root.is_some()) + usize::from(power.is_some());
    let mut lives = std::iter::repeat_n(life, parts + 1);
    let mut push = |cx: &mut Cx<'a>, content: Content<'a>| {
        if let Some(life) = lives.next() {
            cx.push(vm.id, Place::Only, life, content, is_applied);
        }
    };
    push(cx, Content::Vm(config));
    if let Some(root) = root {
        push(cx, Content::RootOptions(root));
    }
    if let Some(power) = power {
        push(cx, Content::Power(power));
    }
}

/// Whether a VM and its processor say nothing seldom.
fn is_usual(cx: &Cx<'_>, vm: Vm) -> bool {
    let cpu = vm.cpu(cx.model);
    cx.usual.vm.covers(vm.said()) && cpu.is_none_or(|cpu| cx.usual.cpu.covers(cpu.said()))
}

/// Proxmox takes only DNS names. `at` is the guest and its field `name`.
pub(super) fn check_name(cx: &mut Cx<'_>, at: (ObjId, u16), host: Host, (guest, option): (Guest, &str)) {
    let model = cx.model;
    let name = model.name(at.0);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric();
    if name.bytes().all(|byte| is_plain(byte) || byte == b'-')
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.len() < 63
        && !name.ends_with('-')
    {
        return;
    }
    let row = pve::guest_option(guest, option);
    if let Some(Err(problem)) = row.map(|row| row.value.check(version(model, host), name)) {
        let at = cx.at(at.0, at.1);
        cx.out.push(errors::value_refused(at, option, &problem.message));
    }
}

/// The configuration of a VM, but for what few say.
fn config<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host) -> Box<Config<'a>> {
    let model = cx.model;
    let mut out = Box::<Config<'a>>::default();
    out.node = Cow::Borrowed(model.name(host.id));
    out.id = count(vm.vmid(model));
    out.name = Some(Cow::Borrowed(model.name(vm.id)));
    out.description = text(vm.description(model));
    out.tags = sorted(model, vm.tags(model));
    out.cpu = match vm.cpu(model) {
        Some(block) => cpu(cx, block),
        None => cx.unsaid.cpu.clone(),
    };
    out.memory = mebibytes(vm.memory(model).unwrap_or_default());
    let balloon = mebibytes(vm.balloon(model).unwrap_or_default());
    out.balloon = Some(balloon).filter(|balloon| *balloon != out.memory);
    out.machine = unless(vm.machine(model).filter(|machine| *machine != "pc"), "i440fx");
    out.bios = unless(vm.bios(model), "seabios");
    out.os = unless(vm.os(model), "other");
    out.boot_order = texts(model, vm.boot_order(model));
    out.scsi_controller = unless(vm.scsi_controller(model), "lsi");
    out.disks = disk::disks(cx, vm, host);
    out.cdroms = disk::cdroms(cx, vm, host);
    out.nics = nic::nics(cx, vm, host);
    out.cloud_init = vm.cloud_init(model).map(|init| Box::new(first_boot::cloud_init(cx, vm, host, init)));
    out.vga = match vm.display(model) {
        Some(display) => vga(cx, display),
        None => cx.unsaid.vga.clone(),
    };
    out.agent = match vm.agent(model) {
        Some(block) => agent(cx, block),
        None => cx.unsaid.agent.clone(),
    };
    if let Some(start) = vm.start(model) {
        out.on_boot = start.on_boot(model);
        out.startup = Some(startup(cx, start)).filter(|startup| *startup != Startup::default());
    }
    out
}

/// What most VMs say nothing of: the rest of the configuration, and the root options if there are any.
fn seldom<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host, out: &mut Config<'a>) -> Option<Box<RootOptions<'a>>> {
    let model = cx.model;
    out.pool = text(named(model, vm.pool(model)));
    out.shares = count_unless(vm.balloon_shares(model), 1000);
    out.no_ksm = off(vm.ksm(model));
    out.numa_nodes = vm.numa_node(model).map(|node| numa_node(cx, node)).collect();
    out.machine_extra = vm.machine_options(model).and_then(|options| boxed(machine_extra(cx, options)));
    out.efi = vm.efi(model).map(|efi| Box::new(efi_disk(cx, efi)));
    out.tpm = vm.tpm(model).map(|tpm| {
        let storage = Cow::Borrowed(name_of(cx, tpm.storage(model)));
        Box::new(Tpm { storage, version: unless(tpm.version(model), "v1.2") })
    });
    out.shares_of_host = shares(cx, vm);
    out.audio = vm.audio(model).map(|audio| {
        let device = Cow::Borrowed(audio.device(model).unwrap_or_default());
        Box::new(Audio { device, driver: unless(audio.driver(model), "spice") })
    });
    out.watchdog = vm.watchdog(model).map(|watchdog| {
        let (sort, action) = (watchdog.model(model), watchdog.action(model));
        Box::new(Watchdog { model: unless(sort, "i6300esb"), action: text(action) })
    });
    out.keyboard = text(vm.keyboard(model));
    out.no_tablet = off(vm.tablet(model));
    out.smbios = vm.smbios(model).and_then(|smbios| boxed(self::smbios(cx, smbios)));
    out.guest = boxed(guest(cx, vm));
    out.protection = vm.protection(model);
    out.template = vm.template(model);
    out.clone = vm.clone_of(model).map(|clone| Box::new(clone_from(cx, clone, host)));
    out.create = vm.create(model).and_then(|block| boxed(create(cx, block)));
    out.provider = boxed(provider(cx, vm));
    // Devices, serial ports and raw options are told apart: some of them are root options.
    let mut root = RootOptions::default();
    root_options(cx, vm, host, &mut root);
    attach::attach(cx, vm, out, &mut root);
    serials(cx, vm, out, &mut root);
    raw(cx, vm, out, &mut root);
    boxed(root)
}

fn life<'a>(cx: &Cx<'a>, vm: Vm) -> Life<'a> {
    let model = cx.model;
    Life {
        // What had another name before is there already.
        adopt: vm.adopt(model) || !vm.was(model).is_empty(),
        destroy: vm.on_delete(model) == Some("destroy"),
        paused: vm.paused(model),
        observe: false,
        labels: pairs(model, vm.labels(model)),
    }
}

/// What is read of every VM.
pub(super) fn usual(cx: &mut Cx<'_>) -> Usual {
    let fields = &cx.model.fields.vm;
    let read = [
        fields.name,
        fields.vmid,
        fields.description,
        fields.tags,
        fields.cpu,
        fields.memory,
        fields.balloon,
        fields.machine,
        fields.bios,
        fields.os,
        fields.boot_order,
        fields.scsi_controller,
        fields.disk,
        fields.cdrom,
        fields.nic,
        fields.cloud_init,
        fields.display,
        fields.agent,
        fields.start,
        fields.state,
    ];
    Usual::of(&read, |(config, root, life)| {
        *root = seldom(cx, Vm::UNSAID, Host::UNSAID, config);
        *life = self::life(cx, Vm::UNSAID);
    })
}

/// The name of a storage.
fn name_of<'a>(cx: &Cx<'a>, storage: Option<model::Storage>) -> &'a str {
    storage.map_or("", |storage| cx.model.name(storage.id))
}

fn cpu<'a>(cx: &Cx<'a>, cpu: model::Cpu) -> Cpu<'a> {
    let model = cx.model;
    let mut out = Cpu {
        cores: count_unless(cpu.cores(model), 1),
        sockets: count_unless(cpu.sockets(model), 1),
        model: unless(cpu.model(model), "kvm64"),
        flags: texts(model, cpu.flags(model)),
        numa: cpu.numa(model),
        ..Cpu::default()
    };
    if !cx.usual.cpu.covers(cpu.said()) {
        seldom_of_cpu(cx, cpu, &mut out);
    }
    out
}

/// What most processors say nothing of.
fn seldom_of_cpu<'a>(cx: &Cx<'a>, cpu: model::Cpu, out: &mut Cpu<'a>) {
    let model = cx.model;
    out.hotplugged = count(cpu.hotplugged(model));
    out.limit = cpu.limit(model).filter(|limit| *limit != 0.0);
    out.units = count(cpu.units(model));
    out.extra = boxed(CpuExtra {
        hidden: cpu.hidden(model),
        hv_vendor_id: text(cpu.hv_vendor_id(model)),
        phys_bits: text(cpu.phys_bits(model)),
        guest_phys_bits: count(cpu.guest_phys_bits(model)),
        reported_model: text(cpu.reported_model(model)),
    });
}

/// What is read of every processor.
pub(super) fn usual_of_cpu(cx: &Cx<'_>) -> Usual {
    let fields = &cx.model.fields.cpu;
    let read = [fields.cores, fields.sockets, fields.model, fields.flags, fields.numa];
    Usual::of(&read, |out| seldom_of_cpu(cx, model::Cpu::UNSAID, out))
}

fn numa_node<'a>(cx: &Cx<'a>, node: model::NumaNode) -> NumaNode<'a> {
    let model = cx.model;
    NumaNode {
        slot: slot_number(model.key(node.id)),
        cpus: Cow::Borrowed(node.cpus(model).unwrap_or_default()),
        memory: node.memory(model).map(mebibytes),
        host_nodes: text(node.host_nodes(model)),
        policy: text(node.policy(model)),
    }
}

fn machine_extra<'a>(cx: &Cx<'a>, options: model::MachineOptions) -> MachineExtra<'a> {
    let model = cx.model;
    MachineExtra {
        viommu: text(options.viommu(model)),
        address_bits: count(options.address_bits(model)),
        sleep: options.sleep(model),
        hibernate: options.hibernate(model),
    }
}

fn efi_disk<'a>(cx: &Cx<'a>, efi: model::Efi) -> EfiDisk<'a> {
    let model = cx.model;
    EfiDisk {
        storage: Cow::Borrowed(name_of(cx, efi.storage(model))),
        size: unless(efi.size(model), "2m"),
        pre_enrolled_keys: efi.pre_enrolled_keys(model),
        format: text(efi.format(model)),
        ms_cert: text(efi.ms_cert(model)),
    }
}

fn vga<'a>(cx: &Cx<'a>, display: model::Display) -> Option<Box<Vga<'a>>> {
    let model = cx.model;
    boxed(Vga {
        sort: unless(display.kind(model), "std"),
        memory: display.memory(model).map(mebibytes),
        vnc_clipboard: display.vnc_clipboard(model),
    })
}

fn smbios<'a>(cx: &Cx<'a>, smbios: model::Smbios) -> Smbios<'a> {
    let model = cx.model;
    Smbios {
        uuid: text(smbios.uuid(model)),
        manufacturer: text(smbios.manufacturer(model)),
        product: text(smbios.product(model)),
        version: text(smbios.version(model)),
        serial: text(smbios.serial(model)),
        sku: text(smbios.sku(model)),
        family: text(smbios.family(model)),
    }
}

fn agent<'a>(cx: &mut Cx<'a>, agent: model::Agent) -> Option<Agent<'a>> {
    let model = cx.model;
    let at = (agent.id, model.fields.agent.timeout);
    agent.enabled(model).then(|| Agent {
        trim: agent.trim(model),
        no_freeze: off(agent.freeze(model)),
        sort: unless(agent.kind(model), "virtio"),
        timeout: cx.seconds(agent.timeout(model), 900, at),
        no_wait: off(agent.wait(model)),
        wait_for_ipv4: agent.wait_for_ipv4(model),
        wait_for_ipv6: agent.wait_for_ipv6(model),
    })
}

fn shares<'a>(cx: &Cx<'a>, vm: Vm) -> Vec<Share<'a>> {
    let model = cx.model;
    let share = |(slot, share): (usize, model::Share)| Share {
        slot: slot as u8,
        mapping: Cow::Borrowed(model.key(share.id)),
        cache: unless(share.cache(model), "auto"),
        direct_io: share.direct_io(model),
        acl: share.acl(model),
        xattr: share.xattr(model),
    };
    vm.share(model).enumerate().map(share).collect()
}

fn guest<'a>(cx: &Cx<'a>, vm: Vm) -> GuestOptions<'a> {
    let model = cx.model;
    let migration = vm.migration(model).unwrap_or(model::Migration::UNSAID);
    let hotplug = vm.said().has(model.fields.vm.hotplug).then(|| sorted(model, vm.hotplug(model)));
    GuestOptions {
        no_acpi: off(vm.acpi(model)),
        no_kvm: off(vm.kvm(model)),
        local_time: vm.clock(model).map(|clock| clock == "localtime"),
        start_date: unless(vm.start_date(model), "now"),
        drift_fix: vm.drift_fix(model),
        freeze: vm.freeze(model),
        no_reboot: off(vm.reboot(model)),
        hotplug: hotplug.filter(|features| *features != ["disk", "network", "usb"]),
        state_storage: vm.state_storage(model).map(|storage| Cow::Borrowed(model.name(storage.id))),
        migration_speed: migration.speed(model).filter(|speed| *speed != 0).map(|speed| mebibytes(speed).max(1)),
        migration_downtime: migration.downtime_seconds(model).filter(|seconds| *seconds != 0.1),
    }
}

pub(super) fn startup(cx: &mut Cx<'_>, start: model::Start) -> Startup {
    let model = cx.model;
    let fields = &model.fields.start;
    Startup {
        order: count(start.order(model)),
        up: cx.seconds(start.delay(model), u64::MAX, (start.id, fields.delay)),
        down: cx.seconds(start.stop_delay(model), u64::MAX, (start.id, fields.stop_delay)),
    }
}

fn clone_from<'a>(cx: &Cx<'a>, clone: model::CloneOf, host: Host) -> CloneFrom<'a> {
    let model = cx.model;
    let from = clone.from(model);
    let other = from.and_then(|from| model.host(from.id)).filter(|other| *other != host);
    CloneFrom {
        id: from.and_then(|from| count(from.vmid(model))).unwrap_or_default(),
        node: other.map(|other| Cow::Borrowed(model.name(other.id))),
        storage: clone.storage(model).map(|storage| Cow::Borrowed(model.name(storage.id))),
        linked: off(clone.full(model)),
        retries: count_unless(clone.retries(model), 1),
    }
}

fn create<'a>(cx: &Cx<'a>, create: model::Create) -> Create<'a> {
    let model = cx.model;
    Create {
        bandwidth: create.bandwidth(model).map(|bytes| bytes / 1024),
        working_storage: create.working_storage(model).map(|storage| Cow::Borrowed(model.name(storage.id))),
        restore_from: text(create.restore_from(model)),
        live_restore: create.live_restore(model),
        new_macs: create.new_macs(model),
        overwrite: create.overwrite(model),
        restore_to: create.restore_to(model).map(|storage| Cow::Borrowed(model.name(storage.id))),
        ha: create.ha(model),
        reboot: create.reboot(model),
    }
}

fn provider<'a>(cx: &mut Cx<'a>, vm: Vm) -> Provider<'a> {
    let model = cx.model;
    let update = vm.update(model);
    let destroy = vm.destroy(model);
    Provider {
        no_reboot: update.is_some_and(|update| off(update.reboot(model))),
        migrate: update.is_some_and(|update| update.migrate(model)),
        keep_unreferenced_disks: destroy.is_some_and(|destroy| off(destroy.unreferenced_disks(model))),
        no_purge: destroy.is_some_and(|destroy| off(destroy.purge(model))),
        stop: destroy.is_some_and(|destroy| destroy.stop(model)),
        timeouts: vm.timeouts(model).map_or_else(Timeouts::default, |block| timeouts(cx, block)),
        published_macs: Vec::new(),
    }
}

fn timeouts(cx: &mut Cx<'_>, block: model::Timeouts) -> Timeouts {
    let model = cx.model;
    let fields = &model.fields.timeouts;
    let mut seconds = |milliseconds, usual, field| cx.seconds(milliseconds, usual, (block.id, field));
    Timeouts {
        clone: seconds(block.clone_vm(model), 1800, fields.clone_vm),
        create: seconds(block.create(model), 1800, fields.create),
        migrate: seconds(block.migrate(model), 1800, fields.migrate),
        move_disk: seconds(block.move_disk(model), 1800, fields.move_disk),
        reboot: seconds(block.reboot(model), 1800, fields.reboot),
        shutdown: seconds(block.shutdown(model), 1800, fields.shutdown),
        start: seconds(block.start(model), 1800, fields.start),
        stop: seconds(block.stop(model), 300, fields.stop),
    }
}

/// What only root@pam may set, but for devices and raw options.
fn root_options<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host, root: &mut RootOptions<'a>) {
    let model = cx.model;
    root.hook = vm.hook(model).and_then(|hook| cx.snippet(hook, host));
    if let Some(cpu) = vm.cpu(model) {
        root.affinity = text(cpu.affinity(model));
        root.architecture = text(cpu.architecture(model));
    }
    root.hugepages = text(vm.hugepages(model));
    root.keep_hugepages = vm.keep_hugepages(model);
    root.sev = vm.sev(model).map(|sev| Sev {
        sort: Cow::Borrowed(sev.kind(model).unwrap_or("std")),
        no_smt: off(sev.allow_smt(model)),
        kernel_hashes: sev.kernel_hashes(model),
        no_debug: sev.no_debug(model),
        no_key_sharing: sev.no_key_sharing(model),
    });
    root.tdx = vm.tdx(model).map(|tdx| Tdx {
        attestation: tdx.attestation(model),
        vsock_cid: count(tdx.vsock_cid(model)),
        vsock_port: count(tdx.vsock_port(model)),
    });
    root.shared_memory = vm.shared_memory(model).map(|shared| SharedMemory {
        size: mebibytes(shared.size(model).unwrap_or_default()),
        // The default name is the guest's id, as Proxmox forms it.
        name: text(shared.name(model))
            .or_else(|| Some(Cow::Owned(format!("vm-{}-ivshmem", vm.vmid(model).unwrap_or_default())))),
    });
    root.rng = vm.rng(model).map(|rng| Rng {
        source: Cow::Borrowed(rng.source(model).unwrap_or("/dev/urandom")),
        max_bytes: count_unless(rng.max_bytes(model), 1024),
        period: rng.period(model).filter(|period| *period != 1000).map(small),
    });
    root.spice = vm.spice(model).map(|spice| Spice {
        folder_sharing: spice.folder_sharing(model),
        video_streaming: unless(spice.video_streaming(model), "none"),
    });
    root.spice = root.spice.take().filter(|spice| *spice != Spice::default());
    root.generation_id = text(vm.generation_id(model));
}

/// Ports: sockets in the configuration, devices of the host among the root options.
fn serials<'a>(cx: &Cx<'a>, vm: Vm, config: &mut Config<'a>, root: &mut RootOptions<'a>) {
    let model = cx.model;
    for port in vm.serial(model) {
        let slot = slot_number(model.key(port.id));
        match port.device(model) {
            Some(device) if device != "socket" => root.serials.push(Serial { slot, device: Cow::Borrowed(device) }),
            Some(_) | None => config.serials.push(slot),
        }
    }
    for port in vm.parallel(model) {
        let device = Cow::Borrowed(port.device(model).unwrap_or_default());
        root.parallels.push(Serial { slot: slot_number(model.key(port.id)), device });
    }
    config.serials.sort_unstable();
    root.serials.sort_by_key(|port| port.slot);
    root.parallels.sort_by_key(|port| port.slot);
}

/// Options by their own names; `args` is one that only root may set.
fn raw<'a>(cx: &Cx<'a>, vm: Vm, config: &mut Config<'a>, root: &mut RootOptions<'a>) {
    for (name, value) in pairs(cx.model, vm.raw(cx.model)) {
        match &*name {
            "args" => root.args = Some(value),
            _ => config.raw.push(RawOption { name, value }),
        }
    }
}

/// Where the source says what a target calls `attach.hostpci0`: the target counts slots, the source names devices.
pub(super) fn attachment(cx: &mut Cx<'_>, vm: Vm, slot: &str) -> Option<ObjId> {
    attach::attached_at(cx, vm, slot)
}

/// The name of something that is declared, or stated as a text.
pub(super) fn named<'a>(model: &'a Model<'a>, value: Value) -> Option<&'a str> {
    match value {
        Value::Obj(object) => Some(model.name(object)),
        other => model.text_of(other),
    }
}
