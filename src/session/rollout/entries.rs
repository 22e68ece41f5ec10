//! Entries of the cluster in words, and the commands that make and remove them.
//!
//! No command holds a secret: whoever runs it gives that himself, and the note says where it belongs.

use super::Told;
use crate::desire::{
    Acl, AcmeAccount, AcmePlugin, Certificate, Entry, HaNodes, HaResource, MetricsServer, MetricsSort, Object, Realm,
    Role, Secret, Text, Token, User, Who,
};
use crate::targets::emit::shell::word;

/// A command that is put together option by option.
pub(super) struct Command(pub String);

impl Command {
    /// `pvesh create COLLECTION --id NAME`, or `pvesh set COLLECTION/NAME` for what is there already.
    pub fn new(object: &Object<'_>, collection: &str, id: &str, name: &str) -> Command {
        Command(match object.life.adopt {
            true => format!("pvesh set {}", word(&format!("{collection}/{name}"))),
            false => format!("pvesh create {} --{id} {}", word(collection), word(name)),
        })
    }

    pub fn with(mut self, option: &str, value: &str) -> Command {
        self.0.push_str(&format!(" --{option} {}", word(value)));
        self
    }

    fn maybe(self, option: &str, value: Option<&str>) -> Command {
        match value {
            Some(value) => self.with(option, value),
            None => self,
        }
    }

    fn number(self, option: &str, value: Option<impl Into<u64>>) -> Command {
        match value {
            Some(value) => self.with(option, &value.into().to_string()),
            None => self,
        }
    }

    pub fn flag(self, option: &str, is_said: bool, value: &str) -> Command {
        if is_said { self.with(option, value) } else { self }
    }

