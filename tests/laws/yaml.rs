//! What our encoder writes, two other readers read back: serde-saphyr (YAML 1.2) and PyYAML (YAML 1.1).

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use hlab::targets::emit::Yaml;

use super::random::Random;

/// Strings that some reader takes for something else if they stand bare.
const TRAPS: &[&str] = &[
    "",
    " ",
    "y",
    "Y",
    "yes",
    "Yes",
    "YES",
    "n",
    "N",
    "no",
    "No",
    "NO",
    "true",
    "True",
    "TRUE",
    "false",
    "on",
    "On",
    "ON",
    "off",
    "Off",
    "null",
    "Null",
    "NULL",
    "~",
    "none",
    "0",
    "1",
    "-1",
    "+1",
    "1_000",
    "0777",
    "0o17",
    "0x1F",
    "0b101",
    "1.5",
    "1.",
    ".5",
    "1e3",
    "1.0e+3",
    "1_0.5",
    ".inf",
    "-.inf",
    ".nan",
    ".NaN",
    "inf",
    "nan",
    "12:30:45",
    "1:2",
    "190:20:30.15",
    "2001-12-14",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5",
    "<<",
    "=",
    "-",
    "--",
    "---",
    "...",
    "- a",
    "? a",
    ": a",
    "a:",
    "a: b",
    "a :b",
    "a #b",
    "a# b",
    "#a",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "|",
    ">",
    "%a",
    "@a",
    "`a",
    "'a'",
    "\"a\"",
    "'",
    "\"",
    "\\",
    "[a]",
    "{a}",
    "a]",
    "a}",
    "[",
    "{",
    ",",
    "a, b",
    " lead",
    "trail ",
    "\ttab",
    "tab\t",
    "a\tb",
    "a\nb",
    "\n",
    "a\n",
    "a\r\nb",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{feff}a",
    "a\u{0}b",
    "a\u{1b}[31mb",
    "\u{7f}",
    "\u{202e}abc",
    "ünïcödé",
    "日本語",
    "🦀",
    "\u{10ffff}",
    "$(reboot)",
    "${x}",
    "{{ x }}",
    "../../etc/passwd",
    "4m",
    "10.0.0.1",
    "192.168.4.17/24",
    "BC:24:11:90:21:DF",
    "00:11:22:33:44:55",
    "local:import/noble.qcow2",
    "0000:01:00.0",
    "1a6e:089a",
    "ssh-ed25519 AAAAC3Nz+/= ops@lab",
    "host",
    "x86-64-v2-AES",
    "9.1",
    "8.4",
    "08",
    "09",
    "1__0",
    "0.0.0",
    "1,000",
    "a\\b",
    "key: |",
    "- - -",
    "!include x",
    "a  b",
    "e1",
    "1e",
    "_",
    "__proto__",
    "0o8",
    "NaN",
    "-0",
    "+.5",
    "0x",
    "True ",
    "~a",
];

fn document(values: &[String]) -> String {
    let mut yaml = Yaml::default();
    for (index, value) in values.iter().enumerate() {
        yaml.pair(&format!("k{index}"), value);
    }
    yaml.list("items");
    values.iter().for_each(|value| yaml.text_item(value));
    yaml.close();
    yaml.open("keys");
    for (index, value) in values.iter().enumerate() {
        // A key is a string like any other; a number behind it keeps them apart.
        yaml.pair(&format!("{value}#{index}"), "here");
    }
    yaml.close();
    yaml.finish()
}

/// The traps, and some thousands of random strings made of the same dangerous pieces.
fn values() -> Vec<String> {
    let mut values: Vec<String> = TRAPS.iter().map(|trap| (*trap).to_owned()).collect();
    let mut random = Random::new(7);
    for _ in 0..3000 {
        let pieces = 1 + random.below(4);
        let piece = |random: &mut Random| TRAPS[random.below(TRAPS.len())];
        values.push((0..pieces).map(|_| piece(&mut random)).collect());
    }
    values
}

fn check(reader: &str, values: &[String], read: &serde_json::Value) {
    for (index, value) in values.iter().enumerate() {
        assert_eq!(
            read[format!("k{index}")],
            serde_json::Value::from(value.as_str()),
            "{reader}: {value:?} as a value"
        );
        assert_eq!(read["items"][index], serde_json::Value::from(value.as_str()), "{reader}: {value:?} as an item");
        assert_eq!(
            read["keys"][format!("{value}#{index}")],
            serde_json::Value::from("here"),
            "{reader}: {value:?} as a key"
        );
    }
}

#[test]
fn a_yaml_1_2_reader_reads_every_string_back() {
    let values = values();
    let text = document(&values);
    let read: serde_json::Value = serde_saphyr::from_str(&text).expect("it is YAML");
    check("serde-saphyr", &values, &read);
}

#[test]
fn a_yaml_1_1_reader_reads_every_string_back() {
    let values = values();
    let Some(read) = pyyaml(&document(&values)) else { return };
    check("PyYAML", &values, &read);
}

#[test]
fn numbers_and_truth_values_are_read_as_such() {
    let mut yaml = Yaml::default();
    yaml.int("int", -42);
    yaml.number("whole", 4096.0);
    yaml.number("half", 0.5);
    yaml.flag("sure", true);
    yaml.empty_list("items");
    let text = yaml.finish();
    let expected = serde_json::json!({"int": -42, "whole": 4096, "half": 0.5, "sure": true, "items": []});
    let read: BTreeMap<String, serde_json::Value> = serde_saphyr::from_str(&text).expect("it is YAML");
    assert_eq!(serde_json::json!(read), expected);
    if let Some(read) = pyyaml(&text) {
        assert_eq!(read, expected);
    }
}

/// What PyYAML reads; `None`, with a line printed, where there is no PyYAML.
fn pyyaml(text: &str) -> Option<serde_json::Value> {
    let program =
        "import sys, json, yaml; json.dump(yaml.safe_load(sys.stdin.buffer.read().decode()), sys.stdout, default=repr)";
    let found = Command::new("python3").args(["-c", "import yaml"]).stderr(Stdio::null()).status();
    if !found.is_ok_and(|status| status.success()) {
        println!("skipped: no python3 with PyYAML");
        return None;
    }
    let mut child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("it has an input");
    input.write_all(text.as_bytes()).expect("it takes the text");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "PyYAML refused:\n{text}");
    Some(serde_json::from_slice(&output.stdout).expect("it prints JSON"))
}
