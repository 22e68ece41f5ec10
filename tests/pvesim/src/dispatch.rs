//! From a request whose caller is known to an answer, in the order in which the real server looks at things.
//!
//! Source: live-api facts, section 2; pve-manager `PVE::HTTPServer::rest_handler`.

use serde_json::{Map, Value};

use crate::access;
use crate::areas::{self, Answer, Call};
use crate::auth::{self, Caller};
use crate::contract::{self, Found, Method, Table};
use crate::failure::Failure;
use crate::http::{self, Head, Reply, Upload};
use crate::record::{Record, Rule};
use crate::world::World;

/// What a request is answered with.
pub struct Context<'a> {
    /// The methods of the release.
    pub table: &'a Table,
    /// The node that was asked.
    pub node: &'a str,
    /// Whether failures have their message in the body too.
    pub has_messages: bool,
    /// Whether answers are looked at with the schema.
    pub checks_answers: bool,
}

/// What is known of a request once it is answered.
pub struct Answered {
    /// The reply.
    pub reply: Reply,
    /// The parameters that were given.
    pub parameters: Map<String, Value>,
    /// The schema path.
    pub schema_path: Option<String>,
}

/// Answers a request.
pub fn answer(
    cx: &Context<'_>,
    world: &mut World,
    record: &mut Record,
    caller: Option<&Caller>,
    head: &Head,
    body: &[u8],
) -> Answered {
    let path = head.api_path().unwrap_or("/");
    let (mut parameters, mut schema_path) = (Map::new(), None);
    let outcome = (|| {
        let Some(found) = cx.table.find(&head.method, path) else {
            let failure = not_implemented(head, path);
            record.violation(Rule::NotModelled, &head.method, path, failure.message.trim_end());
            return Err(failure);
        };
        schema_path = Some(found.path.to_owned());
        let upload = head.is_upload().then(|| http::read_upload(head, body)).transpose();
        let read = upload.and_then(|upload| match upload {
            Some((upload, fields)) => Ok((Some(upload), http::upload_parameters(head, fields))),
            None => http::parameters(head, body).map(|parameters| (None, parameters)),
        });
        let (upload, given) = read.inspect_err(|failure| {
            record.violation(Rule::Transport, &head.method, path, failure.message.trim_end());
        })?;
        parameters = given;
        let steps = Steps { cx, head, path, caller, found: &found, upload: upload.as_ref() };
        steps.run(world, record, &parameters)
    })();
    let reply = match outcome {
        Ok(answer) => Reply::data(members(answer)),
        // What comes from the way to another node has no body, like what is said of who asks.
        Err(failure) if matches!(failure.status, 595 | 596) => Reply::bare(failure.status, &failure.message),
        Err(failure) if failure.status == 401 && path != "/access/ticket" => Reply::bare(401, &failure.message),
        Err(failure) => Reply::failure(&failure, cx.has_messages),
    };
    Answered { reply, parameters, schema_path }
}

/// The node that a request is worked on by: the one that the method's path names, or the one that was asked.
pub fn target<'a>(table: &Table, node: &'a str, head: &'a Head) -> String {
    let found = head.api_path().and_then(|path| table.find(&head.method, path));
    let named = found.as_ref().and_then(|found| found.variables.get(found.method.proxyto.as_ref()?)?.as_str());
    named.unwrap_or(node).to_owned()
}

fn not_implemented(head: &Head, path: &str) -> Failure {
    Failure::new(501, &format!("Method '{} {path}' not implemented", head.method))
}

fn members(answer: Answer) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("data".to_owned(), answer.data);
    // The server leaves a total of nothing out.
    if let Some(total) = answer.total.filter(|total| *total > 0) {
        members.insert("total".to_owned(), total.into());
    }
    if let Some(changes) = answer.changes.filter(|changes| !changes.is_empty()) {
        members.insert("changes".to_owned(), changes.into());
    }
    members
}

struct Steps<'a> {
    cx: &'a Context<'a>,
    head: &'a Head,
    path: &'a str,
    caller: Option<&'a Caller>,
    found: &'a Found<'a>,
    upload: Option<&'a Upload>,
}

