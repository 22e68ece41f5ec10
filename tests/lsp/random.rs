//! Random editing: a server that saw every keystroke says what one says that was started just now, and none fails.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Client, uri};

/// What people type and delete, and what unsettles a parser.
const PIECES: [&str; 24] = [
    "\n",
    " ",
    "{",
    "}",
    "[",
    "]",
    "(",
    "\"",
    "\"\"\"",
    "=",
    "x",
    "\nvm web on pve {\n  memory = 4GiB\n}\n",
    "\nhost new {\n",
    "cpu { cores = 2 }",
    "// note",
    ".",
    "+=",
    " on ",
    " with ",
    "${",
    "é🦀",
    "local-zfs",
    "null",
    ",",
];

/// Requests about a place: each must be answered, whatever the text.
const ASKED: [&str; 9] = [
    "textDocument/hover",
    "textDocument/definition",
    "textDocument/references",
    "textDocument/completion",
    "textDocument/documentSymbol",
    "textDocument/foldingRange",
    "textDocument/formatting",
    "textDocument/semanticTokens/full",
    "textDocument/prepareRename",
];

/// What an error of the protocol says when the server failed.
const FAILED: i32 = -32603;

/// SplitMix64: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

fn asks() -> Value {
    json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
        "general": { "positionEncodings": ["utf-8"] },
    })
}

/// Everything that is wrong, in an order of its own.
fn found(client: &mut Client) -> Vec<String> {
    let report = client.request("workspace/diagnostic", json!({ "previousResultIds": [] })).expect("a report");
    let files = report["items"].as_array().expect("a list").clone();
    let mut rows: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let items = file["items"].as_array().expect("a list").clone();
            items.into_iter().map(|one| format!("{} {} {} {}", file["uri"], one["range"], one["code"], one["message"]))
        })
        .collect();
    rows.sort();
    rows
}

/// The position of a byte, counted in bytes.
fn position(text: &str, at: usize) -> Value {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    json!({ "line": text[..at].matches('\n').count(), "character": at - start })
}

/// Values of which one is as good as another to the parser, and rarely to the lab.
const VALUES: [&[&str]; 6] = [
    &["4GiB", "8GiB", "6GiB", "512GiB", "50GiB"],
    &["local-zfs", "local", "local-lvm"],
    &["true", "false"],
    &["k3s-server", "cloud"],
    &["= 4", "= 1", "= 64"],
    &["memory", "disk", "cores", "nic", "storage", "balloon"],
];

/// Another value in the place of one.
fn another_value(text: &str, random: &mut Random) -> Option<(std::ops::Range<usize>, &'static str)> {
    let values = VALUES[random.below(VALUES.len())];
    let old = values[random.below(values.len())];
    let places: Vec<usize> = text.match_indices(old).map(|(at, _)| at).collect();
    let at = *places.get(random.below(places.len()))?;
    Some((at..at + old.len(), values[random.below(values.len())]))
}

/// Edits for so long; how many it were.
pub fn edit_for(files: &[(String, String)], time: Duration, seed: u64) -> usize {
    let mut random = Random(seed);
    let on_disk: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut texts: Vec<(String, String)> = files.to_vec();
    let mut client = Client::start(&on_disk, asks());
    texts.iter().for_each(|(path, text)| client.open(path, text));
    let start = Instant::now();
    let mut edits = 0;
    while start.elapsed() < time {
        for _ in 0..1 + random.below(6) {
            let number = random.below(texts.len());
            let (path, text) = &mut texts[number];
            let mut from = random.below(text.len() + 1);
            let mut to = (from + random.below(2) * random.below(12)).min(text.len());
            while !text.is_char_boundary(from) {
                from -= 1;
            }
            while !text.is_char_boundary(to) {
                to += 1;
            }
            let mut piece = if random.below(3) == 0 { "" } else { PIECES[random.below(PIECES.len())] };
            // Half of the edits are those of somebody who knows what he does: another value.
            if random.below(2) == 0
                && let Some((range, value)) = another_value(text, &mut random)
            {
                (from, to, piece) = (range.start, range.end, value);
            }
            let range = json!({ "start": position(text, from), "end": position(text, to) });
            client.change(path, json!({ "range": range, "text": piece }));
            text.replace_range(from..to, piece);
            edits += 1;
            ask(&mut client, path, text, from, &mut random);
        }
        compare(&mut client, &on_disk, &texts);
        if random.below(4) == 0 {
            // So many errors hide each other: begin anew, as somebody who takes everything back.
            texts = files.to_vec();
            texts.iter().for_each(|(path, text)| client.replace(path, text));
        }
    }
    client.stop();
    edits
}

fn ask(client: &mut Client, path: &str, text: &str, at: usize, random: &mut Random) {
    let method = ASKED[random.below(ASKED.len())];
    let params = json!({
        "textDocument": { "uri": uri(path) },
        "position": position(text, at),
        "context": { "includeDeclaration": true },
        "options": { "tabSize": 2, "insertSpaces": true },
    });
    if let Err((code, message)) = client.request(method, params) {
        assert_ne!(code, FAILED, "{method} at {at}: {message}\n{text}");
    }
}

fn compare(client: &mut Client, on_disk: &[(&str, &str)], texts: &[(String, String)]) {
    let remembered = found(client);
    let mut fresh = Client::start(on_disk, asks());
    texts.iter().for_each(|(path, text)| fresh.open(path, text));
    let anew = found(&mut fresh);
    fresh.stop();
    if remembered != anew {
        let story: Vec<String> = texts.iter().map(|(path, text)| format!("//## {path}\n{text}")).collect();
        panic!("stale:\n{}\nanew:\n{}\n{}", remembered.join("\n"), anew.join("\n"), story.join("\n"));
    }
}
