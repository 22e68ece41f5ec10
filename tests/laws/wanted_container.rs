//! Random containers in normal form, made only of what a release of the provider can say.

use hlab::desire::{
    Attribute, Console, Container, ContainerClone, ContainerCreate, ContainerNic, ContainerProvider, ContainerRoot,
    DeviceNode, Features, IdRange, Import, Mount, MountFlags, MountSource, Place, Ref, Rootfs, Secret, Startup, Text,
};
use hlab::own::Facet;
use hlab::targets::crossplane::release::Release;

use super::random::Random;
use super::wanted::{self, flag, full, is_new, number, some, text, word, words};

/// The configuration of a container, and what of it only root may set.
pub fn container(
    random: &mut Random,
    release: Release,
    node: &str,
    id: u32,
) -> (Container<'static>, ContainerRoot<'static>) {
    let privileged = flag(random);
    let mut config = config(random, release, node, id);
    config.privileged = privileged;
    let features = if random.once_in(3) { features(random, release) } else { Features::default() };
    let only_nesting = Features { nesting: true, ..Features::default() };
    config.nesting = !privileged && features == only_nesting;
    let mut root = ContainerRoot {
        hook: wanted::snippet_file(random, node),
        features: (!config.nesting && features != Features::default()).then_some(features),
        devices: (0..random.below(3)).map(|slot| device(random, slot as u8)).collect(),
        ..ContainerRoot::default()
    };
    if is_new(release) {
        root.id_map = (0..random.below(3) as u32)
            .map(|place| IdRange { of_groups: false, inside: place, outside: 100_000 + place, count: 1 })
            .collect();
        root.id_map.extend(flag(random).then_some(IdRange {
            of_groups: true,
            inside: 0,
            outside: 100_000,
            count: 65_536,
        }));
    }
    for slot in 0..random.below(4) as u8 {
        let mount = mount(random, slot);
        let list = if matches!(mount.source, MountSource::Host(_)) { &mut root.mounts } else { &mut config.mounts };
        list.push(mount);
    }
    (config, root)
}

fn config(random: &mut Random, release: Release, node: &str, id: u32) -> Container<'static> {
    let from = template(random, node);
    // The provider takes a template with the system in it, or neither.
    let os = from.is_some().then(|| text(random));
    let environment = [("A", flag(random)), ("TZ", flag(random))];
    let environment = environment.into_iter().filter(|(_, is_said)| *is_said);
    Container {
        node: node.to_owned().into(),
        id: Some(id),
        name: word(random),
        description: word(random),
        tags: words(random),
        pool: word(random),
        cores: Some(1 + random.below(64) as u32),
        cpu_limit: some(random, |random| 0.5 + random.below(100) as f64).filter(|_| is_new(release)),
        cpu_units: number(random),
        architecture: word(random),
        memory: 16 + random.below(4000) as u32,
        swap: random.below(4000) as u32,
        // Without a template it is a copy.
        clone: from.is_none().then(|| {
            Box::new(ContainerClone {
                id: 900,
                node: word(random),
                storage: word(random),
                linked: is_new(release) && flag(random),
            })
        }),
        from,
        os,
        rootfs: some(random, |random| Box::new(rootfs(random))),
        nics: (0..random.below(4)).map(|slot| nic(random, release, slot as u8)).collect(),
        dns: words(random),
        domain: word(random),
        console: full(Console { disabled: flag(random), terminals: number(random), mode: word(random) }),
        entrypoint: word(random).filter(|_| is_new(release)),
        environment: environment.map(|(name, _)| (Text::Borrowed(name), text(random))).collect(),
        on_boot: flag(random),
        startup: Some(Startup { order: number(random), up: number(random), down: number(random) })
            .filter(|startup| *startup != Startup::default()),
        protection: flag(random),
        template: flag(random),
        create: full(ContainerCreate {
            password: some(random, |random| Secret::Kubernetes {
                namespace: if release.is_namespaced() { wanted::NAMESPACE.into() } else { text(random) },
                name: text(random),
                key: text(random),
            }),
            keys: words(random),
            ..ContainerCreate::default()
        }),
        provider: full(ContainerProvider {
            wait_for_ipv4: flag(random),
            wait_for_ipv6: flag(random),
            clone: number(random),
            create: number(random),
            update: number(random),
            delete: number(random),
            start: number(random),
        }),
        ..Container::default()
    }
}

/// A template of this lab, or one that is there already.
fn template(random: &mut Random, node: &str) -> Option<Import<'static>> {
    match random.below(3) {
        0 => None,
        1 => Some(Import::Volume("local:vztmpl/debian-12.tar.zst".into())),
        _ => {
            let place = Place::Storage { node: node.to_owned().into(), storage: "local".into() };
            let (address, facet) = ("image.noble".into(), Facet::ImageFile);
            Some(Import::Object(Ref { address, facet, place, attribute: Attribute::VolumeId }))
        }
    }
}

fn flags(random: &mut Random) -> MountFlags<'static> {
    MountFlags {
        acl: some(random, flag),
        options: words(random),
        quota: flag(random),
        no_replication: flag(random),
        ..MountFlags::default()
    }
}

fn gibibytes(random: &mut Random) -> u64 {
    (1 + random.below(4000) as u64) << 30
}

fn rootfs(random: &mut Random) -> Rootfs<'static> {
    Rootfs { storage: text(random), size: Some(gibibytes(random)), volume: None, flags: flags(random) }
}

fn mount(random: &mut Random, slot: u8) -> Mount<'static> {
    let (source, size) = match random.below(3) {
        0 => (MountSource::New("tank".into()), Some(gibibytes(random))),
        1 => (MountSource::Volume("tank:subvol-1-disk-1".into()), None),
        _ => (MountSource::Host("/tank/media".into()), None),
    };
    let flags = MountFlags { read_only: flag(random), shared: flag(random), ..flags(random) };
    Mount { slot, path: text(random), source, size, backup: flag(random), keep_attributes: false, flags }
}

fn nic(random: &mut Random, release: Release, slot: u8) -> ContainerNic<'static> {
    let (ip, ip6) = (word(random), word(random));
    ContainerNic {
        slot,
        name: format!("eth{slot}").into(),
        bridge: text(random),
        mac: word(random),
        gateway: word(random).filter(|_| ip.is_some()),
        gateway6: word(random).filter(|_| ip6.is_some()),
        ip,
        ip6,
        vlan: number(random),
        trunks: Vec::new(),
        firewall: flag(random),
        disconnected: false,
        host_managed: is_new(release) && flag(random),
        mtu: number(random),
        rate: some(random, |random| 0.5 + random.below(100) as f64),
    }
}

fn device(random: &mut Random, slot: u8) -> DeviceNode<'static> {
    DeviceNode {
        slot,
        path: text(random),
        user: number(random),
        group: number(random),
        mode: word(random),
        read_only: flag(random),
    }
}

fn features(random: &mut Random, release: Release) -> Features<'static> {
    let mut mount: Vec<Text<'static>> = vec!["cifs".into(), "nfs".into()];
    mount.truncate(random.below(3));
    Features {
        nesting: flag(random),
        keyctl: flag(random),
        fuse: flag(random),
        mknod: is_new(release) && flag(random),
        force_rw_sys: false,
        mount,
    }
}
