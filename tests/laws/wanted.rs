//! Random labs in normal form, made only of what a release of the provider can say.

use hlab::desire::{
    Agent, Attribute, Audio, CdMedium, Cdrom, CloneFrom, CloudInit, ContainerRoot, Content, Cpu, Create, Desired, Disk,
    DiskExtra, EfiDisk, Guest, Image, Import, IpConfig, Life, Nic, NumaNode, Object, PciDevice, Place, Pool, Power,
    Provider, Ref, Rng, RootOptions, Secret, Serial, Sev, Share, SharedMemory, Smbios, Snippet, SnippetSource, Startup,
    Text, Throttle, Timeouts, Tpm, Usb, UsbDevice, Vga, Vm, Watchdog,
};
use hlab::own::Facet;
use hlab::targets::crossplane::release::Release;

use super::random::Random;
use super::wanted_container;

const WORDS: &[&str] =
    &["on", "no", "1_000", "12:30:45", "k3s", "a b", "ünï", "x: y # z", "\"q\"", "", "two\nlines", "~", "10.0.0.1"];

pub fn text(random: &mut Random) -> Text<'static> {
    (*random.pick(WORDS)).into()
}

fn label(random: &mut Random) -> Text<'static> {
    (*random.pick(&["on", "1_000", "k3s", "", "1.5", "0777", "No"])).into()
}

pub fn some<T>(random: &mut Random, make: impl FnOnce(&mut Random) -> T) -> Option<T> {
    random.once_in(2).then(|| make(random))
}

pub fn word(random: &mut Random) -> Option<Text<'static>> {
    some(random, text)
}

pub fn words(random: &mut Random) -> Vec<Text<'static>> {
    (0..random.below(3)).map(|_| text(random)).collect()
}

/// A number that is no default of anything.
pub fn number(random: &mut Random) -> Option<u32> {
    some(random, |random| 2000 + random.below(5000) as u32)
}

pub fn flag(random: &mut Random) -> bool {
    random.once_in(2)
}

pub fn full<T: Default + PartialEq>(value: T) -> Option<Box<T>> {
    (value != T::default()).then(|| Box::new(value))
}

/// The namespace that namespaced objects are in.
pub const NAMESPACE: &str = "homelab";

pub fn is_new(release: Release) -> bool {
    release != Release::V0_11
}

fn hotplug(random: &mut Random, release: Release) -> Option<Vec<Text<'static>>> {
    let features = *random.pick(&[&[][..], &["cpu", "memory"], &["network"]]);
    (is_new(release) && flag(random)).then(|| features.iter().map(|feature| (*feature).into()).collect())
}

/// A lab of pools, entries, files, containers and VMs, all of one owner.
pub fn desired(random: &mut Random, release: Release, vms: usize) -> Desired<'static> {
    let mut desired = Desired { project: "home".into(), objects: Vec::new() };
    let nodes = ["pve", "still-fawn"];
    for node in nodes {
        let place = Place::Storage { node: node.into(), storage: "local".into() };
        let content = Content::Image(Box::new(image(random, node)));
        desired.objects.push(object(random, "image.noble", place, content));
    }
    for node in nodes {
        let place = Place::Storage { node: node.into(), storage: "local".into() };
        let content = Content::Snippet(Box::new(snippet(random, release, node)));
        desired.objects.push(object(random, "snippet.first", place, content));
    }
    let pool = Pool { name: "lab".into(), comment: word(random), storages: Vec::new() };
    desired.objects.push(object(random, "pool.lab", Place::Only, Content::Pool(Box::new(pool))));
    for (address, place, content) in super::entries::entries(random, release) {
        desired.objects.push(object(random, &address, place, content));
    }
    let content = Content::Image(Box::new(image(random, "pve")));
    desired.objects.push(object(random, "image.single", Place::Only, content));
    containers(random, release, vms, &mut desired);
    for index in 0..vms {
        let node = *random.pick(&nodes);
        let address = format!("vm.v{index:05}");
        let power = Content::Power(Power { running: flag(random) });
        let life = object(random, &address, Place::Only, power);
        let id = 100 + index as u32;
        let (vm, root) = (vm(random, release, node, id), root(random, node, id));
        let with = |content| Object { content, ..life.clone() };
        desired.objects.push(with(Content::Vm(Box::new(vm))));
        if root != RootOptions::default() {
            desired.objects.push(with(Content::RootOptions(Box::new(root))));
        }
        // Somebody else's power leaves no object behind.
        if flag(random) {
            desired.objects.push(life);
        }
    }
    super::wanted_site::objects(random, release, &mut desired.objects);
    desired.sort();
    desired
}

