//! `hlab graph`: what refers to what, and whether the three texts of it say the same.
//!
//! DOT and Mermaid are read by small readers of their own below, so that a hostile name that changed the drawing would show.
//! The JSON is read by `tests/graph/oracle.py`, which states policies once more over it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use hlab::base::MemoryWorld;
use hlab::graph::{Graph, Narrow, Sort, Unknown, dot, json, mermaid};
use hlab::session::{Analysis, Options, analyze};
use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn compile(text: &str) -> Analysis {
    analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default())
}

#[track_caller]
fn graph(text: &str) -> Graph {
    let analysis = compile(text);
    assert!(analysis.is_whole(), "{:?}", analysis.diagnostics);
    analysis.graph()
}

/// A folder of labs, each with its sources.
fn labs(folder: &str) -> BTreeMap<String, MemoryWorld> {
    let mut labs = BTreeMap::new();
    for lab in std::fs::read_dir(root().join(folder)).expect("a folder of the repository").flatten() {
        let (path, mut world) = (lab.path(), MemoryWorld::default());
        let mut folders = vec![path.clone()];
        while let Some(below) = folders.pop() {
            for entry in std::fs::read_dir(below).into_iter().flatten().flatten().map(|entry| entry.path()) {
                if entry.is_dir() {
                    folders.push(entry);
                } else if entry.extension().is_some_and(|extension| extension == "hlab") {
                    let name = entry.strip_prefix(&path).expect("found below").to_string_lossy().into_owned();
                    world = world.with(&name, std::fs::read(&entry).expect("a source can be read"));
                }
            }
        }
        labs.insert(lab.file_name().to_string_lossy().into_owned(), world);
    }
    labs
}

/// Every example that is whole.
fn examples() -> BTreeMap<String, Graph> {
    let analyses = labs("lang-examples").into_iter().map(|(name, world)| (name, analyze(&world, &Options::default())));
    analyses.filter(|(_, analysis)| analysis.is_whole()).map(|(name, analysis)| (name, analysis.graph())).collect()
}

/// An edge as a line of text.
fn lines(graph: &Graph) -> Vec<String> {
    let line = |edge: &hlab::graph::Edge| {
        let part = edge.part.as_ref().map_or(String::new(), |part| format!(" ({part})"));
        let needs = edge
            .needs
            .map_or(String::new(), |needs| format!(" {} of {:?} in {}", needs.at_least, needs.how, needs.group));
        format!("{} -> {}{part}: {}{needs}", edge.from, edge.to, edge.path)
    };
    graph.edges.iter().map(line).collect()
}

const LAB: &str = r#"
project p
network lan { cidr = 192.168.4.0/24 }
host pve { memory = 32GiB, bridge vmbr0 { network = lan }, pci gpu { at = 01:00, ids = [10de:2484] } }
host other { memory = 8GiB }
storage local: Directory on [pve, other] { path = "/var/lib/vz", content = [images, import, iso, snippets] }
device stick on pve { ids = [10c4:ea60] }
vm web on pve {
  id = 101
  memory = 4GiB
  disk scsi0 { storage = local, size = 20GiB }
  nic net0 { network = lan, via = vmbr0 }
  attach stick
  attach gpu
}
"#;

#[test]
fn a_reference_is_an_edge_with_the_field_that_says_it() {
    assert_eq!(
        lines(&graph(LAB)),
        [
            "host.pve -> network.lan: bridge.vmbr0.network",
            "storage.local -> host.pve: on",
            "storage.local -> host.other: on",
            "storage.local -> host.pve: needs 1 of Count in 0",
            "storage.local -> host.other: needs 1 of Count in 0",
            "device.stick -> host.pve: on",
            "vm.web -> host.pve: on",
            "vm.web -> storage.local: disk.scsi0.storage",
            "vm.web -> network.lan: nic.net0.network",
            "vm.web -> host.pve (host.pve.bridge.vmbr0): nic.net0.via",
            "vm.web -> device.stick: attach.stick",
            "vm.web -> host.pve (host.pve.pci.gpu): attach.gpu",
            "vm.web -> host.pve: needs 1 of Count in 0",
            "vm.web -> storage.local: needs 1 of All in 1",
        ]
    );
}

