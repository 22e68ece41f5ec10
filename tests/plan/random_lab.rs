//! Random labs of what Proxmox takes: every option that a VM or container can be given, and entries of the cluster.

use hlab::desire::{
    Acl, Agent, Audio, CdMedium, Cdrom, CloudInit, ClusterFirewall, Console, Container, ContainerNic, ContainerRoot,
    Content, Cpu, CpuExtra, Desired, DeviceNode, Disk, DiskExtra, EfiDisk, Entry, Features, Firewall, FirewallAlias,
    FirewallRule, FirewallRules, Group, Guest, GuestFirewall, GuestOf, HaNodes, HaResource, HostDns, HostPart,
    HostTime, IdRange, Import, Influxdb, IpConfig, IpSet, Life, LogLimit, MachineExtra, Mapping, Member, MetricsServer,
    MetricsSort, Mount, MountFlags, MountSource, Nic, NodeFirewall, NumaNode, Object, PciDevice, Place, Pool, Power,
    Protected, RawOption, Rng, Role, RootOptions, Rootfs, Secret, SecurityGroup, Serial, Smbios, Startup, Text,
    Throttle, Token, Tpm, Usb, UsbDevice, User, Vga, Vm, Watchdog, Who,
};

use super::random::Random;

const NODES: [&str; 2] = ["pve", "still-fawn"];
const STORAGES: [&str; 3] = ["local", "local-zfs", "tank"];

fn flag(random: &mut Random) -> bool {
    random.once_in(2)
}

fn some<T>(random: &mut Random, make: impl FnOnce(&mut Random) -> T) -> Option<T> {
    flag(random).then(|| make(random))
}

fn one(random: &mut Random, words: &[&'static str]) -> Option<Text<'static>> {
    some(random, |random| (*random.pick(words)).into())
}

fn number(random: &mut Random, from: u32, to: u32) -> u32 {
    from + random.below((to - from + 1) as usize) as u32
}

fn remark(random: &mut Random) -> Option<Text<'static>> {
    one(random, &["a remark", "two\nlines", "ünï <b>", "x: y # z", "100%"])
}

fn mac(random: &mut Random) -> Option<Text<'static>> {
    some(random, |random| {
        format!("BC:24:11:{:02X}:{:02X}:{:02X}", random.below(256), random.below(256), random.below(256)).into()
    })
}

pub fn desired(random: &mut Random) -> Desired<'static> {
    let mut out = Desired { project: "home".into(), objects: Vec::new() };
    let mut push = |address: String, content: Content<'static>| {
        let (place, file, life) = (Place::Only, "main.hlab".into(), Life::default());
        out.objects.push(Object { address: address.into(), place, file, life, content });
    };
    for number in 0..3u32 {
        let node = *random.pick(&NODES);
        let address = format!("vm.v{number}");
        push(address.clone(), Content::Vm(Box::new(vm(random, node, 100 + number))));
        if flag(random) {
            push(address.clone(), Content::RootOptions(Box::new(root(random))));
        }
        if flag(random) {
            push(address, Content::Power(Power { running: flag(random) }));
        }
        let address = format!("container.c{number}");
        let is_privileged = flag(random);
        push(address.clone(), Content::Container(Box::new(container(random, node, 200 + number, is_privileged))));
        if flag(random) {
            push(address.clone(), Content::ContainerRoot(Box::new(container_root(random))));
        }
        if flag(random) {
            push(address, Content::ContainerPower(Power { running: flag(random) }));
        }
    }
    entries(random, &mut push);
    out.sort();
    out
}