/// Containers, in random parts.
fn containers(random: &mut Random, release: Release, count: usize, desired: &mut Desired<'static>) {
    for index in 0..count {
        let node = *random.pick(&["pve", "still-fawn"]);
        let (config, root) = wanted_container::container(random, release, node, 50_000 + index as u32);
        let power = Content::ContainerPower(Power { running: flag(random) });
        let life = object(random, &format!("container.c{index:05}"), Place::Only, power);
        let with = |content| Object { content, ..life.clone() };
        desired.objects.push(with(Content::Container(Box::new(config))));
        if root != ContainerRoot::default() {
            desired.objects.push(with(Content::ContainerRoot(Box::new(root))));
        }
        if flag(random) {
            desired.objects.push(life);
        }
    }
}

pub fn object(random: &mut Random, address: &str, place: Place<'static>, content: Content<'static>) -> Object<'static> {
    let mut labels: Vec<(Text<'static>, Text<'static>)> =
        vec![("a/b".into(), label(random)), ("role".into(), label(random))];
    labels.truncate(random.below(3));
    let observe = random.once_in(8) && !matches!(content, Content::Image(_));
    let life = Life {
        adopt: flag(random) && !observe,
        destroy: flag(random) && !observe,
        paused: flag(random),
        observe,
        labels,
    };
    Object { address: address.to_owned().into(), place, file: "guests.hlab".into(), life, content }
}

fn image(random: &mut Random, node: &str) -> Image<'static> {
    Image {
        node: node.to_owned().into(),
        storage: "local".into(),
        content: (*random.pick(&["import", "iso", "vztmpl"])).into(),
        file: format!("{}-{node}.qcow2", random.below(1_000_000)).into(),
        url: Some("https://example.org/noble.img".into()),
        checksum: some(random, |random| ((*random.pick(&["sha256", "md5"])).into(), text(random))),
        compression: word(random),
        keep_changed: flag(random),
        overwrite_unmanaged: flag(random),
        any_certificate: flag(random),
        timeout: number(random),
    }
}

fn snippet(random: &mut Random, release: Release, node: &str) -> Snippet<'static> {
    let source = some(random, |random| {
        Box::new(SnippetSource {
            path: "https://example.org/first.yaml".into(),
            checksum: word(random),
            any_certificate: flag(random),
            min_tls: some(random, |random| (*random.pick(&["1.0", "1.2"])).into()),
            changed: flag(random),
        })
    });
    Snippet {
        node: node.to_owned().into(),
        storage: "local".into(),
        file: format!("{node}.yaml").into(),
        text: source.is_none().then(|| text(random)),
        resize: some(random, |random| random.below(5000) as u64).filter(|_| source.is_none()),
        source,
        executable: flag(random),
        keep: flag(random),
        timeout: number(random),
        sftp: is_new(release) && flag(random),
    }
}

