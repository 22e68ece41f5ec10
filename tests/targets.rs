//! What a target cannot say is refused at the place that wants it.

use hlab::base::{FileId, Span};
use hlab::desire::{
    CloudInit, Content, Desired, Disk, DiskExtra, Guest, Image, Import, IpConfig, Life, Mapping, Nic, Object,
    PciDevice, Place, Power, RawOption, Ref, RootOptions, Secret, Text, Throttle, Usb, UsbDevice, Vm,
};
use hlab::diag::Checked;
use hlab::own::Facet;
use hlab::pve::Version;
use hlab::targets::{Credential, Login, Request, target};

/// A resource of one facet.
fn object<'a>(address: &'a str, content: Content<'a>) -> Object<'a> {
    Object { address: address.into(), place: Place::Only, file: "lab.hlab".into(), life: Life::default(), content }
}

fn vm<'a>(vm: Vm<'a>) -> Object<'a> {
    object("vm.web", Content::Vm(Box::new(Vm { node: "pve".into(), memory: 512, ..vm })))
}

fn root<'a>(root: RootOptions<'a>) -> Object<'a> {
    object("vm.web", Content::RootOptions(Box::new(root)))
}

fn lab<'a>(objects: impl IntoIterator<Item = Object<'a>>) -> Desired<'a> {
    let mut lab = Desired { project: "home".into(), objects: objects.into_iter().collect() };
    lab.sort();
    lab
}

/// What is refused, as `CODE path: message`; the path is where the error points.
fn refused_by(credential: Credential, lab: &Desired<'_>, owns: &dyn Fn(usize) -> bool) -> Vec<String> {
    let asked = std::cell::RefCell::new(Vec::<String>::new());
    // Every path gets a span of its own, so that the diagnostic tells which was asked for.
    let origin = |_: usize, path: &str| {
        let mut asked = asked.borrow_mut();
        asked.push(path.to_owned());
        Some(Span::new(FileId(0), asked.len() - 1, asked.len()))
    };
    let request = Request {
        desired: lab,
        files: lab,
        target: "crossplane",
        owns,
        origin: &origin,
        resource: &|index| index as u32,
        declared: &|number| (lab.objects[number as usize].address.to_string(), None),
        version: &|_| Version::V8_4,
        login: Login { credential, origin: None, ssh: false },
        provider: "default",
        provider_kind: "ClusterProviderConfig",
        namespace: "default",
    };
    let checked: Checked<_> = target("crossplane", Some("0.11.1")).expect("there is one").emit(&request);
    let asked = asked.borrow();
    let place = |span: Span| asked[span.start as usize].clone();
    checked
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let path = diagnostic.primary.as_ref().map_or_else(String::new, |label| place(label.span));
            assert!(!diagnostic.help.is_empty(), "{} says what to do", diagnostic.code.id());
            format!("{} {path}: {}", diagnostic.code.id(), diagnostic.message)
        })
        .collect()
}

#[track_caller]
fn refused<'a>(objects: impl IntoIterator<Item = Object<'a>>, expected: &[&str]) {
    assert_eq!(refused_by(Credential::Token, &lab(objects), &|_| true), expected);
}

#[test]
fn a_token_may_not_set_what_only_root_may() {
    let root = RootOptions {
        args: Some("-cpu host".into()),
        hook: Some(Import::Volume("local:snippets/gpu.sh".into())),
        usb: vec![Usb { slot: 0, device: UsbDevice::Host("1a6e:089a".into()), usb3: true }],
        pci: vec![PciDevice { slot: 0, device: "0000:01:00".into(), ..PciDevice::default() }],
        ..RootOptions::default()
    };
    let lab = lab([vm(Vm::default()), self::root(root)]);
    let expected = [
        "HL0721 raw.args: `crossplane` logs in with an API token, and a token may not set `args`",
        "HL0721 hook: `crossplane` logs in with an API token, and a token may not set `hook`",
        "HL0721 attach.hostpci0: `crossplane` logs in with an API token, and a token may not attach a raw PCI device",
        "HL0721 attach.usb0: `crossplane` logs in with an API token, and a token may not attach a raw USB device",
    ];
    assert_eq!(refused_by(Credential::Token, &lab, &|_| true), expected);
    assert!(refused_by(Credential::Root, &lab, &|_| true).is_empty());
    // Another owner's options are no business of this login.
    let config = |index: usize| matches!(lab.objects[index].content, Content::Vm(_));
    assert!(refused_by(Credential::Token, &lab, &config).is_empty());
}