#[test]
fn what_a_thing_needs_is_an_edge_for_each_with_how_many_must_be_there() {
    let text = "project p\nkind node { peers: List<ref node> = []\n  power: ref node?\n  needs all [self.power]\n  \
                needs majority of self.peers\n  needs 1 of self.peers }\nnode a {}\nnode b {}\nnode c {}\n\
                node d { peers = [a, b, c], power = a }\n";
    let needs: Vec<String> = lines(&graph(text)).into_iter().filter(|line| line.contains("needs")).collect();
    assert_eq!(
        needs,
        [
            "node.d -> node.a: needs 1 of All in 0",
            "node.d -> node.a: needs 2 of Majority in 1",
            "node.d -> node.b: needs 2 of Majority in 1",
            "node.d -> node.c: needs 2 of Majority in 1",
            "node.d -> node.a: needs 1 of Count in 2",
            "node.d -> node.b: needs 1 of Count in 2",
            "node.d -> node.c: needs 1 of Count in 2",
        ]
    );
}

/// All references in a value, and all texts.
fn walk<'v>(value: &'v Value, refs: &mut Vec<&'v str>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, refs)),
        Value::Object(entries) => {
            refs.extend(entries.get("$ref").and_then(Value::as_str));
            entries.values().for_each(|value| walk(value, refs));
        }
        _ => {}
    }
}

#[test]
fn no_edge_and_no_reference_of_an_example_dangles() {
    let examples = examples();
    assert!(examples.len() > 4);
    for (name, graph) in &examples {
        let document: Value = serde_json::from_str(&json::document(graph)).expect("it is JSON");
        let addresses: BTreeSet<&str> = graph.nodes.iter().map(|node| node.address.as_str()).collect();
        assert_eq!(addresses.len(), graph.nodes.len(), "{name}: an address is there twice");
        let is_known = |address: &str| {
            addresses.contains(address) || addresses.iter().any(|known| address.starts_with(&format!("{known}.")))
        };
        for edge in &graph.edges {
            assert!(addresses.contains(edge.from.as_str()) && addresses.contains(edge.to.as_str()), "{name}: {edge:?}");
            assert!(edge.part.as_deref().is_none_or(is_known), "{name}: {edge:?}");
        }
        let mut refs = Vec::new();
        walk(&document["nodes"], &mut refs);
        refs.iter().for_each(|found| assert!(is_known(found), "{name}: {found}"));
        for node in &graph.nodes {
            assert!(node.on.iter().chain(&node.within).all(|place| addresses.contains(place.as_str())), "{name}");
            let shape = &graph.shapes[&node.kind];
            for (field, _) in &node.fields.fields {
                assert!(shape.fields.contains_key(field), "{name}: {}.{field} has no shape", node.address);
            }
        }
    }
}

#[test]
fn the_json_holds_what_was_said_and_what_follows_from_it() {
    let document: Value = serde_json::from_str(&json::document(&graph(LAB))).expect("it is JSON");
    assert_eq!(document["format_version"], 1);
    assert_eq!(document["project"], "project.p");
    let web = &document["nodes"][6];
    assert_eq!(
        [&web["address"], &web["kind"], &web["file"], &web["line"], &web["on"][0]],
        [&Value::from("vm.web"), &"vm".into(), &"main.hlab".into(), &8.into(), &"host.pve".into()]
    );
    let fields = &web["fields"];
    assert_eq!(fields["memory"], 4_u64 << 30, "bytes");
    assert_eq!(fields["cpu"]["cores"], 1, "a default, in a block that nothing said");
    assert_eq!(fields["promised-memory"], 4_u64 << 30, "a derived field");
    assert_eq!(fields["efi"], Value::Null, "a block that may be absent, and is");
    assert_eq!(fields["disk"][0]["$key"], "scsi0");
    assert_eq!(fields["disk"][0]["$at"], "main.hlab:11");
    assert_eq!(fields["disk"][0]["storage"]["$ref"], "storage.local");
    assert_eq!(fields["attach"][1]["$key"]["$ref"], "host.pve.pci.gpu");
    assert_eq!(fields["$stated"], serde_json::json!(["id", "memory", "disk", "nic", "attach"]));
    assert_eq!(document["nodes"][4]["model"], "Directory");
    assert_eq!(document["shapes"]["vm"]["fields"]["memory"]["type"], "Size");
    assert_eq!(document["shapes"]["vm"]["on"]["property"], "host");
    assert_eq!(document["shapes"]["GuestNic"]["fields"]["address"]["own"], true);
    assert_eq!(document["unions"]["guest"], serde_json::json!(["vm", "container"]));
}

