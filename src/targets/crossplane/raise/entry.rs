//! Entries of the cluster: users and what they may do, high availability, measurements, certificates.

use std::borrow::Cow;

use super::{Word, count, count_unless, is_off, is_on, or, secret};
use crate::desire::{
    Acl, AcmeAccount, AcmePlugin, Certificate, Entry, Group, HaNodes, HaResource, Influxdb, MetricsServer, MetricsSort,
    Opentelemetry, Place, Role, Secret, Text, User, Who,
};
use crate::targets::crossplane::date;
use crate::targets::crossplane::kind::Kind;
use crate::targets::crossplane::spec::{self, Block as _};
use crate::targets::crossplane::tree::{Node, Reader};

/// The entry that a document is of, and its place; none for documents of other things.
pub(in crate::targets::crossplane) fn entry<'a>(
    reader: &mut Reader,
    kind: Kind,
    node: &Node<'a>,
    namespace: &Text<'a>,
) -> Option<(Place<'a>, Entry<'a>)> {
    let entry = match kind {
        Kind::User => Entry::User(user(reader, node, namespace)),
        Kind::Group => Entry::Group(group(reader, node)),
        Kind::Role => Entry::Role(role(spec::Role::read(reader, node))),
        Kind::Acl => {
            let acl = acl(reader, node)?;
            return Some((Place::Part(Cow::Owned(acl.part())), Entry::Acl(acl)));
        }
        Kind::HaGroup => Entry::HaNodes(ha_nodes(spec::HaGroup::read(reader, node))),
        Kind::HaResource => Entry::HaResource(ha_resource(spec::HaResource::read(reader, node))),
        Kind::MetricsServer => Entry::MetricsServer(metrics_server(reader, node, namespace)),
        Kind::Certificate => Entry::Certificate(certificate(spec::Certificate::read(reader, node), namespace)),
        Kind::AcmeAccount => Entry::AcmeAccount(acme_account(reader, node, namespace)),
        Kind::AcmePlugin => Entry::AcmePlugin(acme_plugin(spec::AcmePlugin::read(reader, node))),
        Kind::Vm
        | Kind::Container
        | Kind::Image
        | Kind::File
        | Kind::Pool
        | Kind::Bridge
        | Kind::Vlan
        | Kind::HostDns
        | Kind::Hosts
        | Kind::Time
        | Kind::Repository
        | Kind::Standard
        | Kind::ClusterFirewall
        | Kind::NodeFirewall
        | Kind::GuestFirewall
        | Kind::Alias
        | Kind::IpSet
        | Kind::SecurityGroup
        | Kind::Rules => return None,
    };
    Some((Place::Only, entry))
}

fn maybe_secret<'a>(key: spec::Object<spec::SecretKey<'a>>, namespace: &Text<'a>) -> Option<Secret<'a>> {
    key.0.map(|key| secret(key, namespace))
}

/// What a user or group is given is no part of it here, so that each role at each path has one place where it is said.
fn no_grants(reader: &mut Reader, node: &Node<'_>, grants: &[spec::Grant<'_>]) {
    if !grants.is_empty() {
        reader.refuse(node, "expected no `acl`: what somebody may do at a path is an EnvironmentACL of its own");
    }
}

fn user<'a>(reader: &mut Reader, node: &Node<'a>, namespace: &Text<'a>) -> User<'a> {
    let user = spec::User::read(reader, node);
    no_grants(reader, node, &user.acl);
    let expires = user.expiration_date.as_deref().map(date::read);
    if expires == Some(None) {
        reader.refuse(node, "expected `expirationDate` as RFC 3339 writes it: `2030-01-01T00:00:00Z`");
    }
    let mut groups = user.groups;
    groups.sort_unstable();
    User {
        id: user.user_id.unwrap_or_default(),
        comment: user.comment,
        disabled: is_off(user.enabled),
        email: user.email,
        first_name: user.first_name,
        last_name: user.last_name,
        groups,
        expires: expires.flatten().filter(|day| *day > 0),
        keys: user.keys,
        password: maybe_secret(user.password, namespace),
    }
}

fn group<'a>(reader: &mut Reader, node: &Node<'a>) -> Group<'a> {
    let group = spec::Group::read(reader, node);
    no_grants(reader, node, &group.acl);
    Group { name: group.group_id.unwrap_or_default(), comment: group.comment }
}

fn role(role: spec::Role<'_>) -> Role<'_> {
    let mut privileges = role.privileges.0;
    privileges.sort_unstable();
    Role { name: role.role_id.unwrap_or_default(), privileges }
}

fn acl<'a>(reader: &mut Reader, node: &Node<'a>) -> Option<Acl<'a>> {
    let acl = spec::Acl::read(reader, node);
    let who = match (acl.user_id, acl.group_id, acl.token_id) {
        (Some(id), None, None) => Who::User(id),
        (None, Some(id), None) => Who::Group(id),
        (None, None, Some(id)) => Who::Token(id),
        _ => {
            reader.refuse(node, "expected one of `userId`, `groupId` and `tokenId`");
            return None;
        }
    };
    Some(Acl {
        path: acl.path.unwrap_or_default(),
        role: acl.role_id.unwrap_or_default(),
        who,
        no_propagation: is_off(acl.propagate),
    })
}