fn vm(random: &mut Random, release: Release, node: &str, id: u32) -> Vm<'static> {
    let memory = 512 + random.below(8) as u32 * 1024;
    Vm {
        node: node.to_owned().into(),
        id: Some(id),
        name: word(random),
        description: word(random),
        tags: words(random),
        pool: word(random),
        cpu: cpu(random),
        memory,
        balloon: some(random, |random| random.below(512) as u32),
        machine: word(random),
        bios: word(random),
        os: word(random),
        boot_order: words(random),
        scsi_controller: word(random),
        numa_nodes: (0..random.below(3)).map(|slot| numa_node(random, slot as u8)).collect(),
        efi: some(random, |random| {
            Box::new(EfiDisk {
                storage: text(random),
                size: word(random),
                pre_enrolled_keys: flag(random),
                format: word(random),
                ms_cert: None,
            })
        }),
        tpm: some(random, |random| Box::new(Tpm { storage: text(random), version: word(random) })),
        disks: (0..random.below(4)).map(|slot| disk(random, release, node, slot)).collect(),
        cdroms: some(random, |random| cdrom(random, node)).into_iter().collect(),
        nics: (0..6)
            .filter(|_| random.once_in(3))
            .collect::<Vec<u8>>()
            .into_iter()
            .map(|slot| nic(random, slot))
            .collect(),
        cloud_init: some(random, |random| Box::new(cloud_init(random, release, node))),
        pci: (0..16).filter(|slot| slot % 2 == 0 && random.once_in(6)).map(pci).collect(),
        shares_of_host: (0..random.below(3)).map(|slot| share(random, slot as u8)).collect(),
        serials: if flag(random) { vec![0] } else { Vec::new() },
        usb: some(random, |random| {
            let device = if flag(random) { UsbDevice::Mapping("coral".into()) } else { UsbDevice::Spice };
            Usb { slot: 0, device, usb3: flag(random) }
        })
        .into_iter()
        .collect(),
        vga: full(Vga { sort: word(random), memory: number(random), vnc_clipboard: flag(random) }),
        audio: some(random, |random| Box::new(Audio { device: text(random), driver: word(random) })),
        watchdog: some(random, |random| Box::new(Watchdog { model: word(random), action: word(random) })),
        keyboard: word(random),
        no_tablet: flag(random),
        smbios: full(smbios(random)),
        agent: some(random, |random| agent(random, release)),
        guest: full(Guest { no_acpi: flag(random), hotplug: hotplug(random, release), ..Guest::default() }),
        on_boot: flag(random),
        startup: Some(Startup { order: number(random), up: number(random), down: number(random) })
            .filter(|startup| *startup != Startup::default()),
        protection: flag(random),
        template: flag(random),
        clone: some(random, |random| {
            Box::new(CloneFrom {
                id: 900,
                node: word(random),
                storage: word(random),
                linked: flag(random),
                retries: number(random),
            })
        }),
        create: full(Create { reboot: flag(random), ..Create::default() }),
        provider: full(provider(random)),
        ..Vm::default()
    }
}

fn cpu(random: &mut Random) -> Cpu<'static> {
    Cpu {
        cores: number(random),
        sockets: number(random),
        model: word(random),
        flags: words(random),
        hotplugged: number(random),
        limit: some(random, |random| 1.0 + random.below(100) as f64),
        units: number(random),
        numa: flag(random),
        extra: None,
    }
}

fn numa_node(random: &mut Random, slot: u8) -> NumaNode<'static> {
    NumaNode { slot, cpus: text(random), memory: number(random), host_nodes: word(random), policy: word(random) }
}

fn from(random: &mut Random, node: &str) -> Import<'static> {
    match random.below(3) {
        0 => Import::Volume("local:import/other.qcow2".into()),
        1 if node == "pve" => Import::Object(reference("image.single", Place::Only)),
        _ => Import::Object(reference(
            "image.noble",
            Place::Storage { node: node.to_owned().into(), storage: "local".into() },
        )),
    }
}

fn reference(address: &'static str, place: Place<'static>) -> Ref<'static> {
    Ref { address: address.into(), facet: Facet::ImageFile, place, attribute: Attribute::VolumeId }
}

/// A snippet, of this lab or put there by other means.
pub fn snippet_file(random: &mut Random, node: &str) -> Option<Import<'static>> {
    let place = Place::Storage { node: node.to_owned().into(), storage: "local".into() };
    let (address, facet) = ("snippet.first".into(), Facet::SnippetFile);
    let made = Import::Object(Ref { address, facet, place, attribute: Attribute::VolumeId });
    some(random, |random| if flag(random) { made } else { Import::Volume(text(random)) })
}

fn disk(random: &mut Random, release: Release, node: &str, slot: usize) -> Disk<'static> {
    Disk {
        slot: format!("{}{slot}", random.pick(&["scsi", "virtio", "sata"])).into(),
        storage: text(random),
        size: (1 + random.below(4000) as u64) << 30,
        import: some(random, |random| from(random, node)),
        volume: word(random),
        format: word(random),
        cache: word(random),
        aio: word(random),
        iothread: flag(random),
        discard: flag(random),
        ssd: flag(random),
        no_backup: flag(random),
        no_replication: flag(random),
        serial: word(random),
        throttle: full(throttle(random)),
        extra: full(DiskExtra { queues: number(random).filter(|_| is_new(release)), ..DiskExtra::default() }),
    }
}

fn throttle(random: &mut Random) -> Throttle {
    let rate = |random: &mut Random| number(random).map(f64::from);
    Throttle {
        read: rate(random),
        read_burst: rate(random),
        write: rate(random),
        write_burst: rate(random),
        iops_read: number(random),
        iops_read_burst: number(random),
        iops_write: number(random),
        iops_write_burst: number(random),
        ..Throttle::default()
    }
}