#[test]
fn a_secret_is_never_written_only_what_refers_to_it() {
    let text = "project p { login { endpoint = \"https://pve:8006\", token = ci } }\nuser \"root@pam\"\n\
                secret key { from = sops(\"secrets/deep.yaml\", \"hidden\") }\ntoken ci in \"root@pam\" { secret = key }\n";
    let text = json::document(&graph(text));
    assert!(!text.contains("hidden") && !text.contains("deep.yaml"), "{text}");
    let document: Value = serde_json::from_str(&text).expect("it is JSON");
    let of = |address: &str| {
        let nodes = document["nodes"].as_array().expect("a list");
        nodes.iter().find(|node| node["address"] == address).expect("it is there")["fields"].clone()
    };
    assert_eq!(of("secret.key")["from"], serde_json::json!({ "$secret": true }));
    assert_eq!(of("token.ci")["secret"], serde_json::json!({ "$ref": "secret.key" }));
}

#[test]
fn two_modules_may_have_a_thing_of_one_name_each() {
    let world = MemoryWorld::default()
        .with("main.hlab", "project p\nuse \"./b\" as b\nhost pve\nvm web on pve { id = 101 }\n")
        .with("b/b.hlab", "host far\nvm web on far { id = 102 }\n");
    let graph = analyze(&world, &Options::default()).graph();
    let said = lines(&graph).into_iter().filter(|line| line.ends_with(": on"));
    assert_eq!(said.collect::<Vec<_>>(), ["b/vm.web -> b/host.far: on", "vm.web -> host.pve: on"]);
}

#[test]
fn a_block_that_has_itself_as_a_part_ends() {
    let graph = graph(
        "project p\nblock A { x: Int = 1, a: block A }\nkind thing { a: block A }\nthing one { a { a { x = 2 } } }\n",
    );
    let document: Value = serde_json::from_str(&json::document(&graph)).expect("it is JSON");
    assert_eq!(document["nodes"][1]["fields"]["a"]["a"]["x"], 2);
}

#[test]
fn the_same_lab_gives_the_same_bytes() {
    let all = || -> Vec<String> {
        let texts = |graph: &Graph| [json::document(graph), dot::document(graph), mermaid::document(graph)];
        examples().values().flat_map(texts).collect()
    };
    assert_eq!(all(), all());
}

#[test]
fn drawings_of_examples() {
    let examples = examples();
    for name in ["03-device", "04-networks", "k3s-nodes"] {
        insta::assert_snapshot!(format!("{name}_dot"), dot::document(&examples[name]));
    }
    insta::assert_snapshot!("03-device_mermaid", mermaid::document(&examples["03-device"]));
}

fn narrowed(graph: &Graph, narrow: Narrow) -> Result<Vec<String>, Unknown> {
    let graph = graph.clone().narrow(&narrow)?;
    for edge in &graph.edges {
        let is_kept = |address: &str| graph.nodes.iter().any(|node| node.address == address);
        assert!(is_kept(&edge.from) && is_kept(&edge.to), "{edge:?}");
    }
    Ok(graph.nodes.into_iter().map(|node| node.address).collect())
}

