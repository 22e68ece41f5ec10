//! Entries of the cluster: users and what they may do, high availability, measurements, certificates.

use std::borrow::Cow;

use super::{Cx, maybe, number, set, unset, word, words};
use crate::desire::{self, MetricsSort, Secret, Text, Who};
use crate::own::{Entry, Facet};
use crate::targets::crossplane::{date, spec};
use crate::targets::errors;
use crate::targets::request::Credential;

impl<'r> Cx<'r, '_> {
    /// Where a secret is, if there is one.
    fn maybe_secret(&mut self, secret: &'r Option<Secret<'_>>, path: &str) -> spec::Object<spec::SecretKey<'r>> {
        secret.as_ref().map(|secret| self.secret(secret, path)).unwrap_or_default()
    }

    /// Refuses a secret that would be written as it is.
    fn plain_text(&mut self, path: &str, way_out: &str) {
        let why = format!(
            "{} of provider {} keeps it in plain text, and it is a secret{way_out}",
            self.kind.name(),
            self.release.provider()
        );
        self.cannot(path, &why);
    }
}

pub(in crate::targets::crossplane) fn user<'r>(cx: &mut Cx<'r, '_>, user: &'r desire::User<'_>) -> spec::User<'r> {
    spec::User {
        user_id: word(&user.id),
        comment: maybe(&user.comment),
        enabled: unset(user.disabled),
        email: maybe(&user.email),
        first_name: maybe(&user.first_name),
        last_name: maybe(&user.last_name),
        groups: words(&user.groups),
        expiration_date: user.expires.map(|day| Cow::Owned(date::written(day))),
        keys: maybe(&user.keys),
        password: cx.maybe_secret(&user.password, "password"),
        ..spec::User::default()
    }
}

pub(in crate::targets::crossplane) fn group<'r>(group: &'r desire::Group<'_>) -> spec::Group<'r> {
    spec::Group { group_id: word(&group.name), comment: maybe(&group.comment), ..spec::Group::default() }
}

pub(in crate::targets::crossplane) fn role<'r>(role: &'r desire::Role<'_>) -> spec::Role<'r> {
    spec::Role { role_id: word(&role.name), privileges: spec::Always(words(&role.privileges)), ..spec::Role::default() }
}

pub(in crate::targets::crossplane) fn acl<'r>(acl: &'r desire::Acl<'_>) -> spec::Acl<'r> {
    let mut out = spec::Acl {
        path: word(&acl.path),
        role_id: word(&acl.role),
        propagate: Some(!acl.no_propagation),
        ..spec::Acl::default()
    };
    match &acl.who {
        Who::User(id) => out.user_id = word(id),
        Who::Group(id) => out.group_id = word(id),
        Who::Token(id) => out.token_id = word(id),
    }
    out
}

/// A group; what Proxmox VE 9 has instead is refused, as there is no kind for it.
pub(in crate::targets::crossplane) fn ha_group<'r>(
    cx: &mut Cx<'r, '_>,
    nodes: &'r desire::HaNodes<'_>,
) -> spec::HaGroup<'r> {
    if nodes.resource.is_some() {
        let why = "Proxmox VE 9 has rules where 8 had HA groups, and the provider has no kind for rules";
        let facet = Facet::Entry(Entry::HaNodes).name();
        let diagnostic = errors::not_carried(cx.request, cx.origin("nodes"), facet, why);
        cx.diagnostics.push(diagnostic);
    }
    let ranked = nodes.nodes.iter().map(|(node, rank)| (Cow::Borrowed(&**node), i64::from(*rank)));
    spec::HaGroup {
        group: word(&nodes.name),
        nodes: spec::Map(ranked.collect()),
        restricted: set(nodes.strict),
        no_failback: set(nodes.no_failback),
        comment: maybe(&nodes.comment),
        ..spec::HaGroup::default()
    }
}

pub(in crate::targets::crossplane) fn ha_resource<'r>(
    cx: &mut Cx<'r, '_>,
    resource: &'r desire::HaResource<'_>,
) -> spec::HaResource<'r> {
    if !cx.has_1_18() {
        cx.cannot_any(&[(resource.no_failback, "failback")]);
    }
    let kind = resource.guest.split_once(':').map(|(kind, _)| Cow::Borrowed(kind));
    spec::HaResource {
        resource_id: word(&resource.guest),
        kind,
        group: maybe(&resource.group),
        state: Some(resource.state.as_deref().map_or(Cow::Borrowed("started"), Cow::Borrowed)),
        max_restart: number(resource.restarts),
        max_relocate: number(resource.relocations),
        failback: unset(resource.no_failback && cx.has_1_18()),
        comment: maybe(&resource.comment),
        ..spec::HaResource::default()
    }
}

pub(in crate::targets::crossplane) fn metrics_server<'r>(
    cx: &mut Cx<'r, '_>,
    server: &'r desire::MetricsServer<'_>,
) -> spec::MetricsServer<'r> {
    let mut out = spec::MetricsServer {
        name: word(&server.name),
        server: word(&server.server),
        port: Some(i64::from(server.port)),
        disable: set(server.disabled),
        mtu: number(server.mtu),
        timeout: number(server.timeout),
        ..spec::MetricsServer::default()
    };
    match &server.sort {
        MetricsSort::Graphite { tcp, path } => {
            out.kind = Some(Cow::Borrowed("graphite"));
            out.graphite_proto = tcp.then_some(Cow::Borrowed("tcp"));
            out.graphite_path = maybe(path);
        }
        MetricsSort::Influxdb(influxdb) => self::influxdb(cx, influxdb, &mut out),
        MetricsSort::Opentelemetry(telemetry) => opentelemetry(cx, telemetry, &mut out),
    }
    out
}

