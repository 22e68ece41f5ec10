//! What the simulator remembers of what was asked: requests, violations, and how many requests were in flight.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

/// A request, and how it was answered.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Request {
    /// The node that was asked.
    pub node: String,
    /// The HTTP method.
    pub method: String,
    /// The path below `/api2/json`, decoded.
    pub path: String,
    /// The schema path that it matched.
    pub schema_path: Option<String>,
    /// The parameters of query and body; passwords and secrets are masked.
    pub parameters: Map<String, Value>,
    /// Who asked.
    pub authid: Option<String>,
    /// The status of the answer; none if it was broken off.
    pub status: Option<u16>,
    /// The cluster's time, in milliseconds since 1970.
    pub at_ms: u64,
}

/// The rule that a request, or an answer of the simulator itself, broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// What the server does not understand on the wire.
    Transport,
    /// No such path or method in the API, or none that is modelled.
    NotModelled,
    /// A parameter in the URL and in the body, with two values.
    Conflict,
    /// A method that no token may call.
    TokenNotAllowed,
    /// A parameter that the schema refuses.
    Parameters,
    /// An answer of the simulator that the schema refuses: a mistake in an area.
    Answer,
    /// An edit by the script of faults that leaves no world: a mistake in a test.
    Script,
}

/// A breach of the contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What is wrong.
    pub detail: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Violation { rule, method, path, detail } = self;
        write!(f, "{rule:?}: {method} {path}: {detail}")
    }
}

/// How many requests a node had to work on at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InFlight {
    /// Now.
    pub now: u32,
    /// At most, so far.
    pub most: u32,
}

/// Everything that is remembered.
#[derive(Debug, Default)]
pub struct Record {
    /// The requests, oldest first.
    pub requests: Vec<Request>,
    /// The violations, oldest first.
    pub violations: Vec<Violation>,
    /// Requests in flight, by node.
    pub in_flight: BTreeMap<String, InFlight>,
}

impl Record {
    /// Notes a violation.
    pub fn violation(&mut self, rule: Rule, method: &str, path: &str, detail: impl Into<String>) {
        let (method, path) = (method.to_owned(), path.to_owned());
        self.violations.push(Violation { rule, method, path, detail: detail.into() });
    }

    /// Notes that a node begins with a request.
    pub fn begin(&mut self, node: &str) {
        let in_flight = self.in_flight.entry(node.to_owned()).or_default();
        in_flight.now += 1;
        in_flight.most = in_flight.most.max(in_flight.now);
    }

    /// Notes that a node is done with a request.
    pub fn end(&mut self, node: &str) {
        if let Some(in_flight) = self.in_flight.get_mut(node) {
            in_flight.now = in_flight.now.saturating_sub(1);
        }
    }
}

/// Parameters without what nobody should read in a log.
pub fn masked(parameters: &Map<String, Value>) -> Map<String, Value> {
    let is_secret = |name: &str| ["password", "cipassword", "otp", "value", "secret", "key"].contains(&name);
    let mask = |(name, value): (&String, &Value)| {
        (name.clone(), if is_secret(name) { Value::from("**********") } else { value.clone() })
    };
    parameters.iter().map(mask).collect()
}
