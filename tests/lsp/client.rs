//! A small client over a connection in memory, and a machine whose disk is a map.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hlab::base::{MemoryWorld, ReadError, World};
use hlab::lsp::{Machine, serve};
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};

/// Long enough for the slowest machine; nothing waits so long unless it is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// The files of a disk, by absolute path.
pub type Disk = Arc<Mutex<BTreeMap<String, String>>>;

/// A machine whose disk is in memory; a project is where a file declares one.
pub struct MapMachine(pub Disk);

struct MapWorld {
    disk: Disk,
    root: PathBuf,
}

impl MapWorld {
    fn memory(&self) -> MemoryWorld {
        let disk = self.disk.lock().expect("no test holds it while it panics");
        let inside = disk.iter().filter_map(|(path, text)| {
            let path = Path::new(path).strip_prefix(&self.root).ok()?;
            Some((path.to_string_lossy().into_owned(), text.clone()))
        });
        inside.fold(MemoryWorld::default(), |world, (path, text)| world.with(&path, text))
    }
}

impl World for MapWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.memory().read(path)
    }

    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        self.memory().list()
    }

    fn files(&self, path: &str) -> Result<Vec<String>, ReadError> {
        self.memory().files(path)
    }
}

impl Machine for MapMachine {
    fn project_of(&self, file: &Path) -> PathBuf {
        assert!(!file.ends_with("panic.hlab"), "a failure of the server, for a test");
        let disk = self.0.lock().expect("no test holds it while it panics");
        let declares = |folder: &Path| {
            disk.iter().any(|(path, text)| {
                Path::new(path).parent() == Some(folder)
                    && (text.starts_with("project ") || text.contains("\nproject "))
            })
        };
        let folder = file.parent().expect("a file lies in a folder");
        folder.ancestors().find(|folder| declares(folder)).unwrap_or(folder).to_path_buf()
    }

    fn open(&self, root: &Path) -> Box<dyn World> {
        Box::new(MapWorld { disk: self.0.clone(), root: root.to_path_buf() })
    }

    fn lay_out_library(&self, _: &[(String, String)]) -> Option<PathBuf> {
        Some(PathBuf::from("/library"))
    }
}

/// A client of a server in a thread.
pub struct Client {
    connection: Connection,
    server: Option<std::thread::JoinHandle<Result<(), hlab::lsp::Broken>>>,
    next: i32,
    versions: BTreeMap<String, i32>,
    /// The last diagnostics that were sent, by URI.
    pub published: BTreeMap<String, Vec<Value>>,
    /// Requests of the server.
    pub asked: Vec<String>,
    /// What the server said of itself.
    pub capabilities: Value,
    pub disk: Disk,
}

impl Client {
    /// A client with these capabilities, of a server over these files.
    pub fn start(files: &[(&str, &str)], capabilities: Value) -> Client {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let disk: Disk = Arc::new(Mutex::new(files.collect()));
        let (server, connection) = Connection::memory();
        let machine = MapMachine(disk.clone());
        let work = move || serve(&server, &machine);
        let server = std::thread::Builder::new().stack_size(64 << 20).spawn(work).expect("a thread can be started");
        let mut client = Client {
            connection,
            server: Some(server),
            next: 0,
            versions: BTreeMap::new(),
            published: BTreeMap::new(),
            asked: Vec::new(),
            capabilities: Value::Null,
            disk,
        };
        let answer = client.request("initialize", json!({ "capabilities": capabilities }));
        client.capabilities = answer.expect("the server shakes hands")["capabilities"].clone();
        client.notify("initialized", json!({}));
        client
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        let message = Notification { method: method.to_owned(), params };
        self.connection.sender.send(message.into()).expect("the server listens");
    }

    /// Sends a request without waiting; its number.
    pub fn ask(&mut self, method: &str, params: Value) -> i32 {
        self.next += 1;
        let message = Request { id: RequestId::from(self.next), method: method.to_owned(), params };
        self.connection.sender.send(message.into()).expect("the server listens");
        self.next
    }

    /// The answer to a request; what else arrives meanwhile is noted.
    pub fn answer(&mut self, id: i32) -> Result<Value, (i32, String)> {
        loop {
            let message = self.connection.receiver.recv_timeout(PATIENCE).expect("the server answers");
            if let Some(Response { id: of, response_result }) = self.note(message)
                && of == RequestId::from(id)
            {
                return response_result.map_err(|error| (error.code, error.message));
            }
        }
    }

    pub fn request(&mut self, method: &str, params: Value) -> Result<Value, (i32, String)> {
        let id = self.ask(method, params);
        self.answer(id)
    }

    fn note(&mut self, message: Message) -> Option<Response> {
        match message {
            Message::Response(response) => Some(response),
            Message::Request(request) => {
                self.asked.push(request.method);
                let answer = Response::new_ok(request.id, Value::Null);
                self.connection.sender.send(answer.into()).expect("the server listens");
                None
            }
            Message::Notification(notification) => {
                if notification.method == "textDocument/publishDiagnostics" {
                    let uri = notification.params["uri"].as_str().expect("a URI").to_owned();
                    let diagnostics = notification.params["diagnostics"].as_array().expect("a list").clone();
                    self.published.insert(uri, diagnostics);
                }
                None
            }
        }
    }

    /// Takes in what arrives until nothing does for a while: the server rests.
    pub fn rest(&mut self) {
        while let Ok(message) = self.connection.receiver.recv_timeout(Duration::from_millis(300)) {
            self.note(message);
        }
    }

    pub fn open(&mut self, path: &str, text: &str) {
        self.versions.insert(path.to_owned(), 1);
        let document = json!({ "uri": uri(path), "languageId": "hlab", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn close(&mut self, path: &str) {
        self.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(path) } }));
    }

    /// Replaces the whole text of an open file.
    pub fn replace(&mut self, path: &str, text: &str) {
        self.change(path, json!({ "text": text }));
    }

    /// Sends one change of an open file.
    pub fn change(&mut self, path: &str, change: Value) {
        let version = self.versions.entry(path.to_owned()).or_default();
        *version += 1;
        let document = json!({ "uri": uri(path), "version": *version });
        self.notify("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [change] }));
    }

    /// A request about a place: the line and character of the first `word` in `text`.
    pub fn at(&mut self, method: &str, path: &str, text: &str, word: &str) -> Result<Value, (i32, String)> {
        let params = json!({ "textDocument": { "uri": uri(path) }, "position": place(text, word) });
        self.request(method, params)
    }

    /// The codes that were last sent for a file.
    pub fn codes(&self, path: &str) -> Vec<String> {
        let sent = self.published.get(&uri(path)).cloned().unwrap_or_default();
        sent.iter().map(|diagnostic| diagnostic["code"].as_str().expect("a code").to_owned()).collect()
    }

    /// Says goodbye; the server must end in good order.
    pub fn stop(mut self) {
        self.request("shutdown", Value::Null).expect("the server shuts down");
        self.notify("exit", Value::Null);
        let server = self.server.take().expect("it is stopped once");
        assert!(server.join().expect("the server does not panic").is_ok(), "the server ends in good order");
    }
}

/// The URI of an absolute path.
pub fn uri(path: &str) -> String {
    format!("file://{path}")
}

/// The position of the first `word` in a text.
pub fn place(text: &str, word: &str) -> Value {
    let at = text.find(word).expect("the word is in the text");
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    json!({ "line": line, "character": text[start..at].encode_utf16().count() })
}
