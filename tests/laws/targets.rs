//! Targets say all they are given: `read(emit(d)) == d`.

use std::collections::{BTreeMap, BTreeSet};

use hlab::desire::{Content, Desired, RootOptions, Serial, Usb, UsbDevice, Vm};
use hlab::pve::Version;
use hlab::targets::crossplane::kinds;
use hlab::targets::crossplane::release::{ALL, Release};
use hlab::targets::crossplane::spec::{Field, Shape};
use hlab::targets::{ArtifactSet, Carries, Credential, Login, Request, TARGETS, Target, target};

use super::random::Random;
use super::wanted;

/// A release that has every field which any has.
const LATEST: Release = Release::V1_18;

fn request<'r>(desired: &'r Desired<'r>, owns: &'r dyn Fn(usize) -> bool) -> Request<'r> {
    Request {
        desired,
        files: desired,
        target: "crossplane",
        owns,
        origin: &|_, _| None,
        resource: &|_| 0,
        declared: &|_| (String::new(), None),
        version: &|_| Version::V8_4,
        login: Login { credential: Credential::Root, origin: None, ssh: true },
        provider: "default",
        provider_kind: "ProviderConfig",
        namespace: wanted::NAMESPACE,
    }
}

fn crossplane(release: Release) -> &'static dyn Target {
    target("crossplane", Some(release.name())).expect("there is a target of that name and version")
}

fn emitted(release: Release, desired: &Desired<'_>) -> ArtifactSet {
    let checked = crossplane(release).emit(&request(desired, &|_| true));
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    checked.value
}

#[test]
fn what_is_emitted_reads_back_as_what_was_wanted() {
    for release in ALL.iter().copied() {
        for seed in 0..300 {
            let desired = wanted::desired(&mut Random::new(seed), release, 4);
            let files = emitted(release, &desired);
            let read = crossplane(release).read(&files);
            let lab = format!("{} seed {seed}", release.name());
            assert!(read.diagnostics.is_empty(), "{lab}: {:#?}", read.diagnostics);
            assert_eq!(read.value.project, desired.project);
            for (read, wanted) in read.value.objects.iter().zip(&desired.objects) {
                assert_eq!(read, wanted, "{lab}");
            }
            assert_eq!(read.value.objects.len(), desired.objects.len(), "{lab}");
        }
    }
}

#[test]
fn a_manifest_of_another_release_is_refused_where_it_says_so() {
    let desired = wanted::desired(&mut Random::new(4), Release::V0_11, 1);
    let read = crossplane(Release::V1_18).read(&emitted(Release::V0_11, &desired)).diagnostics;
    assert_eq!(
        read.len(),
        emitted(Release::V0_11, &desired).iter().count() - 1,
        "each document, not the list of files"
    );
    let expected = "expected `virtualenvironmentdownloadfile.proxmoxbpg.crossplane.io/v1alpha1`, found";
    assert!(read.iter().any(|found| found.message.starts_with(expected)), "{read:#?}");
}

#[test]
fn a_stream_holds_the_same_documents() {
    let desired = wanted::desired(&mut Random::new(3), LATEST, 30);
    let stream = crossplane(LATEST).stream(&request(&desired, &|_| true));
    assert!(stream.diagnostics.is_empty());
    let mut files = ArtifactSet::default();
    files.push("stream.yaml", stream.value.into_bytes()).expect("the path is safe");
    let read = crossplane(LATEST).read(&files);
    assert!(read.diagnostics.is_empty(), "{:#?}", read.diagnostics);
    assert!(read.value == desired, "the stream reads back as the lab");
}

#[test]
fn documents_come_in_the_order_of_their_addresses() {
    let desired = wanted::desired(&mut Random::new(6), LATEST, 3);
    let stream = crossplane(LATEST).stream(&request(&desired, &|_| true)).value;
    let addresses: Vec<&str> = stream.lines().filter_map(|line| line.strip_prefix("# hlab: ")).collect();
    let is_there = |kind: &str| addresses.iter().any(|address| address.starts_with(kind));
    assert!(
        addresses.is_sorted() && ["acl.", "container.", "image.", "vm."].into_iter().all(is_there),
        "{addresses:?}"
    );
}

#[test]
fn emitting_twice_gives_the_same_bytes() {
    let desired = wanted::desired(&mut Random::new(5), LATEST, 20);
    assert_eq!(emitted(LATEST, &desired), emitted(LATEST, &desired));
}

