//! Completion over the protocol: what a client gets, with and without snippets, and the documentation of one item.

use std::path::{Path, PathBuf};

use hlab::base::{MemoryWorld, World};
use hlab::lsp::{Machine, serve};
use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value, json};

struct Nowhere;

impl Machine for Nowhere {
    fn project_of(&self, _: &Path) -> PathBuf {
        PathBuf::from("/lab")
    }

    fn open(&self, _: &Path) -> Box<dyn World> {
        Box::new(MemoryWorld::default())
    }

    fn lay_out_library(&self, _: &[(String, String)]) -> Option<PathBuf> {
        None
    }
}

/// What a client is answered to requests about a text that it has open.
fn answers(capabilities: &Value, text: &str, requests: &[(&str, Value)]) -> Vec<Value> {
    let (server, client) = Connection::memory();
    let thread = std::thread::spawn(move || serve(&server, &Nowhere).expect("the client says goodbye"));
    let ask = |id: i32, method: &str, params: Value| {
        let request = Request::new(id.into(), method.to_owned(), params);
        client.sender.send(request.into()).expect("the server listens");
        loop {
            if let Message::Response(response) = client.receiver.recv().expect("the server answers") {
                return response.response_result.unwrap_or_else(|error| panic!("{method}: {error:?}"));
            }
        }
    };
    let tell = |method: &str, params: Value| {
        let notification = Notification::new(method.to_owned(), params);
        client.sender.send(notification.into()).expect("the server listens");
    };
    ask(1, "initialize", json!({ "capabilities": capabilities }));
    tell("initialized", json!({}));
    let document = json!({ "uri": "file:///lab/main.hlab", "languageId": "hlab", "version": 1, "text": text });
    tell("textDocument/didOpen", json!({ "textDocument": document }));
    let found = requests.iter().zip(2..).map(|((method, params), id)| ask(id, method, params.clone())).collect();
    ask(1000, "shutdown", Value::Null);
    tell("exit", Value::Null);
    thread.join().expect("the server ends well");
    found
}

const TEXT: &str = "project p\nhost pve\nvm web on pve {\n  mem\n}\n";

fn place() -> Value {
    json!({ "textDocument": { "uri": "file:///lab/main.hlab" }, "position": { "line": 3, "character": 4 } })
}

fn labelled<'v>(answer: &'v Value, label: &str) -> &'v Value {
    let items = answer["items"].as_array().expect("a list");
    items.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("{label} is not offered"))
}

#[test]
fn a_client_that_knows_snippets_gets_them_and_asks_for_documentation() {
    let capabilities = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let first = answers(&capabilities, TEXT, &[("textDocument/completion", place())]);
    let item = labelled(&first[0], "memory");
    assert_eq!(first[0]["isIncomplete"], false);
    assert_eq!(item["textEdit"]["newText"], "memory = ${1:4}GiB");
    assert_eq!(item["insertTextFormat"], 2);
    let range = json!({ "start": { "line": 3, "character": 2 }, "end": { "line": 3, "character": 5 } });
    assert_eq!(item["textEdit"]["range"], range);
    assert!(item.get("documentation").is_none(), "it is looked up only when asked for");
    let second = answers(&capabilities, TEXT, &[("completionItem/resolve", item.clone())]);
    let text = second[0]["documentation"]["value"].as_str().expect("it has documentation");
    assert!(text.contains("Memory given at start"), "{text}");
}

#[test]
fn a_client_without_snippets_gets_plain_text() {
    let found = answers(&json!({}), TEXT, &[("textDocument/completion", place())]);
    let item = labelled(&found[0], "memory");
    assert_eq!(item["textEdit"]["newText"], "memory = 4GiB");
    assert_eq!(item["insertTextFormat"], 1);
}

#[test]
fn an_item_without_documentation_stays_as_it_is() {
    let item = json!({ "label": "true" });
    let found = answers(&json!({}), TEXT, &[("completionItem/resolve", item.clone())]);
    assert_eq!(found[0]["label"], "true");
    assert!(found[0].get("documentation").is_none());
}