fn vm(random: &mut Random, node: &'static str, id: u32) -> Vm<'static> {
    Vm {
        node: node.into(),
        id: Some(id),
        name: Some(format!("v{id}").into()),
        description: remark(random),
        tags: if flag(random) { vec!["a".into(), "b".into()] } else { Vec::new() },
        pool: one(random, &["lab"]),
        cpu: cpu(random),
        memory: 1024 * number(random, 1, 8),
        balloon: some(random, |random| 256 * number(random, 0, 3)),
        shares: some(random, |random| number(random, 1, 999)),
        numa_nodes: if flag(random) {
            vec![NumaNode { slot: 0, cpus: "0-1".into(), memory: Some(512), ..NumaNode::default() }]
        } else {
            Vec::new()
        },
        machine: one(random, &["q35", "pc-i440fx-8.1"]),
        machine_extra: some(random, |random| {
            Box::new(MachineExtra {
                viommu: one(random, &["intel"]),
                sleep: some(random, flag),
                ..MachineExtra::default()
            })
        }),
        bios: one(random, &["ovmf"]),
        efi: some(random, |random| {
            Box::new(EfiDisk {
                storage: (*random.pick(&STORAGES)).into(),
                size: one(random, &["4m"]),
                pre_enrolled_keys: flag(random),
                ..EfiDisk::default()
            })
        }),
        tpm: some(random, |random| Box::new(Tpm { storage: "tank".into(), version: one(random, &["v2.0"]) })),
        os: one(random, &["l26", "win11"]),
        boot_order: if flag(random) { vec!["scsi0".into(), "net0".into()] } else { Vec::new() },
        scsi_controller: one(random, &["virtio-scsi-single"]),
        disks: vec![disk(random, "scsi0"), disk(random, "virtio1")],
        cdroms: vec![Cdrom {
            slot: "ide3".into(),
            medium: match random.below(3) {
                0 => CdMedium::Empty,
                1 => CdMedium::Physical,
                _ => CdMedium::File(Import::Volume("local:iso/a.iso".into())),
            },
        }],
        nics: vec![nic(random, 0), nic(random, 3)],
        cloud_init: some(random, |random| Box::new(cloud_init(random))),
        pci: if flag(random) {
            vec![PciDevice {
                slot: 0,
                device: "gpu".into(),
                pcie: flag(random),
                x_vga: flag(random),
                no_rom_bar: flag(random),
                ..PciDevice::default()
            }]
        } else {
            Vec::new()
        },
        usb: if flag(random) {
            vec![Usb { slot: 0, device: UsbDevice::Mapping("coral".into()), usb3: flag(random) }]
        } else {
            Vec::new()
        },
        serials: if flag(random) { vec![0] } else { Vec::new() },
        vga: some(random, |random| {
            Box::new(Vga {
                sort: one(random, &["qxl", "serial0"]),
                memory: some(random, |_| 64),
                vnc_clipboard: flag(random),
            })
        }),
        audio: some(random, |random| Box::new(Audio { device: "AC97".into(), driver: one(random, &["none"]) })),
        watchdog: some(random, |random| {
            Box::new(Watchdog { model: one(random, &["ib700"]), action: one(random, &["reset"]) })
        }),
        keyboard: one(random, &["de"]),
        no_tablet: flag(random),
        smbios: some(random, |random| {
            Box::new(Smbios { serial: one(random, &["a,b"]), family: one(random, &["x=y"]), ..Smbios::default() })
        }),
        agent: some(random, |random| Agent {
            trim: flag(random),
            no_freeze: flag(random),
            sort: one(random, &["isa"]),
            ..Agent::default()
        }),
        guest: some(random, |random| Box::new(seldom(random))),
        on_boot: flag(random),
        startup: some(random, startup),
        protection: flag(random),
        template: flag(random),
        raw: if flag(random) { vec![RawOption { name: "autostart".into(), value: "1".into() }] } else { Vec::new() },
        ..Vm::default()
    }
}

fn cpu(random: &mut Random) -> Cpu<'static> {
    Cpu {
        cores: some(random, |random| number(random, 2, 8)),
        sockets: some(random, |_| 2),
        model: one(random, &["host", "x86-64-v2-AES"]),
        flags: if flag(random) { vec!["+aes".into(), "-pcid".into()] } else { Vec::new() },
        hotplugged: some(random, |_| 1),
        limit: some(random, |_| 1.5),
        units: some(random, |random| number(random, 1, 5000)),
        numa: flag(random),
        extra: some(random, |random| {
            Box::new(CpuExtra { hidden: flag(random), phys_bits: one(random, &["host", "40"]), ..CpuExtra::default() })
        }),
    }
}

