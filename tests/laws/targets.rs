//! Targets say all they are given: `read(emit(d)) == d`.

use std::collections::{BTreeMap, BTreeSet};

use hlab::desire::{Content, Desired, Power, RootOptions, Serial, Usb, UsbDevice, Vm};
use hlab::pve::Version;
use hlab::targets::crossplane::spec::{self, Field, Shape};
use hlab::targets::{ArtifactSet, Carries, Credential, Login, Request, TARGETS, Target, target};

use super::random::Random;
use super::wanted;

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
    }
}

fn crossplane() -> &'static dyn Target {
    target("crossplane").expect("there is a target of that name")
}

fn emitted(desired: &Desired<'_>) -> ArtifactSet {
    let checked = crossplane().emit(&request(desired, &|_| true));
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    checked.value
}

#[test]
fn what_is_emitted_reads_back_as_what_was_wanted() {
    for seed in 0..60 {
        let desired = wanted::desired(&mut Random::new(seed), 12);
        let files = emitted(&desired);
        let read = crossplane().read(&files);
        assert!(read.diagnostics.is_empty(), "seed {seed}: {:#?}", read.diagnostics);
        assert_eq!(read.value.project, desired.project);
        for (read, wanted) in read.value.objects.iter().zip(&desired.objects) {
            assert_eq!(read, wanted, "seed {seed}");
        }
        assert_eq!(read.value.objects.len(), desired.objects.len(), "seed {seed}");
    }
}

#[test]
fn a_stream_holds_the_same_documents() {
    let desired = wanted::desired(&mut Random::new(3), 30);
    let stream = crossplane().stream(&request(&desired, &|_| true));
    assert!(stream.diagnostics.is_empty());
    let mut files = ArtifactSet::default();
    files.push("stream.yaml", stream.value.into_bytes()).expect("the path is safe");
    let read = crossplane().read(&files);
    assert!(read.diagnostics.is_empty(), "{:#?}", read.diagnostics);
    assert!(read.value == desired, "the stream reads back as the lab");
}

#[test]
fn emitting_twice_gives_the_same_bytes() {
    let desired = wanted::desired(&mut Random::new(5), 20);
    assert_eq!(emitted(&desired), emitted(&desired));
}

#[test]
fn raw_devices_and_mapped_ones_share_a_list_and_come_apart_again() {
    let mut desired = wanted::desired(&mut Random::new(9), 1);
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
    let files = emitted(&desired);
    let read = crossplane().read(&files);
    assert_eq!(read.value.objects, desired.objects);
}

#[test]
fn what_nobody_owns_is_not_emitted() {
    let desired = wanted::desired(&mut Random::new(11), 5);
    let checked = crossplane().emit(&request(&desired, &|_| false));
    assert!(checked.value.is_empty() && checked.diagnostics.is_empty());
}

#[test]
fn another_owners_power_is_left_alone() {
    let desired = wanted::desired(&mut Random::new(2), 20);
    let config = |index: usize| !matches!(desired.objects[index].content, Content::Power(_));
    let checked = crossplane().emit(&request(&desired, &config));
    let read = crossplane().read(&checked.value);
    assert!(!read.value.objects.iter().any(|object| matches!(object.content, Content::Power(Power { .. }))));
}

#[test]
fn every_target_says_of_every_facet_what_it_carries() {
    for target in TARGETS {
        assert!(!target.versions().is_empty());
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
    for field in fields {
        let path = format!("{path}.{}", field.key);
        match field.shape {
            Shape::List(inner) | Shape::Object(inner) => self::fields(inner, &path, found),
            Shape::Flag | Shape::Int | Shape::Number | Shape::Text | Shape::Texts => {
                found.insert(path);
            }
        }
    }
}

#[test]
fn every_field_of_the_crd_is_reached_by_some_lab() {
    let mut reached: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for seed in 0..20 {
        let desired = wanted::desired(&mut Random::new(seed), 20);
        for file in emitted(&desired).iter() {
            let text = std::str::from_utf8(&file.bytes).expect("it is text");
            let document: serde_json::Value = serde_saphyr::from_str(text).expect("it is YAML");
            let kind = document["kind"].as_str().unwrap_or_default().to_owned();
            paths(&document["spec"]["forProvider"], "", reached.entry(kind).or_default());
        }
    }
    for (kind, known) in spec::kinds() {
        let mut wanted = BTreeSet::new();
        fields(known, "", &mut wanted);
        let missing: Vec<_> = wanted.difference(&reached[kind]).collect();
        assert!(missing.is_empty(), "{kind}: {missing:?}");
    }
}
