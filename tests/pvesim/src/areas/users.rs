//! Users, their tokens, groups, roles, entries of access control and realms. What they give is computed in `access`.
//!
//! Source: live-api facts, sections 4 and 9; pve-access-control `PVE::API2::{User,Group,Role,ACL,Domains}` for the wordings. None of
//! these methods takes a digest. Writing realms is not modelled.

use serde_json::{Map, Value, json};

use super::{Call, Outcome, Route, delete, get, guests, post, put};
use crate::access::{Rights, all_privileges, built_in, is_built_in, normal_path};
use crate::failure::Failure;
use crate::world::{AclEntry, Group, Role, Token, User, World};

pub const ROUTES: &[Route] = &[
    get("/access/users", users),
    post("/access/users", create_user),
    get("/access/users/{userid}", read_user),
    put("/access/users/{userid}", update_user),
    delete("/access/users/{userid}", remove_user),
    get("/access/users/{userid}/token", tokens),
    get("/access/users/{userid}/token/{tokenid}", read_token),
    post("/access/users/{userid}/token/{tokenid}", create_token),
    put("/access/users/{userid}/token/{tokenid}", update_token),
    delete("/access/users/{userid}/token/{tokenid}", remove_token),
    get("/access/groups", groups),
    post("/access/groups", create_group),
    get("/access/groups/{groupid}", read_group),
    put("/access/groups/{groupid}", update_group),
    delete("/access/groups/{groupid}", remove_group),
    get("/access/roles", roles),
    post("/access/roles", create_role),
    get("/access/roles/{roleid}", read_role),
    put("/access/roles/{roleid}", update_role),
    delete("/access/roles/{roleid}", remove_role),
    get("/access/acl", acl),
    put("/access/acl", change_acl),
    get("/access/domains", domains),
];

fn server(what: String) -> Failure {
    Failure::server(&what)
}

fn groups_of(world: &World, user: &str) -> Vec<String> {
    let groups = world.access.groups.iter().filter(|(_, group)| group.members.contains(user));
    groups.map(|(id, _)| id.clone()).collect()
}

fn token_info(token: &Token) -> Value {
    let mut info = json!({ "privsep": u8::from(token.privsep), "expire": token.expire });
    if let Some(comment) = &token.comment {
        info["comment"] = comment.as_str().into();
    }
    info
}

fn user_info(user: &User) -> Map<String, Value> {
    let mut info = Map::new();
    info.insert("enable".to_owned(), u8::from(user.enable).into());
    info.insert("expire".to_owned(), user.expire.into());
    let texts = [
        ("comment", &user.comment),
        ("email", &user.email),
        ("firstname", &user.firstname),
        ("lastname", &user.lastname),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            info.insert(name.to_owned(), text.as_str().into());
        }
    }
    info
}

/// Every user, root among them whether the world names it or not.
fn all_users(world: &World) -> Vec<(String, User)> {
    let mut users = world.access.users.clone();
    users.entry(crate::access::ROOT.to_owned()).or_default();
    users.into_iter().collect()
}

fn users(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let may = ["User.Modify", "Sys.Audit"];
    let sees_all = rights.has_any("/access/groups", &may);
    let own = call.caller().split('!').next().unwrap_or_default();
    let enabled = call.text("enabled").map(|text| text == "1");
    let mut rows = Vec::new();
    for (id, user) in all_users(world) {
        let groups = groups_of(world, &id);
        let is_visible = sees_all
            || id == own
            || groups.iter().any(|group| rights.has_any(&format!("/access/groups/{group}"), &may));
        if !is_visible || enabled.is_some_and(|enabled| enabled != user.enable) {
            continue;
        }
        let mut row = user_info(&user);
        let realm = id.rsplit('@').next().unwrap_or_default();
        let kind = world.access.realms.get(realm).map_or(realm, |realm| realm.kind.as_str());
        row.insert("realm-type".to_owned(), kind.into());
        if call.is_set("full") {
            row.insert("groups".to_owned(), groups.join(",").into());
            let tokens = user.tokens.iter().map(|(name, token)| token_row(name, token));
            row.insert("tokens".to_owned(), tokens.collect());
        }
        row.insert("userid".to_owned(), id.into());
        rows.push(Value::Object(row));
    }
    Ok(Value::Array(rows).into())
}

