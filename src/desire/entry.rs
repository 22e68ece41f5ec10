//! Entries of the cluster's configuration: who may do what, what becomes of guests when a host is lost, where measurements
//! go, and with whom certificates are got. And the certificate of a node.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Sdn, Secret, Text};
use crate::own;
use crate::pve::base64;

/// What is wanted of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Entry<'a> {
    /// `acl.entry`, one for each role and whom it is given to.
    Acl(Acl<'a>),
    /// `acme-account.entry`.
    AcmeAccount(AcmeAccount<'a>),
    /// `acme-plugin.entry`.
    AcmePlugin(AcmePlugin<'a>),
    /// `certificate.file`.
    Certificate(Certificate<'a>),
    /// `group.entry`.
    Group(Group<'a>),
    /// `ha.nodes`.
    HaNodes(HaNodes<'a>),
    /// `ha.resource`.
    HaResource(HaResource<'a>),
    /// `metrics-server.entry`.
    MetricsServer(MetricsServer<'a>),
    /// `realm.entry`.
    Realm(Realm<'a>),
    /// `role.entry`.
    Role(Role<'a>),
    /// `sdn-zone.entry`, `vnet.entry` and what else the software-defined network has.
    Sdn(Sdn<'a>),
    /// `token.entry`.
    Token(Token<'a>),
    /// `user.entry`.
    User(User<'a>),
}

/// A user.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct User<'a> {
    /// Its name with the realm: `ops@pve`.
    pub id: Text<'a>,
    /// A remark.
    pub comment: Option<Text<'a>>,
    /// It may not log in.
    pub disabled: bool,
    /// E-mail address.
    pub email: Option<Text<'a>>,
    /// First name.
    pub first_name: Option<Text<'a>>,
    /// Last name.
    pub last_name: Option<Text<'a>>,
    /// The groups it is in, sorted.
    pub groups: Vec<Text<'a>>,
    /// From when on it is refused, in seconds since 1970; `None`: never.
    pub expires: Option<u64>,
    /// Public ids of keys for two-factor authentication.
    pub keys: Option<Text<'a>>,
    /// The first password.
    pub password: Option<Secret<'a>>,
}

/// A group of users.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Group<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// A remark.
    pub comment: Option<Text<'a>>,
}

/// A set of privileges.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Role<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// The privileges, sorted.
    pub privileges: Vec<Text<'a>>,
}

/// Whom a role is given to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who<'a> {
    /// A user: `ops@pve`.
    User(Text<'a>),
    /// A group.
    Group(Text<'a>),
    /// A token: `ops@pve!ci`.
    Token(Text<'a>),
}

/// A role that somebody has at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Acl<'a> {
    /// The path: `/vms`.
    pub path: Text<'a>,
    /// The role.
    pub role: Text<'a>,
    /// Who has it.
    pub who: Who<'a>,
    /// It holds at the path itself alone.
    pub no_propagation: bool,
}

/// An API token.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Token<'a> {
    /// The user.
    pub user: Text<'a>,
    /// Its name among the user's.
    pub name: Text<'a>,
    /// A remark.
    pub comment: Option<Text<'a>>,
    /// From when on it is refused, in seconds since 1970, 0 for never; `None`: as the user.
    pub expires: Option<u64>,
    /// It may do whatever the user may.
    pub no_separation: bool,
}

/// Where users come from.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Realm<'a> {
    /// What stands behind `@`.
    pub name: Text<'a>,
    /// `pam`, `pve`, `ldap`, `ad` or `openid`.
    pub sort: Text<'a>,
    /// Its options as Proxmox calls them.
    pub options: Vec<(&'static str, Text<'a>)>,
    /// The option that is a secret, if it has one: `password`, `client-key`.
    pub secret: Option<(&'static str, Secret<'a>)>,
}

/// Where an HA resource may run.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HaNodes<'a> {
    /// The name of the group or rule.
    pub name: Text<'a>,
    /// The resource that a rule is for: `vm:101`. `None`: a group, which resources name themselves, before Proxmox VE 9.
    pub resource: Option<Text<'a>>,
    /// The nodes, sorted, with their priorities; the highest is the best.
    pub nodes: Vec<(Text<'a>, u32)>,
    /// It runs on no other.
    pub strict: bool,
    /// It stays where it is when a better node returns. Of groups only: since 9 the resource says it.
    pub no_failback: bool,
    /// A remark.
    pub comment: Option<Text<'a>>,
}

/// A guest that is started elsewhere when its host is lost.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct HaResource<'a> {
    /// The guest: `vm:101`, `ct:113`.
    pub guest: Text<'a>,
    /// Its group, before Proxmox VE 9.
    pub group: Option<Text<'a>>,
    /// What the cluster sees to; `None`: `started`.
    pub state: Option<Text<'a>>,
    /// How often it is started again; `None`: once.
    pub restarts: Option<u32>,
    /// How often it is tried elsewhere; `None`: once.
    pub relocations: Option<u32>,
    /// It stays where it is when a better node returns. Since Proxmox VE 9: before, its group says it.
    pub no_failback: bool,
    /// A remark.
    pub comment: Option<Text<'a>>,
}

/// A server for measurements.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MetricsServer<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// An address or a name.
    pub server: Text<'a>,
    /// Its port.
    pub port: u32,
    /// Nothing is sent.
    pub disabled: bool,
    /// Size of packets over UDP; `None`: 1500.
    pub mtu: Option<u32>,
    /// How long it waits for a connection, in seconds; `None`: 1.
    pub timeout: Option<u32>,
    /// What it is, and what that needs.
    pub sort: MetricsSort<'a>,
}

/// What a server for measurements is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum MetricsSort<'a> {
    /// `graphite`.
    Graphite {
        /// Data is sent over TCP.
        tcp: bool,
        /// What every name begins with; `None`: `proxmox`.
        path: Option<Text<'a>>,
    },
    /// `influxdb`.
    Influxdb(Influxdb<'a>),
    /// `opentelemetry`.
    Opentelemetry(Opentelemetry<'a>),
}

/// What InfluxDB needs.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Influxdb<'a> {
    /// How data is sent; `None`: `udp`.
    pub protocol: Option<Text<'a>>,
    /// What stands before `/api2/`.
    pub path_prefix: Option<Text<'a>>,
    /// The bucket.
    pub bucket: Option<Text<'a>>,
    /// The organization.
    pub organization: Option<Text<'a>>,
    /// The token.
    pub token: Option<Secret<'a>>,
    /// How often the token has changed, for who writes it only then.
    pub token_version: Option<u32>,
    /// Largest request, in bytes; `None`: 25 000 000.
    pub most_bytes: Option<u32>,
    /// The server's certificate is not checked.
    pub any_certificate: bool,
}

/// What OpenTelemetry needs.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Opentelemetry<'a> {
    /// Data is sent without encryption.
    pub http: bool,
    /// The path; `None`: `/v1/metrics`.
    pub path: Option<Text<'a>>,
    /// How long it waits for an answer, in seconds; `None`: 5.
    pub timeout: Option<u32>,
    /// Requests are not compressed.
    pub no_compression: bool,
    /// Headers of requests.
    pub headers: Option<Secret<'a>>,
    /// What is said of the source, sorted.
    pub attributes: Vec<(Text<'a>, Text<'a>)>,
    /// Largest request, in bytes; `None`: 10 000 000.
    pub most_bytes: Option<u32>,
    /// The server's certificate is not checked.
    pub any_certificate: bool,
}

/// The certificate of a node's web server.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Certificate<'a> {
    /// The node.
    pub node: Text<'a>,
    /// The certificate.
    pub certificate: Text<'a>,
    /// Those between it and the authority.
    pub chain: Option<Text<'a>>,
    /// Its key; `None` where it is only looked at.
    pub private_key: Option<Secret<'a>>,
    /// One that is there is replaced.
    pub overwrite: bool,
}

/// An account with a certificate authority.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct AcmeAccount<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// E-mail addresses, with commas between.
    pub contact: Text<'a>,
    /// The authority's directory.
    pub directory: Option<Text<'a>>,
    /// The authority's terms of service, which are agreed to.
    pub terms: Option<Text<'a>>,
    /// Identifier of the key that binds it to an account elsewhere.
    pub eab_kid: Option<Secret<'a>>,
    /// The key itself.
    pub eab_hmac_key: Option<Secret<'a>>,
}

/// A DNS service for the challenges of a certificate authority.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct AcmePlugin<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// The service.
    pub api: Text<'a>,
    /// What the service needs and nobody need hide, sorted.
    pub data: Vec<(Text<'a>, Text<'a>)>,
    /// What it needs and nobody may see, sorted by key.
    pub secret_data: Vec<(Text<'a>, Secret<'a>)>,
    /// How often the data has changed, for who writes it only then.
    pub data_version: Option<u32>,
    /// The nodes that use it, sorted; none: all.
    pub nodes: Vec<Text<'a>>,
    /// How long it waits before it asks, in seconds; `None`: 30.
    pub validation_delay: Option<u32>,
    /// It is not used.
    pub disabled: bool,
    /// What the configuration file must still be.
    pub digest: Option<Text<'a>>,
}

impl Who<'_> {
    /// What Proxmox calls it.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Who::User(id) | Who::Group(id) | Who::Token(id) => id,
        }
    }
}

