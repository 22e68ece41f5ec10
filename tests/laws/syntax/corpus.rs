//! The texts that laws are tried on: every source of the repository, pieces of them, and random changes of the pieces.

use std::path::{Path, PathBuf};

use crate::laws::random::Random;

/// Every `.hlab` file of the repository and of the shared sketch, with its path, sorted.
pub fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("HLAB_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let sketch = shared.join("design/lab-sketch");
    if !sketch.is_dir() {
        eprintln!("note: {} is not there; only the repository's own sources are tried", sketch.display());
    }
    let mut folders = vec![
        root.join("stdlib"),
        root.join("lang-examples"),
        root.join("tests/cases"),
        root.join("tests/incidents"),
        sketch,
    ];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                let text = std::fs::read_to_string(&path).expect("a source that can be read");
                found.push((path, text));
            }
        }
    }
    found.push((PathBuf::from("every form"), include_str!("every-form.hlab").to_owned()));
    found.sort();
    assert!(found.len() > 20, "the repository has sources");
    found
}

/// The paragraphs of the sources, long ones in parts, and each twice.
pub fn chunks(sources: &[(PathBuf, String)]) -> Vec<String> {
    let mut chunks = Vec::new();
    for (_, text) in sources {
        for paragraph in text.split("\n\n") {
            let lines: Vec<&str> = paragraph.lines().collect();
            for part in lines.chunks(14) {
                chunks.push(part.join("\n") + "\n");
            }
        }
    }
    chunks.sort();
    chunks.dedup();
    chunks
}

/// The pieces of a text that look like tokens, blanks and newlines among them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let class = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 1,
        ' ' => 2,
        _ => 0,
    };
    let mut before = 0;
    for character in text.chars() {
        let class = class(character);
        match tokens.last_mut() {
            Some(token) if class != 0 && class == before => token.push(character),
            _ => tokens.push(character.to_string()),
        }
        before = class;
    }
    tokens
}

/// What is put in at random: every sign and word that means something, and some that do not.
const BITS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ",",
    ":",
    "=",
    "==",
    "!=",
    "<",
    ">",
    "<=",
    ">=",
    "+",
    "-",
    "*",
    "/",
    "+=",
    "..",
    ".",
    "?",
    "??",
    "?.",
    "|",
    "->",
    "\"",
    "\"\"\"",
    "${",
    "\\",
    "\\n",
    "\\u{e9}",
    "\\u{d800}",
    "'",
    "#",
    ";",
    "&&",
    "||",
    "!",
    "%",
    "//",
    "// x\n",
    "/*",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "\u{0}",
    "é",
    "\u{a0}",
    "if ",
    "then ",
    "else ",
    "for ",
    "in ",
    "is ",
    "where ",
    "and ",
    "or ",
    "not ",
    "implies ",
    "true",
    "null",
    "self",
    "use ",
    "let ",
    "type ",
    "kind ",
    "block ",
    "variant ",
    "model ",
    "profile ",
    "fn ",
    "policy ",
    "warn ",
    "final ",
    "require ",
    "derive ",
    "needs ",
    "all ",
    "majority ",
    "of ",
    "allow ",
    "because ",
    "test ",
    "expect ",
    "ok",
    "at ",
    "help ",
    "fix ",
    "on ",
    "with ",
    "any ",
    "many ",
    "by ",
    "ref ",
    "within ",
    "overlaps ",
    "contains ",
    "a",
    "b-c",
    "A",
    "1",
    "1.5",
    "1_000",
    "5foo",
    "16GiB",
    "30s",
    "1Gbps",
    "80%",
    "10.0.0.1",
    "10.0.0.0/8",
    "BC:24:11:90:21:DF",
    "1a6e:089a",
    "01:00",
    "01:00.1",
    "7:30",
    "100..199",
    "\"x\"",
    "a.b",
    "a = 1",
    "a { b = 1 }",
    "vm x",
    "f(",
    "[a",
    "\nvm x {\n",
    "\na = 1\n",
    "\"${a}\"",
];

/// Random changes of the chunks: words taken out, doubled, swapped, replaced; characters put in, taken out, replaced.
pub fn mutations(chunks: &[String], count: usize) -> Vec<String> {
    let mut random = Random::new(42);
    (0..count)
        .map(|_| {
            let mut text = chunks[random.below(chunks.len())].clone();
            if random.below(8) == 0 {
                text.push_str(&chunks[random.below(chunks.len())]);
            }
            for _ in 0..1 + random.below(3) {
                text = change(&text, &mut random);
            }
            text
        })
        .collect()
}

fn change(text: &str, random: &mut Random) -> String {
    let mut tokens = tokens(text);
    if tokens.is_empty() {
        return random.pick(BITS).to_string();
    }
    let at = random.below(tokens.len());
    let other = random.below(tokens.len());
    match random.below(10) {
        0 | 1 => drop(tokens.remove(at)),
        2 => tokens.insert(at, tokens[at].clone()),
        3 => tokens.swap(at, other),
        4 => tokens[at] = random.pick(BITS).to_string(),
        5 | 6 => tokens.insert(at, random.pick(BITS).to_string()),
        7 => tokens.insert(at, tokens[other].clone()),
        8 => tokens = swap_space(tokens, at),
        _ => {
            let token = &tokens[at];
            let place = random.below(token.chars().count());
            tokens[at] = token.chars().enumerate().filter(|(index, _)| *index != place).map(|(_, c)| c).collect();
        }
    }
    tokens.concat()
}

/// Turns the next space behind a place into a newline, or the next newline into a space.
fn swap_space(mut tokens: Vec<String>, at: usize) -> Vec<String> {
    if let Some(found) = tokens.iter_mut().skip(at).find(|token| token.trim_matches(' ').is_empty() || *token == "\n") {
        *found = if *found == "\n" { " ".to_owned() } else { "\n".to_owned() };
    }
    tokens
}

/// The chunks laid out otherwise: blanks doubled or gone, lines broken and comments put in where a gap is.
pub fn layouts(chunks: &[String], count: usize) -> Vec<String> {
    let mut random = Random::new(11);
    (0..count)
        .map(|_| {
            let mut tokens = tokens(&chunks[random.below(chunks.len())]);
            for _ in 0..1 + random.below(6) {
                let at = random.below(tokens.len());
                if tokens[at].trim_matches(' ').is_empty()
                    || matches!(tokens[at].as_str(), "\n" | "," | "[" | "(" | "{")
                {
                    let gap =
                        random.pick(&["  ", "\n    ", " // note\n  ", "\n\n\n", "\n  // note\n    ", "\r\n  ", "\t"]);
                    tokens[at].push_str(gap);
                }
            }
            tokens.concat()
        })
        .collect()
}

/// Text without any sense.
pub fn noise(random: &mut Random) -> String {
    (0..random.below(60)).map(|_| *random.pick(BITS)).collect()
}