fn token_row(name: &str, token: &Token) -> Value {
    let mut row = token_info(token);
    row["tokenid"] = name.into();
    row
}

/// The user that the path names.
fn user_of(world: &World, call: &Call<'_>) -> Result<(String, User), Failure> {
    let id = call.required("userid");
    let user = world.access.user(&id).ok_or_else(|| server(format!("no such user ('{id}')")))?;
    Ok((id, user))
}

fn read_user(world: &mut World, call: &Call<'_>) -> Outcome {
    let (id, user) = user_of(world, call)?;
    let mut info = user_info(&user);
    info.insert("groups".to_owned(), groups_of(world, &id).into());
    let tokens: Map<String, Value> =
        user.tokens.iter().map(|(name, token)| (name.clone(), token_info(token))).collect();
    info.insert("tokens".to_owned(), tokens.into());
    Ok(Value::Object(info).into())
}

fn apply_user(call: &Call<'_>, user: &mut User) {
    let set = |target: &mut Option<String>, name: &str| {
        if let Some(text) = call.text(name) {
            *target = Some(text).filter(|text| !text.is_empty());
        }
    };
    set(&mut user.comment, "comment");
    set(&mut user.email, "email");
    set(&mut user.firstname, "firstname");
    set(&mut user.lastname, "lastname");
    if let Some(expire) = call.number("expire") {
        user.expire = expire;
    }
    if call.text("enable").is_some() {
        user.enable = call.is_set("enable");
    }
}

/// Puts a user into the groups that are named, and out of the others unless they are only added.
fn set_groups(world: &mut World, call: &Call<'_>, id: &str, only_adds: bool) -> Result<(), Failure> {
    if call.text("groups").is_none() {
        return Ok(());
    }
    let wanted = call.list("groups");
    if let Some(missing) = wanted.iter().find(|group| !world.access.groups.contains_key(*group)) {
        return Err(server(format!("no such group '{missing}'")));
    }
    for (name, group) in &mut world.access.groups {
        if wanted.contains(name) {
            group.members.insert(id.to_owned());
        } else if !only_adds {
            group.members.remove(id);
        }
    }
    Ok(())
}

fn create_user(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("userid");
    if call.text("keys").is_some() {
        return Err(Failure::not_modelled("keys of a second factor"));
    }
    if world.access.user(&id).is_some() {
        return Err(server(format!("create user failed: user '{id}' already exists")));
    }
    let realm = id.rsplit('@').next().unwrap_or_default().to_owned();
    if !world.access.has_realm(&realm) {
        return Err(server(format!("domain '{realm}' does not exist")));
    }
    set_groups(world, call, &id, true)?;
    let mut user = User::default();
    apply_user(call, &mut user);
    if let Some(password) = call.text("password") {
        world.access.passwords.insert(id.clone(), password);
    }
    world.access.users.insert(id, user);
    Ok(Value::Null.into())
}

fn update_user(world: &mut World, call: &Call<'_>) -> Outcome {
    let (id, mut user) = user_of(world, call)?;
    if call.text("keys").is_some() {
        return Err(Failure::not_modelled("keys of a second factor"));
    }
    set_groups(world, call, &id, call.is_set("append"))?;
    apply_user(call, &mut user);
    world.access.users.insert(id, user);
    Ok(Value::Null.into())
}

/// The entries of a user and its tokens go with it.
fn remove_user(world: &mut World, call: &Call<'_>) -> Outcome {
    let (id, _) = user_of(world, call)?;
    if id == crate::access::ROOT {
        return Err(Failure::not_modelled("removing root"));
    }
    world.access.users.remove(&id);
    world.access.passwords.remove(&id);
    for group in world.access.groups.values_mut() {
        group.members.remove(&id);
    }
    let tokens = format!("{id}!");
    world.access.acl.retain(|entry| entry.who != id && !entry.who.starts_with(&tokens));
    Ok(Value::Null.into())
}

fn tokens(world: &mut World, call: &Call<'_>) -> Outcome {
    let (_, user) = user_of(world, call)?;
    Ok(Value::Array(user.tokens.iter().map(|(name, token)| token_row(name, token)).collect()).into())
}

