//! CustomResourceDefinitions, read where they are asked for.
//!
//! A folder may hold megabytes of them, of which a lab uses three kinds. So a file is first cut into its documents and
//! searched for `kind: X` and `group: y` as text, and only what says both is read. Where nothing is found everything of
//! the group is read, so that no way of writing YAML hides a definition.
//!
//! Source: <https://kubernetes.io/docs/reference/kubernetes-api/extend-resources/custom-resource-definition-v1/>.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value as Data;

use crate::base::document::{self, Bounds};

/// A file of CRDs: its path in the project, and its text.
pub type File = (String, Arc<str>);

/// What one document may come to: the largest CRD known has 9,000 values and 38 levels, a cluster's list of all a million.
const BOUNDS: Bounds = Bounds { depth: 120, values: 1_000_000 };
/// The longest document that is read, in bytes.
const LONGEST: usize = 32 << 20;
/// The only version that Kubernetes serves since 1.22.
const API: &str = "apiextensions.k8s.io/v1";

/// A kind that a CRD declares.
#[derive(Clone, PartialEq, Debug)]
pub struct Crd {
    /// The file that it stands in.
    pub file: String,
    /// Its group.
    pub group: String,
    /// The kind.
    pub kind: String,
    /// Whether its objects are in a namespace.
    pub namespaced: bool,
    /// Its versions, as listed.
    pub versions: Vec<Version>,
}

/// One version of a kind.
#[derive(Clone, PartialEq, Debug)]
pub struct Version {
    /// `v1beta1`
    pub name: String,
    /// Whether the cluster answers to it.
    pub served: bool,
    /// Whether it is to be left, with what the CRD says about that.
    pub deprecated: Option<String>,
    /// The schema of its objects.
    pub schema: Arc<Data>,
}

/// A file that could not be read, or not whole.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Unread {
    /// Its path.
    pub file: String,
    /// Why.
    pub problem: String,
}

/// The documents that were read, so that an editor reads a CRD once and not at each keystroke. Copies share what they hold.
#[derive(Clone, Default, Debug)]
pub struct Memory(Arc<Mutex<Vec<Kept>>>);

/// A document, and what it declares.
#[derive(Debug)]
struct Kept {
    text: Box<str>,
    found: Arc<Vec<Result<Crd, String>>>,
}

/// How many documents are kept: more kinds than a lab uses. Then all are forgotten.
const KEPT: usize = 64;

impl Memory {
    /// What a document declares: as remembered, or else as it is read now.
    fn recall(&self, text: &str, read: impl FnOnce() -> Vec<Result<Crd, String>>) -> Arc<Vec<Result<Crd, String>>> {
        // Nothing in here can panic half way, so what another thread left is whole.
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept().iter().find(|known| *known.text == *text) {
            return Arc::clone(&known.found);
        }
        let found = Arc::new(read());
        let mut kept = kept();
        if kept.len() == KEPT {
            kept.clear();
        }
        kept.push(Kept { text: text.into(), found: Arc::clone(&found) });
        found
    }
}

/// What a search found.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Search {
    /// Kinds, in the order of the files.
    pub crds: Vec<Crd>,
    /// What could not be read on the way.
    pub unread: Vec<Unread>,
}

/// The definitions of a kind; several if it is defined more than once.
///
/// Cost: a search for two words through the texts, and the reading of what has both.
#[must_use]
pub fn find(files: &[File], group: &str, kind: &str, memory: &Memory) -> Search {
    search(files, group, Some(kind), memory)
}

/// Every kind of a group. Reads each document that names it: for messages, when [`find`] found nothing.
#[must_use]
pub fn all_of(files: &[File], group: &str, memory: &Memory) -> Search {
    search(files, group, None, memory)
}

/// The groups that the texts seem to define, sorted: for "did you mean".
#[must_use]
pub fn groups(files: &[File]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (_, text) in files {
        for at in memchr::memmem::find_iter(text.as_bytes(), b"group") {
            let rest = text[at + 5..].trim_start_matches('"');
            let Some(rest) = rest.strip_prefix(':') else { continue };
            let line = rest.split(['\n', ',', '}']).next().unwrap_or_default();
            let group = line.trim().trim_matches(['"', '\'']);
            if group.contains('.') && group.len() < 254 && !group.contains(char::is_whitespace) {
                found.insert(group.to_owned());
            }
        }
    }
    found
}

