//! Who applies what: resources are lowered to facets, and every facet has exactly one owner.
//!
//! What comes in is the model and what each target can carry; what goes out is [`Owned`], which answers for any facet of
//! any resource. The resource's own `owner` counts most, then the project's `owner` by facet (`vm.power`), then by kind
//! (`vm`), then the first target that can carry the facet, then `api`. What nobody can reach is nobody's: counted, verified, never
//! emitted. [`order`] puts what is owned into stages.
//!
//! Two sorts of facets are given to no target unless the project says so ([`Usual`]). What a host says of itself, such as its
//! bridges, is a fact first: nobody's. Firewalls are `api`'s, since a wrong one cuts off whoever applies it.

mod entry;
mod errors;
mod facet;
mod later;
pub mod order;

use crate::base::{Span, closest};
use crate::diag::{Checked, Diagnostic};
use crate::model::{Model, Target};
use crate::types::value::{ObjId, Value};

pub use entry::Entry;
pub use facet::{Facet, Usual};
pub use later::Later;

/// Who applies a facet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Owner {
    /// Someone else: counted and checked, never emitted or changed.
    None,
    /// hlab itself, over the Proxmox API.
    Api,
    /// A target, by its number in [`Owned::targets`].
    Target(u16),
}

/// A target that the project declares, or that the command line asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    /// Its name in the project.
    pub name: String,
    /// The system: `crossplane`.
    pub system: String,
    /// The version, where it is said.
    pub version: Option<String>,
    /// The folder, where it is said.
    pub out: Option<String>,
    /// The name of the credential object that emitted resources refer to.
    pub provider: String,
    /// The kind of that object, where there is a choice.
    pub provider_kind: String,
    /// The namespace of emitted objects, where they are in one.
    pub namespace: String,
    /// Its block; none if only the command line names it.
    pub block: Option<ObjId>,
    /// Where it is declared.
    pub at: Option<Span>,
}

impl Declared {
    /// A target that no project declares.
    #[must_use]
    pub fn unsaid(system: &str) -> Declared {
        Declared {
            name: system.to_owned(),
            system: system.to_owned(),
            version: None,
            out: None,
            provider: "default".to_owned(),
            provider_kind: "ClusterProviderConfig".to_owned(),
            namespace: "default".to_owned(),
            block: None,
            at: None,
        }
    }
}

/// Whether a target can carry a facet at least in part; if not, why. `None` if nobody knows its system and version.
pub type Carries<'c> = &'c dyn Fn(&Declared, Facet) -> Option<Result<(), &'static str>>;

/// Things that wait for each other: what each is, and where the source declares it.
#[must_use]
pub fn circle(steps: &[(String, Option<Span>)]) -> Diagnostic {
    errors::cycle(steps.first().and_then(|(_, at)| *at), steps)
}

/// Who owns what.
#[derive(Clone, Debug)]
pub struct Owned {
    /// The targets, in the order of declaration.
    pub targets: Vec<Declared>,
    /// The owner of each facet where the resource says nothing.
    by_facet: Vec<Owner>,
    /// What each target carries, by the facet's place.
    carried: Vec<Vec<bool>>,
    /// The target that is given all it carries.
    all_to: Option<u16>,
}

/// The targets that the project declares.
#[must_use]
pub fn targets(model: &Model<'_>) -> Vec<Declared> {
    let Some(project) = model.project() else { return Vec::new() };
    let declared = |target: Target| {
        let name = model.key(target.id).to_owned();
        let system = model.world.object(target.id).tag.map_or(name.as_str(), |tag| model.word(tag)).to_owned();
        Declared {
            name,
            system,
            version: target.version(model).map(str::to_owned),
            out: target.out(model).map(str::to_owned),
            provider: target.provider(model).unwrap_or("default").to_owned(),
            provider_kind: target.provider_kind(model).unwrap_or("ClusterProviderConfig").to_owned(),
            namespace: target.namespace(model).unwrap_or("default").to_owned(),
            block: Some(target.id),
            at: Some(model.span(target.id)),
        }
    };
    project.target(model).map(declared).collect()
}

