//! Commands over the Proxmox API and on hosts, one step each.

use super::{Rollout, Told, entries, storage};
use crate::desire::{Content, Image, Item, Mapping, Object, Pool, Power, What};
use crate::model::Model;
use crate::targets::emit::shell::{over_ssh, word};
use crate::types::value::ObjId;

/// A step in words, as `api` or a person at a node would take it.
pub(super) fn told(rollout: &Rollout<'_>, item: &Item<'_>, object: Option<&Object<'_>>) -> Told {
    match (&item.what, object) {
        (What::StorageHost(storage), _) => storage::host(rollout.model, *storage, item),
        (What::StorageEntry(storage), _) => storage::entry(rollout.model, *storage),
        (What::DeviceHost(device), _) => device_host(rollout.model, *device, item),
        (What::Directory(name), _) => directory(rollout.model, name),
        (What::SdnApplied, _) => super::sdn::applied(),
        (What::Object(index), Some(object)) => of_object(rollout, *index, object, item),
        (What::Object(_), None) => Told { what: item.address.clone(), apply: None, verify: None, note: None },
    }
}

fn of_object(rollout: &Rollout<'_>, index: usize, object: &Object<'_>, item: &Item<'_>) -> Told {
    let name = object.name();
    let id = || vm_id(rollout, index);
    let node = item.node.unwrap_or_default();
    match &object.content {
        Content::Container(_) => super::container::config(&container_id(rollout, index), name, node),
        Content::ContainerRoot(root) => super::container::root(rollout, &container_id(rollout, index), name, root),
        Content::ContainerPower(power) => super::container::power(*power, &container_id(rollout, index), name),
        Content::Vm(_) => Told {
            what: format!("VM {} `{name}` on {node}", id()),
            apply: None,
            verify: Some(format!("qm config {}", id())),
            note: Some("this version of hlab cannot write the command that creates it".to_owned()),
        },
        Content::RootOptions(root) => Told {
            what: format!("options of VM {} `{name}` that only root@pam may set", id()),
            apply: Some(format!("qm set {}{}", id(), super::root::options(rollout, root))),
            verify: Some(format!("qm config {}", id())),
            note: None,
        },
        Content::Power(power) => told_power(*power, &id(), name),
        Content::Image(image) => told_image(image),
        Content::Snippet(snippet) => Told {
            what: format!("snippet {} on {node}", snippet.volume_id()),
            apply: None,
            verify: Some(over_ssh(node, &["pvesm", "path", &snippet.volume_id()])),
            note: None,
        },
        Content::Mapping(mapping) => told_mapping(mapping),
        Content::Pool(pool) => told_pool(pool),
        Content::Entry(entry) => entries::told(object, entry),
        Content::Host(part) => super::site::host(part, object),
        Content::Firewall(part) => super::site::firewall(part),
    }
}

/// The id of the VM whose facet an object is.
fn vm_id(rollout: &Rollout<'_>, index: usize) -> String {
    let vm = crate::model::Vm::new(rollout.model, rollout.wanted.resources[index]);
    vm.vmid(rollout.model).map_or_else(|| "?".to_owned(), |id| id.to_string())
}

/// The id of the container whose facet an object is.
fn container_id(rollout: &Rollout<'_>, index: usize) -> String {
    let container = crate::model::Container::new(rollout.model, rollout.wanted.resources[index]);
    container.vmid(rollout.model).map_or_else(|| "?".to_owned(), |id| id.to_string())
}

fn told_power(power: Power, id: &str, name: &str) -> Told {
    let (state, command) = if power.running { ("running", "start") } else { ("stopped", "shutdown") };
    Told {
        what: format!("VM {id} `{name}` is {state}"),
        apply: Some(format!("qm {command} {id}")),
        verify: Some(format!("qm status {id}")),
        note: None,
    }
}

fn told_image(image: &Image<'_>) -> Told {
    let url = image.url.as_ref().map(|url| {
        let checksum = image.checksum.as_ref().map_or_else(String::new, |(algorithm, sum)| {
            format!(" --checksum {} --checksum-algorithm {}", word(sum), word(algorithm))
        });
        format!(
            "pvesh create /nodes/{}/storage/{}/download-url --content {} --filename {} --url {}{checksum}",
            word(&image.node),
            word(&image.storage),
            word(&image.content),
            word(&image.file),
            word(url)
        )
    });
    Told {
        what: format!("image {} on {}", image.volume_id(), image.node),
        apply: url,
        verify: Some(format!(
            "pvesh get /nodes/{}/storage/{}/content/{}",
            word(&image.node),
            word(&image.storage),
            word(&image.volume_id())
        )),
        note: None,
    }
}

/// A mapping is one object with an entry a node.
fn told_mapping(mapping: &Mapping<'_>) -> Told {
    let path = format!("/cluster/mapping/{}", mapping.sort);
    let entries: String = mapping.entries.iter().map(|entry| format!(" --map {}", word(entry))).collect();
    let mdev = if mapping.mdev { " --mdev 1" } else { "" };
    let note = (mapping.sort == "pci").then(|| {
        "each entry also takes the card's `subsystem-id=` and `iommugroup=`: `pvesh get /nodes/NODE/hardware/pci`"
            .to_owned()
    });
    Told {
        what: format!("{} mapping `{}`", mapping.sort.to_uppercase(), mapping.name),
        apply: Some(format!("pvesh create {path} --id {}{entries}{mdev}", word(&mapping.name))),
        verify: Some(format!("pvesh get {path}/{}", word(&mapping.name))),
        note,
    }
}

fn told_pool(pool: &Pool<'_>) -> Told {
    let name = word(&pool.name);
    let comment = pool.comment.as_ref().map(|comment| format!(" --comment {}", word(comment))).unwrap_or_default();
    let members = match pool.storages.as_slice() {
        [] => String::new(),
        storages => format!(" && pvesh set /pools --poolid {name} --storage {}", word(&storages.join(","))),
    };
    Told {
        what: format!("pool `{}`", pool.name),
        apply: Some(format!("pvesh create /pools --poolid {name}{comment}{members}")),
        verify: Some(format!("pvesh get /pools --poolid {name}")),
        note: None,
    }
}

fn directory(model: &Model<'_>, name: &str) -> Told {
    let is_declared = model.world.all().any(|object| model.kind(object) == "mapping" && model.name(object) == name);
    Told {
        what: format!("directory mapping `{name}`"),
        apply: None,
        verify: Some(format!("pvesh get /cluster/mapping/dir/{}", word(name))),
        note: (!is_declared).then(|| "nothing in this lab declares it".to_owned()),
    }
}

fn device_host(model: &Model<'_>, device: ObjId, item: &Item<'_>) -> Told {
    let node = item.node.unwrap_or_default();
    let shape = model.world.object(device).shape;
    let at = match shape == model.fields.host_pci.shape {
        true => crate::model::HostPci::new(model, device).at(model),
        false => crate::model::Device::new(model, device).at(model),
    };
    let at = crate::eval::show::text(model.program, model.world, at);
    Told {
        what: format!("`{}` on {node}: the IOMMU is on, and no driver of the host holds the device", model.key(device)),
        apply: None,
        verify: Some(over_ssh(node, &["lspci", "-nnk", "-s", &at])),
        note: None,
    }
}
