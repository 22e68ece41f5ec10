//! Users, groups, roles, tokens, realms and access control entries: what `user.cfg` and its companions hold.
//! What follows from them for a path is computed in `access`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Who exists and who may do what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// Users by id, `alice@pve`. `root@pam` exists whether it stands here or not.
    pub users: BTreeMap<String, User>,
    /// Groups by id.
    pub groups: BTreeMap<String, Group>,
    /// Roles that people made; the built-in ones are always there.
    pub roles: BTreeMap<String, Role>,
    /// Access control entries, in the order in which they were made.
    pub acl: Vec<AclEntry>,
    /// Realms besides `pam` and `pve`.
    pub realms: BTreeMap<String, Realm>,
    /// Passwords by user id. Never in an answer.
    pub passwords: BTreeMap<String, String>,
    /// Which key signs tickets; another number makes all older tickets invalid.
    pub ticket_key: u64,
}

/// One user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct User {
    /// Whether the account can be used.
    pub enable: bool,
    /// When it ends, in seconds since 1970; 0 is never.
    pub expire: u64,
    /// What people wrote about it.
    pub comment: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// First name.
    pub firstname: Option<String>,
    /// Last name.
    pub lastname: Option<String>,
    /// The code that the user's second factor shows; none if there is no second factor.
    pub totp: Option<String>,
    /// API tokens by the name after the `!`.
    pub tokens: BTreeMap<String, Token>,
}

impl Default for User {
    fn default() -> User {
        User {
            enable: true,
            expire: 0,
            comment: None,
            email: None,
            firstname: None,
            lastname: None,
            totp: None,
            tokens: BTreeMap::new(),
        }
    }
}

/// One API token of a user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Token {
    /// The secret, a UUID. Told once, when the token is made.
    pub secret: String,
    /// Whether its rights are cut to its own entries (the default), or are the user's.
    pub privsep: bool,
    /// When it ends, in seconds since 1970; 0 is never.
    pub expire: u64,
    /// What people wrote about it.
    pub comment: Option<String>,
}

impl Default for Token {
    fn default() -> Token {
        Token { secret: String::new(), privsep: true, expire: 0, comment: None }
    }
}

/// A group of users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// What people wrote about it.
    pub comment: Option<String>,
    /// The user ids in it.
    pub members: BTreeSet<String>,
}

/// A role that people made: a set of privileges.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Role {
    /// The privileges.
    pub privileges: BTreeSet<String>,
}

/// A realm besides the two built-in ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Realm {
    /// The kind: `ldap`, `ad`, `openid`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its options as their texts.
    pub options: BTreeMap<String, String>,
}

/// One access control entry: a role for somebody on a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AclEntry {
    /// The path: `/`, `/vms/100` …
    pub path: String,
    /// Who: a user id, a token id with `!`, or `@` and a group id.
    pub who: String,
    /// The role.
    pub role: String,
    /// Whether it holds below the path too.
    #[serde(default = "yes")]
    pub propagate: bool,
}

fn yes() -> bool {
    true
}

impl Access {
    /// A user by id; root is always there.
    pub fn user(&self, id: &str) -> Option<User> {
        self.users.get(id).cloned().or_else(|| (id == "root@pam").then(User::default))
    }

    /// Whether a realm exists.
    pub fn has_realm(&self, realm: &str) -> bool {
        matches!(realm, "pam" | "pve") || self.realms.contains_key(realm)
    }
}
