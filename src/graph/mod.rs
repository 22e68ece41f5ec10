//! A lab as plain data: its resources with the values of all their fields, and what refers to what.
//!
//! What comes in is a finished [`Machine`]; what goes out is a [`Graph`], which [`narrow`](Graph::narrow) cuts down and three
//! files write: [`json`] for programs, [`dot`] and [`mermaid`] for people. `make` collects nodes and edges, `values` puts what a
//! field comes to into normal form, `shapes` says what the fields of a kind are.
//!
//! The types here derive `Serialize`: the JSON is a promise, described in `docs/graph.md`, and [`FORMAT_VERSION`] counts its
//! breaks. It is whole enough that a program which shares no code with this one can state the library's policies over it.

pub mod dot;
mod draw;
pub mod json;
mod make;
pub mod mermaid;
mod narrow;
mod shapes;
mod values;

use std::collections::BTreeMap;

use serde::Serialize;

pub(crate) use make::address_in;
pub use make::graph;
pub use narrow::{Narrow, Unknown};
pub use shapes::{FieldShape, Head, ShapeInfo};
pub use values::{Block, Datum};

/// The version of the JSON's shape.
pub const FORMAT_VERSION: u32 = 1;

/// The resources of a lab and the references between them.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Graph {
    /// The version of the shape: [`FORMAT_VERSION`].
    pub format_version: u32,
    /// The address of the project.
    pub project: Option<String>,
    /// The resources, in order of declaration; those that a `for` makes come last.
    pub nodes: Vec<Node>,
    /// Who refers to whom, in the order of the nodes. Both ends of each are nodes.
    pub edges: Vec<Edge>,
    /// What the fields of the kinds and blocks are that occur, by name.
    pub shapes: BTreeMap<String, ShapeInfo>,
    /// Kinds that stand for several: `guest` for `vm` and `container`.
    pub unions: BTreeMap<String, Vec<String>>,
}

/// A resource.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Node {
    /// What it is called in the whole lab: `vm.k3s`, `vm."haos16.0"`; in a module with its folder, `site-b/vm.k3s`.
    pub address: String,
    /// The word that declares it.
    pub kind: String,
    /// Its name in the source.
    pub key: String,
    /// Its real name, where a field `name` says another.
    pub name: String,
    /// Its variant or model.
    pub model: Option<String>,
    /// The file that declares it.
    pub file: String,
    /// The line of its head there, from 1.
    pub line: usize,
    /// What its head says after `on`, as addresses; empty if nothing.
    pub on: Vec<String>,
    /// What its head says after `in`, as addresses; empty if nothing.
    #[serde(rename = "in")]
    pub within: Vec<String>,
    /// Its fields.
    pub fields: Block,
}

/// Why one resource refers to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// It stands after `on` in the head.
    On,
    /// It stands after `in` in the head.
    In,
    /// A field says it.
    Field,
    /// It is the key of a block: `attach coral`.
    Key,
    /// Without it, or without enough of its like, the thing stops.
    Needs,
}

impl Sort {
    /// All sorts with the words that name them.
    pub const ALL: [(&'static str, Sort); 5] =
        [("on", Sort::On), ("in", Sort::In), ("field", Sort::Field), ("key", Sort::Key), ("needs", Sort::Needs)];
}

/// A reference from one resource to another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Edge {
    /// The address of the resource that refers.
    pub from: String,
    /// The address of the resource that is referred to, or that has the part.
    pub to: String,
    /// Why.
    pub sort: Sort,
    /// The field that says it, from `from` on: `disk.scsi0.storage`; `on`, `in` or `needs` elsewhere.
    pub path: String,
    /// The part of `to` that is meant, if it is not the whole: `host.pve.bridge.vmbr0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Of which `needs` it is one, and how many of those must be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
}

/// One `needs` of a resource: all edges of the same number belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Needs {
    /// Which `needs` of the resource, from 0.
    pub group: usize,
    /// How it counts.
    pub how: How,
    /// How many must be there.
    pub at_least: usize,
}

/// How a `needs` counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// `needs all`
    All,
    /// `needs 1 of`
    Count,
    /// `needs majority of`
    Majority,
}
