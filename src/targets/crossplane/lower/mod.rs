//! From what is wanted to the fields of the CRD.
//!
//! A default of the provider that differs from Proxmox's own is overruled by writing the value: `onBoot`, `scsiHardware`,
//! the CPU type, the TPM's version. What the CRD has no field for is refused at the place that wants it.

mod devices;
mod first_boot;
mod access;
mod entry;
mod container;
mod file;
mod firewall;
mod host;

use std::borrow::Cow;

use super::kind::Kind;
use super::release::{Release, SINCE_1_18};
use super::spec::{self, Object};
use crate::base::Span;
use crate::desire::{self, Content, Cpu, Guest, Import, Provider, RootOptions, Secret, Text, Timeouts, Vm};
use crate::diag::Diagnostic;
use crate::own::Facet;
use crate::pve;
use crate::targets::errors;
use crate::targets::request::{Credential, Request};

pub(super) use access::pool;
pub(super) use container::{container, parts as container_parts};
pub(super) use entry::{
    acl, acme_account, acme_plugin, certificate, group, ha_group, ha_resource, metrics_server, role, user,
};
pub(super) use file::{image, snippet};
pub(super) use firewall::{alias, cluster, guest, ipset, node, rules, security_group};
pub(super) use host::{bridge, host_dns, hosts, repository, standard, time, vlan};

/// What lowering one resource needs: the request, which objects it stands on, and what was found.
pub(super) struct Cx<'r, 'd> {
    /// The release that is written.
    pub release: Release,
    /// The kind of the document that is written.
    pub kind: Kind,
    /// The request.
    pub request: &'r Request<'d>,
    /// The index of the object whose fields are being lowered.
    pub index: usize,
    /// What was refused so far.
    pub diagnostics: Vec<Diagnostic>,
}

/// The objects of one VM: its configuration, and what else this target owns of it.
#[derive(Clone, Copy)]
pub(super) struct Parts<'r> {
    /// The index of the configuration, the configuration.
    pub vm: (usize, &'r Vm<'r>),
    /// The root options, if they are this target's.
    pub root: Option<(usize, &'r RootOptions<'r>)>,
    /// The root options, if another owner applies them.
    pub others: Option<&'r RootOptions<'r>>,
    /// Whether it runs, if that is this target's business.
    pub power: Option<desire::Power>,
}

/// What the CRD calls a borrowed text.
pub(super) fn word<'r>(text: &'r Text<'_>) -> Option<Text<'r>> {
    Some(Cow::Borrowed(&**text))
}

pub(super) fn maybe<'r>(text: &'r Option<Text<'_>>) -> Option<Text<'r>> {
    text.as_deref().map(Cow::Borrowed)
}