fn disk(random: &mut Random, slot: &'static str) -> Disk<'static> {
    let is_scsi = slot.starts_with("scsi");
    Disk {
        slot: slot.into(),
        storage: (*random.pick(&STORAGES)).into(),
        size: u64::from(number(random, 1, 900)) << 29,
        import: some(random, |_| Import::Volume("local:import/a.qcow2".into())),
        cache: one(random, &["writeback", "unsafe"]),
        aio: one(random, &["native", "threads"]),
        iothread: flag(random),
        discard: flag(random),
        ssd: is_scsi && flag(random),
        no_backup: flag(random),
        no_replication: flag(random),
        serial: one(random, &["abc123"]),
        throttle: some(random, |random| {
            Box::new(Throttle {
                read: some(random, |_| 10.5),
                iops: some(random, |_| 300),
                iops_burst_for: some(random, |_| 5),
                ..Throttle::default()
            })
        }),
        extra: some(random, |random| {
            Box::new(DiskExtra {
                read_only: flag(random),
                detect_zeroes: some(random, flag),
                read_error: one(random, &["report"]),
                vendor: if is_scsi { one(random, &["ACME"]) } else { None },
                ..DiskExtra::default()
            })
        }),
        ..Disk::default()
    }
}

fn nic(random: &mut Random, slot: u8) -> Nic<'static> {
    Nic {
        slot,
        bridge: (*random.pick(&["vmbr0", "vmbr1"])).into(),
        model: (*random.pick(&["virtio", "e1000"])).into(),
        mac: mac(random),
        vlan: some(random, |random| number(random, 2, 4000)),
        trunks: if flag(random) { vec![10, 20] } else { Vec::new() },
        firewall: flag(random),
        disconnected: flag(random),
        mtu: some(random, |_| 1400),
        queues: some(random, |_| 4),
        rate: some(random, |_| 12.5),
    }
}

fn cloud_init(random: &mut Random) -> CloudInit<'static> {
    CloudInit {
        storage: (*random.pick(&STORAGES)).into(),
        slot: "ide2".into(),
        sort: one(random, &["nocloud"]),
        user: one(random, &["ops"]),
        password: some(random, |_| Secret::Environment("CANARY".into())),
        keys: if flag(random) { vec!["ssh-ed25519 AAAA a@b".into(), "ssh-rsa BBBB c".into()] } else { Vec::new() },
        dns: if flag(random) { vec!["192.168.4.1".into(), "1.1.1.1".into()] } else { Vec::new() },
        domain: one(random, &["maas"]),
        addresses: vec![IpConfig {
            slot: 0,
            ip: one(random, &["dhcp", "192.168.4.5/24"]),
            gateway: one(random, &["192.168.4.1"]),
            ip6: one(random, &["auto", "fd00::5/64"]),
            gateway6: one(random, &["fd00::1"]),
        }],
        no_upgrade: flag(random),
        user_data: some(random, |_| Import::Volume("local:snippets/a.yaml".into())),
        ..CloudInit::default()
    }
}

fn seldom(random: &mut Random) -> Guest<'static> {
    Guest {
        no_acpi: flag(random),
        no_kvm: flag(random),
        local_time: some(random, flag),
        start_date: one(random, &["2006-06-17"]),
        drift_fix: flag(random),
        freeze: flag(random),
        no_reboot: flag(random),
        hotplug: some(random, |random| if flag(random) { Vec::new() } else { vec!["cpu".into(), "network".into()] }),
        state_storage: one(random, &["tank"]),
        migration_speed: some(random, |_| 100),
        migration_downtime: some(random, |_| 0.5),
    }
}

fn startup(random: &mut Random) -> Startup {
    Startup { order: Some(number(random, 1, 9)), up: some(random, |_| 30), down: some(random, |_| 60) }
}

fn root(random: &mut Random) -> RootOptions<'static> {
    RootOptions {
        args: one(random, &["-device x,y=z"]),
        hook: some(random, |_| Import::Volume("local:snippets/hook.sh".into())),
        affinity: one(random, &["0,2-3"]),
        architecture: one(random, &["x86_64"]),
        rng: some(random, |random| Rng {
            source: "/dev/urandom".into(),
            max_bytes: some(random, |_| 2048),
            period: None,
        }),
        pci: vec![PciDevice { slot: 7, device: "01:00".into(), pcie: flag(random), ..PciDevice::default() }],
        usb: vec![Usb { slot: 7, device: UsbDevice::Host("1A6E:089A".into()), usb3: flag(random) }],
        serials: vec![Serial { slot: 3, device: "/dev/ttyS0".into() }],
        ..RootOptions::default()
    }
}

fn flags(random: &mut Random) -> MountFlags<'static> {
    MountFlags {
        acl: some(random, flag),
        options: if flag(random) { vec!["noatime".into(), "nosuid".into()] } else { Vec::new() },
        quota: flag(random),
        no_replication: flag(random),
        read_only: flag(random),
        shared: flag(random),
    }
}