#[test]
fn a_mapped_device_is_fine_with_a_token() {
    let gpu = PciDevice { slot: 0, device: "gpu".into(), pcie: true, ..PciDevice::default() };
    refused([vm(Vm { pci: vec![gpu], ..Vm::default() })], &[]);
}

#[test]
fn a_field_that_the_crd_does_not_have_is_refused_at_its_place() {
    let disk = Disk {
        slot: "scsi0".into(),
        storage: "local-zfs".into(),
        size: 1 << 30,
        extra: Some(Box::new(DiskExtra { queues: Some(4), ..DiskExtra::default() })),
        throttle: Some(Box::new(Throttle { total: Some(5.0), ..Throttle::default() })),
        ..Disk::default()
    };
    let guest = Guest { freeze: true, ..Guest::default() };
    let raw = RawOption { name: "autostart".into(), value: "1".into() };
    let why = "EnvironmentVM of provider 0.11.1 has no field for it";
    refused(
        [vm(Vm { disks: vec![disk], guest: Some(Box::new(guest)), raw: vec![raw], ..Vm::default() })],
        &[
            &format!("HL0720 disk.scsi0.queues: `crossplane` cannot apply `disk.scsi0.queues`: {why}"),
            &format!("HL0720 disk.scsi0.limit.total: `crossplane` cannot apply `disk.scsi0.limit.total`: {why}"),
            &format!("HL0720 freeze: `crossplane` cannot apply `freeze`: {why}"),
            &format!("HL0720 raw.autostart: `crossplane` cannot apply `raw.autostart`: {why}"),
        ],
    );
}

#[test]
fn values_between_two_units_are_refused() {
    let disk = Disk { slot: "scsi0".into(), storage: "local".into(), size: 10_500 << 20, ..Disk::default() };
    refused(
        [vm(Vm { disks: vec![disk], ..Vm::default() })],
        &["HL0724 disk.scsi0.size: `crossplane` says `disk.scsi0.size` in whole GiB, and this is none"],
    );
}

#[test]
fn lists_by_position_have_no_gaps_but_network_cards_may() {
    let nic = |slot| Nic { slot, bridge: "vmbr0".into(), model: "virtio".into(), ..Nic::default() };
    let address = IpConfig { slot: 1, ip: Some("dhcp".into()), ..IpConfig::default() };
    let init =
        CloudInit { storage: "local".into(), slot: "ide2".into(), addresses: vec![address], ..CloudInit::default() };
    refused(
        [vm(Vm { nics: vec![nic(1)], serials: vec![1], cloud_init: Some(Box::new(init)), ..Vm::default() })],
        &[
            "HL0723 nic.net1.config: `crossplane` counts by position: `ipconfig1` needs `ipconfig0` before it",
            "HL0723 serial.serial1: `crossplane` counts by position: `serial1` needs `serial0` before it",
        ],
    );
}

#[test]
fn secrets_are_read_from_kubernetes_only() {
    let password = Some(Secret::Environment("WEB_PASSWORD".into()));
    let init = CloudInit { storage: "local".into(), slot: "ide2".into(), password, ..CloudInit::default() };
    refused(
        [vm(Vm { cloud_init: Some(Box::new(init)), ..Vm::default() })],
        &[
            "HL0726 cloud-init.password: `crossplane` reads secrets from Kubernetes, and `cloud-init.password` is elsewhere",
        ],
    );
}

#[test]
fn a_list_of_two_owners_is_refused() {
    let mapped = Usb { slot: 1, device: UsbDevice::Mapping("coral".into()), usb3: true };
    let raw = Usb { slot: 0, device: UsbDevice::Host("1a6e:089a".into()), usb3: true };
    let lab = lab([
        vm(Vm { usb: vec![mapped], ..Vm::default() }),
        root(RootOptions { usb: vec![raw], ..RootOptions::default() }),
    ]);
    let config = |index: usize| matches!(lab.objects[index].content, Content::Vm(_));
    let found = refused_by(Credential::Token, &lab, &config);
    let shared = "HL0727 attach: `crossplane` replaces all USB devices of a VM, but another owner applies some of them";
    assert_eq!(found.first().map(String::as_str), Some(shared));
}

#[test]
fn names_that_kubernetes_cannot_tell_apart_collide() {
    let named = |name: &'static str| {
        object(name, Content::Vm(Box::new(Vm { node: "pve".into(), memory: 512, ..Vm::default() })))
    };
    refused(
        [named("vm.Web"), named("vm.web")],
        &["HL0722 : `vm.web` and `vm.Web` are both named `web` in `crossplane`"],
    );
}