fn ha_nodes(group: spec::HaGroup<'_>) -> HaNodes<'_> {
    let nodes = group.nodes.0.into_iter();
    HaNodes {
        name: group.group.unwrap_or_default(),
        resource: None,
        nodes: nodes.map(|(node, rank)| (node, count(Some(rank)).unwrap_or_default())).collect(),
        strict: is_on(group.restricted),
        no_failback: is_on(group.no_failback),
        comment: group.comment,
    }
}

fn ha_resource(resource: spec::HaResource<'_>) -> HaResource<'_> {
    HaResource {
        guest: resource.resource_id.unwrap_or_default(),
        group: resource.group,
        state: resource.state.filter(|state| state != "started"),
        restarts: count_unless(resource.max_restart, 1),
        relocations: count_unless(resource.max_relocate, 1),
        no_failback: is_off(resource.failback),
        comment: resource.comment,
    }
}

fn metrics_server<'a>(reader: &mut Reader, node: &Node<'a>, namespace: &Text<'a>) -> MetricsServer<'a> {
    let mut server = spec::MetricsServer::read(reader, node);
    let sort = match server.kind.as_deref() {
        Some("graphite") => MetricsSort::Graphite {
            tcp: server.graphite_proto.as_deref() == Some("tcp"),
            path: server.graphite_path.take(),
        },
        Some("opentelemetry") => MetricsSort::Opentelemetry(opentelemetry(reader, node, &mut server, namespace)),
        Some("influxdb") => MetricsSort::Influxdb(influxdb(&mut server, namespace)),
        Some(_) | None => {
            reader.refuse(node, "expected the `type` `graphite`, `influxdb` or `opentelemetry`");
            MetricsSort::Influxdb(Influxdb::default())
        }
    };
    MetricsServer {
        name: server.name.unwrap_or_default(),
        server: server.server.unwrap_or_default(),
        port: count(server.port).unwrap_or_default(),
        disabled: is_on(server.disable),
        mtu: count_unless(server.mtu, 1500),
        timeout: count_unless(server.timeout, 1),
        sort,
    }
}

fn influxdb<'a>(server: &mut spec::MetricsServer<'a>, namespace: &Text<'a>) -> Influxdb<'a> {
    let token =
        if server.influx_token_once.0.is_some() { &mut server.influx_token_once } else { &mut server.influx_token };
    Influxdb {
        protocol: server.influx_proto.take().filter(|protocol| protocol != "udp"),
        path_prefix: server.influx_path_prefix.take(),
        bucket: server.influx_bucket.take(),
        organization: server.influx_organization.take(),
        token: maybe_secret(std::mem::take(token), namespace),
        token_version: count(server.influx_token_version),
        most_bytes: count_unless(server.influx_most_bytes, 25_000_000),
        any_certificate: is_off(server.influx_verify),
    }
}

fn opentelemetry<'a>(
    reader: &mut Reader,
    node: &Node<'a>,
    server: &mut spec::MetricsServer<'a>,
    namespace: &Text<'a>,
) -> Opentelemetry<'a> {
    let attributes = server.telemetry_attributes.as_deref().map(Opentelemetry::decoded_attributes);
    if attributes == Some(None) {
        reader.refuse(node, "expected `opentelemetryResourceAttributes` as a JSON object of texts in Base64");
    }
    Opentelemetry {
        http: server.telemetry_proto.as_deref() == Some("http"),
        path: server.telemetry_path.take().filter(|path| path != "/v1/metrics"),
        timeout: count_unless(server.telemetry_timeout, 5),
        no_compression: server.telemetry_compression.as_deref() == Some("none"),
        headers: maybe_secret(std::mem::take(&mut server.telemetry_headers), namespace),
        attributes: attributes.flatten().unwrap_or_default(),
        most_bytes: count_unless(server.telemetry_most_bytes, 10_000_000),
        any_certificate: is_off(server.telemetry_verify),
    }
}

fn certificate<'a>(certificate: spec::Certificate<'a>, namespace: &Text<'a>) -> Certificate<'a> {
    Certificate {
        node: certificate.node_name.unwrap_or_default(),
        certificate: certificate.certificate.unwrap_or_default(),
        chain: certificate.chain,
        private_key: maybe_secret(certificate.private_key, namespace),
        overwrite: is_on(certificate.overwrite),
    }
}

fn acme_account<'a>(reader: &mut Reader, node: &Node<'a>, namespace: &Text<'a>) -> AcmeAccount<'a> {
    let account = spec::AcmeAccount::read(reader, node);
    let plain: [&Word<'_>; 2] = [&account.eab_kid_text, &account.eab_hmac_key_text];
    if plain.iter().any(|text| text.is_some()) {
        reader.refuse(node, "expected no secret in plain text: `eabKid` and `eabHmacKey`");
    }
    AcmeAccount {
        name: or(account.name, "default"),
        contact: account.contact.unwrap_or_default(),
        directory: account.directory,
        terms: account.terms,
        eab_kid: maybe_secret(account.eab_kid, namespace),
        eab_hmac_key: maybe_secret(account.eab_hmac_key, namespace),
    }
}

fn acme_plugin(plugin: spec::AcmePlugin<'_>) -> AcmePlugin<'_> {
    let data = if plugin.data_version.is_some() { plugin.data_once } else { plugin.data };
    AcmePlugin {
        name: plugin.plugin.unwrap_or_default(),
        api: plugin.api.unwrap_or_default(),
        data: data.0,
        secret_data: Vec::new(),
        data_version: count(plugin.data_version),
        nodes: Vec::new(),
        validation_delay: count_unless(plugin.validation_delay, 30),
        disabled: is_on(plugin.disable),
        digest: plugin.digest,
    }
}
