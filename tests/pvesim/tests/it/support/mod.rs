//! A client that does nothing by itself: it sends the bytes that a test writes, and shows the bytes that come back.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use pvesim::{Options, Sim, world};
use serde_json::Value;

/// The secret of the tokens in [`lab`].
pub const SECRET: &str = "11111111-2222-3333-4444-555555555555";

/// Two nodes, a guest on each, a pool, root with a password and a token, and `ann@pve` with two tokens.
pub fn lab() -> world::World {
    let text = include_str!("lab.json");
    world::World::from_json(text).expect("the lab of the tests is a world")
}

/// A simulator of [`lab`], without TLS.
pub fn sim() -> Sim {
    Sim::start(Options { world: lab(), ..Options::default() }).expect("a port is free")
}

/// A reply as it came.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// The other lines of the head.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&self.body)))
    }

    /// What `data` is.
    pub fn data(&self) -> Value {
        self.json()["data"].clone()
    }

    /// What is wrong with a parameter.
    pub fn error(&self, parameter: &str) -> String {
        self.json()["errors"][parameter].as_str().unwrap_or_default().to_owned()
    }
}

/// A connection to a simulator.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    /// Connects to a URL without TLS.
    pub fn new(url: &str) -> Client {
        let address = url.strip_prefix("http://").expect("plain HTTP");
        let stream = TcpStream::connect(address).expect("the simulator listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("the socket takes it");
        Client { stream, buffer: Vec::new() }
    }

    /// Sends bytes as they are. A connection that is reset meanwhile shows when the reply is read.
    pub fn send(&mut self, text: &str) {
        match self.stream.write_all(text.as_bytes()) {
            Ok(()) => {}
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe) => {}
            Err(error) => panic!("{error}"),
        }
    }

    /// The next reply; none if the connection ended, or was reset, before it was whole.
    pub fn reply(&mut self) -> Option<Reply> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            self.fill()?;
        };
        let head = String::from_utf8(self.buffer[..end].to_vec()).expect("a head is text");
        self.buffer.drain(..end + 4);
        let mut lines = head.split("\r\n");
        let first = lines.next().expect("there is a first line");
        let (version, rest) = first.split_once(' ').expect("a status follows");
        assert!(version.starts_with("HTTP/1."), "{first}");
        let (status, reason) = rest.split_once(' ').expect("a reason follows");
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut reply = Reply {
            status: status.parse().expect("a status is a number"),
            reason: reason.to_owned(),
            headers: lines.filter_map(header).collect(),
            body: Vec::new(),
        };
        let length = reply.header("Content-Length").map_or(0, |length| length.parse().expect("a length is a number"));
        while self.buffer.len() < length {
            self.fill()?;
        }
        reply.body = self.buffer.drain(..length).collect();
        Some(reply)
    }

    fn fill(&mut self) -> Option<()> {
        let mut bytes = [0; 8192];
        match self.stream.read(&mut bytes) {
            Ok(0) => None,
            Ok(count) => {
                self.buffer.extend_from_slice(&bytes[..count]);
                Some(())
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// Whether the other side has ended the connection.
    pub fn has_ended(&mut self) -> bool {
        self.buffer.is_empty() && self.fill().is_none()
    }
}

/// Sends a request on a connection of its own, with these lines in its head, and a body for whoever has one.
pub fn request(sim: &Sim, method: &str, path: &str, lines: &[&str], body: &str) -> Option<Reply> {
    request_at(&sim.url(), method, path, lines, body)
}

/// The same, to one of several endpoints.
pub fn request_at(url: &str, method: &str, path: &str, lines: &[&str], body: &str) -> Option<Reply> {
    let mut client = Client::new(url);
    let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    client.send(&format!("{method} /api2/json{path} HTTP/1.1\r\nHost: lab\r\n{lines}{length}\r\n{body}"));
    client.reply()
}

/// The line of the head that names a token of the lab.
pub fn token(id: &str) -> String {
    format!("Authorization: PVEAPIToken={id}={SECRET}")
}

/// Sends a request with a token that may look at everything.
pub fn get(sim: &Sim, path: &str) -> Reply {
    request(sim, "GET", path, &[&token("root@pam!audit")], "").expect("it is answered")
}

/// Logs in, and gives the lines of the head that later requests need.
pub fn log_in(sim: &Sim, user: &str, password: &str) -> Vec<String> {
    let body = format!("username={user}&password={password}");
    let reply = request(sim, "POST", "/access/ticket", &[], &body).expect("it is answered");
    assert_eq!(reply.status, 200, "{reply:?}");
    let text = |name: &str| reply.data()[name].as_str().expect("a login gives it").to_owned();
    vec![
        format!("Cookie: PVEAuthCookie={}", text("ticket")),
        format!("CSRFPreventionToken: {}", text("CSRFPreventionToken")),
    ]
}

/// The homelab that is written down in `worlds`: three nodes; `root@pam!full` and `ops@pve!hlab` may do much, `eve@pve!look` hardly
/// anything.
pub fn homelab() -> world::World {
    let text = include_str!("../../../worlds/homelab.json");
    world::World::from_json(text).expect("the homelab is a world")
}

/// A simulator of [`homelab`] that runs a release.
pub fn homelab_sim(release: world::Release) -> Sim {
    Sim::start(Options { world: world::World { release, ..homelab() }, ..Options::default() }).expect("a port is free")
}

/// Parameters as a form or a query: each `key=value`, with the value escaped.
fn form(parameters: &[&str]) -> String {
    let escape = |text: &str| -> String {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let one = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(one).collect()
    };
    let pair = |text: &&str| {
        let (key, value) = text.split_once('=').expect("a parameter has a value");
        format!("{key}={}", escape(value))
    };
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// Calls a method with a token, or as `root@pam` with a ticket.
pub fn call(sim: &Sim, who: &str, method: &str, path: &str, parameters: &[&str]) -> Reply {
    let lines = if who == "root@pam" { log_in(sim, who, "secret") } else { vec![token(who)] };
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let form = form(parameters);
    let has_body = method == "POST" || method == "PUT";
    let query = if has_body || form.is_empty() { String::new() } else { format!("?{form}") };
    let body = if has_body { form } else { String::new() };
    let content = "Content-Type: application/x-www-form-urlencoded";
    let lines: Vec<&str> = lines.into_iter().chain(has_body.then_some(content)).collect();
    request(sim, method, &format!("{path}{query}"), &lines, &body).expect("it is answered")
}

/// Calls a method that must succeed, as [`OPS`], and gives its answer.
#[track_caller]
pub fn ok(sim: &Sim, method: &str, path: &str, parameters: &[&str]) -> Value {
    let reply = call(sim, OPS, method, path, parameters);
    assert_eq!(
        reply.status,
        200,
        "{method} {path} {parameters:?}: {} {:?}",
        reply.reason,
        String::from_utf8_lossy(&reply.body)
    );
    reply.data()
}

/// Who runs the homelab: an administrator with a token, who is not root.
pub const OPS: &str = "ops@pve!hlab";

/// Calls a method that starts a task, waits for its end and gives how it ended.
#[track_caller]
pub fn run(sim: &Sim, method: &str, path: &str, parameters: &[&str]) -> String {
    let upid = ok(sim, method, path, parameters);
    let upid = upid.as_str().unwrap_or_else(|| panic!("{method} {path}: no task but {upid}"));
    sim.advance(Duration::from_secs(5));
    sim.with_world(|world| world.tasks.get(upid).map(|task| task.exitstatus.clone())).expect("the task is known")
}

/// The status and the reason of a call that is refused, and what is wrong with the parameters.
#[track_caller]
pub fn refusal(sim: &Sim, who: &str, method: &str, path: &str, parameters: &[&str]) -> String {
    let reply = call(sim, who, method, path, parameters);
    assert_ne!(reply.status, 200, "{method} {path} {parameters:?} succeeded");
    let errors = reply.json()["errors"].as_object().cloned().unwrap_or_default();
    let errors = errors.iter().map(|(name, why)| format!(" {name}: {}", why.as_str().unwrap_or_default().trim_end()));
    format!("{} {}{}", reply.status, reply.reason, errors.collect::<String>())
}
