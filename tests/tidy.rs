//! The house rules, checked by reading the tree: what a reviewer should not have to look for.
//!
//! Each test collects every offence and says how to mend it. An exception needs a row in one of the lists
//! below with a reason; a row that is no longer needed fails too, so the lists only shrink.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hlab::diag::codes::CODES;

/// The layers, from the bottom up: a module imports only from those before it.
const LAYERS: [&str; 25] = [
    "base", "diag", "pve", "kube", "scan", "syntax", "hir", "resolve", "doc", "types", "eval", "model", "graph", "map",
    "place", "policy", "own", "desire", "plan", "source", "targets", "session", "ide", "live", "lsp",
];
/// The last layer, apart because it is the rim.
const RIM: &str = "cli";

/// Folders of `src/targets` that are no target: what targets share.
const SHARED_BY_TARGETS: [&str; 1] = ["emit"];

/// Codes that no case shows yet, with the reason why none can.
const WITHOUT_CASE: [(&str, &str); 1] = [("HL0904", "needs a disk that refuses to write, which root cannot have")];

const LONGEST_FILE: usize = 800;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder of the repository with one of these endings, sorted, as relative paths.
fn files(folder: &str, endings: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !["target", "node_modules", "corpus", "artifacts"].contains(&name.as_str())
                {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn assert_none(offences: &[String], how_to_mend: &str) {
    assert!(offences.is_empty(), "{how_to_mend}\n{}\n", offences.join("\n"));
}

/// The lines of a source file that are neither a comment nor part of its tests.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_tests = |line: &str| line.trim() == "#[cfg(test)]";
    let lines = text.lines().enumerate().take_while(move |(_, line)| !is_tests(line) || line.starts_with("    "));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(index, line)| (index + 1, line))
}

/// The top-level modules that a file names: `crate::x`, and each `x` of `use crate::{x, y}`.
fn modules_named(text: &str) -> BTreeMap<String, usize> {
    let code: Vec<_> = code_lines(text).collect();
    let mut named = BTreeMap::new();
    for (index, (number, line)) in code.iter().enumerate() {
        for (at, _) in line.match_indices("crate::") {
            // `$crate::` in a macro is the crate too; `my_crate::` is not.
            if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
                continue;
            }
            let rest = &line[at + "crate::".len()..];
            if rest.starts_with('{') {
                let group: String = code[index..].iter().map(|(_, line)| *line).collect::<Vec<_>>().join(" ");
                let group = &group[group.find("crate::{").expect("just found")..];
                let group = &group["crate::{".len()..group.find(';').unwrap_or(group.len())];
                for name in top_names(group) {
                    named.entry(name).or_insert(*number);
                }
            } else {
                let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                named.entry(name.to_owned()).or_insert(*number);
            }
        }
    }
    named
}

/// The first names of a use group: `a::{b, c}, d` gives `a` and `d`.
fn top_names(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut current) = (0, Vec::new(), String::new());
    for character in group.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(std::mem::take(&mut current)),
            character if depth == 0 => current.push(character),
            _ => {}
        }
    }
    names.push(current);
    let first = |name: String| name.trim().split("::").next().unwrap_or_default().to_owned();
    names.into_iter().map(first).filter(|name| !name.is_empty() && name != "self").collect()
}

/// The layer of a file below `src`, if it belongs to one.
fn layer_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    let name = inside.split('/').next()?;
    Some(name.strip_suffix(".rs").unwrap_or(name)).filter(|name| *name == RIM || LAYERS.contains(name))
}

fn height(layer: &str) -> Option<usize> {
    if layer == RIM { Some(LAYERS.len()) } else { LAYERS.iter().position(|name| *name == layer) }
}

#[test]
fn a_module_imports_only_layers_before_it() {
    let mut offences = Vec::new();
    for path in files("src", &[".rs"]) {
        let Some(layer) = layer_of(&path) else {
            if path != "src/lib.rs" && path != "src/main.rs" {
                offences.push(format!("{path}: belongs to no layer"));
            }
            continue;
        };
        for (name, line) in modules_named(&read(&path)) {
            match height(&name) {
                Some(above) if Some(above) > height(layer) => {
                    offences.push(format!("{path}:{line}: {layer} imports {name}"))
                }
                Some(_) => {}
                None if name.chars().next().is_some_and(char::is_lowercase) => {
                    offences.push(format!("{path}:{line}: `crate::{name}` is no layer"));
                }
                None => {}
            }
        }
    }
    assert_none(&offences, "the layers stand in this order: move what is shared down, or the user of it up");
}