fn container(random: &mut Random, node: &'static str, id: u32, privileged: bool) -> Container<'static> {
    Container {
        node: node.into(),
        id: Some(id),
        name: Some(format!("c{id}").into()),
        description: remark(random),
        cores: some(random, |random| number(random, 1, 8)),
        cpu_limit: some(random, |_| 1.5),
        cpu_units: some(random, |random| number(random, 101, 5000)),
        architecture: one(random, &["arm64"]),
        memory: 256 * number(random, 1, 8),
        swap: 256 * number(random, 0, 4),
        privileged,
        nesting: !privileged && flag(random),
        rootfs: Some(Box::new(Rootfs {
            storage: (*random.pick(&STORAGES)).into(),
            size: Some(u64::from(number(random, 1, 90)) << 30),
            volume: None,
            flags: flags(random),
        })),
        mounts: vec![Mount {
            slot: 0,
            path: "/srv".into(),
            source: match random.below(2) {
                0 => MountSource::New("tank".into()),
                _ => MountSource::Volume(format!("tank:subvol-{id}-disk-9").into()),
            },
            size: Some(u64::from(number(random, 1, 90)) << 30),
            backup: flag(random),
            keep_attributes: false,
            flags: flags(random),
        }],
        nics: vec![ContainerNic {
            slot: 0,
            name: "eth0".into(),
            bridge: "vmbr0".into(),
            mac: mac(random),
            ip: one(random, &["dhcp", "192.168.4.9/24"]),
            gateway: one(random, &["192.168.4.1"]),
            ip6: one(random, &["auto"]),
            vlan: some(random, |_| 7),
            firewall: flag(random),
            rate: some(random, |_| 2.5),
            ..ContainerNic::default()
        }],
        dns: if flag(random) { vec!["192.168.4.1".into()] } else { Vec::new() },
        domain: one(random, &["maas"]),
        timezone: one(random, &["Europe/Berlin"]),
        console: some(random, |random| {
            Box::new(Console { disabled: flag(random), terminals: Some(4), mode: one(random, &["shell"]) })
        }),
        debug: flag(random),
        on_boot: flag(random),
        startup: some(random, startup),
        protection: flag(random),
        ..Container::default()
    }
}

fn container_root(random: &mut Random) -> ContainerRoot<'static> {
    ContainerRoot {
        hook: some(random, |_| Import::Volume("local:snippets/hook.sh".into())),
        features: some(random, |random| Features {
            nesting: flag(random),
            keyctl: true,
            mount: vec!["cifs".into(), "nfs".into()],
            ..Features::default()
        }),
        mounts: vec![Mount {
            slot: 8,
            path: "/media".into(),
            source: MountSource::Host("/mnt/media".into()),
            ..Mount::default()
        }],
        devices: vec![DeviceNode {
            slot: 0,
            path: "/dev/dri/renderD128".into(),
            group: some(random, |_| 104),
            ..DeviceNode::default()
        }],
        id_map: vec![IdRange { of_groups: flag(random), inside: 0, outside: 100_000, count: 65_536 }],
        lines: vec![RawOption { name: "lxc.cgroup2.devices.allow".into(), value: "c 189:* rwm".into() }],
    }
}

fn rule(random: &mut Random) -> FirewallRule<'static> {
    FirewallRule {
        group: None,
        action: Some((*random.pick(&["ACCEPT", "DROP"])).into()),
        direction: one(random, &["out"]),
        disabled: flag(random),
        protocol: one(random, &["tcp", "udp"]),
        from: one(random, &["192.168.4.0/24", "+home"]),
        ports: one(random, &["22", "8000:8010"]),
        log: one(random, &["info"]),
        comment: one(random, &["remark"]),
        ..FirewallRule::default()
    }
}