#[test]
fn labels_are_checked_once_a_document() {
    let labelled = |content| {
        let labels: Vec<(Text<'_>, Text<'_>)> = vec![("role".into(), "web server".into())];
        Object { life: Life { labels, ..Life::default() }, ..object("vm.web", content) }
    };
    let config = Content::Vm(Box::new(Vm { node: "pve".into(), memory: 512, ..Vm::default() }));
    refused(
        [labelled(config), labelled(Content::Power(Power { running: true }))],
        &["HL0730 labels: `crossplane` writes labels as Kubernetes takes them, and `role = \"web server\"` is none"],
    );
}

#[test]
fn what_crossplane_has_no_kind_for_it_cannot_own() {
    refused(
        [
            object("device.coral", Content::Mapping(Box::new(Mapping::default()))),
            object("vm.alone", Content::Power(Power { running: true })),
        ],
        &[
            "HL0728 : `crossplane` cannot own `device.mapping`: the provider has no kind for resource mappings",
            "HL0728 : `crossplane` cannot own `vm.power`: it is a field of EnvironmentVM, so `vm.config` must have the same owner",
        ],
    );
}

#[test]
fn a_disk_from_an_iso_file_needs_ssh_and_a_missing_file_is_said() {
    let disk = |slot: &'static str, import| Disk {
        slot: slot.into(),
        storage: "local".into(),
        size: 1 << 30,
        import: Some(import),
        ..Disk::default()
    };
    let missing = Ref {
        address: "image.noble".into(),
        facet: Facet::ImageFile,
        place: Place::Only,
        attribute: hlab::desire::Attribute::VolumeId,
    };
    let disks =
        vec![disk("scsi0", Import::Volume("local:iso/noble.img".into())), disk("scsi1", Import::Object(missing))];
    refused(
        [vm(Vm { disks, ..Vm::default() })],
        &[
            "HL0729 disk.scsi0.from: `crossplane` needs SSH for a disk made from an `iso` file, and the login has none",
            "HL0720 disk.scsi1.from: `crossplane` cannot apply `disk.scsi1.from`: nothing in this lab makes that file there",
        ],
    );
}

#[test]
fn an_adopted_object_carries_terraforms_state_id() {
    let life = Life { adopt: true, paused: true, ..Life::default() };
    let image = Image {
        node: "pve".into(),
        storage: "local".into(),
        content: "import".into(),
        file: "noble.qcow2".into(),
        url: Some("https://example.org/noble.img".into()),
        ..Image::default()
    };
    let lab = lab([
        Object { life: life.clone(), ..object("image.noble", Content::Image(Box::new(image))) },
        Object { life, ..vm(Vm { id: Some(108), ..Vm::default() }) },
    ]);
    let request = Request {
        desired: &lab,
        files: &lab,
        target: "crossplane",
        owns: &|_| true,
        origin: &|_, _| None,
        resource: &|index| index as u32,
        declared: &|number| (lab.objects[number as usize].address.to_string(), None),
        version: &|_| Version::V8_4,
        login: Login::default(),
        provider: "proxmox",
        provider_kind: "ClusterProviderConfig",
        namespace: "default",
    };
    let stream = target("crossplane", Some("0.11.1")).expect("there is one").stream(&request);
    insta::assert_snapshot!(stream.value);
}

#[test]
fn a_foreign_field_in_a_manifest_is_shown_where_it_stands() {
    let text = "apiVersion: virtualenvironmentvm.crossplane.io/v1alpha1\nkind: EnvironmentVM\nmetadata:\n  name: web\nspec:\n  \
                forProvider:\n    nodeName: pve\n    disk:\n      - interfase: scsi0\n        discard: on\n";
    let mut files = hlab::targets::ArtifactSet::default();
    files.push("web.yaml", text).expect("the path is safe");
    let read = target("crossplane", Some("0.11.1")).expect("there is one").read(&files);
    let sources = hlab::targets::sources_of(&files);
    let found: Vec<(String, &str)> = read
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let span = diagnostic.primary.as_ref().expect("it has a place").span;
            (diagnostic.message.clone(), sources.text(span))
        })
        .collect();
    let expected = [
        ("`interfase` is no field here".to_owned(), "interfase"),
        ("expected a text, found `on`, which is none without quotes".to_owned(), "on"),
    ];
    assert_eq!(found, expected);
    assert_eq!(read.diagnostics[0].code.id(), "HL0725");
    assert_eq!(read.diagnostics[0].fixes[0].edits[0].text, "interface");
}