/// What hlab itself can apply over the API.
///
/// # Errors
/// Why not.
pub fn api_carries(facet: Facet) -> Result<(), &'static str> {
    match facet {
        Facet::ContainerConfig
        | Facet::ContainerRootOptions
        | Facet::ContainerPower
        | Facet::DeviceMapping
        | Facet::Entry(_)
        | Facet::FirewallAlias
        | Facet::FirewallGroup
        | Facet::FirewallIpSet
        | Facet::FirewallOptions
        | Facet::FirewallRules
        | Facet::HostApt
        | Facet::HostDns
        | Facet::HostHosts
        | Facet::HostNetwork
        | Facet::HostTime
        | Facet::ImageFile
        | Facet::Pool
        | Facet::StorageEntry
        | Facet::VmConfig
        | Facet::VmRootOptions
        | Facet::VmPower => Ok(()),
        Facet::Later(later) if later.is_of_proxmox() => Ok(()),
        Facet::Later(_) => Err("it is no business of the Proxmox API"),
        Facet::SnippetFile => Err("the Proxmox API takes no snippet files"),
        Facet::DeviceHost | Facet::StorageHost => Err("the Proxmox API does nothing on the hosts themselves"),
    }
}

/// Gives every facet its owner.
pub fn assign(model: &Model<'_>, targets: Vec<Declared>, carries: Carries<'_>) -> Checked<Owned> {
    let mut out = Vec::new();
    let mut carried = Vec::with_capacity(targets.len());
    for target in &targets {
        let can: Vec<Option<Result<(), &str>>> = Facet::ALL.iter().map(|facet| carries(target, *facet)).collect();
        carried.push(can.iter().map(|can| matches!(can, Some(Ok(())))).collect::<Vec<bool>>());
    }
    let by_facet = Facet::ALL.iter().map(|facet| unsaid(*facet, &carried)).collect();
    let mut owned = Owned { targets, by_facet, carried, all_to: None };
    let said = owned.project(model, carries, &mut out);
    let mut by_facet = owned.by_facet.clone();
    for (facet, owner, _) in &said {
        by_facet[facet.index()] = *owner;
    }
    owned.by_facet = by_facet;
    owned.resources(model, carries, &mut out);
    Checked::new(owned, out)
}

/// The owner of a facet of which nothing is said.
fn unsaid(facet: Facet, carried: &[Vec<bool>]) -> Owner {
    let carrier = carried.iter().position(|can| can[facet.index()]);
    match (facet.usual(), carrier) {
        (Usual::Nobody, _) => Owner::None,
        (Usual::Carrier, Some(target)) => Owner::Target(target as u16),
        (Usual::Carrier, None) | (Usual::Api, _) if api_carries(facet).is_ok() => Owner::Api,
        (Usual::Carrier, None) | (Usual::Api, _) => Owner::None,
    }
}

impl Owned {
    /// Makes a target the owner of all that it carries, whatever the project says. What hosts say of themselves stays a fact
    /// if the project gives it to nobody.
    #[must_use]
    pub fn with_all_to(self, target: u16) -> Owned {
        Owned { all_to: Some(target), ..self }
    }

    /// Who applies a facet of a resource.
    #[must_use]
    pub fn owner(&self, model: &Model<'_>, resource: ObjId, facet: Facet) -> Owner {
        let is_fact = facet.usual() == Usual::Nobody && self.by_facet[facet.index()] == Owner::None;
        let all_to = self.all_to.filter(|target| self.carried[usize::from(*target)][facet.index()] && !is_fact);
        if let Some(target) = all_to {
            return Owner::Target(target);
        }
        match self.said(model, resource) {
            Some((owner, _)) if self.can(owner, facet) => owner,
            Some(_) | None => self.by_facet[facet.index()],
        }
    }

    /// Who applies a facet of resources that say nothing.
    #[must_use]
    pub fn usual(&self, facet: Facet) -> Owner {
        self.by_facet[facet.index()]
    }

    /// Whether an owner can apply a facet at least in part; nobody can leave anything alone.
    #[must_use]
    pub fn can(&self, owner: Owner, facet: Facet) -> bool {
        match owner {
            Owner::None => true,
            Owner::Api => api_carries(facet).is_ok(),
            Owner::Target(number) => self.carried[usize::from(number)][facet.index()],
        }
    }

    /// What an owner is called.
    #[must_use]
    pub fn name(&self, owner: Owner) -> &str {
        match owner {
            Owner::None => "none",
            Owner::Api => "api",
            Owner::Target(number) => &self.targets[usize::from(number)].name,
        }
    }

    /// The target of a name.
    #[must_use]
    pub fn target(&self, name: &str) -> Option<u16> {
        self.targets.iter().position(|target| target.name == name).map(|number| number as u16)
    }

    /// What a value of the type `OwnerName` stands for.
    fn of(&self, model: &Model<'_>, value: Value) -> Option<Owner> {
        match value {
            Value::Obj(block) => {
                let number = self.targets.iter().position(|target| target.block == Some(block))?;
                Some(Owner::Target(number as u16))
            }
            other => match model.text_of(other)? {
                "api" => Some(Owner::Api),
                "none" => Some(Owner::None),
                _ => None,
            },
        }
    }