fn search(files: &[File], group: &str, kind: Option<&str>, memory: &Memory) -> Search {
    let mut found = Search::default();
    for (file, text) in files {
        for (start, piece) in pieces(text) {
            let is_meant = match kind {
                Some(kind) => says(piece, "group", group) && says(piece, "kind", kind),
                None => memchr::memmem::find(piece.as_bytes(), group.as_bytes()).is_some(),
            };
            if !is_meant || !piece.contains("CustomResourceDefinition") {
                continue;
            }
            let declared = memory.recall(piece, || match read(text, start, piece) {
                Ok(documents) => documents.iter().flat_map(declared).collect(),
                Err(problem) => vec![Err(problem)],
            });
            for one in declared.iter() {
                match one {
                    Ok(crd) => found.crds.push(Crd { file: file.clone(), ..crd.clone() }),
                    Err(problem) => found.unread.push(Unread { file: file.clone(), problem: problem.clone() }),
                }
            }
        }
    }
    let is_other = |crd: &Crd| crd.group != group || kind.is_some_and(|kind| crd.kind != kind);
    found.crds.retain(|crd| !is_other(crd));
    found.unread.dedup();
    found
}

/// The documents of a text, each with the place where it begins.
fn pieces(text: &str) -> Vec<(usize, &str)> {
    let is_mark = |at: &usize| matches!(text.as_bytes().get(at + 4), None | Some(b'\n' | b'\r' | b' ' | b'\t'));
    let marks = memchr::memmem::find_iter(text.as_bytes(), b"\n---").filter(is_mark).map(|at| at + 1);
    let starts: Vec<usize> = std::iter::once(0).chain(marks).collect();
    let ends = starts.iter().skip(1).copied().chain(std::iter::once(text.len()));
    starts.iter().copied().zip(ends).map(|(start, end)| (start, &text[start..end])).collect()
}

/// Whether a text says `key: value` somewhere, in quotes or not.
fn says(text: &str, key: &str, value: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), value.as_bytes()).any(|at| {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        let ends = !text.as_bytes().get(at + value.len()).is_some_and(is_part);
        let before = text[..at].trim_end_matches([' ', '\t', '"', '\'']);
        let before = before.strip_suffix(':').map(|rest| rest.trim_end_matches([' ', '"', '\'']));
        ends && before.is_some_and(|rest| rest.ends_with(key))
    })
}

/// The documents of a piece; what is wrong with it, with the line in the whole file.
fn read(text: &str, start: usize, piece: &str) -> Result<Vec<Data>, String> {
    if piece.len() > LONGEST {
        return Err(format!("a document of {} bytes, and {LONGEST} is the most", piece.len()));
    }
    if piece.trim_start().starts_with('{') {
        return document::parse(piece, "json").map(|data| vec![data]);
    }
    document::documents(piece, BOUNDS).map_err(|problem| {
        // Once more behind as many lines as stand before it, so that the line in the message is right.
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count();
        let moved = format!("{}{piece}", "\n".repeat(lines));
        document::documents(&moved, BOUNDS).err().unwrap_or(problem)
    })
}

/// The CRD that a document is, or each of a list.
fn declared(document: &Data) -> Vec<Result<Crd, String>> {
    match document["kind"].as_str() {
        Some("CustomResourceDefinition") => vec![crd(document)],
        Some("List" | "CustomResourceDefinitionList") => {
            let items = document["items"].as_array().into_iter().flatten();
            // The items of a typed list leave their kind out.
            let is_one = |item: &&Data| matches!(item["kind"].as_str(), Some("CustomResourceDefinition") | None);
            items.filter(is_one).map(crd).collect()
        }
        Some(_) | None => Vec::new(),
    }
}

