//! Facts as JSON, for programs: `hlab scan --format json`. The shape is a promise, described in `docs/scan.md`.

use serde_json::{Map, Value, json};

use super::facts::Facts;

/// The facts of one host. What no tool said is left out.
#[must_use]
pub fn json(facts: &Facts) -> Value {
    let mut out = Map::new();
    let mut say = |key: &str, value: Value| {
        if !value.is_null() {
            out.insert(key.to_owned(), value);
        }
    };
    say("host", json!(facts.host));
    say("fqdn", json!(facts.fqdn));
    say("machine", json!(facts.machine));
    say("serial", json!(facts.serial));
    say("pve", json!(facts.pve));
    say("kernel", json!(facts.kernel));
    say("parameters", json!(facts.parameters));
    say("memory", json!(facts.memory));
    say("uefi", json!(facts.is_uefi));
    say("secure_boot", json!(facts.secure_boot));
    say("iommu", json!(facts.has_iommu));
    if let Some(cpu) = &facts.cpu {
        say(
            "cpu",
            object(json!({
                "model": cpu.model, "cores": cpu.cores, "threads": cpu.threads, "sockets": cpu.sockets,
            })),
        );
    }
    say(
        "nics",
        list(&facts.nics, |nic| {
            json!({
                "name": nic.name, "mac": nic.mac, "speed_mbit": nic.speed, "wifi": nic.is_wifi, "pci": nic.pci, "usb": nic.usb,
                "address": nic.address,
            })
        }),
    );
    say(
        "bonds",
        list(&facts.bonds, |bond| {
            json!({
                "name": bond.name, "ports": bond.ports, "mode": bond.mode, "address": bond.address,
            })
        }),
    );
    say(
        "vlans",
        list(&facts.vlans, |vlan| {
            json!({
                "name": vlan.name, "device": vlan.device, "tag": vlan.tag, "address": vlan.address,
            })
        }),
    );
    say(
        "bridges",
        list(&facts.bridges, |bridge| {
            json!({
                "name": bridge.name, "ports": bridge.ports, "address": bridge.address, "vlan_aware": bridge.is_vlan_aware,
            })
        }),
    );
    say(
        "pci",
        list(&facts.pci, |device| {
            json!({
                "address": device.address, "class": format!("{:04x}", device.class), "id": device.ids, "name": device.name,
                "driver": device.driver, "iommu_group": device.group, "virtual_functions": device.functions,
                "virtual_functions_active": device.active_functions, "parent": device.parent,
                "mdev_types": (!device.mdev_types.is_empty()).then_some(&device.mdev_types),
            })
        }),
    );
    say(
        "usb",
        list(&facts.usb, |device| {
            json!({
                "port": device.port, "id": device.ids, "name": device.name, "driver": device.driver, "serial": device.serial,
            })
        }),
    );
    say(
        "disks",
        list(&facts.disks, |disk| {
            json!({
                "kernel": disk.kernel, "id": disk.id, "ids": disk.ids, "size": disk.size, "transport": disk.transport,
                "serial": disk.serial, "model": disk.model,
            })
        }),
    );
    say(
        "pools",
        list(&facts.pools, |pool| {
            let vdevs = pool.vdevs.iter();
            let vdevs = vdevs.map(|vdev| json!({ "role": vdev.role, "layout": vdev.layout, "disks": vdev.disks }));
            json!({
                "name": pool.name, "state": pool.state, "vdevs": vdevs.collect::<Vec<_>>(), "ashift": pool.ashift,
                "autotrim": pool.autotrim, "boot": pool.is_boot, "acltype": pool.acltype, "compression": pool.compression,
                "atime": pool.atime,
            })
        }),
    );
    say(
        "storages",
        list(&facts.storages, |storage| {
            let options: Map<String, Value> =
                storage.options.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
            json!({ "name": storage.name, "type": storage.kind, "options": options })
        }),
    );
    say("notes", json!(facts.notes));
    Value::Object(out)
}

fn list<T>(list: &Option<Vec<T>>, one: impl Fn(&T) -> Value) -> Value {
    list.as_ref().map_or(Value::Null, |list| list.iter().map(|entry| object(one(entry))).collect())
}

/// An object without what is not known.
fn object(value: Value) -> Value {
    match value {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect::<Map<_, _>>().into(),
        other => other,
    }
}
