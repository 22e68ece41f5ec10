//! Cloud-init.

use std::borrow::Cow;

use super::{Cx, ip, nic, text, texts};
use crate::desire::{self, Secret, Text};
use crate::model::{CloudInit, Host, Model, Vm};
use crate::types::value::Value;

pub(super) fn cloud_init<'a>(cx: &mut Cx<'a>, vm: Vm, host: Host, init: CloudInit) -> desire::CloudInit<'a> {
    let model = cx.model;
    let mut file = |snippet: Option<crate::model::Snippet>| snippet.and_then(|snippet| cx.snippet(snippet, host));
    let user_data = file(init.user_data(model));
    let vendor_data = file(init.vendor_data(model));
    let network_data = file(init.network_data(model));
    let meta_data = file(init.meta_data(model));
    let of_first_disk = || vm.disk(model).next().and_then(|disk| disk.storage(model));
    let storage = init.storage(model).or_else(of_first_disk);
    let dns = init.dns(model).iter().filter_map(|server| match server {
        Value::Ip(address) => Some(ip(*address)),
        _ => None,
    });
    desire::CloudInit {
        storage: Cow::Borrowed(storage.map_or("", |storage| model.name(storage.id))),
        slot: Cow::Borrowed(init.slot_of_drive(model).unwrap_or("ide2")),
        format: None,
        sort: text(init.kind(model)),
        user: text(init.user(model)),
        password: secret(model, init.password(model)),
        keys: texts(model, init.ssh_keys(model)),
        dns: dns.collect(),
        domain: text(init.domain(model)),
        addresses: nic::addresses(cx, vm, init),
        no_upgrade: !init.upgrade(model),
        user_data,
        vendor_data,
        network_data,
        meta_data,
    }
}

/// Where a secret is: a `secret` resource, or the place itself.
fn secret<'a>(model: &'a Model<'a>, value: Value) -> Option<Secret<'a>> {
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