#[test]
fn lib_rs_lists_the_layers_in_order() {
    let text = read("src/lib.rs");
    let modules: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let heights: Vec<_> = modules.iter().map(|name| height(name)).collect();
    assert!(heights.iter().all(Option::is_some), "src/lib.rs has a module that is no layer: {modules:?}");
    assert!(heights.is_sorted(), "the `mod` lines of src/lib.rs are the reading order: sort {modules:?} by layer");
}

#[test]
fn targets_never_import_each_other() {
    let of = |path: &str| path.strip_prefix("src/targets/")?.split_once('/').map(|(name, _)| name.to_owned());
    let paths = files("src/targets", &[".rs"]);
    let targets: BTreeSet<_> = paths.iter().filter_map(|path| of(path)).collect();
    let targets: Vec<_> = targets.iter().filter(|name| !SHARED_BY_TARGETS.contains(&name.as_str())).collect();
    let mut offences = Vec::new();
    for path in &paths {
        let Some(own) = of(path) else { continue };
        for (number, line) in code_lines(&read(path)) {
            let names = |other: &&&String| {
                line.contains(&format!("targets::{other}")) || line.contains(&format!("super::{other}::"))
            };
            let others = targets.iter().filter(|other| ***other != own).filter(names);
            offences.extend(others.map(|other| format!("{path}:{number}: {own} imports {other}")));
        }
    }
    assert_none(&offences, "a target goes away with one `rm -r`: move what two share to src/targets/emit");
}

#[test]
fn codes_are_sorted_unique_and_well_formed() {
    let mut offences = Vec::new();
    for pair in CODES.windows(2) {
        if pair[0].code >= pair[1].code {
            offences.push(format!("{} stands before {}", pair[0].code, pair[1].code));
        }
    }
    let mut names = BTreeSet::new();
    for row in CODES {
        let is_kebab = row.name.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        if !is_kebab {
            offences.push(format!("{}: the name `{}` is not kebab-case", row.code, row.name));
        }
        if !names.insert(row.name) {
            offences.push(format!("{}: the name `{}` is taken", row.code, row.name));
        }
        if row.code.len() != 6 || !row.code.starts_with("HL") {
            offences.push(format!("{}: a code is HL and four digits", row.code));
        }
        if row.title.ends_with('.') || row.title.is_empty() {
            offences.push(format!("{}: the title is a phrase without a full stop", row.code));
        }
    }
    assert_none(&offences, "src/diag/codes.rs is a table: sort it, and keep codes and names apart");
}

#[test]
fn every_code_has_a_page_that_shows_the_wrong_and_the_right() {
    let mut offences = Vec::new();
    for row in CODES {
        let head = format!("# {} {}", row.code, row.name);
        if row.page.lines().next() != Some(head.as_str()) {
            offences.push(format!("src/diag/explain/{}.md: the first line is `{head}`", row.code));
        }
        if row.page.lines().filter(|line| !line.trim().is_empty()).count() < 4 {
            offences.push(format!(
                "src/diag/explain/{}.md: say what it means, a wrong example and the repaired one",
                row.code
            ));
        }
    }
    let pages = files("src/diag/explain", &[".md"]);
    let has_row = |page: &&String| CODES.iter().any(|row| page.ends_with(&format!("/{}.md", row.code)));
    offences.extend(pages.iter().filter(|page| !has_row(page)).map(|page| format!("{page}: no row of the table")));
    assert_none(&offences, "a code is explained by `hlab explain`: write its page");
}

/// The constants of the table with their codes, read from its source.
fn constants() -> Vec<(String, String)> {
    let text = read("src/diag/codes.rs");
    let row = |line: &str| {
        let (constant, rest) = line.trim().split_once(" \"HL")?;
        Some((constant.to_owned(), format!("HL{}", rest.split('"').next()?)))
    };
    text.lines()
        .filter_map(row)
        .filter(|(constant, _)| constant.chars().all(|c| c.is_ascii_uppercase() || c == '_' || c.is_ascii_digit()))
        .collect()
}

#[test]
fn every_code_has_a_constructor_in_an_errors_file() {
    let errors: Vec<_> =
        files("src", &["errors.rs"]).into_iter().chain(error_folders()).map(|path| read(&path)).collect();
    let constants = constants();
    assert_eq!(
        constants.len(),
        CODES.len(),
        "the table is not read as it is written: mend `constants` in tests/tidy.rs"
    );
    let mut offences = Vec::new();
    for (constant, code) in constants {
        let is_used = |text: &String| {
            let is_word = |(at, _): (usize, &str)| {
                let end = text.as_bytes().get(at + constant.len());
                let start = at.checked_sub(1).and_then(|before| text.as_bytes().get(before));
                let is_part =
                    |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                !is_part(end) && !is_part(start)
            };
            text.contains(&format!("\"{code}\"")) || text.match_indices(constant.as_str()).any(is_word)
        };
        if !errors.iter().any(is_used) {
            offences.push(format!("{code} ({constant})"));
        }
    }
    assert_none(
        &offences,
        "a code is made by one small function in its layer's errors.rs, or by a row of src/cli/errors.rs",
    );
}