#[test]
fn a_graph_is_narrowed_to_what_is_near_and_to_kinds() {
    let graph = graph(LAB);
    let words = |words: &[&str]| -> Vec<String> { words.iter().map(|word| (*word).to_owned()).collect() };
    let near = |address: &str, depth| Narrow { around: words(&[address]), depth, ..Narrow::default() };
    assert_eq!(narrowed(&graph, near("vm.web", 0)), Ok(words(&["vm.web"])));
    assert_eq!(narrowed(&graph, near("network.lan", 1)), Ok(words(&["network.lan", "host.pve", "vm.web"])));
    assert_eq!(narrowed(&graph, near("host.other", 1)), Ok(words(&["host.other", "storage.local"])));
    let guests = Narrow { kinds: words(&["guest", "storage"]), ..Narrow::default() };
    assert_eq!(narrowed(&graph, guests), Ok(words(&["storage.local", "vm.web"])));
    let both = Narrow { kinds: words(&["storage"]), ..near("vm.web", 1) };
    assert_eq!(narrowed(&graph, both), Ok(words(&["storage.local", "vm.web"])));
    let placed = Narrow { sorts: vec![Sort::On], ..near("vm.web", 2) };
    assert_eq!(narrowed(&graph, placed), Ok(words(&["host.pve", "storage.local", "device.stick", "vm.web"])));
    let unknown = narrowed(&graph, near("vm.wbe", 1)).expect_err("no such VM");
    assert_eq!((unknown.what, unknown.nearest.as_deref()), ("resource", Some("vm.web")));
    let unknown = narrowed(&graph, Narrow { kinds: words(&["vms"]), ..Narrow::default() }).expect_err("no such kind");
    assert_eq!((unknown.what, unknown.nearest.as_deref()), ("kind", Some("vm")));
}

/// What was drawn: the texts of the nodes by id, the groups, and the edges with their labels.
#[derive(Default, Debug)]
struct Drawing {
    nodes: BTreeMap<String, String>,
    groups: Vec<String>,
    edges: Vec<(String, String, String)>,
}

/// One token of DOT: a word or sign as it is, or a text in quotes with its escapes undone.
fn dot_tokens(text: &str) -> Vec<(bool, String)> {
    let mut tokens: Vec<(bool, String)> = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => {
                let mut quoted = String::new();
                loop {
                    match rest.next().expect("a text in quotes ends") {
                        '"' => break,
                        '\n' => panic!("a text in quotes goes over a line: {quoted}"),
                        '\\' => match rest.next().expect("an escape has a character") {
                            'n' => quoted.push('\n'),
                            other @ ('"' | '\\') => quoted.push(other),
                            other => panic!("\\{other} means something to Graphviz"),
                        },
                        other => quoted.push(other),
                    }
                }
                tokens.push((true, quoted.replace("&amp;", "&")));
            }
            c if c.is_whitespace() => {}
            '-' if rest.peek() == Some(&'>') => {
                rest.next();
                tokens.push((false, "->".to_owned()));
            }
            c if c.is_alphanumeric() || c == '.' || c == '_' => {
                let mut word = String::from(c);
                while let Some(next) = rest.next_if(|next| next.is_alphanumeric() || matches!(next, '.' | '_')) {
                    word.push(next);
                }
                tokens.push((false, word));
            }
            '{' | '}' | '[' | ']' | '=' | ',' => tokens.push((false, character.to_string())),
            other => panic!("a character that DOT does not take: {other:?}"),
        }
    }
    tokens
}

/// Reads what `dot::document` writes, and nothing else of DOT.
fn read_dot(text: &str) -> Drawing {
    let tokens = dot_tokens(text);
    let mut drawing = Drawing::default();
    let (mut depth, mut at) = (0, 0);
    let sign = |at: usize| tokens.get(at).filter(|(quoted, _)| !quoted).map(|(_, text)| text.as_str());
    let label = |from: usize| {
        let end = (from..tokens.len()).find(|at| sign(*at) == Some("]")).expect("attributes end");
        let at = (from..end).find(|at| sign(*at) == Some("label")).expect("there is a label");
        (tokens[at + 2].1.clone(), end + 1)
    };
    while at < tokens.len() {
        let (quoted, text) = &tokens[at];
        match text.as_str() {
            "{" if !quoted => (depth, at) = (depth + 1, at + 1),
            "}" if !quoted => (depth, at) = (depth - 1, at + 1),
            "label" if !quoted => {
                drawing.groups.push(tokens[at + 2].1.clone());
                at += 3;
            }
            "subgraph" if !quoted => at += 2,
            "graph" | "node" | "edge" if !quoted => {
                at = (at..tokens.len()).find(|at| sign(*at) == Some("]")).expect("attributes end") + 1;
            }
            _ if !quoted => at += if sign(at + 1) == Some("=") { 3 } else { 1 },
            id if sign(at + 1) == Some("->") => {
                let (label, end) = label(at + 3);
                drawing.edges.push((id.to_owned(), tokens[at + 2].1.clone(), label));
                at = end;
            }
            id => {
                let (label, end) = label(at + 1);
                assert_eq!(drawing.nodes.insert(id.to_owned(), label), None, "drawn twice");
                at = end;
            }
        }
    }
    assert_eq!(depth, 0, "braces are even");
    drawing
}