/// The user and the token that the path names.
fn token_of(world: &World, call: &Call<'_>) -> Result<(String, User, String, Token), Failure> {
    let ((id, user), name) = (user_of(world, call)?, call.required("tokenid"));
    let missing = || server(format!("no such token '{name}' for user '{id}'"));
    let token = user.tokens.get(&name).cloned().ok_or_else(missing)?;
    Ok((id, user, name, token))
}

fn read_token(world: &mut World, call: &Call<'_>) -> Outcome {
    let (_, _, _, token) = token_of(world, call)?;
    Ok(token_info(&token).into())
}

fn apply_token(call: &Call<'_>, token: &mut Token) {
    if let Some(comment) = call.text("comment") {
        token.comment = Some(comment).filter(|comment| !comment.is_empty());
    }
    if let Some(expire) = call.number("expire") {
        token.expire = expire;
    }
    if call.text("privsep").is_some() {
        token.privsep = call.is_set("privsep");
    }
}

/// The secret is told once.
fn create_token(world: &mut World, call: &Call<'_>) -> Outcome {
    let ((id, mut user), name) = (user_of(world, call)?, call.required("tokenid"));
    if user.tokens.contains_key(&name) {
        return Err(Failure::parameter("tokenid", "Token already exists."));
    }
    let secret = guests::new_uuid(world, &format!("token {id}!{name}"));
    let mut token = Token { secret: secret.clone(), ..Token::default() };
    apply_token(call, &mut token);
    let info = token_info(&token);
    user.tokens.insert(name.clone(), token);
    world.access.users.insert(id.clone(), user);
    Ok(json!({ "full-tokenid": format!("{id}!{name}"), "value": secret, "info": info }).into())
}

fn update_token(world: &mut World, call: &Call<'_>) -> Outcome {
    let (id, mut user, name, mut token) = token_of(world, call)?;
    apply_token(call, &mut token);
    for option in call.list("delete") {
        match option.as_str() {
            "comment" => token.comment = None,
            "expire" => token.expire = 0,
            "privsep" => token.privsep = true,
            _ => return Err(server(format!("no such option '{option}'"))),
        }
    }
    let info = token_info(&token);
    user.tokens.insert(name, token);
    world.access.users.insert(id, user);
    Ok(info.into())
}

fn remove_token(world: &mut World, call: &Call<'_>) -> Outcome {
    let (id, mut user, name, _) = token_of(world, call)?;
    user.tokens.remove(&name);
    world.access.acl.retain(|entry| entry.who != format!("{id}!{name}"));
    world.access.users.insert(id, user);
    Ok(Value::Null.into())
}

fn groups(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let may = ["User.Modify", "Sys.Audit", "Group.Allocate"];
    let visible = world.access.groups.iter().filter(|(id, _)| rights.has_any(&format!("/access/groups/{id}"), &may));
    let row = |(id, group): (&String, &Group)| {
        let members: Vec<&str> = group.members.iter().map(String::as_str).collect();
        let mut row = json!({ "groupid": id, "users": members.join(",") });
        if let Some(comment) = &group.comment {
            row["comment"] = comment.as_str().into();
        }
        row
    };
    Ok(Value::Array(visible.map(row).collect()).into())
}

fn create_group(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("groupid");
    let exists = || server(format!("create group failed: group '{id}' already exists"));
    let group = Group { comment: call.text("comment"), ..Group::default() };
    super::options::add(&mut world.access.groups, id.clone(), group, exists)?;
    Ok(Value::Null.into())
}

fn no_group(prefix: &str, id: &str) -> Failure {
    server(format!("{prefix}group '{id}' does not exist"))
}

fn read_group(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("groupid");
    let group = world.access.groups.get(&id).ok_or_else(|| no_group("", &id))?;
    let mut answer = json!({ "members": group.members });
    if let Some(comment) = &group.comment {
        answer["comment"] = comment.as_str().into();
    }
    Ok(answer.into())
}