fn words<'r>(texts: &'r [Text<'_>]) -> Vec<Text<'r>> {
    texts.iter().map(|text| Cow::Borrowed(&**text)).collect()
}

pub(super) fn number(value: Option<u32>) -> Option<i64> {
    value.map(i64::from)
}

pub(super) fn set(value: bool) -> Option<bool> {
    value.then_some(true)
}

pub(super) fn unset(value: bool) -> Option<bool> {
    value.then_some(false)
}

impl<'r, 'd> Cx<'r, 'd> {
    pub fn origin(&self, path: &str) -> Option<Span> {
        let origin = self.request.origin;
        origin(self.index, path).or_else(|| origin(self.index, ""))
    }

    /// Refuses a field that the CRD does not have.
    pub fn cannot(&mut self, path: &str, why: &str) {
        let diagnostic = errors::cannot_express(self.request, self.origin(path), path, why);
        self.diagnostics.push(diagnostic);
    }

    /// Refuses that nothing is said of a field.
    pub fn left_out(&mut self, path: &str, why: &str) {
        let diagnostic = errors::left_out(self.request, self.origin(path), path, why);
        self.diagnostics.push(diagnostic);
    }

    /// Refuses each field that is set, where the CRD has none of them.
    pub fn cannot_any(&mut self, fields: &[(bool, &str)]) {
        for (_, path) in fields.iter().filter(|(is_set, _)| *is_set) {
            self.no_field(path);
        }
    }

    /// Refuses a field for which the CRD has none, as most that are refused.
    pub fn no_field(&mut self, path: &str) {
        let why = format!("{} of provider {} has no field for it", self.kind.name(), self.release.provider());
        self.cannot(path, &why);
    }

    /// Whether the release has what came with 1.18.
    pub fn has_1_18(&self) -> bool {
        SINCE_1_18.contains(&self.release)
    }

    /// Where a secret is, if Kubernetes has it where the object can read it.
    pub fn secret(&mut self, secret: &'r Secret<'_>, path: &str) -> Object<spec::SecretKey<'r>> {
        let Secret::Kubernetes { namespace, name, key } = secret else {
            let diagnostic = errors::secret_out_of_reach(self.request, self.origin(path), path);
            self.diagnostics.push(diagnostic);
            return Object(None);
        };
        let is_namespaced = self.release.is_namespaced();
        if is_namespaced && *namespace != self.request.namespace {
            let why = format!(
                "a namespaced object reads secrets of its own namespace `{}`, and this one is in `{namespace}`",
                self.request.namespace
            );
            self.cannot(path, &why);
        }
        let namespace = if is_namespaced { None } else { word(namespace) };
        Object(Some(spec::SecretKey { namespace, name: word(name), key: word(key), ..Default::default() }))
    }

    /// Refuses a value that is no whole number of the CRD's unit.
    pub fn not_exact(&mut self, path: &str, unit: &str) {
        let diagnostic = errors::not_exact(self.request, self.origin(path), path, unit);
        self.diagnostics.push(diagnostic);
    }

    /// A number that must be whole.
    pub fn whole(&mut self, value: Option<f64>, path: impl FnOnce() -> String, unit: &str) -> Option<i64> {
        let value = value?;
        if value.fract() != 0.0 {
            self.not_exact(&path(), unit);
        }
        Some(value as i64)
    }

    /// Refuses an option that the login may not set to this value on this node.
    pub fn root_only(&mut self, node: &str, option: &str, value: &str, path: &str) {
        if matches!(self.request.login.credential, Credential::Unknown | Credential::Root) {
            return;
        }
        let row = pve::option(option);
        if row.is_some_and(|row| row.needs_root((self.request.version)(node), value)) {
            let field = path.strip_prefix("raw.").unwrap_or(path);
            self.refuse_root(path, &format!("set `{field}`"), false);
        }
    }

    /// Refuses what only root may do, such as "set `args`", unless root it is.
    pub fn refuse_root(&mut self, path: &str, deed: &str, is_device: bool) {
        if matches!(self.request.login.credential, Credential::Token | Credential::User) {
            let facet = if self.kind == Kind::Container { Facet::ContainerRootOptions } else { Facet::VmRootOptions };
            let diagnostic = errors::root_only(self.request, self.origin(path), deed, facet.name());
            let diagnostic = if is_device { errors::by_its_mapping(diagnostic) } else { diagnostic };
            self.diagnostics.push(diagnostic);
        }
    }

    /// The volume id of what is imported or read.
    pub fn volume(&mut self, import: &'r Import<'_>, path: impl FnOnce() -> String) -> Option<Text<'r>> {
        match import {
            Import::Volume(volume) => word(volume),
            Import::Object(reference) => match self.request.files.volume_id(reference) {
                Some(volume) => Some(Cow::Owned(volume)),
                None => {
                    self.cannot(&path(), "nothing in this lab makes that file there");
                    None
                }
            },
        }
    }
}

/// A VM as EnvironmentVM has it.
pub(super) fn vm<'r>(cx: &mut Cx<'r, '_>, parts: Parts<'r>) -> spec::Vm<'r> {
    let (index, vm) = parts.vm;
    cx.index = index;
    let mut out = spec::Vm {
        node_name: word(&vm.node),
        name: maybe(&vm.name),
        vm_id: number(vm.id),
        description: maybe(&vm.description),
        tags: words(&vm.tags),
        pool_id: maybe(&vm.pool),
        started: parts.power.map(|power| power.running),
        on_boot: Some(vm.on_boot),
        template: set(vm.template),
        protection: set(vm.protection),
        machine: maybe(&vm.machine),
        bios: Some(vm.bios.as_deref().map_or(Cow::Borrowed("seabios"), Cow::Borrowed)),
        scsi_hardware: Some(vm.scsi_controller.as_deref().map_or(Cow::Borrowed("lsi"), Cow::Borrowed)),
        boot_order: words(&vm.boot_order),
        keyboard_layout: maybe(&vm.keyboard),
        tablet_device: unset(vm.no_tablet),
        ..spec::Vm::default()
    };
    out.startup = vm.startup.map(|startup| {
        Box::new(spec::Startup {
            order: number(startup.order),
            up_delay: number(startup.up),
            down_delay: number(startup.down),
            ..spec::Startup::default()
        })
    });
    out.operating_system = vm.os.as_ref().map(|os| spec::OperatingSystem { kind: word(os), ..Default::default() });
    out.cpu = Some(cpu(cx, &vm.cpu));
    out.memory = Some(memory(cx, vm));
    out.numa = vm.numa_nodes.iter().map(numa_node).collect();
    out.disk = vm.disks.iter().map(|disk| devices::disk(cx, disk)).collect();
    out.network_device = devices::nics(vm);
    devices::shares(cx, vm, &mut out);
    devices::console(vm, &mut out);
    devices::cdroms(cx, vm, &mut out);
    first_boot::cloud_init(cx, vm, &mut out);
    first_boot::agent(cx, vm, &mut out);
    firmware(cx, vm, &mut out);
    seldom(cx, vm, &mut out);
    if let Some((root_index, root)) = parts.root {
        cx.index = root_index;
        root_options(cx, vm, root, &mut out);
        cx.index = index;
    }
    devices::passed_through(cx, parts, &mut out);
    out
}

