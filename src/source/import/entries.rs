//! Entries of the cluster: who may do what, where measurements go, certificates and with whom they are got.
//!
//! They speak of each other and of guests, so they are written when all else is. What they speak of and no manifest has is
//! declared as nobody's.

use std::collections::{BTreeMap, BTreeSet};

use super::grants::{self, Grant};
use super::ha::{self, Found};
use super::places::plain;
use super::{Body, Writer, text};
use crate::desire::{
    AcmeAccount, AcmePlugin, Certificate, Content, Entry, Group, Influxdb, Life, MetricsServer, MetricsSort, Object,
    Opentelemetry, Role, User,
};

/// Who is always there and cannot be made, so that whoever changes it takes it over.
const ROOT: &str = "root@pam";

/// Where an object was found, by its index.
pub(super) type Origin<'o> = &'o dyn Fn(usize) -> Option<String>;

/// What entries are called, and of whom they speak.
pub(super) struct Entries<'w, 'd, 'a> {
    pub writer: &'w mut Writer<'d, 'a>,
    origin: Origin<'w>,
    /// Users, groups and roles that a manifest has, by kind and name.
    known: BTreeSet<(&'static str, &'d str)>,
    /// Those that are spoken of and no manifest has.
    foreign: BTreeSet<(&'static str, &'d str)>,
    /// The users of tokens that are spoken of; no manifest has any.
    tokens: BTreeMap<&'d str, &'d str>,
    /// What is written already, by kind and name.
    written: BTreeSet<(&'static str, String)>,
    /// The last number behind a name that was taken.
    numbers: BTreeMap<(&'static str, String), u32>,
}

/// Writes every entry.
///
/// Cost: linear in the objects, but for the sets of names.
pub(super) fn all<'w, 'd>(writer: &'w mut Writer<'d, '_>, origin: Origin<'w>) {
    let desired = writer.desired;
    let known = desired.objects.iter().filter_map(|object| name_of(&object.content)).collect();
    let mut entries = Entries {
        writer,
        origin,
        known,
        foreign: BTreeSet::new(),
        tokens: BTreeMap::new(),
        written: BTreeSet::new(),
        numbers: BTreeMap::new(),
    };
    let (mut grants, mut found) = (Vec::new(), Found::default());
    for (index, object) in desired.objects.iter().enumerate() {
        let Content::Entry(entry) = &object.content else { continue };
        let at = (index, object);
        match &**entry {
            Entry::Acl(acl) => grants.push(Grant { index, object, acl }),
            Entry::HaNodes(nodes) => found.add(object, nodes),
            Entry::HaResource(resource) => found.resources.push((index, object, resource)),
            Entry::User(user) => entries.user(at, user),
            Entry::Group(group) => entries.group(at, group),
            Entry::Role(role) => entries.role(at, role),
            Entry::MetricsServer(server) => entries.metrics_server(at, server),
            Entry::Certificate(certificate) => entries.certificate(at, certificate),
            Entry::AcmeAccount(account) => entries.acme_account(at, account),
            Entry::AcmePlugin(plugin) => entries.acme_plugin(at, plugin),
            Entry::Realm(_) | Entry::Sdn(_) | Entry::Token(_) => {
                entries.note(object, "is left out: no manifests that hlab imports have its kind");
            }
        }
    }
    grants::all(&mut entries, &grants);
    ha::all(&mut entries, &found);
    entries.declare_foreign();
}

/// The kind and name of what others speak of.
fn name_of<'d>(content: &'d Content<'_>) -> Option<(&'static str, &'d str)> {
    let Content::Entry(entry) = content else { return None };
    match &**entry {
        Entry::User(user) => Some(("user", &*user.id)),
        Entry::Group(group) => Some(("group", &*group.name)),
        Entry::Role(role) => Some(("role", &*role.name)),
        Entry::Acl(_)
        | Entry::AcmeAccount(_)
        | Entry::AcmePlugin(_)
        | Entry::Certificate(_)
        | Entry::HaNodes(_)
        | Entry::HaResource(_)
        | Entry::MetricsServer(_)
        | Entry::Realm(_)
        | Entry::Sdn(_)
        | Entry::Token(_) => None,
    }
}

/// An object and its index.
pub(super) type At<'d, 'a> = (usize, &'d Object<'a>);

impl<'d> Entries<'_, 'd, '_> {
    /// Says what could not be said of an object.
    pub fn note(&mut self, object: &Object<'_>, what: &str) {
        self.writer.notes.push(format!("`{}` {what}", object.address));
    }

    /// Whether a manifest has this.
    pub fn is_known(&self, kind: &'static str, name: &'d str) -> bool {
        self.known.contains(&(kind, name))
    }