fn update_group(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("groupid");
    let group = world.access.groups.get_mut(&id).ok_or_else(|| no_group("update group failed: ", &id))?;
    if let Some(comment) = call.text("comment") {
        group.comment = Some(comment).filter(|comment| !comment.is_empty());
    }
    Ok(Value::Null.into())
}

fn remove_group(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("groupid");
    world.access.groups.remove(&id).ok_or_else(|| no_group("delete group failed: ", &id))?;
    world.access.acl.retain(|entry| entry.who != format!("@{id}"));
    Ok(Value::Null.into())
}

fn roles(world: &mut World, _call: &Call<'_>) -> Outcome {
    let mut rows = Vec::new();
    for name in crate::access::built_in_names() {
        let privileges = built_in(world.release, name).unwrap_or_default();
        rows.push(json!({ "roleid": name, "privs": privileges.join(","), "special": 1 }));
    }
    for (name, role) in &world.access.roles {
        let privileges: Vec<&str> = role.privileges.iter().map(String::as_str).collect();
        rows.push(json!({ "roleid": name, "privs": privileges.join(","), "special": 0 }));
    }
    Ok(Value::Array(rows).into())
}

/// The privileges of a role, built in or made by people.
fn privileges_of(world: &World, role: &str) -> Option<Vec<String>> {
    let built = built_in(world.release, role).map(|privileges| privileges.into_iter().map(str::to_owned).collect());
    built.or_else(|| Some(world.access.roles.get(role)?.privileges.iter().cloned().collect()))
}

fn no_role(prefix: &str, id: &str) -> Failure {
    server(format!("{prefix}role '{id}' does not exist"))
}

fn read_role(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("roleid");
    let privileges = privileges_of(world, &id).ok_or_else(|| no_role("", &id))?;
    let flags = privileges.into_iter().map(|privilege| (privilege, 1.into()));
    Ok(Value::Object(flags.collect()).into())
}

/// The privileges that a call names. Which names exist depends on the release.
fn named_privileges(world: &World, call: &Call<'_>) -> Result<Vec<String>, Failure> {
    let named = call.list("privs");
    let known = all_privileges(world.release);
    match named.iter().find(|privilege| !known.contains(&privilege.as_str())) {
        Some(unknown) => Err(Failure::parameter("privs", &format!("invalid format - invalid privilege '{unknown}'\n"))),
        None => Ok(named),
    }
}

fn create_role(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("roleid");
    if id.to_uppercase().starts_with("PVE") {
        let reason = "cannot use role ID starting with the (case-insensitive) 'PVE' namespace";
        return Err(Failure::parameter("roleid", reason));
    }
    if privileges_of(world, &id).is_some() {
        return Err(server(format!("create role failed: role '{id}' already exists")));
    }
    let privileges = named_privileges(world, call)?.into_iter().collect();
    world.access.roles.insert(id, Role { privileges });
    Ok(Value::Null.into())
}

fn update_role(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("roleid");
    if is_built_in(&id) {
        return Err(server(format!("update role failed: auto-generated role '{id}' cannot be modified")));
    }
    let named = named_privileges(world, call)?;
    let role = world.access.roles.get_mut(&id).ok_or_else(|| no_role("update role failed: ", &id))?;
    if !call.is_set("append") {
        role.privileges.clear();
    }
    role.privileges.extend(named);
    Ok(Value::Null.into())
}

fn remove_role(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call.required("roleid");
    if is_built_in(&id) {
        return Err(server(format!("delete role failed: auto-generated role '{id}' cannot be deleted")));
    }
    world.access.roles.remove(&id).ok_or_else(|| no_role("delete role failed: ", &id))?;
    world.access.acl.retain(|entry| entry.role != id);
    Ok(Value::Null.into())
}

fn acl(world: &mut World, call: &Call<'_>) -> Outcome {
    let rights = Rights::of(world, call.caller());
    let sees_all = rights.has("/access", "Sys.Audit");
    let visible = world.access.acl.iter().filter(|entry| sees_all || may_modify(&rights, &entry.path));
    let row = |entry: &AclEntry| {
        let (kind, who) = match entry.who.strip_prefix('@') {
            Some(group) => ("group", group),
            None if entry.who.contains('!') => ("token", entry.who.as_str()),
            None => ("user", entry.who.as_str()),
        };
        json!({
            "path": entry.path, "type": kind, "ugid": who, "roleid": entry.role, "propagate": u8::from(entry.propagate),
        })
    };
    Ok(Value::Array(visible.map(row).collect()).into())
}