fn cpu<'r>(cx: &mut Cx<'r, '_>, cpu: &'r Cpu<'_>) -> spec::Cpu<'r> {
    if let Some(extra) = &cpu.extra {
        cx.cannot_any(&[
            (extra.hidden, "cpu.hidden"),
            (extra.hv_vendor_id.is_some(), "cpu.hv-vendor-id"),
            (extra.phys_bits.is_some(), "cpu.phys-bits"),
            (extra.guest_phys_bits.is_some(), "cpu.guest-phys-bits"),
            (extra.reported_model.is_some(), "cpu.reported-model"),
        ]);
    }
    spec::Cpu {
        cores: Some(i64::from(cpu.cores.unwrap_or(1))),
        sockets: number(cpu.sockets),
        kind: Some(cpu.model.as_deref().map_or(Cow::Borrowed("kvm64"), Cow::Borrowed)),
        flags: words(&cpu.flags),
        hotplugged: number(cpu.hotplugged),
        limit: cx.whole(cpu.limit, || "cpu.limit".to_owned(), "whole processors"),
        units: number(cpu.units),
        numa: set(cpu.numa),
        ..spec::Cpu::default()
    }
}

fn memory<'r>(cx: &mut Cx<'r, '_>, vm: &Vm<'_>) -> spec::Memory<'r> {
    cx.cannot_any(&[(vm.shares.is_some(), "balloon-shares"), (vm.no_ksm, "ksm")]);
    // The provider takes the balloon away unless told otherwise; Proxmox gives one of the whole memory.
    let floating = vm.balloon.unwrap_or(vm.memory);
    spec::Memory {
        dedicated: Some(i64::from(vm.memory)),
        floating: (floating > 0).then_some(i64::from(floating)),
        ..spec::Memory::default()
    }
}

fn numa_node<'r>(node: &'r desire::NumaNode<'_>) -> spec::Numa<'r> {
    spec::Numa {
        device: Some(Cow::Owned(format!("numa{}", node.slot))),
        cpus: word(&node.cpus),
        memory: number(node.memory),
        hostnodes: maybe(&node.host_nodes),
        policy: maybe(&node.policy),
        ..spec::Numa::default()
    }
}

fn firmware<'r>(cx: &mut Cx<'r, '_>, vm: &'r Vm<'_>, out: &mut spec::Vm<'r>) {
    if let Some(extra) = &vm.machine_extra {
        cx.cannot_any(&[
            (extra.viommu.is_some(), "machine-options.viommu"),
            (extra.address_bits.is_some(), "machine-options.address-bits"),
            (extra.sleep.is_some(), "machine-options.sleep"),
            (extra.hibernate.is_some(), "machine-options.hibernate"),
        ]);
    }
    if let Some(efi) = &vm.efi {
        cx.cannot_any(&[(efi.ms_cert.is_some(), "efi.ms-cert")]);
        out.efi_disk = Some(Box::new(spec::EfiDisk {
            datastore_id: word(&efi.storage),
            kind: maybe(&efi.size),
            file_format: maybe(&efi.format),
            pre_enrolled_keys: set(efi.pre_enrolled_keys),
            ..spec::EfiDisk::default()
        }));
    }
    out.tpm_state = vm.tpm.as_ref().map(|tpm| {
        Box::new(spec::TpmState {
            datastore_id: word(&tpm.storage),
            version: Some(tpm.version.as_deref().map_or(Cow::Borrowed("v1.2"), Cow::Borrowed)),
            ..spec::TpmState::default()
        })
    });
    out.smbios = vm.smbios.as_ref().map(|smbios| {
        Box::new(spec::Smbios {
            uuid: maybe(&smbios.uuid),
            manufacturer: maybe(&smbios.manufacturer),
            product: maybe(&smbios.product),
            version: maybe(&smbios.version),
            serial: maybe(&smbios.serial),
            sku: maybe(&smbios.sku),
            family: maybe(&smbios.family),
            ..spec::Smbios::default()
        })
    });
}