    /// The name of a user, group or role where it is spoken of.
    pub fn refer(&mut self, kind: &'static str, name: &'d str) -> String {
        if !self.is_known(kind, name) {
            self.foreign.insert((kind, name));
        }
        text::name(name)
    }

    /// The name of a token, `ops@pve!ci`; none if the token of another user is called so.
    pub fn token(&mut self, id: &'d str) -> Option<String> {
        let (user, name) = id.rsplit_once('!')?;
        if *self.tokens.entry(name).or_insert(user) != user {
            return None;
        }
        self.refer("user", user);
        Some(text::name(name))
    }

    /// Whether an entry of this name is written already; from now on it is.
    pub fn is_taken(&mut self, kind: &'static str, name: &str) -> bool {
        !self.written.insert((kind, name.to_owned()))
    }

    /// The name that is wanted, or with a number behind it, if it is taken.
    pub fn free(&mut self, kind: &'static str, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        while self.is_taken(kind, &name) {
            let number = self.numbers.entry((kind, wanted.to_owned())).or_insert(1);
            *number += 1;
            name = format!("{wanted}-{number}");
        }
        name
    }

    /// Writes an entry as `kind name`, with `tail` behind the name.
    pub fn write(&mut self, (index, object): At<'d, '_>, (kind, name): (&'static str, &str), tail: &str, body: Body) {
        if self.is_taken(kind, name) {
            return self.note(object, &format!("is left out: another manifest has `{name}` already"));
        }
        self.write_as((index, object), (kind, name), tail, body);
    }

    /// Writes an entry under a name that was taken for it.
    pub fn write_as(&mut self, (index, object): At<'d, '_>, (kind, name): (&str, &str), tail: &str, mut body: Body) {
        self.renamed(object, kind, name);
        let life = self.life_of(object, name);
        self.writer.short_life(&mut body, object, &life);
        let usual = match kind {
            "ha" | "metrics-server" => "ops.hlab",
            "certificate" | "acme-account" | "acme-plugin" => "certificates.hlab",
            _ => "access.hlab",
        };
        let head = format!("{kind} {}{tail}", text::name(name));
        let origin = (self.origin)(index);
        self.writer.resource(&object.file, usual, origin, &head, &body);
    }

    /// Says that an object is called otherwise from now on, if it is. Kubernetes has few characters for names, and those of
    /// ours are made of the entry's own.
    pub fn renamed(&mut self, object: &Object<'_>, kind: &str, name: &str) {
        if plain(object.name()) != plain(name) {
            self.note(
                object,
                &format!("becomes `{kind} {}`, and its object is then called after that", text::name(name)),
            );
        }
    }

    /// How an entry comes and goes: its own way, but for the one that always is.
    fn life_of<'o>(&mut self, object: &'o Object<'_>, name: &str) -> Life<'o> {
        let mut life = object.life.clone();
        if name == ROOT && object.kind() == "user" && (!life.adopt || life.destroy) {
            self.note(object, "is always there: it is taken over as it is, and stays");
            (life.adopt, life.destroy) = (true, false);
        }
        life
    }

    fn user(&mut self, at: At<'d, '_>, user: &'d User<'_>) {
        let mut body = Body::default();
        body.string("comment", user.comment.as_ref());
        body.off("enabled", user.disabled);
        body.string("email", user.email.as_ref());
        body.string("first-name", user.first_name.as_ref());
        body.string("last-name", user.last_name.as_ref());
        let groups: Vec<String> = user.groups.iter().map(|group| self.refer("group", group)).collect();
        body.list("groups", groups);
        if let Some(day) = user.expires {
            body.say("expires", day.to_string());
        }
        body.string("keys", user.keys.as_ref());
        if let Some(password) = &user.password {
            body.say("password", self.writer.places.secret(password));
        }
        self.write(at, ("user", &user.id), "", body);
    }

    fn group(&mut self, at: At<'d, '_>, group: &'d Group<'_>) {
        let mut body = Body::default();
        body.string("comment", group.comment.as_ref());
        self.write(at, ("group", &group.name), "", body);
    }

    fn role(&mut self, at: At<'d, '_>, role: &'d Role<'_>) {
        let mut body = Body::default();
        body.say("privileges", text::list(role.privileges.iter().map(|privilege| text::string(privilege))));
        self.write(at, ("role", &role.name), "", body);
    }

    fn metrics_server(&mut self, at: At<'d, '_>, server: &'d MetricsServer<'_>) {
        let mut body = Body::default();
        body.say("server", text::string(&server.server));
        if self.writer.places.is_named(&server.server) {
            let why = format!("sends to `{}`, which is then the address of what the lab calls so", server.server);
            self.note(at.1, &why);
        }
        body.say("port", server.port.to_string());
        body.off("enabled", server.disabled);
        body.number("mtu", server.mtu);
        body.seconds("timeout", server.timeout);
        let tail = match &server.sort {
            MetricsSort::Graphite { tcp, path } => {
                if *tcp {
                    body.say("protocol", "tcp");
                }
                body.string("path", path.as_ref());
                ": Graphite"
            }
            MetricsSort::Influxdb(influxdb) => {
                self.influxdb(&mut body, influxdb);
                ": Influxdb"
            }
            MetricsSort::Opentelemetry(telemetry) => {
                self.opentelemetry(&mut body, telemetry);
                ": Opentelemetry"
            }
        };
        self.write(at, ("metrics-server", &server.name), tail, body);
    }

    fn influxdb(&mut self, body: &mut Body, influxdb: &'d Influxdb<'_>) {
        body.member("protocol", influxdb.protocol.as_ref());
        body.string("bucket", influxdb.bucket.as_ref());
        body.string("organization", influxdb.organization.as_ref());
        if let Some(token) = &influxdb.token {
            body.say("token", self.writer.places.secret(token));
        }
        body.number("token-version", influxdb.token_version);
        body.string("path-prefix", influxdb.path_prefix.as_ref());
        body.number("max-body-size", influxdb.most_bytes);
        body.off("verify", influxdb.any_certificate);
    }

    fn opentelemetry(&mut self, body: &mut Body, telemetry: &'d Opentelemetry<'_>) {
        if telemetry.http {
            body.say("protocol", "http");
        }
        body.string("path", telemetry.path.as_ref());
        body.seconds("answer-timeout", telemetry.timeout);
        if telemetry.no_compression {
            body.say("compression", "none");
        }
        if let Some(headers) = &telemetry.headers {
            body.say("headers", self.writer.places.secret(headers));
        }
        body.pairs("attributes", telemetry.attributes.iter().map(|(key, value)| (&**key, &**value)));
        body.number("max-body-size", telemetry.most_bytes);
        body.off("verify", telemetry.any_certificate);
    }

    fn certificate(&mut self, at: At<'d, '_>, certificate: &'d Certificate<'_>) {
        let (_, object) = at;
        let mut body = Body::default();
        body.lines("certificate", Some(&certificate.certificate));
        body.lines("chain", certificate.chain.as_ref());
        let Some(key) = &certificate.private_key else {
            return self.note(object, "is left out: hlab has no certificate without its key");
        };
        self.writer.places.node(&certificate.node);
        body.say("private-key", self.writer.places.secret(key));
        body.on("overwrite", certificate.overwrite);
        let tail = format!(" on {}", text::name(&certificate.node));
        self.write(at, ("certificate", object.name()), &tail, body);
    }

    fn acme_account(&mut self, at: At<'d, '_>, account: &'d AcmeAccount<'_>) {
        let mut body = Body::default();
        body.say("contact", text::list(account.contact.split(',').map(text::string)));
        body.string("directory", account.directory.as_ref());
        body.string("terms", account.terms.as_ref());
        for (key, secret) in [("eab-kid", &account.eab_kid), ("eab-hmac-key", &account.eab_hmac_key)] {
            if let Some(secret) = secret {
                body.say(key, self.writer.places.secret(secret));
            }
        }
        self.write(at, ("acme-account", &account.name), "", body);
    }

    fn acme_plugin(&mut self, at: At<'d, '_>, plugin: &'d AcmePlugin<'_>) {
        let mut body = Body::default();
        body.say("api", text::string(&plugin.api));
        body.pairs("data", plugin.data.iter().map(|(key, value)| (&**key, &**value)));
        let mut hidden = Body::default();
        for (key, secret) in &plugin.secret_data {
            hidden.say(&text::string(key), self.writer.places.secret(secret));
        }
        body.block_if_said("secret-data", hidden);
        body.number("data-version", plugin.data_version);
        plugin.nodes.iter().for_each(|node| self.writer.places.node(node));
        body.list("nodes", plugin.nodes.iter().map(|node| text::name(node)).collect());
        body.seconds("validation-delay", plugin.validation_delay);
        body.off("enabled", plugin.disabled);
        body.string("digest", plugin.digest.as_ref());
        self.write(at, ("acme-plugin", &plugin.name), "", body);
    }

    /// Declares what entries speak of and no manifest has.
    fn declare_foreign(self) {
        let mut nobodys = Body::default();
        nobodys.say("owner", "none");
        for (kind, name) in &self.foreign {
            let mut body = Body::default();
            if *kind == "role" {
                body.say("privileges", "[]");
            }
            body.say("owner", "none");
            self.writer.resource("", "access.hlab", None, &format!("{kind} {}", text::name(name)), &body);
        }
        for (name, user) in &self.tokens {
            let head = format!("token {} in {}", text::name(name), text::name(user));
            self.writer.resource("", "access.hlab", None, &head, &nobodys);
        }
    }
}