#[test]
fn raw_devices_and_mapped_ones_share_a_list_and_come_apart_again() {
    let mut desired = wanted::desired(&mut Random::new(9), LATEST, 1);
    desired.objects.retain(|object| !matches!(object.content, Content::RootOptions(_)));
    let vm = desired.objects.iter_mut().find(|object| matches!(object.content, Content::Vm(_))).expect("a VM");
    let mut root = vm.clone();
    if let Content::Vm(vm) = &mut vm.content {
        **vm = Vm {
            usb: vec![Usb { slot: 1, device: UsbDevice::Spice, usb3: false }],
            serials: vec![0, 2],
            ..std::mem::take(vm)
        };
    }
    root.content = Content::RootOptions(Box::new(RootOptions {
        usb: vec![Usb { slot: 0, device: UsbDevice::Host("1a6e:089a".into()), usb3: true }],
        serials: vec![Serial { slot: 1, device: "/dev/ttyS0".into() }],
        ..RootOptions::default()
    }));
    desired.objects.push(root);
    desired.sort();
    let files = emitted(LATEST, &desired);
    let read = crossplane(LATEST).read(&files);
    assert_eq!(read.value.objects, desired.objects);
}

#[test]
fn what_nobody_owns_is_not_emitted() {
    let desired = wanted::desired(&mut Random::new(11), LATEST, 5);
    let checked = crossplane(LATEST).emit(&request(&desired, &|_| false));
    assert!(checked.value.is_empty() && checked.diagnostics.is_empty());
}

#[test]
fn another_owners_power_is_left_alone() {
    let desired = wanted::desired(&mut Random::new(2), LATEST, 20);
    let is_power = |content: &Content<'_>| matches!(content, Content::Power(_) | Content::ContainerPower(_));
    let config = |index: usize| !is_power(&desired.objects[index].content);
    let checked = crossplane(LATEST).emit(&request(&desired, &config));
    let read = crossplane(LATEST).read(&checked.value);
    assert!(!read.value.objects.iter().any(|object| is_power(&object.content)));
}

#[test]
fn every_target_says_of_every_facet_what_it_carries() {
    for target in TARGETS {
        assert!(!target.version().is_empty());
        for facet in hlab::own::Facet::ALL {
            let carried = !matches!(target.carries(*facet), Carries::No(_));
            assert_eq!(carried, !target.calls(*facet).is_empty(), "{} and {}", target.name(), facet.name());
        }
    }
}

/// The paths that a document has, `disk[].speed[].read`.
fn paths(value: &serde_json::Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| paths(value, &format!("{path}.{key}"), found));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| paths(item, path, found)),
        _ => {
            found.insert(path.to_owned());
        }
    }
}

fn fields(fields: &[Field], path: &str, found: &mut BTreeSet<String>) {
    for field in fields.iter().filter(|field| field.releases.contains(&LATEST)) {
        let path = format!("{path}.{}", field.key);
        match field.shape {
            Shape::List(inner) | Shape::Object(inner) => self::fields(inner, &path, found),
            Shape::Flag | Shape::Int | Shape::Number | Shape::Text | Shape::Texts | Shape::TextMap | Shape::IntMap => {
                found.insert(path);
            }
        }
    }
}

/// Fields that nothing wanted needs: what somebody may do is an object of its own, and groups of rules are the cluster's, for
/// Proxmox has none of nodes and guests.
const UNUSED: &[(&str, &[&str])] = &[
    // Name servers have another field, and a NIC that is switched off is left out.
    ("EnvironmentContainer", &[".initialization.dns.server", ".networkInterface.enabled"]),
    ("EnvironmentUser", GRANTS),
    ("EnvironmentGroup", GRANTS),
    ("EnvironmentClusterFirewallSecurityGroup", &[".nodeName", ".vmId", ".containerId"]),
];

const GRANTS: &[&str] = &[".acl.path", ".acl.propagate", ".acl.roleId"];

#[test]
fn every_field_of_the_crd_is_reached_by_some_lab() {
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for seed in 0..20 {
        let desired = wanted::desired(&mut Random::new(seed), LATEST, 20);
        for file in emitted(LATEST, &desired).iter() {
            let text = std::str::from_utf8(&file.bytes).expect("it is text");
            let document: serde_json::Value = serde_saphyr::from_str(text).expect("it is YAML");
            let kind = document["kind"].as_str().unwrap_or_default().to_owned();
            paths(&document["spec"]["forProvider"], "", reached.entry(kind).or_default());
        }
    }
    for (kind, known) in kinds(LATEST) {
        let mut wanted = BTreeSet::new();
        fields(known, "", &mut wanted);
        let is_unused = |field: &str| UNUSED.iter().any(|(of, unused)| *of == kind && unused.contains(&field));
        // A field of keys of any name is reached by one of them.
        let is_reached = |field: &str| {
            let below = format!("{field}.");
            reached[kind].iter().any(|path| path == field || path.starts_with(&below))
        };
        let missing: Vec<_> = wanted.iter().filter(|field| !is_unused(field) && !is_reached(field)).collect();
        assert!(missing.is_empty(), "{kind}: {missing:?}");
    }
}