/// Firewalls at each level.
fn firewalls(random: &mut Random, push: &mut impl FnMut(String, Content<'static>)) {
    let mut add = |part: Firewall<'static>| push("firewall.home".to_owned(), Content::Firewall(Box::new(part)));
    let rules = vec![rule(random), rule(random), rule(random)];
    add(Firewall::Cluster(ClusterFirewall {
        disabled: flag(random),
        incoming: one(random, &["ACCEPT"]),
        no_ebtables: flag(random),
        log_limit: some(random, |random| LogLimit {
            disabled: flag(random),
            rate: one(random, &["5/minute"]),
            burst: some(random, |_| 9),
        }),
        ..ClusterFirewall::default()
    }));
    add(Firewall::Rules(FirewallRules { of: Protected::Cluster, rules }));
    add(Firewall::Group(SecurityGroup { name: "web".into(), comment: remark(random), rules: vec![rule(random)] }));
    let members = vec![
        Member { address: "192.168.4.0/24".into(), except: false, comment: None },
        Member { address: "192.168.4.9".into(), except: true, comment: one(random, &["remark"]) },
    ];
    add(Firewall::IpSet(IpSet { of: Protected::Cluster, name: "home".into(), comment: remark(random), members }));
    let alias = FirewallAlias {
        of: Protected::Cluster,
        name: "nas".into(),
        address: "192.168.4.3".into(),
        comment: remark(random),
    };
    add(Firewall::Alias(alias));
    add(Firewall::Node(Box::new(NodeFirewall {
        node: "pve".into(),
        disabled: flag(random),
        smurfs: flag(random),
        tcp_flags: flag(random),
        connections: some(random, |_| 300_000),
        log_incoming: one(random, &["info"]),
        helpers: if flag(random) { vec!["ftp".into(), "sip".into()] } else { Vec::new() },
        ..NodeFirewall::default()
    })));
    let guest = GuestOf { node: "pve".into(), id: Some(100), is_container: false };
    add(Firewall::Guest(GuestFirewall {
        guest,
        disabled: flag(random),
        dhcp: flag(random),
        any_mac: flag(random),
        ..GuestFirewall::default()
    }));
}

fn entries(random: &mut Random, push: &mut impl FnMut(String, Content<'static>)) {
    let mut entry = |address: &str, entry: Entry<'static>| push(address.to_owned(), Content::Entry(Box::new(entry)));
    let groups = if flag(random) { vec!["admins".into(), "ops".into()] } else { Vec::new() };
    entry("group.ops", Entry::Group(Group { name: "ops".into(), comment: remark(random) }));
    entry(
        "user.ops@pve",
        Entry::User(User {
            id: "ops@pve".into(),
            comment: remark(random),
            disabled: flag(random),
            email: one(random, &["a@b.c"]),
            groups,
            expires: some(random, |_| 1_900_000_000),
            ..User::default()
        }),
    );
    entry(
        "token.ci",
        Entry::Token(Token {
            user: "ops@pve".into(),
            name: "ci".into(),
            comment: remark(random),
            expires: some(random, |_| 0),
            no_separation: flag(random),
        }),
    );
    let privileges = vec!["Sys.Audit".into(), "VM.Audit".into()];
    entry("role.look", Entry::Role(Role { name: "look".into(), privileges }));
    entry(
        "acl.a",
        Entry::Acl(Acl {
            path: "/vms".into(),
            role: "look".into(),
            who: Who::Token("ops@pve!ci".into()),
            no_propagation: flag(random),
        }),
    );
    entry(
        "ha.a",
        Entry::HaResource(HaResource {
            guest: "vm:100".into(),
            state: one(random, &["stopped", "started"]),
            restarts: some(random, |_| 3),
            no_failback: flag(random),
            comment: remark(random),
            ..HaResource::default()
        }),
    );
    entry(
        "ha.b",
        Entry::HaNodes(HaNodes {
            name: "near".into(),
            resource: one(random, &["vm:100"]),
            nodes: vec![("pve".into(), 2), ("still-fawn".into(), 0)],
            strict: flag(random),
            no_failback: false,
            comment: remark(random),
        }),
    );
    entry(
        "metrics-server.a",
        Entry::MetricsServer(MetricsServer {
            name: "a".into(),
            server: "192.168.4.9".into(),
            port: 8089,
            disabled: flag(random),
            mtu: some(random, |_| 1400),
            timeout: None,
            sort: match random.below(2) {
                0 => MetricsSort::Graphite { tcp: flag(random), path: one(random, &["lab"]) },
                _ => MetricsSort::Influxdb(Influxdb {
                    bucket: one(random, &["b"]),
                    any_certificate: flag(random),
                    ..Influxdb::default()
                }),
            },
        }),
    );
    let pool = Pool { name: "lab".into(), comment: remark(random), storages: vec!["local".into(), "tank".into()] };
    push("pool.lab".to_owned(), Content::Pool(Box::new(pool)));
    for (name, sort, id) in [("coral", "usb", "1a6e:089a"), ("gpu", "pci", "10de:2204")] {
        let entries = NODES.map(|node| format!("id={id},node={node}").into()).to_vec();
        let mapping = Mapping { name: name.into(), sort: sort.into(), entries, mdev: sort == "pci" && flag(random) };
        push(format!("device.{name}"), Content::Mapping(Box::new(mapping)));
    }
    let dns = HostDns { node: "pve".into(), domain: Some("maas".into()), servers: vec!["192.168.4.1".into()] };
    push("host.pve".to_owned(), Content::Host(Box::new(HostPart::Dns(dns))));
    firewalls(random, push);
    let time = HostTime { node: "pve".into(), zone: "Europe/Berlin".into() };
    push("host.pve".to_owned(), Content::Host(Box::new(HostPart::Time(time))));
}
