//! The language server as a client sees it: messages in, messages out.

mod lsp {
    pub mod client;
    pub mod random;
}

use lsp::client::{Client, place, uri};
use serde_json::{Value, json};

const MAIN: &str = "/lab/main.hlab";
const LAB: &str = "project p\nhost pve { memory = 64GiB }\nhost px { memory = 64GiB }\nstorage fast: Directory on pve { path = \"/fast\", content = [images] }\n\
    vm web on pve {\n  disk scsi0 { storage = fast, size = 10GiB }\n}\n";

fn client() -> Client {
    Client::start(&[(MAIN, LAB)], json!({}))
}

#[test]
fn what_is_wrong_is_sent_when_a_file_is_opened_and_taken_back_when_it_is_mended() {
    let mut client = client();
    client.open(MAIN, &LAB.replace("storage = fast", "storage = fats"));
    client.rest();
    assert_eq!(client.codes(MAIN), ["HL0302"]);
    let sent = &client.published[&uri(MAIN)][0];
    assert_eq!(sent["range"]["start"], json!({ "line": 5, "character": 25 }));
    assert_eq!(sent["codeDescription"]["href"], "file:///library/explain/HL0302.md");
    client.replace(MAIN, LAB);
    client.rest();
    assert_eq!(client.codes(MAIN), [] as [String; 0]);
    client.stop();
}

#[test]
fn a_rule_that_only_the_whole_lab_breaks_is_found_with_the_other_places_beside_it() {
    let mut client = client();
    client.open(MAIN, &LAB.replace("vm web on pve", "vm web on px"));
    client.rest();
    assert_eq!(client.codes(MAIN), ["HL0420"]);
    let related = client.published[&uri(MAIN)][0]["relatedInformation"].as_array().expect("a list").clone();
    assert!(related.iter().any(|one| one["location"]["range"]["start"]["line"] == 3), "{related:#?}");
    client.stop();
}

#[test]
fn an_unsaved_buffer_wins_over_the_disk_until_it_is_closed() {
    let other = "/lab/guests/more.hlab";
    let mut client = Client::start(&[(MAIN, LAB), (other, "vm db on pve\n")], json!({}));
    client.open(MAIN, LAB);
    client.open(other, "vm db on nowhere\n");
    client.rest();
    assert_eq!(client.codes(other), ["HL0303"]);
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(other), "type": 2 }] }));
    client.rest();
    assert_eq!(client.codes(other), ["HL0303"]);
    client.close(other);
    client.rest();
    assert_eq!(client.codes(other), [] as [String; 0]);
    client.stop();
}

#[test]
fn a_file_that_comes_goes_or_changes_on_disk_is_heard_of() {
    let other = "/lab/storage.hlab";
    let mut client = client();
    let text = LAB.replace("storage fast:", "storage slow:");
    client.open(MAIN, &text);
    client.rest();
    assert_eq!(client.codes(MAIN), ["HL0302"]);
    let line = "storage fast: Directory on pve { path = \"/fast\", content = [images] }\n";
    client.disk.lock().expect("nobody panicked").insert(other.to_owned(), line.to_owned());
    client.notify("workspace/didChangeWatchedFiles", json!({ "changes": [{ "uri": uri(other), "type": 1 }] }));
    client.rest();
    assert_eq!(client.codes(MAIN), [] as [String; 0]);
    client.disk.lock().expect("nobody panicked").remove(other);
    client.notify("workspace/didDeleteFiles", json!({ "files": [{ "uri": uri(other) }] }));
    client.rest();
    assert_eq!(client.codes(MAIN), ["HL0302"]);
    client.stop();
}

#[test]
fn positions_count_as_was_agreed() {
    for (encodings, character) in [(json!(["utf-8", "utf-16"]), 20), (json!(["utf-16"]), 16)] {
        let mut client = Client::start(&[], json!({ "general": { "positionEncodings": encodings } }));
        client.open(MAIN, "project p\nhost pve\nvm \"🦀🦀\" on nowhere\n");
        client.rest();
        let start = client.published[&uri(MAIN)][0]["range"]["start"].clone();
        assert_eq!(start, json!({ "line": 2, "character": if character == 20 { 17 } else { 13 } }), "{encodings}");
        client.stop();
    }
}

#[test]
fn edits_in_utf_16_land_where_the_client_means_them() {
    let mut client = client();
    let text = "project p\nhost pve\nvm \"é🦀\" on pve\n";
    client.open(MAIN, text);
    let start = json!({ "line": 2, "character": 12 });
    let end = json!({ "line": 2, "character": 15 });
    client.change(MAIN, json!({ "range": { "start": start, "end": end }, "text": "nowhere" }));
    client.rest();
    assert_eq!(client.codes(MAIN), ["HL0303"]);
    client.stop();
}

#[test]
fn a_request_that_was_cancelled_is_not_answered_with_a_result() {
    let mut client = client();
    client.open(MAIN, LAB);
    let params = json!({ "textDocument": { "uri": uri(MAIN) }, "position": place(LAB, "web") });
    // The server works on the first while the second is taken back.
    let first = client.ask("textDocument/references", json!({
        "textDocument": { "uri": uri(MAIN) }, "position": place(LAB, "pve"), "context": { "includeDeclaration": true },
    }));
    let second = client.ask("textDocument/hover", params);
    client.notify("$/cancelRequest", json!({ "id": second }));
    assert!(client.answer(first).is_ok());
    match client.answer(second) {
        Ok(answer) => assert!(answer["contents"].is_object(), "it was done before it was taken back"),
        Err((code, _)) => assert_eq!(code, -32800),
    }
    client.stop();
}