/// The files of `errors/` folders, where one file of constructors became too long.
fn error_folders() -> impl Iterator<Item = String> {
    files("src", &[".rs"]).into_iter().filter(|path| path.contains("/errors/"))
}

#[test]
fn every_code_has_a_case() {
    let mut cases: Vec<String> = files("tests", &[".rs", ".hlab", ".snap", ".md"])
        .into_iter()
        .filter(|path| path != "tests/tidy.rs")
        .map(|path| read(&path))
        .collect();
    // A layer's own tests stand below its code.
    for path in files("src", &[".rs"]) {
        let text = read(&path);
        let is_tests = path.ends_with("tests.rs") || path.contains("/tests/");
        cases.extend(if is_tests {
            Some(text)
        } else {
            text.split_once("#[cfg(test)]").map(|(_, tests)| tests.to_owned())
        });
    }
    let has_case = |row: &hlab::diag::CodeRow| {
        // Named by a test, or drawn under a case by its name.
        let name = row.name;
        let names = [format!("error {name}"), format!("^ {name} "), format!("//< {name} "), format!("\"{name}\"")];
        cases.iter().any(|text| text.contains(row.code) || names.iter().any(|name| text.contains(name)))
    };
    let is_excused = |code: &str| WITHOUT_CASE.iter().any(|(excused, _)| *excused == code);
    let missing = CODES.iter().filter(|row| !has_case(row) && !is_excused(row.code));
    let mut offences: Vec<_> = missing.map(|row| format!("{} {}: no case", row.code, row.name)).collect();
    for (code, _) in WITHOUT_CASE {
        if CODES.iter().any(|row| row.code == code && has_case(row)) {
            offences.push(format!("{code}: has a case now; take it off the list in tests/tidy.rs"));
        }
    }
    assert_none(&offences, "a code is shown by a case in tests/cases/<layer>/ (or a test that names it)");
}

#[test]
fn paths_named_in_documents_exist() {
    let tops = [
        "src/",
        "tests/",
        "docs/",
        "stdlib/",
        "grammar/",
        "lang-examples/",
        "editors/",
        "examples/",
        "benches/",
        ".ci/",
    ];
    let documents = files("", &[".md"]).into_iter().filter(|path| !path.starts_with("src/diag/explain/"));
    let mut offences = Vec::new();
    for document in documents {
        for (index, line) in read(&document).lines().enumerate() {
            for quoted in line.split('`').skip(1).step_by(2) {
                let path = quoted.split([' ', ':', '#', ',']).next().unwrap_or_default().trim_end_matches(['.', ')']);
                let is_path = tops.iter().any(|top| path.starts_with(top));
                let is_pattern =
                    path.contains(['*', '<', '…', '{', '$', '|']) || path.contains("NNN") || path.contains("nnn");
                if is_path && !is_pattern && !root().join(path).exists() {
                    offences.push(format!("{document}:{}: `{path}` does not exist", index + 1));
                }
            }
        }
    }
    assert_none(&offences, "a document that names a path is true or mended");
}

#[test]
fn the_reference_names_every_function_of_the_library() {
    let reference = read("docs/reference.md");
    let prelude = read("stdlib/prelude.hlab");
    let functions = prelude.lines().filter_map(|line| line.strip_prefix("fn ")?.split('(').next());
    let has = |name: &str| reference.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| word == name);
    let missing: Vec<String> = functions.filter(|name| !has(name)).map(str::to_owned).collect();
    assert_none(&missing, "name it under Functions in docs/reference.md");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut offences = Vec::new();
    for document in files("", &[".md"]) {
        let text = read(&document);
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split([')', ' ']).next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let folder = Path::new(&document).parent().unwrap_or(Path::new(""));
            if !root().join(folder).join(target).exists() {
                offences.push(format!("{document}: the link to `{target}` leads nowhere"));
            }
        }
    }
    assert_none(&offences, "a link between documents is a relative path to a file");
}

#[test]
fn no_source_file_is_too_long() {
    let count = |path: &String| read(path).lines().count();
    let sources = files("src", &[".rs"]).into_iter().chain(files("tests", &[".rs"])).chain(files("examples", &[".rs"]));
    let long = sources.map(|path| (count(&path), path)).filter(|(lines, _)| *lines > LONGEST_FILE);
    let offences: Vec<_> = long.map(|(lines, path)| format!("{path}: {lines} lines")).collect();
    assert_none(&offences, &format!("a file has at most {LONGEST_FILE} lines: split it by concern"));
}