/// A text in quotes of Mermaid with its entities undone; only what can mean nothing stands there as it is.
fn mermaid_text(text: &str) -> String {
    let inside = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).expect("a text stands in quotes");
    let mut out = String::new();
    let mut rest = inside;
    while let Some((before, after)) = rest.split_once('#') {
        out.push_str(before);
        let (number, after) = after.split_once(';').expect("an entity ends");
        out.push(number.parse().ok().and_then(char::from_u32).expect("an entity is a number"));
        rest = after;
    }
    assert!(!rest.contains(['"', '<', '>', '[', ']', '|', '`', '&', '\n', '(', ')', '{', '}', ';', '\\']), "{inside}");
    out + rest
}

/// Reads what `mermaid::document` writes, line by line.
fn read_mermaid(text: &str) -> Drawing {
    let mut drawing = Drawing::default();
    let mut lines = text.lines().map(str::trim);
    assert_eq!(lines.next(), Some("flowchart LR"));
    let mut depth = 0;
    for line in lines {
        if line == "end" {
            depth -= 1;
        } else if let Some(rest) = line.strip_prefix("subgraph g") {
            depth += 1;
            let (_, label) = rest.strip_suffix(']').and_then(|rest| rest.split_once('[')).expect("a group has a label");
            drawing.groups.push(mermaid_text(label));
        } else if let Some((from, rest)) = line.split_once("-->|").or_else(|| line.split_once("-.->|")) {
            let (label, to) = rest.split_once("| ").expect("a line has two ends");
            drawing.edges.push((from.trim().to_owned(), to.to_owned(), mermaid_text(label)));
        } else {
            let (id, label) = line.strip_suffix(']').and_then(|rest| rest.split_once('[')).expect("a node has a label");
            assert_eq!(drawing.nodes.insert(id.to_owned(), mermaid_text(label)), None, "drawn twice");
        }
    }
    assert_eq!(depth, 0, "groups end");
    drawing
}

/// Names that want to end a text, begin markup or hide.
const HOSTILE: [&str; 12] = [
    r#"a"]; evil [label="x"#,
    r"ends in a backslash \\",
    r"a\nb",
    "<b>bold</b>",
    "a&lt;b",
    "a]b|c|d",
    "`markdown`",
    "#quot;",
    "end",
    "\u{202e}backwards",
    "a --> b",
    r"a\u{7f}c",
];

