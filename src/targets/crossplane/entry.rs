//! Documents of entries of the cluster.

use super::kind::Kind;
use super::lower::{self, Cx};
use super::{Documents, refuse_facet};
use crate::desire::{Entry, Object};

/// The kind of the document that an entry is in, if there is one.
pub(super) fn kind(entry: &Entry<'_>) -> Option<Kind> {
    match entry {
        Entry::Acl(_) => Some(Kind::Acl),
        Entry::AcmeAccount(_) => Some(Kind::AcmeAccount),
        Entry::AcmePlugin(_) => Some(Kind::AcmePlugin),
        Entry::Certificate(_) => Some(Kind::Certificate),
        Entry::Group(_) => Some(Kind::Group),
        Entry::HaNodes(_) => Some(Kind::HaGroup),
        Entry::HaResource(_) => Some(Kind::HaResource),
        Entry::MetricsServer(_) => Some(Kind::MetricsServer),
        Entry::Role(_) => Some(Kind::Role),
        Entry::User(_) => Some(Kind::User),
        Entry::Realm(_) | Entry::Sdn(_) | Entry::Token(_) => None,
    }
}

/// What Crossplane calls an entry that exists, which is the same whether it is managed or only looked at.
///
/// Source: the ids that bpg/proxmox 0.111.1 sets. A certificate has no importer.
pub(super) fn external_name(entry: &Entry<'_>) -> Option<String> {
    match entry {
        Entry::Acl(acl) => Some(format!("{}?{}?{}", acl.path, acl.who.id(), acl.role)),
        Entry::AcmeAccount(account) => Some(account.name.to_string()),
        Entry::AcmePlugin(plugin) => Some(plugin.name.to_string()),
        Entry::Certificate(certificate) => Some(format!("{}_certificate", certificate.node)),
        Entry::Group(group) => Some(group.name.to_string()),
        Entry::HaNodes(nodes) => Some(nodes.name.to_string()),
        Entry::HaResource(resource) => Some(resource.guest.to_string()),
        Entry::MetricsServer(server) => Some(server.name.to_string()),
        Entry::Role(role) => Some(role.name.to_string()),
        Entry::User(user) => Some(user.id.to_string()),
        Entry::Realm(_) | Entry::Sdn(_) | Entry::Token(_) => None,
    }
}

impl Documents {
    /// Writes the document of an entry.
    pub(super) fn entry<'r>(&mut self, cx: &mut Cx<'r, '_>, object: &Object<'_>, entry: &'r Entry<'_>, name: &str) {
        match entry {
            Entry::Acl(acl) => self.write(cx, object, name, &lower::acl(acl), None),
            Entry::AcmeAccount(account) => {
                let spec = lower::acme_account(cx, account);
                self.write(cx, object, name, &spec, None);
            }
            Entry::AcmePlugin(plugin) => {
                let spec = lower::acme_plugin(cx, plugin);
                self.write(cx, object, name, &spec, None);
            }
            Entry::Certificate(certificate) => {
                let spec = lower::certificate(cx, certificate);
                self.write(cx, object, name, &spec, None);
            }
            Entry::Group(group) => self.write(cx, object, name, &lower::group(group), None),
            Entry::HaNodes(nodes) => {
                let spec = lower::ha_group(cx, nodes);
                self.write(cx, object, name, &spec, None);
            }
            Entry::HaResource(resource) => {
                let spec = lower::ha_resource(cx, resource);
                self.write(cx, object, name, &spec, None);
            }
            Entry::MetricsServer(server) => {
                let spec = lower::metrics_server(cx, server);
                self.write(cx, object, name, &spec, None);
            }
            Entry::Role(role) => self.write(cx, object, name, &lower::role(role), None),
            Entry::User(user) => {
                let spec = lower::user(cx, user);
                self.write(cx, object, name, &spec, None);
            }
            Entry::Realm(_) | Entry::Sdn(_) | Entry::Token(_) => refuse_facet(cx, object.content.facet()),
        }
    }
}
