//! Faults as a script: which request meets what, before or after it took effect.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What happens to some requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The HTTP method; none is any.
    #[serde(default)]
    pub method: Option<String>,
    /// The path below `/api2/json`; `*` stands for one step of it, `**` for all that follow.
    pub path: String,
    /// Which of the requests that match is the first to meet it, from 1.
    #[serde(default = "one")]
    pub nth: u32,
    /// How many of them meet it; 0 is all that follow.
    #[serde(default = "one")]
    pub times: u32,
    /// Before or after the request took effect.
    #[serde(default)]
    pub when: When,
    /// What happens.
    pub action: Action,
    /// How many requests matched so far.
    #[serde(default)]
    pub seen: u32,
}

fn one() -> u32 {
    1
}

/// When a fault happens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// Before: the request changes nothing.
    #[default]
    Before,
    /// After: the request took effect, and only its answer suffers.
    After,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// A failure: 500 with a message, 595, 596 …
    Status {
        /// The status.
        status: u16,
        /// The message, which is the reason phrase too.
        reason: String,
        /// What is wrong with each parameter.
        #[serde(default)]
        errors: BTreeMap<String, String>,
        /// Whether there is no body at all, as of 595 and 596.
        #[serde(default)]
        bare: bool,
    },
    /// A pause before the answer, of so many real milliseconds.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The connection is reset.
    Reset,
    /// Half of the answer, then the end.
    Truncate,
    /// Silence for so many real milliseconds, then a reset.
    Hang {
        /// Milliseconds.
        ms: u64,
    },
    /// A page of a proxy that stands in front.
    Html {
        /// The status.
        status: u16,
    },
    /// The answer with another type.
    ContentType {
        /// The type.
        value: String,
    },
    /// The answer without its body.
    EmptyBody,
    /// A body that is no JSON.
    InvalidJson,
    /// The message only in the reason phrase, as of older releases.
    ReasonOnly,
    /// The connection is closed after the answer, which did not announce it.
    CloseSilently,
    /// All tickets become invalid, and the request goes on.
    ExpireTickets,
    /// Another user changes something: a JSON merge patch of the world, and the request goes on.
    Edit {
        /// The patch.
        patch: Value,
    },
}

impl Fault {
    /// A fault that the first matching request meets, before it took effect.
    pub fn new(method: &str, path: &str, action: Action) -> Fault {
        let method = Some(method.to_owned()).filter(|method| !method.is_empty() && method != "*");
        Fault { method, path: path.to_owned(), nth: 1, times: 1, when: When::Before, action, seen: 0 }
    }

    /// The same, for the nth matching request.
    #[must_use]
    pub fn nth(mut self, nth: u32) -> Fault {
        self.nth = nth;
        self
    }

    /// The same, for so many requests; 0 is all that follow.
    #[must_use]
    pub fn times(mut self, times: u32) -> Fault {
        self.times = times;
        self
    }

    /// The same, after the request took effect.
    #[must_use]
    pub fn after(mut self) -> Fault {
        self.when = When::After;
        self
    }

    /// Counts a request, and says whether it meets this fault.
    pub(crate) fn meets(&mut self, method: &str, path: &str) -> bool {
        let is_method = self.method.as_deref().is_none_or(|own| own == method);
        if !is_method || !matches(&self.path, path) {
            return false;
        }
        self.seen += 1;
        self.seen >= self.nth && (self.times == 0 || self.seen < self.nth + self.times)
    }
}

/// Whether a path is of a pattern.
fn matches(pattern: &str, path: &str) -> bool {
    let steps = |path| str::split(path, '/').filter(|step: &&str| !step.is_empty());
    let mut own = steps(path);
    for wanted in steps(pattern) {
        if wanted == "**" {
            return true;
        }
        match own.next() {
            Some(step) if wanted == "*" || wanted == step => {}
            Some(_) | None => return false,
        }
    }
    own.next().is_none()
}

/// Changes a value as RFC 7386 says: objects are merged, `null` removes, everything else replaces.
pub fn merge(value: &mut Value, patch: Value) {
    let Value::Object(changes) = patch else {
        *value = patch;
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::new());
    }
    let Some(members) = value.as_object_mut() else { return };
    for (name, change) in changes {
        if change.is_null() {
            members.remove(&name);
        } else {
            merge(members.entry(name).or_insert(Value::Null), change);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Action, Fault, matches, merge};

    #[test]
    fn a_star_is_one_step() {
        assert!(matches("/nodes/*/qemu", "/nodes/pve/qemu"));
        assert!(!matches("/nodes/*/qemu", "/nodes/pve/qemu/100"));
        assert!(matches("/nodes/**", "/nodes/pve/qemu/100"));
        assert!(!matches("/nodes/*/qemu", "/nodes/pve"));
    }

    #[test]
    fn the_second_and_third_of_some_requests() {
        let mut fault = Fault::new("GET", "/version", Action::Reset).nth(2).times(2);
        let met: Vec<bool> = (0..4).map(|_| fault.meets("GET", "/version")).collect();
        assert_eq!(met, [false, true, true, false]);
        assert!(!fault.meets("POST", "/version"));
    }

    #[test]
    fn a_patch_merges_and_null_removes() {
        let mut value = json!({ "a": { "b": 1, "c": 2 }, "d": 3 });
        merge(&mut value, json!({ "a": { "b": null, "e": 4 }, "d": [5] }));
        assert_eq!(value, json!({ "a": { "c": 2, "e": 4 }, "d": [5] }));
    }
}
