//! Commands over the Proxmox API and on hosts, one step each.

use super::{Rollout, Told};
use crate::desire::{Content, Image, Item, Mapping, Object, Power, What};
use crate::model::{Model, Storage};
use crate::targets::emit::shell::word;
use crate::types::value::{ObjId, Value};

/// A step in words, as `api` or a person at a node would take it.
pub(super) fn told(rollout: &Rollout<'_>, item: &Item<'_>, object: Option<&Object<'_>>) -> Told {
    match (&item.what, object) {
        (What::StorageHost(storage), _) => storage_host(rollout.model, *storage, item),
        (What::StorageEntry(storage), _) => storage_entry(rollout.model, *storage),
        (What::DeviceHost(device), _) => device_host(rollout.model, *device, item),
        (What::Directory(name), _) => directory(rollout.model, name),
        (What::Object(index), Some(object)) => of_object(rollout, *index, object, item),
        (What::Object(_), None) => Told { what: item.address.clone(), apply: None, verify: None, note: None },
    }
}

fn of_object(rollout: &Rollout<'_>, index: usize, object: &Object<'_>, item: &Item<'_>) -> Told {
    let name = object.name();
    let id = || vm_id(rollout, index);
    let node = item.node.unwrap_or_default();
    match &object.content {
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
            verify: Some(format!("ssh root@{} pvesm path {}", word(node), word(&snippet.volume_id()))),
            note: None,
        },
        Content::Mapping(mapping) => told_mapping(mapping),
    }
}

/// The id of the VM whose facet an object is.
fn vm_id(rollout: &Rollout<'_>, index: usize) -> String {
    let vm = crate::model::Vm::new(rollout.model, rollout.wanted.resources[index]);
    vm.vmid(rollout.model).map_or_else(|| "?".to_owned(), |id| id.to_string())
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
    let note = (mapping.sort == "pci").then(|| {
        "each entry also takes the card's `subsystem-id=` and `iommugroup=`: `pvesh get /nodes/NODE/hardware/pci`"
            .to_owned()
    });
    Told {
        what: format!("{} mapping `{}`", mapping.sort.to_uppercase(), mapping.name),
        apply: Some(format!("pvesh create {path} --id {}{entries}", word(&mapping.name))),
        verify: Some(format!("pvesh get {path}/{}", word(&mapping.name))),
        note,
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
        verify: Some(format!("ssh root@{} lspci -nnk -s {}", word(node), word(&at))),
        note: None,
    }
}

/// The words of a storage: what Proxmox calls its sort, and the options that `pvesm add` takes besides.
fn storage_options(model: &Model<'_>, storage: ObjId) -> (&'static str, Vec<(&'static str, String)>) {
    let sort = model.world.object(storage).tag.map_or("", |tag| model.word(tag));
    let said = |name: &str| {
        let shape = model.program.shape(model.world.object(storage).shape);
        let tag = model.world.object(storage).tag;
        let field = model.program.heap.names.find(name).and_then(|name| shape.field(name, tag))?;
        let value = model.value(model.of(storage), field);
        let shown = || crate::eval::show::text(model.program, model.world, value);
        match value {
            Value::Null | Value::Poison => None,
            Value::Bool(flag) => flag.then(|| "1".to_owned()),
            Value::Str(_) | Value::Enum(_) | Value::Int(_) | Value::Ip(_) | Value::Obj(_) => Some(shown()),
            _ => None,
        }
    };
    let (kind, names): (&str, &[(&'static str, &str)]) = match sort {
        "Lvm" => ("lvm", &[("vgname", "group")]),
        "LvmThin" => ("lvmthin", &[("vgname", "group"), ("thinpool", "pool")]),
        "ZfsPool" => ("zfspool", &[("pool", "pool"), ("sparse", "sparse"), ("blocksize", "block-size")]),
        "Btrfs" => ("btrfs", &[("path", "path"), ("is_mountpoint", "mountpoint")]),
        "Nfs" => ("nfs", &[("server", "server"), ("export", "export"), ("options", "options")]),
        "Cifs" => ("cifs", &[("server", "server"), ("share", "share"), ("username", "user")]),
        "Pbs" => (
            "pbs",
            &[("server", "server"), ("datastore", "datastore"), ("username", "user"), ("fingerprint", "fingerprint")],
        ),
        "Rbd" => ("rbd", &[("pool", "pool"), ("username", "user")]),
        "CephFs" => ("cephfs", &[("fs-name", "filesystem")]),
        "Iscsi" => ("iscsi", &[("portal", "portal"), ("target", "target")]),
        _ => ("dir", &[("path", "path"), ("is_mountpoint", "mountpoint")]),
    };
    (kind, names.iter().filter_map(|(option, field)| said(field).map(|value| (*option, value))).collect())
}

fn storage_entry(model: &Model<'_>, id: ObjId) -> Told {
    let storage = Storage::new(model, id);
    let (kind, options) = storage_options(model, id);
    let name = model.name(id);
    let mut command = format!("pvesm add {kind} {}", word(name));
    let content: Vec<&str> = storage.content(model).iter().filter_map(|word| model.text_of(*word)).collect();
    command.push_str(&format!(" --content {}", word(&content.join(","))));
    for (option, value) in &options {
        command.push_str(&format!(" --{option} {}", word(value)));
    }
    if model.says_where(id) {
        let nodes: Vec<&str> = model.hosts(id).iter().map(|host| model.name(host.id)).collect();
        command.push_str(&format!(" --nodes {}", word(&nodes.join(","))));
    }
    Told {
        what: format!("storage `{name}`"),
        apply: Some(command),
        verify: Some(format!("pvesm status --storage {}", word(name))),
        note: None,
    }
}

fn storage_host(model: &Model<'_>, id: ObjId, item: &Item<'_>) -> Told {
    let node = item.node.unwrap_or_default();
    let (kind, options) = storage_options(model, id);
    let option =
        |name: &str| options.iter().find(|(option, _)| *option == name).map_or("", |(_, value)| value.as_str());
    let (what, command) = match kind {
        "zfspool" => (format!("data set `{}`", option("pool")), format!("zfs list {}", word(option("pool")))),
        "lvm" => (format!("volume group `{}`", option("vgname")), format!("vgs {}", word(option("vgname")))),
        "lvmthin" => {
            let pool = format!("{}/{}", option("vgname"), option("thinpool"));
            (format!("thin pool `{pool}`"), format!("lvs {}", word(&pool)))
        }
        _ => (format!("folder `{}`", option("path")), format!("ls -d {}", word(option("path")))),
    };
    Told {
        what: format!("{what} on {node}"),
        apply: None,
        verify: Some(format!("ssh root@{} {command}", word(node))),
        note: None,
    }
}
