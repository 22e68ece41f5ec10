//! One connection from its first request to its end.

use std::net::TcpStream;
use std::sync::Arc;
use std::thread::sleep;
use std::time::Duration;

use rustls::ServerConfig;

use crate::auth::{self, Caller};
use crate::dispatch::{self, Answered, Context};
use crate::failure::Failure;
use crate::fault::{Action, When};
use crate::http::{Connection, Cut, Head, Reply};
use crate::record::{Request, Rule, masked};
use crate::sim::Shared;

/// How many requests a connection may carry; the real server's value.
const MOST_REQUESTS: u32 = 100;
/// How long the real server waits before it refuses somebody.
const SLOW_REFUSAL: Duration = Duration::from_secs(3);

/// How a request ends.
enum End {
    /// With a reply.
    Reply(Reply),
    /// With a reply, after which the connection is closed although nothing said so.
    ReplyAndClose(Reply),
    /// With a broken connection.
    Cut(Cut, Vec<u8>),
    /// With nothing, for a while.
    Hang(Duration),
    /// The client did not send all of its body.
    Gone,
}

/// Serves a connection to a node.
pub fn serve(shared: &Arc<Shared>, node: &str, socket: TcpStream, tls: Option<Arc<ServerConfig>>) {
    let Ok(mut connection) = Connection::new(socket, tls) else { return };
    for count in 1.. {
        if !shared.state().world.is_online(node) {
            return connection.cut(Cut::Reset, &[]);
        }
        let Some(text) = connection.read_head() else { return connection.close() };
        let head = Head::read(&text);
        let accepts_gzip =
            head.as_ref().is_ok_and(|head| head.header("Accept-Encoding").is_some_and(|value| value.contains("gzip")));
        let keeps_alive = count < MOST_REQUESTS && head.as_ref().is_ok_and(Head::keeps_alive);
        let end = match head {
            Ok(head) => exchange(shared, node, &mut connection, &head),
            Err(failure) => End::Reply(refused(shared, "?", text.lines().next().unwrap_or_default(), &failure)),
        };
        let (reply, closes) = match end {
            End::Reply(reply) => (reply, false),
            End::ReplyAndClose(reply) => (reply, true),
            End::Cut(cut, reply) => return connection.cut(cut, &reply),
            End::Hang(time) => return connection.hang(time),
            End::Gone => return connection.close(),
        };
        let keeps_alive = keeps_alive && reply.status < 400;
        let now = auth::node_time(&shared.state().world, node);
        let is_sent = connection.send(&reply.bytes(keeps_alive, accepts_gzip, now)).is_ok();
        if !keeps_alive || closes || !is_sent {
            return connection.close();
        }
    }
}

/// Notes what the wire does not take, and refuses it without a body.
fn refused(shared: &Shared, method: &str, path: &str, failure: &Failure) -> Reply {
    shared.state().record.violation(Rule::Transport, method, path, failure.message.trim_end());
    Reply::bare(failure.status, &failure.message)
}

/// From a head to the end of its request.
fn exchange(shared: &Shared, node: &str, connection: &mut Connection, head: &Head) -> End {
    if let Some(failure) = head.refusal() {
        return End::Reply(refused(shared, &head.method, &head.path, &failure));
    }
    let path = head.api_path().unwrap_or("/").to_owned();
    let (before, after) = faults(shared, head, &path);
    for action in &before {
        // What stands before the effect leaves the request without one.
        if let Some(end) = happen(shared, action, None) {
            log(shared, node, head, None, status_of(&end), None);
            return end;
        }
    }
    let caller = match authenticate(shared, node, head, &path) {
        Ok(caller) => caller,
        Err(reason) => {
            if shared.options.slow_refusals {
                sleep(SLOW_REFUSAL);
            }
            log(shared, node, head, None, Some(401), None);
            return End::Reply(Reply::bare(401, &reason));
        }
    };
    if let Some(failure) = head.refusal_of_body() {
        return End::Reply(refused(shared, &head.method, &path, &failure));
    }
    let Some(body) = connection.read_body(head.length()) else { return End::Gone };
    let reply = work(shared, node, head, caller.as_ref(), &body);
    let mut end = End::Reply(reply);
    for action in &after {
        let reply = match end {
            End::Reply(reply) => reply,
            other => return other,
        };
        end = happen(shared, action, Some(&reply)).unwrap_or(End::Reply(reply));
    }
    end
}

fn authenticate(shared: &Shared, node: &str, head: &Head, path: &str) -> Result<Option<Caller>, String> {
    auth::authenticate(&shared.state().world, node, head, path)
}

