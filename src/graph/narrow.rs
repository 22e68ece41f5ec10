//! A part of a graph: what is near a resource, or of some kinds.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Graph, Sort};

/// What to keep. Nothing said keeps all.
#[derive(Clone, Default, Debug)]
pub struct Narrow {
    /// Addresses: keep what is near one of them.
    pub around: Vec<String>,
    /// How many references away "near" is, in either direction.
    pub depth: usize,
    /// Kinds to keep, unions too; what the addresses name stays whatever its kind.
    pub kinds: Vec<String>,
    /// Sorts of references to keep, and to count as near.
    pub sorts: Vec<Sort>,
}

/// A name that the graph does not have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// What it was meant to be: `resource` or `kind`.
    pub what: &'static str,
    /// The name.
    pub name: String,
    /// The nearest name of the graph.
    pub nearest: Option<String>,
}

impl Graph {
    /// The part of the graph that is asked for.
    ///
    /// # Errors
    /// The first address or kind that is not in the graph.
    pub fn narrow(mut self, by: &Narrow) -> Result<Graph, Unknown> {
        let kinds = self.kinds(&by.kinds)?;
        let around = by.around.iter().map(|address| self.number(address)).collect::<Result<Vec<usize>, _>>()?;
        if !by.sorts.is_empty() {
            self.edges.retain(|edge| by.sorts.contains(&edge.sort));
        }
        let mut keep = self.near(&around, by.depth);
        if !kinds.is_empty() {
            for (number, node) in self.nodes.iter().enumerate() {
                keep[number] &= kinds.contains(&node.kind) || around.contains(&number);
            }
        }
        let mut number = 0;
        self.nodes.retain(|_| {
            number += 1;
            keep[number - 1]
        });
        let kept: FxHashSet<&str> = self.nodes.iter().map(|node| node.address.as_str()).collect();
        self.edges.retain(|edge| kept.contains(edge.from.as_str()) && kept.contains(edge.to.as_str()));
        Ok(self)
    }

    /// The words of kinds, each union taken apart.
    fn kinds(&self, words: &[String]) -> Result<Vec<String>, Unknown> {
        let mut kinds = Vec::new();
        for word in words {
            let known = self.shapes.iter().filter(|(_, shape)| shape.is_kind).map(|(name, _)| name);
            match self.unions.get(word) {
                Some(of) => kinds.extend(of.iter().cloned()),
                None if known.clone().any(|name| name == word) => kinds.push(word.clone()),
                None => {
                    let names = known.chain(self.unions.keys()).map(String::as_str);
                    let nearest = crate::base::closest(word, names).map(str::to_owned);
                    return Err(Unknown { what: "kind", name: word.clone(), nearest });
                }
            }
        }
        Ok(kinds)
    }

    /// The number of the node of an address. A shell eats quotes: they may be left out.
    fn number(&self, address: &str) -> Result<usize, Unknown> {
        let bare = |text: &str| text.replace('"', "");
        let exact = self.nodes.iter().position(|node| node.address == address);
        let found = exact.or_else(|| self.nodes.iter().position(|node| bare(&node.address) == bare(address)));
        found.ok_or_else(|| {
            let names = self.nodes.iter().map(|node| node.address.as_str());
            let nearest = crate::base::closest(address, names).map(str::to_owned);
            Unknown { what: "resource", name: address.to_owned(), nearest }
        })
    }

    /// Which nodes are at most so many references away from one of these; all, if there are none of these.
    fn near(&self, around: &[usize], depth: usize) -> Vec<bool> {
        if around.is_empty() {
            return vec![true; self.nodes.len()];
        }
        let numbers: FxHashMap<&str, usize> =
            self.nodes.iter().enumerate().map(|(number, node)| (node.address.as_str(), number)).collect();
        let mut beside: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for edge in &self.edges {
            if let (Some(from), Some(to)) = (numbers.get(edge.from.as_str()), numbers.get(edge.to.as_str())) {
                beside[*from].push(*to);
                beside[*to].push(*from);
            }
        }
        let mut keep = vec![false; self.nodes.len()];
        let mut edge: Vec<usize> = around.to_vec();
        around.iter().for_each(|number| keep[*number] = true);
        for _ in 0..depth {
            let mut next = Vec::new();
            for neighbour in edge.iter().flat_map(|number| &beside[*number]) {
                if !std::mem::replace(&mut keep[*neighbour], true) {
                    next.push(*neighbour);
                }
            }
            if next.is_empty() {
                break;
            }
            edge = next;
        }
        keep
    }
}
