//! Logging in, and what one may do: `/access/ticket`, `/access/permissions`.

use serde_json::{Map, Value, json};

use super::{Call, Outcome, Route, get, post};
use crate::access::{Rights, normal_path, split_token};
use crate::auth;
use crate::contract::split_list;
use crate::failure::Failure;
use crate::world::World;

pub const ROUTES: &[Route] =
    &[get("/access/ticket", login_page), post("/access/ticket", login), get("/access/permissions", permissions)];

fn login_page(_world: &mut World, _call: &Call<'_>) -> Outcome {
    Ok(Value::Null.into())
}

/// A password, or a ticket that is still valid, becomes a new ticket. Who has a second factor gets a challenge for a password, and
/// the ticket for the challenge together with the code.
///
/// Source: pve-access-control `PVE::API2::AccessControl`; live-api facts, section 4.
fn login(world: &mut World, call: &Call<'_>) -> Outcome {
    let name = call.required("username");
    let user = match call.text("realm") {
        Some(realm) if !name.contains('@') => format!("{name}@{realm}"),
        _ => name,
    };
    let refused = || Failure::new(401, "authentication failure\n");
    let is_realm = user.rsplit_once('@').is_some_and(|(_, realm)| world.access.has_realm(realm));
    if !is_realm || auth::check_user(world, call.node, &user).is_err() {
        return Err(refused());
    }
    let proof = proof(world, call, &user).ok_or_else(refused)?;
    if let (Some(path), Some(privileges)) = (call.text("path"), call.text("privs")) {
        let rights = Rights::of(world, &user);
        if !split_list(&privileges).into_iter().all(|privilege| rights.has(&path, privilege)) {
            return Err(refused());
        }
        return Ok(json!({ "username": user, "cap": capabilities(world, &user) }).into());
    }
    let mut answer = json!({ "username": user, "CSRFPreventionToken": auth::csrf_token(world, call.node, &user) });
    match proof {
        Proof::Whole => {
            answer["ticket"] = auth::ticket(world, call.node, &user).into();
            answer["cap"] = capabilities(world, &user);
        }
        Proof::Half => {
            answer["ticket"] = auth::challenge(world, call.node, &user).into();
            answer["NeedTFA"] = 1.into();
        }
    }
    if let Some(name) = &world.cluster.name {
        answer["clustername"] = name.as_str().into();
    }
    Ok(answer.into())
}

/// What a login has shown.
enum Proof {
    /// All that is needed.
    Whole,
    /// The password, where a second factor is needed too.
    Half,
}

/// What the parameters of a login show; none if they show nothing.
fn proof(world: &World, call: &Call<'_>, user: &str) -> Option<Proof> {
    let password = call.required("password");
    let code = world.access.user(user).and_then(|user| user.totp);
    if let Some(challenge) = call.text("tfa-challenge") {
        let is_right = code.is_some_and(|code| password == format!("totp:{code}"));
        let is_asked = auth::is_challenge(world, call.node, user, &challenge);
        return (is_right && is_asked).then_some(Proof::Whole);
    }
    if auth::verify_ticket(world, call.node, &password).is_some_and(|of| of == user) {
        return Some(Proof::Whole);
    }
    let is_password = world.access.passwords.get(user).is_some_and(|known| *known == password);
    let proof = if code.is_some() { Proof::Half } else { Proof::Whole };
    is_password.then_some(proof)
}

/// What the web interface shows or hides by: privileges on the top paths, by area.
///
/// Source: pve-access-control `compute_api_permission`.
fn capabilities(world: &World, user: &str) -> Value {
    let rights = Rights::of(world, user);
    let areas: [(&str, &str, &[&str]); 7] = [
        ("vms", "/vms", &["VM.", "Permissions.Modify"]),
        ("access", "/access/groups", &["User.", "Group.", "Permissions.Modify"]),
        ("storage", "/storage", &["Datastore.", "Permissions.Modify"]),
        ("nodes", "/nodes", &["Sys.", "Permissions.Modify"]),
        ("sdn", "/sdn", &["SDN.", "Permissions.Modify"]),
        ("dc", "/", &["Sys.Audit", "Sys.Modify", "SDN."]),
        ("mapping", "/mapping", &["Mapping.", "Permissions.Modify"]),
    ];
    let one = |(area, path, prefixes): (&str, &str, &[&str])| {
        let privileges = rights.privileges(path).into_keys();
        let own = privileges.filter(|privilege| prefixes.iter().any(|prefix| privilege.starts_with(prefix)));
        (area.to_owned(), Value::Object(own.map(|privilege| (privilege, 1.into())).collect()))
    };
    Value::Object(areas.into_iter().map(one).collect())
}

/// What somebody may do, path by path; a privilege is 1 if it holds below the path too.
fn permissions(world: &mut World, call: &Call<'_>) -> Outcome {
    let caller = call.caller();
    let whom = call.text("userid").unwrap_or_else(|| caller.to_owned());
    let is_own = whom == caller || split_token(&whom).is_some_and(|(user, _)| user == caller);
    if !is_own {
        call.check(world, "/access", "Sys.Audit")?;
    }
    let (user, token) = split_token(&whom).map_or((whom.as_str(), None), |(user, token)| (user, Some(token)));
    let Some(known) = world.access.user(user) else { return Err(Failure::server(&format!("no such user ('{user}')"))) };
    if let Some(token) = token.filter(|token| !known.tokens.contains_key(*token)) {
        return Err(Failure::server(&format!("no such token '{token}' for user '{user}'")));
    }
    let rights = Rights::of(world, &whom);
    let flags = |privileges: std::collections::BTreeMap<String, bool>| -> Value {
        Value::Object(privileges.into_iter().map(|(name, below)| (name, u8::from(below).into())).collect())
    };
    let mut answer = Map::new();
    match call.text("path") {
        Some(path) => {
            let Some(path) = normal_path(&path) else { return Err(Failure::parameter("path", "invalid path")) };
            let privileges = rights.privileges(&path);
            answer.insert(path, flags(privileges));
        }
        None => answer.extend(rights.all().into_iter().map(|(path, privileges)| (path, flags(privileges)))),
    }
    Ok(Value::Object(answer).into())
}
