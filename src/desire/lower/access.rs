//! Who may do what: users, groups, roles, what they are given, tokens and realms; and pools.

use std::borrow::Cow;

use super::{Cx, Life, off, pairs, secret, sorted, text};
use crate::desire::{self, Content, Entry, Place, Text, Who};
use crate::eval::show;
use crate::model::{self, Model};
use crate::types::value::{ObjId, Value};

/// Who is always there: Proxmox adds it whenever its list of users is read without it.
///
/// Source: `userconfig_force_defaults` of pve-access-control.
const ROOT: &str = "root@pam";

/// Adds the objects of everything that says who may do what.
pub(super) fn all(cx: &mut Cx<'_>) {
    let model = cx.model;
    let fields = &model.fields;
    for id in model.all(fields.pool.shape) {
        pool(cx, model::Pool::new(model, id));
    }
    for id in model.all(fields.group.shape) {
        group(cx, model::Group::new(model, id));
    }
    for id in model.all(fields.user.shape) {
        user(cx, model::User::new(model, id));
    }
    for id in model.all(fields.role.shape) {
        role(cx, model::Role::new(model, id));
    }
    for id in model.all(fields.acl.shape) {
        acl(cx, model::Acl::new(model, id));
    }
    for id in model.all(fields.token.shape) {
        token(cx, model::Token::new(model, id));
    }
    for id in model.all(fields.realm.shape) {
        realm(cx, model::Realm::new(model, id));
    }
}

/// The life of what says no more of it than this.
pub(super) fn life(adopt: bool, on_delete: Option<&str>) -> Life<'static> {
    Life { adopt, destroy: on_delete == Some("destroy"), ..Life::default() }
}

/// The names of the objects in a list, sorted.
pub(super) fn names<'a>(model: &'a Model<'a>, values: &[Value]) -> Vec<Text<'a>> {
    let mut names: Vec<_> = objects(values).map(|id| Cow::Borrowed(model.name(id))).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The objects in a list.
fn objects(values: &[Value]) -> impl Iterator<Item = ObjId> {
    values.iter().filter_map(|value| if let Value::Obj(id) = value { Some(*id) } else { None })
}

fn pool(cx: &mut Cx<'_>, pool: model::Pool) {
    let model = cx.model;
    let content = desire::Pool {
        name: Cow::Borrowed(model.name(pool.id)),
        comment: text(pool.comment(model)),
        storages: names(model, pool.storages(model)),
    };
    let life = life(pool.adopt(model), pool.on_delete(model));
    cx.push(pool.id, Place::Only, life, Content::Pool(Box::new(content)), true);
}

fn group(cx: &mut Cx<'_>, group: model::Group) {
    let model = cx.model;
    let content = desire::Group { name: Cow::Borrowed(model.name(group.id)), comment: text(group.comment(model)) };
    cx.entry(group.id, life(group.adopt(model), group.on_delete(model)), Entry::Group(content));
}

fn user(cx: &mut Cx<'_>, user: model::User) {
    let model = cx.model;
    let id = model.name(user.id);
    let content = desire::User {
        id: Cow::Borrowed(id),
        comment: text(user.comment(model)),
        disabled: off(user.enabled(model)),
        email: text(user.email(model)),
        first_name: text(user.first_name(model)),
        last_name: text(user.last_name(model)),
        groups: names(model, user.groups(model)),
        expires: user.expires(model).and_then(|day| u64::try_from(day).ok()).filter(|day| *day > 0),
        keys: text(user.keys(model)),
        password: secret(model, user.password(model)),
    };
    let life = life(user.adopt(model), user.on_delete(model));
    // Who is always there is declared to be referred to, and then it is nobody's to make.
    let is_applied = id != ROOT || life.adopt;
    cx.push(user.id, Place::Only, life, Content::Entry(Box::new(Entry::User(content))), is_applied);
}

fn role(cx: &mut Cx<'_>, role: model::Role) {
    let model = cx.model;
    let privileges = sorted(model, role.privileges(model));
    let content = desire::Role { name: Cow::Borrowed(model.name(role.id)), privileges };
    cx.entry(role.id, life(role.adopt(model), role.on_delete(model)), Entry::Role(content));
}

/// One object for each role and whom it is given to: that is what Proxmox keeps.
fn acl(cx: &mut Cx<'_>, acl: model::Acl) {
    let model = cx.model;
    let name = |id: ObjId| -> Text<'_> { Cow::Borrowed(model.name(id)) };
    let users = objects(acl.users(model)).map(|id| Who::User(name(id)));
    let groups = objects(acl.groups(model)).map(|id| Who::Group(name(id)));
    let tokens = objects(acl.tokens(model)).map(|id| {
        let (user, name) = token_name(model, id);
        Who::Token(Cow::Owned(format!("{user}!{name}")))
    });
    let all: Vec<Who<'_>> = users.chain(groups).chain(tokens).collect();
    let mut roles = sorted(model, acl.built_in(model));
    roles.extend(acl.role(model).map(|role| name(role.id)));
    roles.sort_unstable();
    roles.dedup();
    for role in &roles {
        for who in &all {
            let content = desire::Acl {
                path: text(acl.path(model)).unwrap_or_default(),
                role: role.clone(),
                who: who.clone(),
                no_propagation: off(acl.propagate(model)),
            };
            let place = Place::Part(Cow::Owned(content.part()));
            let life = life(acl.adopt(model), acl.on_delete(model));
            cx.push(acl.id, place, life, Content::Entry(Box::new(Entry::Acl(content))), true);
        }
    }
}

/// The user of a token, and its name among the user's.
fn token_name<'a>(model: &'a Model<'a>, token: ObjId) -> (&'a str, &'a str) {
    let user = match model.world.home(token).within {
        Value::Obj(user) => model.name(user),
        _ => "",
    };
    (user, model.name(token))
}