impl Steps<'_> {
    fn run(&self, world: &mut World, record: &mut Record, given: &Map<String, Value>) -> Result<Answer, Failure> {
        let method = self.found.method;
        let authid = self.caller.map(|caller| caller.authid.as_str());
        let breach = |rule: Rule, failure: Failure, record: &mut Record| {
            let errors = failure.errors.iter().map(|(name, reason)| format!("\n  {name}: {}", reason.trim_end()));
            let detail = format!("{}{}", failure.message.trim_end(), errors.collect::<String>());
            record.violation(rule, &self.head.method, self.path, detail);
            failure
        };
        let parameters = self.merged(given).map_err(|failure| breach(Rule::Conflict, failure, record))?;
        if !method.allowtoken && authid.is_some_and(|authid| authid.contains('!')) {
            let what = format!("URI '{}' not available with API token, need proper ticket.\n", self.path);
            return Err(breach(Rule::TokenNotAllowed, Failure::permission(&what), record));
        }
        access::permission(world, method.permissions.as_ref(), authid, &parameters)?;
        let node = self.reach(world, &parameters)?;
        let validated = contract::validate(parameters, &method.parameters)
            .map_err(|errors| breach(Rule::Parameters, Failure::parameters(errors), record))?;
        if let Some(name) = contract::foreign_property(&validated, &method.parameters) {
            let failure = Failure::server(&format!("unexpected property '{name}'"));
            return Err(breach(Rule::Parameters, failure, record));
        }
        // Tickets and the end of a task are no files of the cluster.
        let writes =
            self.head.method != "GET" && !self.path.starts_with("/access/ticket") && !self.path.contains("/tasks/");
        if writes && !world.cluster.quorate {
            return Err(Failure::server("cluster not ready - no quorum?"));
        }
        let Some(handler) = areas::handler(&self.head.method, self.found.path) else {
            let failure = not_implemented(self.head, self.path);
            let detail = format!("{}: in the API, but not modelled here", failure.message);
            record.violation(Rule::NotModelled, &self.head.method, self.path, detail);
            return Err(failure);
        };
        let call = Call {
            method: &self.head.method,
            path: self.found.path,
            parameters: &validated,
            upload: self.upload,
            authid,
            node: node.as_deref().unwrap_or(self.cx.node),
            table: self.cx.table,
        };
        let answer = handler(world, &call).map_err(|failure| match failure.status {
            501 => breach(Rule::NotModelled, failure, record),
            _ => failure,
        })?;
        self.check_answer(method, &answer, record);
        Ok(answer)
    }

    /// The parameters of the path, the query and the body together.
    fn merged(&self, given: &Map<String, Value>) -> Result<Map<String, Value>, Failure> {
        let mut all = self.found.variables.clone();
        for (name, value) in given {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if all.get(name).is_some_and(|known| text(known) != text(value)) {
                let reason = "duplicate parameter (already defined in URI) with conflicting values!";
                return Err(Failure::parameter(name, reason));
            }
            all.insert(name.clone(), value.clone());
        }
        Ok(all)
    }

    /// The way to the node that answers, if another one does.
    fn reach(&self, world: &World, parameters: &Map<String, Value>) -> Result<Option<String>, Failure> {
        let Some(parameter) = &self.found.method.proxyto else { return Ok(None) };
        let Some(node) = parameters.get(parameter).and_then(Value::as_str) else { return Ok(None) };
        if node == "localhost" || node == self.cx.node {
            return Ok(Some(self.cx.node.to_owned()));
        }
        if !world.nodes.contains_key(node) {
            let reason = "Name or service not known";
            let what = format!("hostname lookup '{node}' failed - failed to get address info for: {node}: {reason}");
            return Err(Failure::server(&what));
        }
        if !world.is_online(node) {
            return Err(Failure::new(595, "No route to host"));
        }
        // The other node looks at the ticket again, by its own clock.
        if let Some(ticket) = self.caller.and_then(|caller| caller.ticket.as_deref())
            && auth::verify_ticket(world, node, ticket).is_none()
        {
            return Err(Failure::new(401, auth::INVALID_TICKET));
        }
        Ok(Some(node.to_owned()))
    }

    fn check_answer(&self, method: &Method, answer: &Answer, record: &mut Record) {
        let Some(schema) = method.returns.as_ref().filter(|_| self.cx.checks_answers) else { return };
        for offence in contract::offences_of_answer(&answer.data, schema) {
            record.violation(Rule::Answer, &self.head.method, self.path, offence);
        }
    }
}