fn influxdb<'r>(cx: &mut Cx<'r, '_>, influxdb: &'r desire::Influxdb<'_>, out: &mut spec::MetricsServer<'r>) {
    out.kind = Some(Cow::Borrowed("influxdb"));
    out.influx_proto = maybe(&influxdb.protocol);
    out.influx_path_prefix = maybe(&influxdb.path_prefix);
    out.influx_bucket = maybe(&influxdb.bucket);
    out.influx_organization = maybe(&influxdb.organization);
    out.influx_most_bytes = number(influxdb.most_bytes);
    out.influx_verify = unset(influxdb.any_certificate);
    let token = cx.maybe_secret(&influxdb.token, "token");
    match (influxdb.token_version, cx.has_1_18()) {
        (Some(_), false) => cx.no_field("token-version"),
        (Some(_), true) => {
            out.influx_token_once = token;
            out.influx_token_version = number(influxdb.token_version);
        }
        (None, _) => out.influx_token = token,
    }
}

fn opentelemetry<'r>(cx: &mut Cx<'r, '_>, telemetry: &'r desire::Opentelemetry<'_>, out: &mut spec::MetricsServer<'r>) {
    out.kind = Some(Cow::Borrowed("opentelemetry"));
    out.telemetry_proto = Some(Cow::Borrowed(if telemetry.http { "http" } else { "https" }));
    out.telemetry_path = maybe(&telemetry.path);
    if !cx.has_1_18() {
        cx.cannot_any(&[
            (telemetry.timeout.is_some(), "answer-timeout"),
            (telemetry.no_compression, "compression"),
            (telemetry.headers.is_some(), "headers"),
            (!telemetry.attributes.is_empty(), "attributes"),
            (telemetry.most_bytes.is_some(), "max-body-size"),
            (telemetry.any_certificate, "verify"),
        ]);
        return;
    }
    out.telemetry_timeout = number(telemetry.timeout);
    out.telemetry_compression = telemetry.no_compression.then_some(Cow::Borrowed("none"));
    out.telemetry_headers = cx.maybe_secret(&telemetry.headers, "headers");
    out.telemetry_attributes = (!telemetry.attributes.is_empty()).then(|| Cow::Owned(telemetry.encoded_attributes()));
    out.telemetry_most_bytes = number(telemetry.most_bytes);
    out.telemetry_verify = unset(telemetry.any_certificate);
}

pub(in crate::targets::crossplane) fn certificate<'r>(
    cx: &mut Cx<'r, '_>,
    certificate: &'r desire::Certificate<'_>,
) -> spec::Certificate<'r> {
    spec::Certificate {
        node_name: word(&certificate.node),
        certificate: word(&certificate.certificate),
        chain: maybe(&certificate.chain),
        private_key: cx.maybe_secret(&certificate.private_key, "private-key"),
        overwrite: set(certificate.overwrite),
        ..spec::Certificate::default()
    }
}

/// An account. Proxmox has no privilege for it, and 0.11.1 no place for its secrets.
pub(in crate::targets::crossplane) fn acme_account<'r>(
    cx: &mut Cx<'r, '_>,
    account: &'r desire::AcmeAccount<'_>,
) -> spec::AcmeAccount<'r> {
    if matches!(cx.request.login.credential, Credential::Token | Credential::User) {
        let facet = Facet::Entry(Entry::AcmeAccount).name();
        let diagnostic = errors::root_only(cx.request, cx.origin(""), "manage ACME accounts", facet);
        cx.diagnostics.push(diagnostic);
    }
    let mut out = spec::AcmeAccount {
        name: word(&account.name),
        contact: word(&account.contact),
        directory: maybe(&account.directory),
        terms: maybe(&account.terms),
        ..spec::AcmeAccount::default()
    };
    if cx.has_1_18() {
        out.eab_kid = cx.maybe_secret(&account.eab_kid, "eab-kid");
        out.eab_hmac_key = cx.maybe_secret(&account.eab_hmac_key, "eab-hmac-key");
    } else {
        let secrets = [(account.eab_kid.is_some(), "eab-kid"), (account.eab_hmac_key.is_some(), "eab-hmac-key")];
        for (_, path) in secrets.iter().filter(|(is_set, _)| *is_set) {
            cx.plain_text(path, "; version \"1.18.0\" of the target reads it from where it is");
        }
    }
    out
}

/// A plugin. What it needs is in plain text there, so no secret goes in.
pub(in crate::targets::crossplane) fn acme_plugin<'r>(
    cx: &mut Cx<'r, '_>,
    plugin: &'r desire::AcmePlugin<'_>,
) -> spec::AcmePlugin<'r> {
    if !plugin.secret_data.is_empty() {
        cx.plain_text("secret-data", "");
    }
    cx.cannot_any(&[(!plugin.nodes.is_empty(), "nodes")]);
    let pairs =
        plugin.data.iter().map(|(key, value)| -> (Text<'r>, Text<'r>) { (Cow::Borrowed(key), Cow::Borrowed(value)) });
    let data = spec::Map(pairs.collect());
    let mut out = spec::AcmePlugin {
        plugin: word(&plugin.name),
        api: word(&plugin.api),
        validation_delay: number(plugin.validation_delay),
        disable: set(plugin.disabled),
        digest: maybe(&plugin.digest),
        ..spec::AcmePlugin::default()
    };
    match (plugin.data_version, cx.has_1_18()) {
        (Some(_), false) => cx.no_field("data-version"),
        (Some(_), true) => {
            out.data_once = data;
            out.data_version = number(plugin.data_version);
        }
        (None, _) => out.data = data,
    }
    out
}