fn token(cx: &mut Cx<'_>, token: model::Token) {
    let model = cx.model;
    let (user, name) = token_name(model, token.id);
    let content = desire::Token {
        user: Cow::Borrowed(user),
        name: Cow::Borrowed(name),
        comment: text(token.comment(model)),
        expires: token.expires(model).and_then(|day| u64::try_from(day).ok()),
        no_separation: off(token.privilege_separation(model)),
    };
    cx.entry(token.id, life(token.adopt(model), token.on_delete(model)), Entry::Token(content));
}

/// Options of realms, and the fields that say them; fields of other variants are not there.
const REALM: &[(&str, &str)] = &[
    ("comment", "comment"),
    ("default", "default"),
    ("tfa", "two-factor"),
    ("domain", "domain"),
    ("server1", "server"),
    ("server2", "fallback"),
    ("port", "port"),
    ("mode", "mode"),
    ("verify", "verify"),
    ("capath", "ca-path"),
    ("cert", "client-certificate"),
    ("certkey", "client-certificate-key"),
    ("sslversion", "tls"),
    ("base_dn", "base-dn"),
    ("bind_dn", "bind-dn"),
    ("check-connection", "check-connection"),
    ("case-sensitive", "case-sensitive"),
    ("user_attr", "user-attribute"),
    ("filter", "user-filter"),
    ("user_classes", "user-classes"),
    ("group_dn", "group-dn"),
    ("group_name_attr", "group-name"),
    ("group_filter", "group-filter"),
    ("group_classes", "group-classes"),
    ("sync_attributes", "sync-attributes"),
    ("sync-defaults-options", "sync-defaults"),
    ("issuer-url", "issuer"),
    ("client-id", "client-id"),
    ("autocreate", "create-users"),
    ("username-claim", "username-claim"),
    ("scopes", "scopes"),
    ("prompt", "prompt"),
    ("acr-values", "acr-values"),
    ("query-userinfo", "query-userinfo"),
    ("groups-claim", "groups-claim"),
    ("groups-autocreate", "create-groups"),
    ("groups-overwrite", "overwrite-groups"),
];

fn realm(cx: &mut Cx<'_>, realm: model::Realm) {
    let model = cx.model;
    let sort = model.world.object(realm.id).tag.map_or("", |tag| model.word(tag));
    let said = REALM
        .iter()
        .filter_map(|(option, field)| Some((*option, Cow::Owned(as_option(model, model.unusual(realm.id, field)?)))));
    let hidden = [("password", "password"), ("client-key", "client-key")];
    let content = desire::Realm {
        name: Cow::Borrowed(model.name(realm.id)),
        sort: Cow::Owned(sort.to_ascii_lowercase()),
        options: said.collect(),
        secret: hidden
            .into_iter()
            .find_map(|(option, field)| Some((option, secret(model, model.named(realm.id, field))?))),
    };
    cx.entry(realm.id, life(realm.adopt(model), realm.on_delete(model)), Entry::Realm(content));
}

/// A value as an option of Proxmox takes it.
fn as_option(model: &Model<'_>, value: Value) -> String {
    let shown = |value: &Value| show::text(model.program, model.world, *value);
    match value {
        Value::Bool(flag) => u8::from(flag).to_string(),
        Value::List(_) => model.elements(value).iter().map(shown).collect::<Vec<_>>().join(","),
        Value::Map(_) => pairs(model, model.elements(value))
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join(","),
        other => shown(&other),
    }
}