fn cdrom(random: &mut Random, node: &str) -> Cdrom<'static> {
    let medium = match random.below(3) {
        0 => CdMedium::Empty,
        1 => CdMedium::Physical,
        _ => CdMedium::File(from(random, node)),
    };
    Cdrom { slot: "ide3".into(), medium }
}

fn nic(random: &mut Random, slot: u8) -> Nic<'static> {
    Nic {
        slot,
        bridge: text(random),
        model: text(random),
        mac: word(random),
        vlan: number(random),
        trunks: (0..random.below(3) as u32).map(|tag| 10 + tag).collect(),
        firewall: flag(random),
        disconnected: flag(random),
        mtu: number(random),
        queues: number(random),
        rate: some(random, |random| 0.5 + random.below(100) as f64),
    }
}

fn cloud_init(random: &mut Random, release: Release, node: &str) -> CloudInit<'static> {
    let file = |random: &mut Random| snippet_file(random, node);
    CloudInit {
        storage: text(random),
        slot: text(random),
        format: word(random),
        sort: word(random),
        user: word(random),
        password: some(random, |random| Secret::Kubernetes {
            namespace: if release.is_namespaced() { NAMESPACE.into() } else { text(random) },
            name: text(random),
            key: text(random),
        }),
        keys: words(random),
        dns: words(random),
        domain: word(random),
        addresses: (0..random.below(4))
            .map(|slot| IpConfig {
                slot: slot as u8,
                ip: word(random),
                gateway: word(random),
                ip6: word(random),
                gateway6: word(random),
            })
            .collect(),
        no_upgrade: is_new(release) && flag(random),
        user_data: file(random),
        vendor_data: file(random),
        network_data: file(random),
        meta_data: file(random),
    }
}

fn pci(slot: u8) -> PciDevice<'static> {
    let mut random = Random::new(u64::from(slot));
    PciDevice {
        slot,
        device: "gpu".into(),
        pcie: flag(&mut random),
        x_vga: flag(&mut random),
        no_rom_bar: flag(&mut random),
        rom_file: word(&mut random),
        mdev: word(&mut random),
        ..PciDevice::default()
    }
}

fn share(random: &mut Random, slot: u8) -> Share<'static> {
    Share {
        slot,
        mapping: text(random),
        cache: word(random),
        direct_io: flag(random),
        acl: flag(random),
        xattr: flag(random),
    }
}

fn smbios(random: &mut Random) -> Smbios<'static> {
    Smbios {
        uuid: word(random),
        manufacturer: word(random),
        product: word(random),
        version: word(random),
        serial: word(random),
        sku: word(random),
        family: word(random),
    }
}

fn agent(random: &mut Random, release: Release) -> Agent<'static> {
    Agent {
        no_wait: is_new(release) && flag(random),
        trim: flag(random),
        no_freeze: false,
        sort: word(random),
        timeout: number(random),
        wait_for_ipv4: flag(random),
        wait_for_ipv6: flag(random),
    }
}

fn provider(random: &mut Random) -> Provider<'static> {
    Provider {
        no_reboot: flag(random),
        migrate: flag(random),
        keep_unreferenced_disks: flag(random),
        no_purge: flag(random),
        stop: flag(random),
        timeouts: Timeouts {
            clone: number(random),
            create: number(random),
            migrate: number(random),
            move_disk: number(random),
            reboot: number(random),
            shutdown: number(random),
            start: number(random),
            stop: number(random),
        },
        published_macs: words(random),
    }
}

fn root(random: &mut Random, node: &str, id: u32) -> RootOptions<'static> {
    RootOptions {
        args: word(random),
        hook: snippet_file(random, node),
        affinity: word(random),
        architecture: word(random),
        hugepages: word(random),
        keep_hugepages: flag(random),
        sev: some(random, |random| Sev {
            sort: text(random),
            no_smt: flag(random),
            kernel_hashes: flag(random),
            no_debug: flag(random),
            no_key_sharing: flag(random),
        }),
        shared_memory: number(random).map(|size| SharedMemory { size, name: Some(format!("vm-{id}-ivshmem").into()) }),
        rng: some(random, |random| Rng { source: text(random), max_bytes: number(random), period: number(random) }),
        pci: (0..16).filter(|slot| slot % 2 == 1 && random.once_in(6)).map(pci).collect(),
        serials: Vec::<Serial<'static>>::new(),
        ..RootOptions::default()
    }
}
