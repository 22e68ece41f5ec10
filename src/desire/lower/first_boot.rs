//! Cloud-init.

use std::borrow::Cow;

use super::usual::Usual;
use super::{Cx, ip, nic, text, texts};
use crate::desire::{self, Secret, Text};
use crate::model::{CloudInit, Host, Model, Vm};
use crate::types::value::Value;

pub(super) fn cloud_init<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host, init: CloudInit) -> desire::CloudInit<'a> {
    let model = cx.model;
    let mut out = desire::CloudInit::default();
    if !cx.usual.cloud_init.covers(init.said()) {
        seldom(cx, host, init, &mut out);
    }
    let of_first_disk = || vm.disk(model).next().and_then(|disk| disk.storage(model));
    let storage = init.storage(model).or_else(of_first_disk);
    out.storage = Cow::Borrowed(storage.map_or("", |storage| model.name(storage.id)));
    out.slot = Cow::Borrowed(init.slot_of_drive(model).unwrap_or("ide2"));
    out.user = text(init.user(model));
    out.keys = texts(model, init.ssh_keys(model));
    out.addresses = nic::addresses(cx, vm, init);
    out
}

/// What most first boots say nothing of.
fn seldom<'a>(cx: &mut Cx<'a>, host: Host, init: CloudInit, out: &mut desire::CloudInit<'a>) {
    let model = cx.model;
    let mut file = |snippet: Option<crate::model::Snippet>| snippet.and_then(|snippet| cx.snippet(snippet, host));
    out.user_data = file(init.user_data(model));
    out.vendor_data = file(init.vendor_data(model));
    out.network_data = file(init.network_data(model));
    out.meta_data = file(init.meta_data(model));
    let servers = init.dns(model).iter();
    out.dns = servers
        .filter_map(|server| match server {
            Value::Ip(address) => Some(ip(*address)),
            _ => None,
        })
        .collect();
    out.format = text(init.format(model));
    out.sort = text(init.kind(model));
    out.password = secret(model, init.password(model));
    out.domain = text(init.domain(model));
    out.no_upgrade = !init.upgrade(model);
}

/// What [`cloud_init`] reads of every first boot.
pub(super) fn usual(cx: &mut Cx<'_>) -> Usual {
    let fields = &cx.model.fields.cloud_init;
    let read = [fields.storage, fields.slot_of_drive, fields.user, fields.ssh_keys, fields.address];
    let nowhere = Host::UNSAID;
    Usual::of(&read, |out| seldom(cx, nowhere, CloudInit::UNSAID, out))
}

/// Where a secret is: a `secret` resource, or the place itself.
pub(super) fn secret<'a>(model: &'a Model<'a>, value: Value) -> Option<Secret<'a>> {
    match value {
        Value::Obj(id) => secret(model, crate::model::Secret::new(model, id).from(model)),
        other => {
            let mut words = model.text_of(other)?.splitn(3, ' ');
            let (source, first, second) = (words.next()?, words.next()?, words.next());
            let borrowed = |text: &'a str| -> Text<'a> { Cow::Borrowed(text) };
            match (source, second) {
                ("kubernetes", Some(key)) => {
                    let (namespace, name) = first.split_once('/').unwrap_or(("default", first));
                    Some(Secret::Kubernetes {
                        namespace: borrowed(namespace),
                        name: borrowed(name),
                        key: borrowed(key),
                    })
                }
                ("sops", Some(key)) => Some(Secret::Sops { file: borrowed(first), key: borrowed(key) }),
                ("env", _) => Some(Secret::Environment(borrowed(first))),
                _ => None,
            }
        }
    }
}