/// What few VMs say: options of the guest, cloning, creation, and what only tools know.
fn seldom<'r>(cx: &mut Cx<'r, '_>, vm: &'r Vm<'_>, out: &mut spec::Vm<'r>) {
    if let Some(guest) = &vm.guest {
        out.acpi = unset(guest.no_acpi);
        if cx.has_1_18() {
            out.hotplug = guest.hotplug.as_deref().map(|features| match features {
                [] => Cow::Borrowed("0"),
                features => Cow::Owned(features.join(",")),
            });
        } else {
            cx.cannot_any(&[(guest.hotplug.is_some(), "hotplug")]);
        }
        guest_options(cx, guest);
    }
    out.clone = vm.clone.as_ref().map(|clone| {
        Box::new(spec::CloneFrom {
            vm_id: Some(i64::from(clone.id)),
            node_name: maybe(&clone.node),
            datastore_id: maybe(&clone.storage),
            full: unset(clone.linked),
            retries: number(clone.retries),
            ..spec::CloneFrom::default()
        })
    });
    if let Some(create) = &vm.create {
        out.reboot = set(create.reboot);
        cx.cannot_any(&[
            (create.bandwidth.is_some(), "create.bandwidth"),
            (create.working_storage.is_some(), "create.working-storage"),
            (create.restore_from.is_some(), "create.restore-from"),
            (create.live_restore, "create.live-restore"),
            (create.new_macs, "create.new-macs"),
            (create.overwrite, "create.overwrite"),
            (create.restore_to.is_some(), "create.restore-to"),
            (create.ha, "create.ha"),
        ]);
    }
    if let Some(provider) = &vm.provider {
        provider_options(provider, out);
    }
    for option in &vm.raw {
        cx.no_field(&format!("raw.{}", option.name));
    }
}

fn guest_options(cx: &mut Cx<'_, '_>, guest: &Guest<'_>) {
    cx.cannot_any(&[
        (guest.no_kvm, "kvm"),
        (guest.local_time.is_some(), "clock"),
        (guest.start_date.is_some(), "start-date"),
        (guest.drift_fix, "drift-fix"),
        (guest.freeze, "freeze"),
        (guest.no_reboot, "reboot"),
        (guest.state_storage.is_some(), "state-storage"),
        (guest.migration_speed.is_some(), "migration.speed"),
        (guest.migration_downtime.is_some(), "migration.downtime-seconds"),
    ]);
}

fn provider_options<'r>(provider: &'r Provider<'_>, out: &mut spec::Vm<'r>) {
    out.reboot_after_update = unset(provider.no_reboot);
    out.migrate = set(provider.migrate);
    out.delete_unreferenced_disks_on_destroy = unset(provider.keep_unreferenced_disks);
    out.purge_on_destroy = unset(provider.no_purge);
    out.stop_on_destroy = set(provider.stop);
    out.mac_addresses = words(&provider.published_macs);
    let Timeouts { clone, create, migrate, move_disk, reboot, shutdown, start, stop } = provider.timeouts;
    out.timeout_clone = number(clone);
    out.timeout_create = number(create);
    out.timeout_migrate = number(migrate);
    out.timeout_move_disk = number(move_disk);
    out.timeout_reboot = number(reboot);
    out.timeout_shutdown_vm = number(shutdown);
    out.timeout_start_vm = number(start);
    out.timeout_stop_vm = number(stop);
}

/// What the CRD calls the memory that a VM shares: it lets nobody choose.
pub(super) fn shared_memory_name(id: Option<u32>) -> String {
    format!("vm-{}-ivshmem", id.unwrap_or_default())
}