    /// What the resource itself says, and where.
    fn said(&self, model: &Model<'_>, resource: ObjId) -> Option<(Owner, Option<Span>)> {
        let field = model.owner_field(resource)?;
        let slot = model.world.slot(resource, field)?;
        let owner = self.of(model, slot.value)?;
        Some((owner, model.said_at(resource, field)))
    }

    /// Who could apply a facet, for the help of a diagnostic.
    fn able(&self, facet: Facet) -> Vec<String> {
        let targets = self.targets.iter().enumerate().filter(|(number, _)| self.carried[*number][facet.index()]);
        let mut able: Vec<String> = targets.map(|(_, target)| target.name.clone()).collect();
        if api_carries(facet).is_ok() {
            able.push("api".to_owned());
        }
        able.push("none".to_owned());
        able
    }

    /// Whether hlab knows the system of an owner.
    fn is_known(&self, owner: Owner, carries: Carries<'_>) -> bool {
        match owner {
            Owner::None | Owner::Api => true,
            Owner::Target(number) => carries(&self.targets[usize::from(number)], Facet::VmConfig).is_some(),
        }
    }

    /// Why an owner cannot apply a facet.
    fn why(&self, owner: Owner, facet: Facet, carries: Carries<'_>) -> &'static str {
        let found = match owner {
            Owner::None => Ok(()),
            Owner::Api => api_carries(facet),
            Owner::Target(number) => {
                carries(&self.targets[usize::from(number)], facet).unwrap_or(Err("this hlab does not know it"))
            }
        };
        found.err().unwrap_or("it cannot")
    }

    /// What the project's `owner` says, a facet each; those by kind first, so that those by facet win.
    fn project(
        &self,
        model: &Model<'_>,
        carries: Carries<'_>,
        out: &mut Vec<Diagnostic>,
    ) -> Vec<(Facet, Owner, Option<Span>)> {
        let Some(project) = model.project() else { return Vec::new() };
        let (mut kinds, mut facets) = (Vec::new(), Vec::new());
        for pair in project.owner(model).chunks_exact(2) {
            let (Some(key), Some(owner)) = (model.text_of(pair[0]), self.of(model, pair[1])) else { continue };
            let at = model.entry(project.id, model.fields.project.owner, key);
            if let Some(facet) = Facet::named(key) {
                if !self.can(owner, facet) && self.is_known(owner, carries) {
                    let why = self.why(owner, facet, carries);
                    out.push(errors::cannot_own(at, self.name(owner), key, why, &self.able(facet)));
                }
                facets.push((facet, owner, at));
                continue;
            }
            let of_kind: Vec<Facet> = Facet::ALL.iter().copied().filter(|facet| facet.kind() == key).collect();
            match of_kind.first() {
                None => {
                    let known = Facet::ALL.iter().flat_map(|facet| [facet.name(), facet.kind()]);
                    out.push(errors::unknown_facet(at, key, closest(key, known)));
                }
                // What is wrong with a target that nobody knows is said where it is declared.
                Some(_) if !self.is_known(owner, carries) => {}
                Some(first) if !of_kind.iter().any(|facet| self.can(owner, *facet)) => {
                    let first = of_kind.iter().find(|facet| api_carries(**facet).is_ok()).unwrap_or(first);
                    let why = self.why(owner, *first, carries);
                    out.push(errors::cannot_own(at, self.name(owner), key, why, &self.able(*first)));
                }
                Some(_) => {
                    let can = of_kind.into_iter().filter(|facet| self.can(owner, *facet));
                    kinds.extend(can.map(|facet| (facet, owner, at)));
                }
            }
        }
        kinds.extend(facets);
        kinds
    }

    /// Refuses owners on resources that can apply nothing of them.
    fn resources(&self, model: &Model<'_>, carries: Carries<'_>, out: &mut Vec<Diagnostic>) {
        for resource in model.world.all() {
            let Some((owner, at)) = self.said(model, resource) else { continue };
            let kind = model.kind(resource);
            let mut facets = Facet::ALL.iter().copied().filter(|facet| facet.kind() == kind);
            if facets.clone().any(|facet| self.can(owner, facet)) || !self.is_known(owner, carries) {
                continue;
            }
            let first = facets.clone().find(|facet| api_carries(*facet).is_ok()).or_else(|| facets.next());
            if let Some(first) = first {
                let why = self.why(owner, first, carries);
                out.push(errors::cannot_own(at, self.name(owner), first.name(), why, &self.able(first)));
            }
        }
    }
}
