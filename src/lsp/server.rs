//! The loop: one message after the other, nothing computed that nobody waits for.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lsp_server::{Connection, ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidDeleteFiles, DidOpenTextDocument,
    DidRenameFiles, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{RegisterCapability, Request as _};
use lsp_types::{
    ClientCapabilities, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileSystemWatcher,
    GlobPattern, InitializeParams, InitializeResult, PublishDiagnosticsParams, Registration, RegistrationParams,
    ServerInfo,
};
use rustc_hash::FxHashSet;
use serde_json::Value;

use super::completion::Snippets;
use super::convert::Encoding;
use super::edits::Form;
use super::inbox::Inbox;
use super::state::{self, State};
use super::{Machine, answers, capabilities, diagnostics, library};
use crate::base::Stop;

/// A connection that ended otherwise than the protocol says.
#[derive(Debug)]
pub struct Broken(pub String);

/// Serves one client until it says goodbye.
///
/// # Errors
/// [`Broken`] if the client breaks off, or does not begin with `initialize`.
pub fn serve(connection: &Connection, machine: &dyn Machine) -> Result<(), Broken> {
    let (id, params) = connection.initialize_start().map_err(|error| Broken(error.to_string()))?;
    let pulls = Pulls::of(&params);
    let params: InitializeParams = serde_json::from_value(params).map_err(|error| Broken(error.to_string()))?;
    let general = params.capabilities.general.as_ref();
    let encoding = Encoding::of(general.and_then(|general| general.position_encodings.as_deref()));
    let result = InitializeResult {
        capabilities: capabilities::offered(encoding, pulls),
        server_info: Some(ServerInfo { name: "hlab".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) }),
    };
    let result = serde_json::to_value(result).map_err(|error| Broken(error.to_string()))?;
    connection.initialize_finish(id, result).map_err(|error| Broken(error.to_string()))?;
    let laid_out = machine.lay_out_library(&library::files());
    let library = laid_out.as_ref().map(|folder| folder.join("std"));
    let (edits, snippets) = (Form::of(&params.capabilities), Snippets::of(&params.capabilities));
    let state = State::new(machine, encoding, edits, snippets, library);
    let inbox = Inbox::open(connection.receiver.clone()).map_err(|error| Broken(error.to_string()))?;
    let (queue, cancelled) = (VecDeque::new(), FxHashSet::default());
    let mut server = Server { connection, inbox, state, laid_out, pulls, queue, cancelled, sent: 0 };
    server.watch(&params.capabilities)?;
    server.run()
}

/// How the client hears what is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Pulls {
    /// It asks, and can be told to ask again.
    Asks,
    /// It is sent everything.
    IsSent,
}

impl Pulls {
    /// What a client's parameters of `initialize` say.
    fn of(params: &Value) -> Pulls {
        let asks = params.pointer("/capabilities/textDocument/diagnostic").is_some_and(Value::is_object);
        // The types of the protocol look for this under another name than the protocol has.
        let refreshes = params.pointer("/capabilities/workspace/diagnostics/refreshSupport");
        if asks && refreshes == Some(&Value::Bool(true)) { Pulls::Asks } else { Pulls::IsSent }
    }
}

struct Server<'a> {
    connection: &'a Connection,
    inbox: Inbox,
    state: State<'a>,
    /// Where the library and the pages of codes lie.
    laid_out: Option<std::path::PathBuf>,
    pulls: Pulls,
    queue: VecDeque<Message>,
    cancelled: FxHashSet<RequestId>,
    /// How many requests were sent.
    sent: i32,
}

/// Whether the loop goes on.
#[derive(PartialEq, Eq)]
enum Then {
    GoOn,
    End,
}