#[test]
fn what_is_not_offered_or_not_understood_is_refused_and_the_server_goes_on() {
    let mut client = client();
    client.open(MAIN, LAB);
    assert_eq!(client.request("textDocument/moniker", json!({})).expect_err("it is not offered").0, -32601);
    assert_eq!(client.request("textDocument/hover", json!({ "nonsense": 1 })).expect_err("no position").0, -32602);
    client.notify("textDocument/didChange", json!({ "nonsense": true }));
    client.notify("$/setTrace", json!({ "value": "off" }));
    assert_eq!(
        client.at("textDocument/hover", "/elsewhere/x.hlab", "x", "x").expect("no answer is an answer"),
        Value::Null
    );
    assert!(client.at("textDocument/hover", MAIN, LAB, "fast").expect("an answer")["contents"].is_object());
    client.stop();
}

#[test]
fn the_library_opens_as_a_document_of_its_own_and_answers_too() {
    let mut client = client();
    client.open(MAIN, LAB);
    let found = client.at("textDocument/definition", MAIN, LAB, "Directory").expect("an answer");
    let target = found["uri"].as_str().expect("a place").to_owned();
    assert_eq!(target, "file:///library/std/storage.hlab");
    let text = include_str!("../stdlib/storage.hlab");
    client.open("/library/std/storage.hlab", text);
    let hover = client.at("textDocument/hover", "/library/std/storage.hlab", text, "Directory").expect("an answer");
    assert!(hover["contents"]["value"].as_str().expect("a text").contains("Directory"), "{hover}");
    client.rest();
    assert!(!client.published.contains_key(&target), "nobody edits the library");
    client.stop();
}

#[test]
fn a_client_that_asks_for_what_is_wrong_is_not_sent_it() {
    let asks = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let mut client = Client::start(&[(MAIN, LAB)], asks);
    assert_eq!(client.capabilities["diagnosticProvider"]["interFileDependencies"], true);
    client.open(MAIN, &LAB.replace("storage = fast", "storage = fats"));
    client.rest();
    assert!(client.published.is_empty(), "{:?}", client.published);
    assert!(client.asked.iter().any(|method| method == "workspace/diagnostic/refresh"));
    let report = client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": uri(MAIN) } }));
    assert_eq!(report.expect("a report")["items"][0]["code"], "HL0302");
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("a report");
    assert_eq!(report["items"][0]["items"][0]["code"], "HL0302");
    client.stop();
}

#[test]
fn a_rename_reaches_every_file_and_is_refused_where_the_lab_would_break() {
    let other = "/lab/more.hlab";
    let more = "vm db on pve { disk scsi0 { storage = fast, size = 1GiB } }\n";
    let mut client = Client::start(&[(MAIN, LAB), (other, more)], json!({}));
    client.open(MAIN, LAB);
    let rename = |client: &mut Client, new: &str| {
        let params = json!({
            "textDocument": { "uri": uri(MAIN) }, "position": place(LAB, "fast"), "newName": new,
        });
        client.request("textDocument/rename", params)
    };
    let edit = rename(&mut client, "quick").expect("it can be renamed");
    assert_eq!(edit["changes"][uri(MAIN)].as_array().expect("edits").len(), 2);
    assert_eq!(edit["changes"][uri(other)][0]["newText"], "quick");
    assert!(rename(&mut client, "").expect_err("no name").1.contains("is no name"));
    client.stop();
}

#[test]
fn a_panic_costs_one_answer() {
    let mut client = client();
    client.open(MAIN, LAB);
    let (code, message) = client.at("textDocument/hover", "/lab/panic.hlab", "x", "x").expect_err("it panics");
    assert_eq!(code, -32603, "{message}");
    client.open("/lab/panic.hlab", "vm x on pve");
    assert!(client.at("textDocument/hover", MAIN, LAB, "fast").expect("an answer")["contents"].is_object());
    client.stop();
}

#[test]
fn secrets_reach_no_message() {
    let canary = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
    let text = format!("project p\nhost pve\nlet key = \"{canary}\"\nvm web on pve {{ description = key }}\n");
    let mut client = client();
    client.open(MAIN, &text);
    client.rest();
    assert_eq!(client.codes(MAIN), ["HL0801"]);
    let hover = client.at("textDocument/hover", MAIN, &text, "key").expect("an answer");
    let sent = format!("{:?} {hover}", client.published);
    assert!(!sent.contains(canary), "{sent}");
    client.stop();
}

/// For how many seconds; `HLAB_EDIT_SECONDS=600` is what is run by hand.
fn seconds() -> u64 {
    std::env::var("HLAB_EDIT_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(5)
}

#[test]
fn a_server_that_saw_every_keystroke_says_what_a_new_one_says() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples/k3s-nodes");
    let entries = std::fs::read_dir(&folder).expect("the example is there").flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.extension().is_some_and(|ending| ending == "hlab"));
    let mut files: Vec<(String, String)> = files
        .map(|path| {
            let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
            (format!("/lab/{name}"), std::fs::read_to_string(&path).expect("it can be read"))
        })
        .collect();
    files.sort();
    let seed = std::env::var("HLAB_EDIT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(17);
    let edits = lsp::random::edit_for(&files, std::time::Duration::from_secs(seconds()), seed);
    assert!(edits > 20, "only {edits} edits in the time");
}