#[test]
fn every_module_says_what_it_is() {
    let sources = ["src", "tests", "examples", "benches"].iter().flat_map(|folder| files(folder, &[".rs"]));
    let is_silent =
        |path: &String| !read(path).lines().find(|line| !line.trim().is_empty()).unwrap_or_default().starts_with("//!");
    let offences: Vec<_> = sources.filter(is_silent).collect();
    assert_none(&offences, "a module opens with `//!`: what comes in, what goes out");
}

#[test]
fn no_lint_is_silenced_no_test_ignored_and_nothing_unwrapped() {
    let mut offences = Vec::new();
    for path in files("src", &[".rs"]) {
        let text = read(&path);
        if path.ends_with("tests.rs") {
            continue;
        }
        for (number, line) in code_lines(&text) {
            for banned in ["#[allow(", "#![allow(", ".unwrap()", "todo!(", "unimplemented!(", "dbg!("] {
                if line.contains(banned) {
                    offences.push(format!("{path}:{number}: `{banned}`"));
                }
            }
        }
    }
    for path in
        files("src", &[".rs"]).into_iter().chain(files("tests", &[".rs"])).filter(|path| path != "tests/tidy.rs")
    {
        let text = read(&path);
        let ignored = text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with("#[ignore"));
        offences.extend(ignored.map(|(index, _)| format!("{path}:{}: `#[ignore]`", index + 1)));
    }
    assert_none(&offences, "use `#[expect(lint, reason = \"…\")]`, `expect(\"why it cannot fail\")`, or a diagnostic");
}

/// The fields that kinds, blocks and variants of the library declare without documentation. A body's depth is its
/// indentation: the library is laid out by `hlab fmt`.
fn undocumented(path: &str) -> Vec<String> {
    let text = read(path);
    let mut offences = Vec::new();
    let mut bodies: Vec<(usize, bool)> = Vec::new();
    let mut previous = "";
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        bodies.retain(|(depth, _)| *depth < indent || trimmed.is_empty());
        let words: Vec<_> = trimmed.split_whitespace().collect();
        let declares = matches!(words.first(), Some(&("kind" | "block" | "variant")));
        let is_documented = previous.trim_start().starts_with("///") || previous.trim_start().starts_with("#[");
        if declares && words.len() > 1 && !is_documented && indent == 0 {
            offences.push(format!("{path}:{}: `{} {}` has no documentation", index + 1, words[0], words[1]));
        }
        let is_field = words.first().is_some_and(|word| word.len() > 1 && word.ends_with(':'));
        if is_field && bodies.last().is_some_and(|(_, is_declaring)| *is_declaring) && !is_documented {
            offences.push(format!("{path}:{}: `{}` has no documentation", index + 1, words[0].trim_end_matches(':')));
        }
        if trimmed.ends_with('{') {
            bodies.push((indent, declares));
        }
        previous = line;
    }
    offences
}

#[test]
fn every_field_of_the_library_is_documented() {
    let offences: Vec<_> = files("stdlib", &[".hlab"]).iter().flat_map(|path| undocumented(path)).collect();
    assert_none(&offences, "the documentation of a field says what it is, its unit and default, and where it goes");
}

#[test]
fn every_source_of_ours_is_laid_out() {
    let mut offences = Vec::new();
    for path in ["stdlib", "lang-examples", "src/cli"].iter().flat_map(|folder| files(folder, &[".hlab"])) {
        let text = read(&path);
        match hlab::syntax::format(&text) {
            None => offences.push(format!("{path}: has syntax errors")),
            Some(formatted) if formatted != text => offences.push(format!("{path}: `hlab fmt {path}` would change it")),
            Some(_) => {}
        }
    }
    assert_none(&offences, "run `cargo run -- fmt stdlib lang-examples src/cli`");
}

#[test]
fn shell_scripts_stop_at_the_first_error() {
    let scripts: Vec<PathBuf> =
        fs::read_dir(root().join(".ci")).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    for script in scripts {
        let text = fs::read_to_string(&script).unwrap_or_default();
        assert!(text.contains("set -eu"), "{} needs `set -eu`", script.display());
    }
}

#[test]
fn the_readers_of_this_test_see_what_they_should() {
    let text = "use crate::{base::{Span, Name}, diag};\n// crate::cli\nfn f() { crate::hir::lower() }\n#[cfg(test)]\nuse crate::cli;\n";
    let named: Vec<_> = modules_named(text).into_keys().collect();
    assert_eq!(named, ["base", "diag", "hir"]);
    assert_eq!(layer_of("src/hir/lower.rs"), Some("hir"));
    assert!(height("base") < height("cli"));
}