/// Lets a node work on a request, and notes it.
fn work(shared: &Shared, node: &str, head: &Head, caller: Option<&Caller>, body: &[u8]) -> Reply {
    let target = {
        let mut state = shared.state();
        let target = dispatch::target(shared.table(state.world.release), node, head);
        state.record.begin(&target);
        target
    };
    let latency = shared.latency();
    if !latency.is_zero() {
        sleep(latency);
    }
    let answered = {
        let mut guard = shared.state();
        let state = &mut *guard;
        state.world.clock.now_ms += state.world.clock.step_ms;
        crate::areas::settle(&mut state.world);
        let cx = Context {
            table: shared.table(state.world.release),
            node,
            has_messages: shared.options.has_messages,
            checks_answers: shared.options.checks_answers,
        };
        let answered = dispatch::answer(&cx, &mut state.world, &mut state.record, caller, head, body);
        state.record.end(&target);
        answered
    };
    let is_login = head.api_path() == Some("/access/ticket");
    if shared.options.slow_refusals && answered.reply.status == 401 && is_login {
        sleep(SLOW_REFUSAL);
    }
    log(shared, node, head, caller, Some(answered.reply.status), Some(&answered));
    answered.reply
}

fn log(
    shared: &Shared,
    node: &str,
    head: &Head,
    caller: Option<&Caller>,
    status: Option<u16>,
    answered: Option<&Answered>,
) {
    let mut state = shared.state();
    let request = Request {
        node: node.to_owned(),
        method: head.method.clone(),
        path: head.api_path().unwrap_or("/").to_owned(),
        schema_path: answered.and_then(|answered| answered.schema_path.clone()),
        parameters: answered.map(|answered| masked(&answered.parameters)).unwrap_or_default(),
        authid: caller.map(|caller| caller.authid.clone()),
        status,
        at_ms: state.world.clock.now_ms,
    };
    state.record.requests.push(request);
}

fn status_of(end: &End) -> Option<u16> {
    match end {
        End::Reply(reply) | End::ReplyAndClose(reply) => Some(reply.status),
        End::Cut(..) | End::Hang(_) | End::Gone => None,
    }
}

/// The faults that a request meets, before and after its effect.
fn faults(shared: &Shared, head: &Head, path: &str) -> (Vec<Action>, Vec<Action>) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for fault in &mut shared.state().faults {
        if fault.meets(&head.method, path) {
            match fault.when {
                // What changes only the answer needs one, whenever it was asked for.
                When::Before if needs_reply(&fault.action) => after.push(fault.action.clone()),
                When::Before => before.push(fault.action.clone()),
                When::After => after.push(fault.action.clone()),
            }
        }
    }
    (before, after)
}

fn needs_reply(action: &Action) -> bool {
    match action {
        Action::Truncate
        | Action::ContentType { .. }
        | Action::EmptyBody
        | Action::InvalidJson
        | Action::ReasonOnly
        | Action::CloseSilently => true,
        Action::Status { .. }
        | Action::Delay { .. }
        | Action::Reset
        | Action::Hang { .. }
        | Action::Html { .. }
        | Action::ExpireTickets
        | Action::Edit { .. } => false,
    }
}

/// Lets a fault happen; how the request ends by it, or none if it goes on.
fn happen(shared: &Shared, action: &Action, reply: Option<&Reply>) -> Option<End> {
    let changed = |change: &dyn Fn(&mut Reply)| {
        let mut reply = reply?.clone();
        change(&mut reply);
        Some(End::Reply(reply))
    };
    match action {
        Action::Status { status, reason, errors, bare } => {
            let failure = Failure { status: *status, message: format!("{reason}\n"), errors: errors.clone() };
            let reply = if *bare || matches!(status, 595 | 596) {
                Reply::bare(*status, reason)
            } else {
                Reply::failure(&failure, shared.options.has_messages)
            };
            Some(End::Reply(reply))
        }
        Action::Delay { ms } => {
            sleep(Duration::from_millis(*ms));
            None
        }
        Action::Reset => Some(End::Cut(Cut::Reset, Vec::new())),
        Action::Truncate => Some(End::Cut(Cut::Half, reply?.bytes(true, false, 0))),
        Action::Hang { ms } => Some(End::Hang(Duration::from_millis(*ms))),
        Action::Html { status } => {
            let mut reply = Reply::bare(*status, "Bad Gateway");
            reply.content_type = Some("text/html".to_owned());
            reply.body = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>\r\n".to_vec();
            Some(End::Reply(reply))
        }
        Action::ContentType { value } => changed(&|reply| reply.content_type = Some(value.clone())),
        Action::EmptyBody => changed(&|reply| reply.body.clear()),
        Action::InvalidJson => changed(&|reply| reply.body = b"{\"data\":".to_vec()),
        Action::ReasonOnly => changed(&without_message),
        Action::CloseSilently => reply.cloned().map(End::ReplyAndClose),
        Action::ExpireTickets => {
            shared.state().world.access.ticket_key += 1;
            None
        }
        Action::Edit { patch } => {
            if let Err(reason) = shared.patch(patch.clone()) {
                shared.state().record.violation(Rule::Script, "EDIT", "the world", reason);
            }
            None
        }
    }
}

fn without_message(reply: &mut Reply) {
    if let Ok(serde_json::Value::Object(mut members)) = serde_json::from_slice(&reply.body) {
        members.remove("message");
        reply.body = serde_json::Value::Object(members).to_string().into_bytes();
    }
}