fn root_options<'r>(cx: &mut Cx<'r, '_>, vm: &'r Vm<'_>, root: &'r RootOptions<'_>, out: &mut spec::Vm<'r>) {
    refuse_by_login(cx, &vm.node, root);
    out.kvm_arguments = maybe(&root.args);
    out.hook_script_file_id = root.hook.as_ref().and_then(|hook| cx.volume(hook, || "hook".to_owned()));
    if let Some(cpu) = &mut out.cpu {
        cpu.affinity = maybe(&root.affinity);
        cpu.architecture = maybe(&root.architecture);
    }
    if let Some(memory) = &mut out.memory {
        memory.hugepages = maybe(&root.hugepages);
        memory.keep_hugepages = set(root.keep_hugepages);
        if let Some(shared) = &root.shared_memory {
            memory.shared = Some(i64::from(shared.size));
            if shared.name.as_deref() != Some(&shared_memory_name(vm.id)) {
                let why = format!("the provider names it `{}`", shared_memory_name(vm.id));
                cx.cannot("shared-memory.name", &why);
            }
        }
    }
    out.amd_sev = root.sev.as_ref().map(|sev| {
        Box::new(spec::AmdSev {
            kind: word(&sev.sort),
            allow_smt: unset(sev.no_smt),
            kernel_hashes: set(sev.kernel_hashes),
            no_debug: set(sev.no_debug),
            no_key_sharing: set(sev.no_key_sharing),
            ..spec::AmdSev::default()
        })
    });
    out.rng = root.rng.as_ref().map(|rng| {
        Box::new(spec::Rng {
            source: word(&rng.source),
            max_bytes: number(rng.max_bytes),
            period: number(rng.period),
            ..spec::Rng::default()
        })
    });
    cx.cannot_any(&[
        (root.tdx.is_some(), "tdx"),
        (root.spice.is_some(), "spice"),
        (root.generation_id.is_some(), "generation-id"),
    ]);
    for parallel in &root.parallels {
        cx.no_field(&format!("parallel.parallel{}", parallel.slot));
    }
}

/// Refuses what the login may not set. Devices are looked at where they are written.
fn refuse_by_login(cx: &mut Cx<'_, '_>, node: &str, root: &RootOptions<'_>) {
    let rng = root.rng.as_ref().map(|rng| &*rng.source);
    let options: [(bool, &str, &str, &str); 12] = [
        (root.args.is_some(), "args", "", "raw.args"),
        (root.hook.is_some(), "hookscript", "", "hook"),
        (root.affinity.is_some(), "affinity", "", "cpu.affinity"),
        (root.architecture.is_some(), "arch", "", "cpu.architecture"),
        (root.hugepages.is_some(), "hugepages", "", "hugepages"),
        (root.keep_hugepages, "keephugepages", "", "keep-hugepages"),
        (root.sev.is_some(), "amd-sev", "", "sev"),
        (root.tdx.is_some(), "intel-tdx", "", "tdx"),
        (root.shared_memory.is_some(), "ivshmem", "", "shared-memory"),
        (root.spice.is_some(), "spice_enhancements", "", "spice"),
        (root.generation_id.is_some(), "vmgenid", "", "generation-id"),
        (rng.is_some(), "rng0", rng.unwrap_or_default(), "rng"),
    ];
    for (_, option, value, path) in options.into_iter().filter(|(is_set, ..)| *is_set) {
        cx.root_only(node, option, value, path);
    }
}

/// The parts of the VM whose configuration is at `index`, which stand next to it in the sorted objects.
pub(super) fn parts<'r>(request: &'r Request<'_>, index: usize, vm: &'r Vm<'_>) -> Parts<'r> {
    let objects = &request.desired.objects;
    let address = &objects[index].address;
    let mut parts = Parts { vm: (index, vm), root: None, others: None, power: None };
    let rest = objects.iter().enumerate().skip(index + 1).take_while(|(_, object)| object.address == *address);
    for (at, object) in rest {
        match (&object.content, (request.owns)(at)) {
            (Content::RootOptions(root), true) => parts.root = Some((at, root)),
            (Content::RootOptions(root), false) => parts.others = Some(root),
            (Content::Power(power), true) => parts.power = Some(*power),
            (Content::Power(_), false)
            | (
                Content::Vm(_)
                | Content::Image(_)
                | Content::Snippet(_)
                | Content::Mapping(_)
                | Content::Pool(_)
                | Content::Entry(_)
                | Content::Host(_)
                | Content::Firewall(_)
                | Content::Container(_)
                | Content::ContainerRoot(_)
                | Content::ContainerPower(_),
                _,
            ) => {}
        }
    }
    parts
}