impl Acl<'_> {
    /// Which of the entries of one `acl` it is: the path is the same for all.
    #[must_use]
    pub fn part(&self) -> String {
        format!("{}-{}", self.role, self.who.id())
    }
}

impl<'a> Opentelemetry<'a> {
    /// The attributes as Proxmox takes them: a JSON object in Base64.
    #[must_use]
    pub fn encoded_attributes(&self) -> String {
        let object: BTreeMap<&str, &str> = self.attributes.iter().map(|(key, value)| (&**key, &**value)).collect();
        let json = serde_json::to_string(&object).expect("a map of texts is JSON");
        base64::encoded(json.as_bytes())
    }

    /// The attributes that are so written; `None` if they are not.
    #[must_use]
    pub fn decoded_attributes(text: &str) -> Option<Vec<(Text<'a>, Text<'a>)>> {
        let object: BTreeMap<String, String> = serde_json::from_slice(&base64::decoded(text)?).ok()?;
        Some(object.into_iter().map(|(key, value)| (Cow::Owned(key), Cow::Owned(value))).collect())
    }
}

impl AcmePlugin<'_> {
    /// What nobody need hide as Proxmox takes it: a line each, in Base64.
    #[must_use]
    pub fn encoded_data(&self) -> String {
        let lines: Vec<String> = self.data.iter().map(|(key, value)| format!("{key}={value}")).collect();
        base64::encoded(lines.join("\n").as_bytes())
    }
}