fn may_modify(rights: &Rights<'_>, path: &str) -> bool {
    let own = [("/storage/", "Datastore.Allocate"), ("/vms/", "VM.Allocate"), ("/pool/", "Pool.Allocate")];
    rights.has(path, "Permissions.Modify")
        || own.into_iter().any(|(prefix, privilege)| path.starts_with(prefix) && rights.has(path, privilege))
}

/// The first of users, groups and tokens that does not exist.
fn unknown_subject(world: &World, users: &[String], groups: &[String], tokens: &[String]) -> Option<String> {
    let user = users.iter().find(|user| world.access.user(user).is_none());
    let group = groups.iter().find(|group| !world.access.groups.contains_key(*group));
    let split = |token: &String| token.split_once('!').map(|(user, name)| (user.to_owned(), name.to_owned()));
    let is_unknown = |(user, name): &(String, String)| {
        world.access.user(user).is_none_or(|user| !user.tokens.contains_key(name.as_str()))
    };
    user.map(|user| format!("user '{user}' does not exist"))
        .or_else(|| group.map(|group| format!("group '{group}' does not exist")))
        .or_else(|| {
            let (user, name) = tokens.iter().filter_map(split).find(is_unknown)?;
            Some(format!("no such token '{name}' for user '{user}'"))
        })
}

/// Adds entries, or removes them: each role for each of the users, groups and tokens.
fn change_acl(world: &mut World, call: &Call<'_>) -> Outcome {
    let (users, groups, tokens) = (call.list("users"), call.list("groups"), call.list("tokens"));
    if users.is_empty() && groups.is_empty() && tokens.is_empty() {
        let reason = "either 'users', 'groups' or 'tokens' is required.";
        let errors = ["users", "groups", "tokens"].map(|name| (name.to_owned(), reason.to_owned()));
        return Err(Failure::parameters(errors.into()));
    }
    let text = call.required("path");
    let Some(path) = normal_path(&text) else {
        return Err(Failure::parameter("path", &format!("invalid ACL path '{text}'")));
    };
    let removes = call.is_set("delete");
    let failed = |what: String| server(format!("ACL update failed: {what}"));
    if let Some(missing) = unknown_subject(world, &users, &groups, &tokens) {
        return Err(failed(missing));
    }
    for role in call.list("roles") {
        let Some(privileges) = privileges_of(world, &role) else {
            return Err(failed(format!("role '{role}' does not exist")));
        };
        let rights = call.rights(world);
        // Who may not change permissions as such may only give on what is their own.
        let gives_own = privileges.iter().all(|privilege| rights.has(&path, privilege));
        if !rights.has(&path, "Permissions.Modify") && !gives_own {
            return Err(Failure::permission(""));
        }
        let propagate = call.text("propagate").is_none_or(|text| text == "1");
        let whom = users.iter().cloned().chain(groups.iter().map(|group| format!("@{group}"))).chain(tokens.clone());
        for who in whom {
            world.access.acl.retain(|entry| !(entry.path == path && entry.who == who && entry.role == role));
            if !removes {
                world.access.acl.push(AclEntry { path: path.clone(), who, role: role.clone(), propagate });
            }
        }
    }
    Ok(Value::Null.into())
}

/// The realms, for whoever wants to log in.
fn domains(world: &mut World, _call: &Call<'_>) -> Outcome {
    let mut rows = vec![
        json!({ "realm": "pam", "type": "pam", "comment": "Linux PAM standard authentication" }),
        json!({ "realm": "pve", "type": "pve", "comment": "Proxmox VE authentication server" }),
    ];
    for (name, realm) in &world.access.realms {
        let mut row = json!({ "realm": name, "type": realm.kind });
        for option in ["comment", "default"] {
            if let Some(text) = realm.options.get(option) {
                row[option] = text.as_str().into();
            }
        }
        rows.push(row);
    }
    Ok(Value::Array(rows).into())
}