impl Server<'_> {
    fn run(&mut self) -> Result<(), Broken> {
        loop {
            match self.inbox.next() {
                Some(message) => self.take(message),
                None => return Err(Broken("the client is gone".to_owned())),
            }
            self.listen();
            while let Some(message) = self.queue.pop_front() {
                if self.handle(message)? == Then::End {
                    return Ok(());
                }
                self.listen();
            }
            self.tell()?;
        }
    }

    /// Takes in what has arrived, without waiting.
    fn listen(&mut self) {
        for message in self.inbox.take() {
            self.take(message);
        }
    }

    /// Queues a message; what it cancels is known at once.
    fn take(&mut self, message: Message) {
        if let Message::Notification(notification) = &message
            && notification.method == "$/cancelRequest"
        {
            if let Some(id) = notification.params.get("id") {
                let id = match id {
                    Value::Number(number) => number.as_i64().map(|number| RequestId::from(number as i32)),
                    Value::String(text) => Some(RequestId::from(text.clone())),
                    _ => None,
                };
                let waits = |id: &RequestId| {
                    self.queue.iter().any(|message| matches!(message, Message::Request(request) if request.id == *id))
                };
                self.cancelled.extend(id.filter(waits));
            }
            return;
        }
        self.queue.push_back(message);
    }

    fn send(&self, message: impl Into<Message>) -> Result<(), Broken> {
        let sent = self.connection.sender.send(message.into());
        sent.map_err(|_| Broken("the client is gone".to_owned()))
    }

    fn handle(&mut self, message: Message) -> Result<Then, Broken> {
        match message {
            Message::Request(request) if request.method == "shutdown" => {
                self.send(Response::new_ok(request.id, Value::Null))?;
                return self.wait_for_exit();
            }
            Message::Request(request) => {
                let response = self.answer(request);
                self.send(response)?;
            }
            Message::Notification(notification) if notification.method == "exit" => return Ok(Then::End),
            Message::Notification(notification) => {
                let changed = catch_unwind(AssertUnwindSafe(|| self.notified(notification)));
                if changed.is_err() {
                    // Whatever state it left: the files tell. If they cannot be read either, the next change tries again.
                    let _ = catch_unwind(AssertUnwindSafe(|| self.state.reload()));
                }
            }
            Message::Response(_) => {}
        }
        Ok(Then::GoOn)
    }

    /// After `shutdown` nothing counts but `exit`.
    fn wait_for_exit(&mut self) -> Result<Then, Broken> {
        loop {
            match self.queue.pop_front().or_else(|| self.inbox.next()) {
                Some(Message::Notification(notification)) if notification.method == "exit" => return Ok(Then::End),
                Some(Message::Request(request)) => {
                    let text = "the server shuts down".to_owned();
                    self.send(Response::new_err(request.id, ErrorCode::InvalidRequest as i32, text))?;
                }
                Some(_) => {}
                None => return Ok(Then::End),
            }
        }
    }

    fn answer(&mut self, request: Request) -> Response {
        let id = request.id.clone();
        if self.cancelled.remove(&id) {
            let text = "cancelled".to_owned();
            return Response::new_err(id, ErrorCode::RequestCanceled as i32, text);
        }
        if answers::is_of_a_moment(&request.method) && self.is_about_to_change() {
            let text = "the text has changed".to_owned();
            return Response::new_err(id, ErrorCode::ContentModified as i32, text);
        }
        let laid_out = self.laid_out.clone();
        let answered =
            catch_unwind(AssertUnwindSafe(|| answers::answer(&mut self.state, laid_out.as_deref(), request)));
        match answered {
            Ok(Ok(value)) => Response::new_ok(id, value),
            Ok(Err(answers::Unanswered { code, text })) => Response::new_err(id, code as i32, text),
            Err(_) => {
                self.state.distrust();
                let text = "hlab failed at this request; the project is read anew".to_owned();
                Response::new_err(id, ErrorCode::InternalError as i32, text)
            }
        }
    }

    /// Whether a change of a text waits already: what holds for the text of now would be old on arrival.
    fn is_about_to_change(&self) -> bool {
        self.queue.iter().any(|message| {
            matches!(message, Message::Notification(notification) if notification.method == DidChangeTextDocument::METHOD)
        })
    }

    fn notified(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Ok(DidOpenTextDocumentParams { text_document }) = serde_json::from_value(params) {
                    self.state.open(&text_document.uri, text_document.version, text_document.text);
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Ok(DidChangeTextDocumentParams { text_document, content_changes }) =
                    serde_json::from_value(params)
                {
                    self.state.change(&text_document.uri, text_document.version, content_changes);
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Ok(DidCloseTextDocumentParams { text_document }) = serde_json::from_value(params) {
                    self.state.close(&text_document.uri);
                }
            }
            DidChangeWatchedFiles::METHOD => {
                if let Ok(DidChangeWatchedFilesParams { changes }) = serde_json::from_value(params) {
                    changes.iter().for_each(|change| self.state.happened(&change.uri));
                }
            }
            DidRenameFiles::METHOD | DidDeleteFiles::METHOD => self.state.reload(),
            _ => {}
        }
    }

    /// Sends what is wrong with every project of which something else was sent; given up when a message arrives.
    fn tell(&mut self) -> Result<(), Broken> {
        let stale = self.state.projects.iter().filter(|(_, project)| project.is_stale);
        let roots: Vec<std::path::PathBuf> = stale.map(|(root, _)| root.clone()).collect();
        for root in roots {
            let inbox = self.inbox.clone();
            let stop = Stop::when(move || !inbox.is_empty());
            let told = catch_unwind(AssertUnwindSafe(|| self.tell_of(&root, stop)));
            match told {
                Ok(told) => told?,
                Err(_) => {
                    // The next change tries again; until then the client keeps what it has.
                    if let Some(project) = self.state.projects.get_mut(&root) {
                        project.touch();
                        project.is_stale = false;
                    }
                }
            }
        }
        Ok(())
    }

    fn tell_of(&mut self, root: &std::path::Path, stop: Stop) -> Result<(), Broken> {
        if self.pulls == Pulls::Asks {
            if let Some(project) = self.state.projects.get_mut(root) {
                project.is_stale = false;
            }
            self.sent += 1;
            let id = RequestId::from(self.sent);
            let method = lsp_types::request::WorkspaceDiagnosticRefresh::METHOD.to_owned();
            return self.send(Request { id, method, params: Value::Null });
        }
        let laid_out = self.laid_out.clone();
        let encoding = self.state.encoding;
        let Some(project) = self.state.projects.get_mut(root) else { return Ok(()) };
        let Some(snapshot) = project.snapshot(Some(stop)) else { return Ok(()) };
        let view = diagnostics::View { root, laid_out: laid_out.as_deref(), encoding };
        let library = laid_out.as_ref().map(|folder| folder.join("std"));
        let found = diagnostics::in_files(&view, snapshot);
        let place = |file| state::uri(root, library.as_deref(), snapshot, file);
        let mut messages: Vec<_> =
            found.into_iter().filter_map(|(file, diagnostics)| Some((place(file)?, diagnostics))).collect();
        project.is_stale = false;
        let mut old = std::mem::take(&mut project.published);
        for (uri, _) in &messages {
            old.remove(uri.as_str());
            project.published.insert(uri.as_str().to_owned());
        }
        // Whoever opens a file without an error hears that, too.
        let open = self.state.documents.iter().filter(|(_, document)| document.root == root);
        let open: Vec<String> = open.map(|(uri, _)| uri.clone()).collect();
        old.extend(open.into_iter().filter(|uri| messages.iter().all(|(other, _)| other.as_str() != uri)));
        messages.extend(old.into_iter().filter_map(|uri| Some((uri.parse().ok()?, Vec::new()))));
        for (uri, diagnostics) in messages {
            let version = self.state.documents.get(uri.as_str()).map(|document| document.version);
            let params = PublishDiagnosticsParams { uri, diagnostics, version };
            self.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), params))?;
        }
        Ok(())
    }

    /// Asks the client to say what happens to files.
    fn watch(&mut self, client: &ClientCapabilities) -> Result<(), Broken> {
        let watched = client.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        if watched.and_then(|watched| watched.dynamic_registration) != Some(true) {
            return Ok(());
        }
        let globs = ["**/*.hlab", "**/hlab.lock", "**/*.{yaml,yml,json}"];
        let watchers = globs
            .iter()
            .map(|glob| FileSystemWatcher { glob_pattern: GlobPattern::String((*glob).to_owned()), kind: None })
            .collect();
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        self.sent += 1;
        self.send(Request::new(RequestId::from(self.sent), RegisterCapability::METHOD.to_owned(), params))
    }
}