fn crd(document: &Data) -> Result<Crd, String> {
    let name = document["metadata"]["name"].as_str().unwrap_or("a CRD without a name");
    if let Some(api) = document["apiVersion"].as_str()
        && api != API
    {
        return Err(format!("`{name}` is of `{api}`; Kubernetes serves `{API}`"));
    }
    let spec = &document["spec"];
    let text = |value: &Data, what: &str| {
        value.as_str().map(str::to_owned).ok_or_else(|| format!("`{name}` does not say its `{what}`"))
    };
    let versions = spec["versions"].as_array().ok_or_else(|| format!("`{name}` does not say its `spec.versions`"))?;
    let versions = versions.iter().map(|version| {
        let deprecated = version["deprecated"] == Data::Bool(true);
        let warning = version["deprecationWarning"].as_str().unwrap_or_default().to_owned();
        Ok(Version {
            name: text(&version["name"], "spec.versions[].name")?,
            served: version["served"] != Data::Bool(false),
            deprecated: deprecated.then_some(warning),
            schema: Arc::new(version["schema"]["openAPIV3Schema"].clone()),
        })
    });
    Ok(Crd {
        file: String::new(),
        group: text(&spec["group"], "spec.group")?,
        kind: text(&spec["names"]["kind"], "spec.names.kind")?,
        namespaced: spec["scope"] != "Cluster",
        versions: versions.collect::<Result<_, String>>()?,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{File, Memory, Search, groups};

    fn crd(group: &str, kind: &str) -> String {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{ name: x }}\nspec:\n  \
             group: {group}\n  names: {{ kind: \"{kind}\" }}\n  scope: Namespaced\n  versions:\n  - name: v1\n    \
             served: true\n    schema: {{ openAPIV3Schema: {{ type: object }} }}\n"
        )
    }

    fn find(files: &[File], group: &str, kind: &str) -> Search {
        super::find(files, group, kind, &Memory::default())
    }

    fn file(name: &str, text: &str) -> File {
        (name.to_owned(), Arc::from(text))
    }

    #[test]
    fn a_kind_is_found_among_documents_lists_and_json() {
        let list = crd("l.io", "InList").replace('\n', "\n  ");
        let files = [
            file("many.yaml", &format!("# none\n---\n{}---\n{}", crd("a.io", "One"), crd("a.io", "Two"))),
            file("list.yaml", &format!("apiVersion: v1\nkind: List\nitems:\n- {list}\n")),
            file(
                "one.json",
                r#"{"kind":"CustomResourceDefinition","metadata":{"name":"x"},"spec":{"group":"j.io","scope":"Cluster",
                   "names":{"kind":"J"},"versions":[{"name":"v1","deprecated":true,"deprecationWarning":"use v2"}]}}"#,
            ),
        ];
        for (group, kind) in [("a.io", "One"), ("a.io", "Two"), ("l.io", "InList"), ("j.io", "J")] {
            let found = find(&files, group, kind);
            assert_eq!(found.unread, []);
            assert_eq!(found.crds.len(), 1, "{kind}");
            assert_eq!(found.crds[0].namespaced, kind != "J");
        }
        assert_eq!(find(&files, "j.io", "J").crds[0].versions[0].deprecated.as_deref(), Some("use v2"));
        assert_eq!(find(&files, "a.io", "J").crds, []);
        assert_eq!(super::all_of(&files, "a.io", &Memory::default()).crds.len(), 2);
        assert_eq!(groups(&files).into_iter().collect::<Vec<_>>(), ["a.io", "j.io", "l.io"]);
    }

    #[test]
    fn only_what_is_asked_for_is_read_and_what_is_wrong_there_has_its_line() {
        let broken = format!("a: 1\n---\n{}  bad: [\n", crd("a.io", "One"));
        let files = [file("broken.yaml", &broken)];
        assert_eq!(find(&files, "a.io", "Other").unread, []);
        let found = find(&files, "a.io", "One");
        assert!(found.crds.is_empty() && found.unread[0].problem.contains("line 1"), "{:?}", found.unread);
        let old = crd("a.io", "One").replace("k8s.io/v1\n", "k8s.io/v1beta1\n");
        assert!(find(&[file("old.yaml", &old)], "a.io", "One").unread[0].problem.contains("v1beta1"));
    }

    #[test]
    fn what_was_read_is_remembered_by_its_text() {
        let memory = Memory::default();
        let schema = |files: &[File]| super::find(files, "a.io", "One", &memory).crds[0].versions[0].schema.clone();
        let one = [file("one.yaml", &crd("a.io", "One"))];
        let moved = [file("moved.yaml", &crd("a.io", "One"))];
        assert!(Arc::ptr_eq(&schema(&one), &schema(&moved)));
        assert_eq!(super::find(&moved, "a.io", "One", &memory).crds[0].file, "moved.yaml");
        let changed = [file("one.yaml", &crd("a.io", "One").replace("object", "string"))];
        assert_eq!(schema(&changed)["type"], "string");
    }

    #[test]
    fn a_hostile_file_is_an_error_and_soon() {
        let head = crd("a.io", "One");
        for tail in [
            format!("x: {}\n", "[".repeat(200_000)),
            "x: &a [*a, *a]\n".to_owned(),
            format!("x:\n{}", "- 1\n".repeat(1_000_001)),
            format!("x: '{}'\n", "y".repeat(33 << 20)),
        ] {
            let found = find(&[file("hostile.yaml", &(head.clone() + &tail))], "a.io", "One");
            assert_eq!((found.crds.len(), found.unread.len()), (0, 1), "{}", &tail[..12]);
        }
    }
}
