//! How long an editor waits: `cargo bench --bench keystrokes [-- GUESTS [EDITS]]`, 1,000 guests and 300 edits without numbers.
//!
//! Drives the real server over standard input and output, as a client does: opens both files of the measured fleet, types,
//! and waits for the diagnostics of each version; asks for a hover and a completion right behind a keystroke. The edits are a
//! value that changes, a line half typed, and a storage that is not on the host, which only the whole lab shows. With many
//! edits the server's memory is read along the way.

#[expect(dead_code, reason = "the example's own `main` is not called here")]
#[path = "../examples/fleet.rs"]
mod fleet;

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};

struct Client {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    next: i32,
    /// The last diagnostics: of which file and version, and how many.
    sent: (String, i32, usize),
}

impl Client {
    fn start() -> Client {
        let mut process = Command::new(env!("CARGO_BIN_EXE_hlab"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let to = process.stdin.take().expect("it is piped");
        let from = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut client = Client { process, to, from, next: 0, sent: (String::new(), 0, 0) };
        client.request("initialize", json!({ "capabilities": { "general": { "positionEncodings": ["utf-8"] } } }));
        client.notify("initialized", json!({}));
        client
    }

    fn send(&mut self, message: Message) {
        message.write(&mut self.to).expect("the server reads");
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(Notification { method: method.to_owned(), params }.into());
    }

    fn read(&mut self) -> Message {
        let message = Message::read(&mut self.from).expect("the server writes messages").expect("the server goes on");
        if let Message::Notification(notification) = &message
            && let (Some(uri), Some(version)) =
                (notification.params["uri"].as_str(), notification.params["version"].as_i64())
        {
            let found = notification.params["diagnostics"].as_array().map_or(0, Vec::len);
            self.sent = (uri.to_owned(), version as i32, found);
        }
        message
    }

    fn request(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Request { id: id.clone(), method: method.to_owned(), params }.into());
        loop {
            if let Message::Response(response) = self.read()
                && response.id == id
            {
                return response.response_result.expect("an answer");
            }
        }
    }

    /// How many diagnostics a version of a file has; they may have come before the answer to a question.
    fn diagnostics(&mut self, uri: &str, version: i32) -> usize {
        while self.sent.0 != uri || self.sent.1 != version {
            self.read();
        }
        self.sent.2
    }

    fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "hlab", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Megabytes that the server holds.
    fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / 1024.0
    }

    fn stop(mut self) {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        let _ = self.process.wait();
    }
}

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|word| word.parse().ok()).collect();
    let (guests, edits) = (numbers.first().copied().unwrap_or(1_000), numbers.get(1).copied().unwrap_or(300));
    cold();
    let folder = std::env::temp_dir().join(format!("hlab-keys-{}", std::process::id()));
    let arguments = [guests.to_string(), folder.to_string_lossy().into_owned()];
    fleet::run(&arguments).unwrap_or_else(|error| panic!("{error}"));
    warm(&folder, guests, edits);
    let _ = std::fs::remove_dir_all(&folder);
}

/// From the start of the process to the first diagnostics of the example.
fn cold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples/k3s-nodes");
    let files = std::fs::read_dir(&root).expect("the example is there").flatten().map(|entry| entry.path());
    let file = files.filter(|path| path.extension().is_some_and(|ending| ending == "hlab")).min();
    let file = file.expect("the example has a file");
    let text = std::fs::read_to_string(&file).expect("it can be read");
    let mut times = Vec::new();
    for _ in 0..15 {
        let start = Instant::now();
        let mut client = Client::start();
        client.open(&uri(&file), &text);
        client.diagnostics(&uri(&file), 1);
        times.push(start.elapsed());
        client.stop();
    }
    row("example, cold open", &mut times);
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// One way to type: the line of a guest as it should be, and as it is for a moment.
struct Typing {
    name: &'static str,
    find: &'static str,
    typed: &'static str,
    is_wrong: bool,
}

const TYPINGS: [Typing; 3] = [
    Typing { name: "a value", find: "GiB", typed: "MiB", is_wrong: false },
    Typing { name: "half a line", find: "memory", typed: "mem", is_wrong: true },
    Typing { name: "a storage not on the host", find: "local-zfs", typed: "nvme-0001", is_wrong: true },
];

fn warm(folder: &Path, guests: usize, edits: usize) {
    let file: PathBuf = folder.join("guests.hlab");
    let text = std::fs::read_to_string(&file).expect("the fleet was written");
    let uri = uri(&file);
    let mut client = Client::start();
    let start = Instant::now();
    client.open(&uri, &text);
    client.diagnostics(&uri, 1);
    println!("{guests} guests opened in {:.0} ms, {:.0} MB", start.elapsed().as_secs_f64() * 1000.0, client.memory());
    let mut version = 1;
    for typing in &TYPINGS {
        let (mut waits, mut hovers, mut completions) = (Vec::new(), Vec::new(), Vec::new());
        let places: Vec<usize> = text.match_indices(typing.find).map(|(at, _)| at).collect();
        for number in 0..edits / TYPINGS.len() {
            let at = places[(number * 7919 + 13) % places.len()];
            // A guest on `host-0001` may have its storage: another one is taken.
            for (old, new) in [(typing.find, typing.typed), (typing.typed, typing.find)] {
                version += 1;
                let before = &text[..at];
                let (line, column) = (before.matches('\n').count(), at - before.rfind('\n').map_or(0, |at| at + 1));
                let place = |character: usize| json!({ "line": line, "character": character });
                let change =
                    json!({ "range": { "start": place(column), "end": place(column + old.len()) }, "text": new });
                let document = json!({ "uri": uri, "version": version });
                let start = Instant::now();
                client
                    .notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
                match number % 3 {
                    0 => {
                        let params = json!({ "textDocument": { "uri": uri }, "position": place(column + 1) });
                        client.request("textDocument/hover", params);
                        hovers.push(start.elapsed());
                    }
                    1 => {
                        let params = json!({ "textDocument": { "uri": uri }, "position": place(column + new.len()) });
                        client.request("textDocument/completion", params);
                        completions.push(start.elapsed());
                    }
                    _ => {}
                }
                let found = client.diagnostics(&uri, version);
                if number % 3 == 2 {
                    waits.push(start.elapsed());
                }
                assert!(found > 0 || !typing.is_wrong || new == typing.find || typing.find == "local-zfs", "{change}");
            }
        }
        row(&format!("{}: diagnostics", typing.name), &mut waits);
        row(&format!("{}: edit and hover", typing.name), &mut hovers);
        row(&format!("{}: edit and completion", typing.name), &mut completions);
    }
    println!("after {} changes {:.0} MB", version - 1, client.memory());
    client.stop();
}

fn row(name: &str, times: &mut [Duration]) {
    times.sort();
    let at = |part: f64| {
        let index = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
        times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    println!(
        "{name:44} p50 {:6.1}  p95 {:6.1}  p99 {:6.1}  max {:6.1} ms  ({})",
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0),
        times.len()
    );
}
