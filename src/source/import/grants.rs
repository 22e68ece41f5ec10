//! Who has which role where: the objects of one `acl`, each a role of somebody, put together again.

use std::collections::BTreeSet;

use super::entries::Entries;
use super::{Body, text};
use crate::desire::{Acl, Object, Place, Who};

/// An object of an `acl`.
pub(super) struct Grant<'d, 'a> {
    pub index: usize,
    pub object: &'d Object<'a>,
    pub acl: &'d Acl<'a>,
}

const NO_TOKEN: &str = "it has no user, or that of another user is called so";

/// Writes every `acl`. The objects of one stand next to each other.
pub(super) fn all<'d>(entries: &mut Entries<'_, 'd, '_>, grants: &[Grant<'d, '_>]) {
    let of_each = || grants.chunk_by(|one, other| one.object.address == other.object.address);
    for grants in of_each() {
        entries.is_taken("acl", grants[0].object.name());
    }
    for grants in of_each() {
        let name = grants[0].object.name();
        if is_one(entries, grants) {
            one(entries, grants, name);
            continue;
        }
        for (number, grant) in grants.iter().enumerate() {
            let own = if number == 0 { name.to_owned() } else { entries.free("acl", name) };
            one(entries, std::slice::from_ref(grant), &own);
        }
    }
}

/// Whether one `acl` says these and no more: each of its roles is given to everybody it names, and one role at most is the
/// lab's.
fn is_one<'d>(entries: &Entries<'_, 'd, '_>, grants: &[Grant<'d, '_>]) -> bool {
    let first = &grants[0];
    let is_alike = |grant: &Grant<'_, '_>| {
        grant.acl.path == first.acl.path
            && grant.acl.no_propagation == first.acl.no_propagation
            && grant.object.life == first.object.life
    };
    let roles: BTreeSet<&'d str> = grants.iter().map(|grant| &*grant.acl.role).collect();
    let everybody: BTreeSet<(u8, &str)> = grants.iter().map(|grant| rank(&grant.acl.who)).collect();
    let pairs: BTreeSet<_> = grants.iter().map(|grant| (&grant.acl.role, rank(&grant.acl.who))).collect();
    grants.iter().all(is_alike)
        && pairs.len() == grants.len()
        && roles.len() * everybody.len() == grants.len()
        && roles.iter().filter(|role| !is_built_in(entries, role)).count() <= 1
}

/// What tells one from another.
fn rank<'w>(who: &'w Who<'_>) -> (u8, &'w str) {
    match who {
        Who::User(id) => (0, id),
        Who::Group(id) => (1, id),
        Who::Token(id) => (2, id),
    }
}

/// Whether a role is one that Proxmox brings along: it keeps names that begin with `PVE` for itself.
///
/// Source: `create_role` of pve-access-control: "cannot use role ID starting with the (case-insensitive) 'PVE' namespace".
fn is_built_in<'d>(entries: &Entries<'_, 'd, '_>, role: &'d str) -> bool {
    !entries.is_known("role", role) && (matches!(role, "Administrator" | "NoAccess") || role.starts_with("PVE"))
}

fn one<'d>(entries: &mut Entries<'_, 'd, '_>, grants: &[Grant<'d, '_>], name: &str) {
    let Grant { index, object, acl } = grants[0];
    let mut body = Body::default();
    body.say("path", text::string(&acl.path));
    let roles: BTreeSet<&'d str> = grants.iter().map(|grant| &*grant.acl.role).collect();
    let (built_in, own): (Vec<&'d str>, Vec<&'d str>) = roles.iter().partition(|role| is_built_in(entries, role));
    for role in own {
        body.say("role", entries.refer("role", role));
    }
    body.list("built-in", built_in.into_iter().map(text::string).collect());
    let (mut users, mut groups, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
    for who in grants.iter().map(|grant| &grant.acl.who) {
        match who {
            Who::User(id) => users.push(entries.refer("user", id)),
            Who::Group(id) => groups.push(entries.refer("group", id)),
            Who::Token(id) => match entries.token(id) {
                Some(token) => tokens.push(token),
                None => entries.note(object, &format!("says nothing of the token `{id}`: {NO_TOKEN}")),
            },
        }
    }
    if users.is_empty() && groups.is_empty() && tokens.is_empty() {
        return entries.note(object, "is left out: it gives a role to nobody");
    }
    for (key, mut names) in [("users", users), ("groups", groups), ("tokens", tokens)] {
        names.sort_unstable();
        names.dedup();
        body.list(key, names);
    }
    body.off("propagate", acl.no_propagation);
    if object.place == Place::Only {
        entries.note(object, "is called after its role and who has it from now on, as each object of an `acl` is");
    }
    entries.write_as((index, object), ("acl", name), "", body);
}