#[test]
fn a_hostile_name_stays_a_name_in_both_drawings() {
    // As the source spells them: `\"` for a quote.
    let quoted = |name: &str| name.replace('"', "\\\"");
    let hosts = HOSTILE.iter().map(|name| format!("host \"{}\" {{ memory = 8GiB }}\n", quoted(name)));
    let guests = HOSTILE.iter().enumerate().map(|(number, name)| {
        let name = quoted(name);
        format!("machine \"{name}\" {{ network = lan }}\nstorage \"{name}\": Directory on host.\"{name}\" {{ path = \"/{number}\", content = [iso] }}\n")
    });
    let text: String =
        ["project p\nnetwork lan { cidr = 10.0.0.0/8 }\n".to_owned()].into_iter().chain(hosts).chain(guests).collect();
    let graph = graph(&text);
    assert_eq!(graph.nodes.len(), 2 + 3 * HOSTILE.len());
    let document: Value = serde_json::from_str(&json::document(&graph)).expect("it is JSON");
    let drawn = read_dot(&dot::document(&graph));
    let ids: BTreeSet<&str> = drawn.nodes.keys().map(String::as_str).collect();
    assert_eq!(ids.len(), graph.nodes.len());
    assert_eq!((drawn.groups.len(), drawn.edges.len()), (HOSTILE.len(), HOSTILE.len()));
    let in_mermaid = read_mermaid(&mermaid::document(&graph));
    assert_eq!((in_mermaid.nodes.len(), in_mermaid.edges.len()), (graph.nodes.len(), HOSTILE.len()));
    for (number, node) in graph.nodes.iter().enumerate() {
        let shown = hlab::diag::visible(&node.key);
        assert_eq!(document["nodes"][number]["key"], node.key);
        let model = node.model.as_ref().map_or(String::new(), |model| format!(": {model}"));
        assert_eq!(drawn.nodes[&hlab::diag::visible(&node.address)], format!("{}\n{shown}{model}", node.kind));
        assert_eq!(in_mermaid.nodes[&format!("n{number}")], format!("{} {shown}{model}", node.kind));
    }
    for (from, to, label) in &drawn.edges {
        assert!(ids.contains(from.as_str()) && ids.contains(to.as_str()) && label == "network", "{from} {to} {label}");
    }
}

#[test]
fn every_drawing_of_an_example_is_read_back_whole() {
    for (name, graph) in examples() {
        let (drawn, in_mermaid) = (read_dot(&dot::document(&graph)), read_mermaid(&mermaid::document(&graph)));
        assert_eq!(drawn.nodes.len(), graph.nodes.len(), "{name}");
        assert_eq!(in_mermaid.nodes.len(), graph.nodes.len(), "{name}");
        assert_eq!(drawn.edges.len(), in_mermaid.edges.len(), "{name}");
        assert!(drawn.edges.iter().all(|(from, to, _)| drawn.nodes.contains_key(from) && drawn.nodes.contains_key(to)));
    }
}

/// Whether Python can be used; in CI it must be.
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "CI needs python3");
    if !found {
        println!("skipped: no python3");
    }
    found
}

#[test]
fn a_program_that_shares_no_code_finds_the_same_policies_broken() {
    if !has_python() {
        return;
    }
    let mut analyses: Vec<(String, Analysis)> = Vec::new();
    for folder in ["lang-examples", "tests/incidents"] {
        for (name, world) in labs(folder) {
            // The two labs of an incident are two projects.
            for file in ["bad.hlab", "fixed.hlab"] {
                let one = hlab::base::World::read(&world, file).ok();
                let world = one.map(|bytes| MemoryWorld::default().with("main.hlab", bytes));
                analyses.extend(world.map(|world| (format!("{name}/{file}"), analyze(&world, &Options::default()))));
            }
            analyses.push((name, analyze(&world, &Options::default())));
        }
    }
    analyses.retain(|(_, analysis)| analysis.project_found && analysis.is_whole());
    let graphs: serde_json::Map<String, Value> = analyses
        .iter()
        .map(|(name, analysis)| {
            let text = json::document(&analysis.graph());
            (name.clone(), serde_json::from_str(&text).expect("it is JSON"))
        })
        .collect();
    let mut child = Command::new("python3")
        .arg(root().join("tests/graph/oracle.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 can be started");
    let document = Value::Object(graphs).to_string();
    child.stdin.take().expect("a pipe").write_all(document.as_bytes()).expect("the oracle reads");
    let output = child.wait_with_output().expect("the oracle ends");
    let found: Value = serde_json::from_slice(&output.stdout).expect("the oracle answers in JSON");
    let mut broken = BTreeSet::new();
    for (name, analysis) in &analyses {
        let failed: BTreeMap<String, usize> =
            analysis.coverage().into_iter().map(|row| (row.policy, row.failed)).collect();
        for (policy, count) in found[name].as_object().expect("a count for each policy") {
            assert_eq!(count.as_u64(), Some(failed[policy] as u64), "{name}: {policy}");
            if failed[policy] > 0 {
                broken.insert(policy.clone());
            }
        }
    }
    assert!(broken.len() >= 5, "an oracle that never sees a broken policy shows nothing: {broken:?}");
}