    fn list(self, option: &str, values: &[Text<'_>]) -> Command {
        if values.is_empty() { self } else { self.with(option, &values.join(",")) }
    }

    pub fn told(self, what: String, verify: String) -> Told {
        Told { what, apply: Some(self.0), verify: Some(verify), note: None }
    }
}

impl Told {
    fn noted(self, note: Option<String>) -> Told {
        Told { note, ..self }
    }
}

/// `pvesh get PATH`
pub(super) fn get(path: &str) -> String {
    format!("pvesh get {}", word(path))
}

/// What follows for a secret, if there is one.
fn secret(secret: &Option<Secret<'_>>, what: &str, how: &str) -> Option<String> {
    secret.as_ref().map(|_| format!("and its {what}, which hlab never reads: {how}"))
}

/// An entry in words.
pub(super) fn told(object: &Object<'_>, entry: &Entry<'_>) -> Told {
    match entry {
        Entry::Acl(acl) => told_acl(acl),
        Entry::AcmeAccount(account) => told_account(object, account),
        Entry::AcmePlugin(plugin) => told_plugin(object, plugin),
        Entry::Certificate(certificate) => told_certificate(certificate),
        Entry::Group(group) => Command::new(object, "/access/groups", "groupid", &group.name)
            .maybe("comment", group.comment.as_deref())
            .told(format!("group `{}`", group.name), get(&format!("/access/groups/{}", group.name))),
        Entry::HaNodes(nodes) => told_ha_nodes(object, nodes),
        Entry::HaResource(resource) => told_ha_resource(object, resource),
        Entry::MetricsServer(server) => told_metrics(object, server),
        Entry::Realm(realm) => told_realm(object, realm),
        Entry::Role(role) => told_role(object, role),
        Entry::Sdn(sdn) => super::sdn::told(object, sdn),
        Entry::Token(token) => told_token(object, token),
        Entry::User(user) => told_user(object, user),
    }
}

fn told_user(object: &Object<'_>, user: &User<'_>) -> Told {
    let password = format!("`pveum passwd {}`", word(&user.id));
    Command::new(object, "/access/users", "userid", &user.id)
        .maybe("comment", user.comment.as_deref())
        .flag("enable", user.disabled, "0")
        .maybe("email", user.email.as_deref())
        .maybe("firstname", user.first_name.as_deref())
        .maybe("lastname", user.last_name.as_deref())
        .list("groups", &user.groups)
        .number("expire", user.expires)
        .maybe("keys", user.keys.as_deref())
        .told(format!("user `{}`", user.id), get(&format!("/access/users/{}", user.id)))
        .noted(secret(&user.password, "password", &password))
}

fn told_role(object: &Object<'_>, role: &Role<'_>) -> Told {
    Command::new(object, "/access/roles", "roleid", &role.name)
        .list("privs", &role.privileges)
        .told(format!("role `{}`", role.name), get(&format!("/access/roles/{}", role.name)))
}

fn told_acl(acl: &Acl<'_>) -> Told {
    let (option, sort) = match &acl.who {
        Who::User(_) => ("users", "user"),
        Who::Group(_) => ("groups", "group"),
        Who::Token(_) => ("tokens", "token"),
    };
    // What is there already is given once more, which changes nothing.
    Command("pvesh set /access/acl".to_owned())
        .with("path", &acl.path)
        .with("roles", &acl.role)
        .with(option, acl.who.id())
        .flag("propagate", acl.no_propagation, "0")
        .told(
            format!("{sort} `{}` has the role `{}` at `{}`", acl.who.id(), acl.role, acl.path),
            "pveum acl list".to_owned(),
        )
}

fn told_token(object: &Object<'_>, token: &Token<'_>) -> Told {
    let path = format!("/access/users/{}/token/{}", token.user, token.name);
    let verb = if object.life.adopt { "set" } else { "create" };
    let note = "it shows the token's value once, and nobody can ask for it again".to_owned();
    Command(format!("pvesh {verb} {}", word(&path)))
        .maybe("comment", token.comment.as_deref())
        .number("expire", token.expires)
        .flag("privsep", token.no_separation, "0")
        .told(format!("API token `{}`", token.id()), get(&path))
        .noted((!object.life.adopt).then_some(note))
}

fn told_realm(object: &Object<'_>, realm: &Realm<'_>) -> Told {
    let path = format!("/access/domains/{}", realm.name);
    let is_there = object.life.adopt || matches!(&*realm.sort, "pam" | "pve");
    let start = match is_there {
        true => Command(format!("pvesh set {}", word(&path))),
        false => {
            Command("pvesh create /access/domains".to_owned()).with("realm", &realm.name).with("type", &realm.sort)
        }
    };
    let note = realm.secret.as_ref().map(|(option, _)| format!("and its `{option}`, which hlab never reads"));
    let command = realm.options.iter().fold(start, |command, (option, value)| command.with(option, value));
    command.told(format!("realm `{}`", realm.name), get(&path)).noted(note)
}

fn told_ha_nodes(object: &Object<'_>, nodes: &HaNodes<'_>) -> Told {
    let ranked: Vec<String> = nodes.nodes.iter().map(|(node, rank)| format!("{node}:{rank}")).collect();
    match &nodes.resource {
        None => Command::new(object, "/cluster/ha/groups", "group", &nodes.name)
            .with("nodes", &ranked.join(","))
            .flag("restricted", nodes.strict, "1")
            .flag("nofailback", nodes.no_failback, "1")
            .maybe("comment", nodes.comment.as_deref())
            .told(format!("HA group `{}`", nodes.name), get(&format!("/cluster/ha/groups/{}", nodes.name))),
        Some(resource) => Command::new(object, "/cluster/ha/rules", "rule", &nodes.name)
            .with("type", "node-affinity")
            .with("resources", resource)
            .with("nodes", &ranked.join(","))
            .flag("strict", nodes.strict, "1")
            .maybe("comment", nodes.comment.as_deref())
            .told(format!("HA rule `{}`", nodes.name), get(&format!("/cluster/ha/rules/{}", nodes.name))),
    }
}

fn told_ha_resource(object: &Object<'_>, resource: &HaResource<'_>) -> Told {
    Command::new(object, "/cluster/ha/resources", "sid", &resource.guest)
        .maybe("group", resource.group.as_deref())
        .maybe("state", resource.state.as_deref())
        .number("max_restart", resource.restarts)
        .number("max_relocate", resource.relocations)
        .flag("failback", resource.no_failback, "0")
        .maybe("comment", resource.comment.as_deref())
        .told(format!("HA resource `{}`", resource.guest), "ha-manager status".to_owned())
}

fn told_metrics(object: &Object<'_>, server: &MetricsServer<'_>) -> Told {
    let path = format!("/cluster/metrics/server/{}", server.name);
    let verb = if object.life.adopt { "set" } else { "create" };
    let command = Command(format!("pvesh {verb} {}", word(&path)))
        .with("server", &server.server)
        .number("port", Some(server.port))
        .flag("disable", server.disabled, "1")
        .number("mtu", server.mtu)
        .number("timeout", server.timeout);
    let is_new = !object.life.adopt;
    let (command, note) = match &server.sort {
        MetricsSort::Graphite { tcp, path } => {
            (command.flag("type", is_new, "graphite").flag("proto", *tcp, "tcp").maybe("path", path.as_deref()), None)
        }
        MetricsSort::Influxdb(influxdb) => (
            command
                .flag("type", is_new, "influxdb")
                .maybe("influxdbproto", influxdb.protocol.as_deref())
                .maybe("api-path-prefix", influxdb.path_prefix.as_deref())
                .maybe("bucket", influxdb.bucket.as_deref())
                .maybe("organization", influxdb.organization.as_deref())
                .number("max-body-size", influxdb.most_bytes)
                .flag("verify-certificate", influxdb.any_certificate, "0"),
            secret(&influxdb.token, "token", "in the web interface"),
        ),
        MetricsSort::Opentelemetry(telemetry) => (
            command
                .flag("type", is_new, "opentelemetry")
                .flag("otel-protocol", telemetry.http, "http")
                .maybe("otel-path", telemetry.path.as_deref())
                .number("otel-timeout", telemetry.timeout)
                .flag("otel-compression", telemetry.no_compression, "none")
                .flag("otel-resource-attributes", !telemetry.attributes.is_empty(), &telemetry.encoded_attributes())
                .number("otel-max-body-size", telemetry.most_bytes)
                .flag("otel-verify-ssl", telemetry.any_certificate, "0"),
            secret(&telemetry.headers, "headers", "in the web interface"),
        ),
    };
    command.told(format!("metric server `{}`", server.name), get(&path)).noted(note)
}

/// The key goes with the certificate in one call, so there is no command without it.
fn told_certificate(certificate: &Certificate<'_>) -> Told {
    let node = &certificate.node;
    let force = if certificate.overwrite { " --force" } else { "" };
    Told {
        what: format!("certificate of {node}"),
        apply: None,
        verify: Some(get(&format!("/nodes/{node}/certificates/info"))),
        note: Some(format!(
            "by hand, with the private key, which hlab never reads: `pvenode cert set CERTIFICATE.pem KEY.pem{force}` on {node}"
        )),
    }
}

fn told_account(object: &Object<'_>, account: &AcmeAccount<'_>) -> Told {
    let path = format!("/cluster/acme/account/{}", account.name);
    let is_new = !object.life.adopt;
    let told = Command::new(object, "/cluster/acme/account", "name", &account.name)
        .with("contact", &account.contact)
        .maybe("directory", account.directory.as_deref().filter(|_| is_new))
        .maybe("tos_url", account.terms.as_deref().filter(|_| is_new))
        .told(format!("ACME account `{}`", account.name), get(&path));
    match (&account.eab_hmac_key, is_new) {
        // The key is part of the registration, so there is no command without it.
        (Some(_), true) => Told {
            apply: None,
            note: Some(
                "by hand, with the key that binds it to an account elsewhere, which hlab never reads".to_owned(),
            ),
            ..told
        },
        (Some(_), false) | (None, _) => told,
    }
}

fn told_plugin(object: &Object<'_>, plugin: &AcmePlugin<'_>) -> Told {
    let path = format!("/cluster/acme/plugins/{}", plugin.name);
    let is_plain = plugin.secret_data.is_empty() && !plugin.data.is_empty();
    let names: Vec<String> = plugin.secret_data.iter().map(|(name, _)| format!("`{name}`")).collect();
    let note = (!names.is_empty()).then(|| {
        format!(
            "and its data, a line `NAME=VALUE` each, as it holds {}, which hlab never reads: `pvenode acme plugin set {} --data FILE`",
            names.join(", "),
            word(&plugin.name)
        )
    });
    Command::new(object, "/cluster/acme/plugins", "id", &plugin.name)
        .flag("type", !object.life.adopt, "dns")
        .with("api", &plugin.api)
        .flag("data", is_plain, &plugin.encoded_data())
        .list("nodes", &plugin.nodes)
        .number("validation-delay", plugin.validation_delay)
        .flag("disable", plugin.disabled, "1")
        .maybe("digest", plugin.digest.as_deref())
        .told(format!("ACME plugin `{}`", plugin.name), get(&path))
        .noted(note)
}

/// The command that removes an entry, by the kind and name of its resource, where they say all that it takes.
pub(super) fn removed(kind: &str, name: &str) -> Option<String> {
    let collection = match kind {
        "user" => "/access/users",
        "group" => "/access/groups",
        "role" => "/access/roles",
        "realm" => "/access/domains",
        "metrics-server" => "/cluster/metrics/server",
        "acme-account" => "/cluster/acme/account",
        "acme-plugin" => "/cluster/acme/plugins",
        "sdn-zone" => "/cluster/sdn/zones",
        "sdn-controller" => "/cluster/sdn/controllers",
        "sdn-ipam" => "/cluster/sdn/ipams",
        "sdn-dns" => "/cluster/sdn/dns",
        _ => return None,
    };
    let applied = if kind.starts_with("sdn-") { " && pvesh set /cluster/sdn" } else { "" };
    Some(format!("pvesh delete {}{applied}", word(&format!("{collection}/{name}"))))
}
