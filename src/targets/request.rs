//! What a target is asked, and what it says it can carry.

use crate::base::Span;
use crate::desire::Desired;
use crate::pve::Version;

/// What a target is asked to emit: a lab, or a part of it.
///
/// `desired` holds the objects; `owns` says which of them are this target's. Objects of one resource are in one part.
pub struct Request<'r> {
    /// What is wanted, sorted.
    pub desired: &'r Desired<'r>,
    /// Where references resolve: everything that makes a file.
    pub files: &'r Desired<'r>,
    /// What the project calls this target, for messages: `crossplane`, or `lab2` in `target lab2: crossplane`.
    pub target: &'r str,
    /// Whether an object, by its index, is this target's to apply.
    pub owns: &'r dyn Fn(usize) -> bool,
    /// Where the source says a field of an object. The path is spelt as in the library (`disk.scsi0.size`,
    /// `attach.gpu`); an empty one, or one that nothing said, gives the object's own head.
    pub origin: &'r dyn Fn(usize, &str) -> Option<Span>,
    /// The number of the resource that an object is of: the same in every part.
    pub resource: &'r dyn Fn(usize) -> u32,
    /// The address of a resource by its number, and where it is declared.
    pub declared: &'r dyn Fn(u32) -> (String, Option<Span>),
    /// The version that a node runs.
    pub version: &'r dyn Fn(&str) -> Version,
    /// With what the target logs in.
    pub login: Login,
    /// The name of the credential object that emitted resources refer to.
    pub provider: &'r str,
    /// The kind of the credential object, where there is a choice.
    pub provider_kind: &'r str,
    /// The namespace of emitted objects, where they are in one.
    pub namespace: &'r str,
}

/// The credential that a target applies with.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Login {
    /// Who.
    pub credential: Credential,
    /// Where the source says so.
    pub origin: Option<Span>,
    /// The tools reach the hosts over SSH besides.
    pub ssh: bool,
}

/// Who logs in.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Credential {
    /// The source does not say: nothing is refused for it.
    #[default]
    Unknown,
    /// An API token, even if of root@pam.
    Token,
    /// root@pam with a password.
    Root,
    /// Another user with a password.
    User,
}

impl Credential {
    /// Who it is, as the subject of a sentence.
    #[must_use]
    pub fn subject(self) -> &'static str {
        match self {
            Credential::Unknown => "the login",
            Credential::Token => "an API token, even one of root@pam,",
            Credential::Root => "root@pam",
            Credential::User => "a user other than root@pam",
        }
    }
}

/// How much of a facet a target can carry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carries {
    /// All of it: what it emits reads back as the same.
    Whole,
    /// All but these fields; one that is set is an error at its place.
    Partly(&'static [&'static str]),
    /// Nothing, because of this.
    No(&'static str),
}

/// A request that a target makes to Proxmox, with the privileges it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ApiCall {
    /// `GET`, `POST`, `PUT`, `DELETE`.
    pub method: &'static str,
    /// The path: `/nodes/{node}/qemu/{vmid}/config`.
    pub path: &'static str,
    /// Privileges, each with the path it is needed on.
    pub privileges: &'static [(&'static str, &'static str)],
}
