//! Evaluates the permission expressions of the schema, and refuses in the server's words.
//!
//! Source: pve-access-control `PVE::RPCEnvironment` (`check_api2_permissions`, `exec_api2_perm_check`).

use serde_json::{Map, Value};

use super::{Rights, normal_path};
use crate::contract::{Audience, Check, GroupsParameter, Permissions, split_list};
use crate::failure::Failure;
use crate::world::World;

/// Whether somebody may call a method with these parameters, which are not validated yet. A description alone says nothing that
/// can be looked at: such a method is open to who logged in, and its area decides.
///
/// # Errors
/// The refusal, 403; for some checks 500, as on the server.
pub fn permission(
    world: &World,
    permissions: Option<&Permissions>,
    authid: Option<&str>,
    parameters: &Map<String, Value>,
) -> Result<(), Failure> {
    let audience = permissions.and_then(|permissions| permissions.user);
    let Some(authid) = authid else {
        return if audience == Some(Audience::World) { Ok(()) } else { Err(Failure::permission("user != null")) };
    };
    if authid == super::ROOT {
        return Ok(());
    }
    let Some(permissions) = permissions else { return Err(Failure::permission("user != root@pam")) };
    if audience == Some(Audience::All) {
        return Ok(());
    }
    match &permissions.check {
        Some(check) => Evaluation { world, authid, parameters }.run(check),
        None => Err(Failure::permission("")),
    }
}

struct Evaluation<'a> {
    world: &'a World,
    authid: &'a str,
    parameters: &'a Map<String, Value>,
}

impl Evaluation<'_> {
    fn run(&self, check: &Check) -> Result<(), Failure> {
        match check {
            Check::And(parts) => parts.iter().try_for_each(|part| self.run(part)),
            Check::Or(parts) if parts.iter().any(|part| self.run(part).is_ok()) => Ok(()),
            Check::Or(_) => Err(Failure::permission("")),
            Check::Perm { path, privileges, any, require_param } => {
                if require_param.as_ref().is_some_and(|name| self.parameter(name).is_none()) {
                    return Err(Failure::permission(""));
                }
                self.privileges(&self.filled(path), privileges, *any)
            }
            Check::UserIsSelf => {
                let user = self.existing_user()?;
                if user == self.authid { Ok(()) } else { Err(Failure::permission("")) }
            }
            Check::UserInRealm => {
                let user = self.parameter("userid").unwrap_or_default();
                let (_, realm) = user.rsplit_once('@').ok_or_else(|| invalid_user(&user))?;
                self.privileges(&format!("/access/realm/{realm}"), &["Realm.AllocateUser".to_owned()], false)
            }
            Check::UserInGroup { privileges, groups } => self.groups(privileges, *groups),
            Check::PermModify { path } => self.may_modify(&self.filled(path)),
        }
    }

    fn parameter(&self, name: &str) -> Option<String> {
        match self.parameters.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    /// A path with its variables filled in. A parameter that is not given leaves nothing.
    fn filled(&self, template: &str) -> String {
        let mut path = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            path.push_str(before);
            path.push_str(&self.parameter(name).unwrap_or_default());
            rest = after;
        }
        path.push_str(rest);
        // A path that cannot be one gives nobody a right.
        normal_path(&path).unwrap_or(path)
    }

    fn privileges(&self, path: &str, privileges: &[String], any: bool) -> Result<(), Failure> {
        let rights = Rights::of(self.world, self.authid);
        if any {
            let names: Vec<&str> = privileges.iter().map(String::as_str).collect();
            let missing = || Failure::permission(&format!("{path}, {}", names.join("|")));
            return if rights.has_any(path, &names) { Ok(()) } else { Err(missing()) };
        }
        match privileges.iter().find(|privilege| !rights.has(path, privilege)) {
            Some(missing) => Err(Failure::permission(&format!("{path}, {missing}"))),
            None => Ok(()),
        }
    }

    fn existing_user(&self) -> Result<String, Failure> {
        let user = self.parameter("userid").unwrap_or_default();
        match self.world.access.user(&user) {
            Some(_) => Ok(user),
            None => Err(Failure::server(&format!("no such user ('{user}')"))),
        }
    }

    fn groups(&self, privileges: &[String], groups: GroupsParameter) -> Result<(), Failure> {
        let checks_user = groups != GroupsParameter::Create;
        let user = if checks_user { self.existing_user()? } else { self.parameter("userid").unwrap_or_default() };
        let rights = Rights::of(self.world, self.authid);
        let names: Vec<&str> = privileges.iter().map(String::as_str).collect();
        if rights.has_any("/access/groups", &names) {
            return Ok(());
        }
        let has = |group: &str| rights.has_any(&format!("/access/groups/{group}"), &names);
        if groups != GroupsParameter::Ignored {
            let given = self.parameter("groups").unwrap_or_default();
            let given = split_list(&given);
            let refused = |path: &str| Failure::permission(&format!("{path}, {}", names.join("|")));
            if given.is_empty() {
                return Err(refused("/access/groups"));
            }
            if let Some(group) = given.into_iter().find(|group| !has(group)) {
                return Err(refused(&format!("/access/groups/{group}")));
            }
        }
        let mut own = self.world.access.groups.iter().filter(|(_, group)| group.members.contains(&user));
        if checks_user && !own.any(|(id, _)| has(id)) {
            return Err(Failure::permission(""));
        }
        Ok(())
    }

    fn may_modify(&self, path: &str) -> Result<(), Failure> {
        let own = [("/storage/", "Datastore.Allocate"), ("/vms/", "VM.Allocate"), ("/pool/", "Pool.Allocate")];
        let also =
            own.iter().find(|(prefix, _)| path.starts_with(prefix)).map(|(_, privilege)| (*privilege).to_owned());
        let privileges: Vec<String> = std::iter::once("Permissions.Modify".to_owned()).chain(also).collect();
        self.privileges(path, &privileges, true)
    }
}

fn invalid_user(user: &str) -> Failure {
    Failure::server(&format!("value '{user}' does not look like a valid user name"))
}