impl Token<'_> {
    /// What Proxmox calls it: `ops@pve!ci`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}!{}", self.user, self.name)
    }
}

impl Entry<'_> {
    /// The facet it is of.
    #[must_use]
    pub fn facet(&self) -> own::Entry {
        match self {
            Entry::Acl(_) => own::Entry::Acl,
            Entry::AcmeAccount(_) => own::Entry::AcmeAccount,
            Entry::AcmePlugin(_) => own::Entry::AcmePlugin,
            Entry::Certificate(_) => own::Entry::Certificate,
            Entry::Group(_) => own::Entry::Group,
            Entry::HaNodes(_) => own::Entry::HaNodes,
            Entry::HaResource(_) => own::Entry::HaResource,
            Entry::MetricsServer(_) => own::Entry::MetricsServer,
            Entry::Realm(_) => own::Entry::Realm,
            Entry::Role(_) => own::Entry::Role,
            Entry::Sdn(sdn) => sdn.part.entry(),
            Entry::Token(_) => own::Entry::Token,
            Entry::User(_) => own::Entry::User,
        }
    }

    /// The node that it is on, if it is on one.
    #[must_use]
    pub fn node(&self) -> Option<&str> {
        if let Entry::Certificate(certificate) = self { Some(&certificate.node) } else { None }
    }

    /// The entries that must be there before it, by address, where they are of this lab. `address` is its own.
    #[must_use]
    pub fn after(&self, address: &str) -> Vec<(String, own::Entry)> {
        let group = |name: &str| (format!("group.{name}"), own::Entry::Group);
        let user = |id: &str| (format!("user.{id}"), own::Entry::User);
        match self {
            Entry::User(wanted) => {
                let realm = wanted.id.rsplit_once('@').map(|(_, realm)| (format!("realm.{realm}"), own::Entry::Realm));
                realm.into_iter().chain(wanted.groups.iter().map(|name| group(name))).collect()
            }
            Entry::Token(token) => vec![user(&token.user)],
            Entry::Acl(acl) => {
                let who = match &acl.who {
                    Who::User(id) => user(id),
                    Who::Group(name) => group(name),
                    Who::Token(id) => {
                        (format!("token.{}", id.rsplit_once('!').map_or("", |(_, name)| name)), own::Entry::Token)
                    }
                };
                vec![(format!("role.{}", acl.role), own::Entry::Role), who]
            }
            // A resource names its group; a rule names its resource.
            Entry::HaResource(resource) if resource.group.is_some() => {
                vec![(address.to_owned(), own::Entry::HaNodes)]
            }
            Entry::HaNodes(nodes) if nodes.resource.is_some() => vec![(address.to_owned(), own::Entry::HaResource)],
            Entry::Sdn(sdn) => sdn.after.clone(),
            Entry::HaResource(_)
            | Entry::HaNodes(_)
            | Entry::Group(_)
            | Entry::Role(_)
            | Entry::Realm(_)
            | Entry::MetricsServer(_)
            | Entry::Certificate(_)
            | Entry::AcmeAccount(_)
            | Entry::AcmePlugin(_) => Vec::new(),
        }
    }
}
