//! The methods of one release: the reduced table of this crate, or the whole official schema.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::path::Tree;
use super::schema::{Method, read_method};
use crate::world::Release;

/// The reduced tables, made by `tests/pvesim/reduce.py`.
const REDUCED: [(Release, &str); 2] = [
    (Release::V8_4, include_str!("../../contract-8.4.json")),
    (Release::V9_1, include_str!("../../contract-9.1.json")),
];

/// The methods of one release.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    tree: Tree,
    /// By HTTP method and schema path.
    methods: BTreeMap<(String, String), Method>,
}

/// A method that a request matches.
#[derive(Debug)]
pub struct Found<'a> {
    /// The schema path, `/nodes/{node}/qemu`.
    pub path: &'a str,
    /// The method.
    pub method: &'a Method,
    /// What the path says of its variables.
    pub variables: Map<String, Value>,
}

impl Table {
    /// The table of this crate: only what the areas answer.
    pub fn reduced(release: Release) -> Table {
        let (_, text) = REDUCED.iter().find(|(named, _)| *named == release).expect("every release has a table");
        let methods: Value = serde_json::from_str(text).expect("the table was written by reduce.py as JSON");
        let mut table = Table::default();
        for (name, value) in methods.as_object().into_iter().flatten() {
            if let Some((method, path)) = name.split_once(' ') {
                table.add(method, path, value, &mut Vec::new());
            }
        }
        table
    }

    /// The whole official schema of a release, and every keyword of it that this crate does not understand.
    ///
    /// # Errors
    /// If the file cannot be read, or is not JSON.
    pub fn official(file: &Path) -> Result<(Table, Vec<String>), String> {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let tree: Value = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let (mut table, mut unknown) = (Table::default(), Vec::new());
        table.add_nodes(&tree, &mut unknown);
        Ok((table, unknown))
    }

    /// Where the official schema of a release is: below `HLAB_SHARED`, or beside the repository. None if it is not there.
    pub fn official_file(release: Release) -> Option<PathBuf> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let shared = std::env::var_os("HLAB_SHARED").map_or(beside, PathBuf::from);
        let file = shared.join(format!("schemas/pve/apidoc-{}.json", release.name()));
        file.is_file().then_some(file)
    }

    fn add_nodes(&mut self, nodes: &Value, unknown: &mut Vec<String>) {
        for node in nodes.as_array().into_iter().flatten() {
            let path = node["path"].as_str().unwrap_or_default();
            for (method, value) in node["info"].as_object().into_iter().flatten() {
                self.add(method, path, value, unknown);
            }
            self.add_nodes(&node["children"], unknown);
        }
    }

    fn add(&mut self, name: &str, path: &str, value: &Value, unknown: &mut Vec<String>) {
        let method = read_method(value, &format!("{name} {path}"), unknown);
        self.tree.add(path);
        self.methods.insert((name.to_owned(), path.to_owned()), method);
    }

    /// The method that a request matches, by the path below `/api2/json`.
    pub fn find(&self, method: &str, path: &str) -> Option<Found<'_>> {
        let (path, variables) = self.tree.find(path)?;
        let method = self.methods.get(&(method.to_owned(), path.to_owned()))?;
        Some(Found { path, method, variables })
    }

    /// A method by its schema path.
    pub fn get(&self, method: &str, path: &str) -> Option<&Method> {
        self.methods.get(&(method.to_owned(), path.to_owned()))
    }

    /// Every method: HTTP method, schema path and schema, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str, &Method)> {
        self.methods.iter().map(|((name, path), method)| (name.as_str(), path.as_str(), method))
    }
}
