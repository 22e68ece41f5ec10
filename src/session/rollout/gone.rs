//! What becomes of what `removed` names: it is kept as it is, or somebody destroys it, and how.

use serde_json::{Value as Json, json};

use crate::own::{Entry, Facet, Owned, Owner};
use crate::place::Gone;
use crate::session::build;
use crate::session::compile::Compiled;
use crate::session::rollout::entries;
use crate::targets::emit::shell::word;

/// A resource that is gone, in words.
pub(super) struct Farewell {
    /// `vm.web`
    address: String,
    /// Whether it is to be destroyed.
    destroy: bool,
    /// Who applied resources of its kind.
    owner: String,
    /// `VM 107 \`web\``
    pub what: String,
    /// The command that destroys it, if hlab knows one.
    pub apply: Option<String>,
    /// What becomes of it.
    pub note: String,
}

impl Farewell {
    pub fn json(&self) -> Json {
        json!({
            "resource": self.address,
            "on-delete": if self.destroy { "destroy" } else { "keep" },
            "owner": self.owner,
            "what": self.what,
            "apply": self.apply,
            "note": self.note,
        })
    }
}

/// Everything that is gone, by address.
pub(super) fn farewells(compiled: &Compiled, owned: &Owned) -> Vec<Farewell> {
    let mut found: Vec<Farewell> = compiled.gone.iter().map(|gone| farewell(compiled, owned, gone)).collect();
    found.sort_by(|a, b| a.address.cmp(&b.address));
    found
}

fn farewell(compiled: &Compiled, owned: &Owned, gone: &Gone) -> Farewell {
    let address = gone.address();
    let id = compiled.lock.ids.get(&address).map(|entry| entry.id);
    let facet = Facet::ALL.iter().copied().find(|facet| facet.kind() == gone.kind && is_object(*facet));
    let owner = facet.map_or(Owner::None, |facet| owned.usual(facet));
    let what = match id {
        Some(id) => format!("{} {id} `{}`", gone.kind, gone.name),
        None => format!("{} `{}`", gone.kind, gone.name),
    };
    let (apply, note) = match gone.destroy {
        true => destroyed(owned, owner, gone, id),
        false => (None, kept(owned, owner)),
    };
    let owner = owned.name(owner).to_owned();
    Farewell { address, destroy: gone.destroy, owner, what, apply, note }
}

/// Whether a facet is the thing itself, not something that it needs on a host.
fn is_object(facet: Facet) -> bool {
    match facet {
        Facet::ContainerConfig
        | Facet::VmConfig
        | Facet::ImageFile
        | Facet::SnippetFile
        | Facet::StorageEntry
        | Facet::DeviceMapping
        | Facet::Pool
        | Facet::FirewallOptions => true,
        Facet::Entry(entry) => entry != Entry::HaNodes,
        Facet::Later(_) => true,
        Facet::ContainerRootOptions
        | Facet::ContainerPower
        | Facet::VmRootOptions
        | Facet::VmPower
        | Facet::DeviceHost
        | Facet::StorageHost
        | Facet::FirewallAlias
        | Facet::FirewallGroup
        | Facet::FirewallIpSet
        | Facet::FirewallRules
        | Facet::HostApt
        | Facet::HostDns
        | Facet::HostHosts
        | Facet::HostNetwork
        | Facet::HostTime => false,
    }
}

fn kept(owned: &Owned, owner: Owner) -> String {
    match owner {
        Owner::Target(_) => format!("kept as it is: {} forgets it, and nothing manages it any more", owned.name(owner)),
        Owner::Api | Owner::None => "kept as it is: nothing manages it any more".to_owned(),
    }
}

fn destroyed(owned: &Owned, owner: Owner, gone: &Gone, id: Option<i64>) -> (Option<String>, String) {
    let by_hand = "destroyed by hand: hlab knows no command for it".to_owned();
    match (owner, gone.kind.as_str(), id) {
        (Owner::Target(number), kind, _) => {
            let target = &owned.targets[usize::from(number)];
            let apply =
                build::system(target).and_then(|system| system.destroy_command(kind, &gone.name, &target.namespace));
            let note = match apply {
                Some(_) => format!("destroyed with what {} keeps of it", owned.name(owner)),
                None => by_hand,
            };
            (apply, note)
        }
        (Owner::Api, "vm", Some(id)) => (Some(format!("qm destroy {id} --purge")), "destroyed on its node".to_owned()),
        (Owner::Api, "container", Some(id)) => {
            (Some(format!("pct destroy {id} --purge")), "destroyed on its node".to_owned())
        }
        (Owner::Api, "storage", _) => {
            (Some(format!("pvesm remove {}", word(&gone.name))), "its entry goes, its data stays".to_owned())
        }
        (Owner::Api, kind, _) => match entries::removed(kind, &gone.name) {
            Some(command) => (Some(command), "removed from the cluster's configuration".to_owned()),
            None => (None, by_hand),
        },
        (Owner::None, ..) => (None, by_hand),
    }
}
