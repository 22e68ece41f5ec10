//! Matches the path of a request with the paths of the schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Variables whose value may have a `/` in it: the rest of the path is theirs.
///
/// Source: `fragmentDelimiter` of the storage content and of the IP sets of the firewall (pve-storage, pve-firewall).
const TAKE_THE_REST: [&str; 2] = ["volume", "cidr"];

/// The paths of a schema as a tree: a step is a fixed word or a variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    fixed: BTreeMap<String, Tree>,
    variable: Option<(String, Box<Tree>)>,
    /// The schema path that ends here.
    end: Option<String>,
}

impl Tree {
    /// Adds a schema path, `/nodes/{node}/qemu`.
    pub fn add(&mut self, path: &str) {
        let mut tree = self;
        for step in path.split('/').filter(|step| !step.is_empty()) {
            tree = match step.strip_prefix('{').and_then(|step| step.strip_suffix('}')) {
                Some(name) => &mut tree.variable.get_or_insert_with(|| (name.to_owned(), Box::default())).1,
                None => tree.fixed.entry(step.to_owned()).or_default(),
            };
        }
        tree.end = Some(path.to_owned());
    }

    /// The schema path that a path matches, and the values of its variables.
    pub fn find(&self, path: &str) -> Option<(&str, Map<String, Value>)> {
        let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
        let (mut tree, mut variables) = (self, Map::new());
        let mut at = 0;
        while at < steps.len() {
            if let Some(next) = tree.fixed.get(steps[at]) {
                (tree, at) = (next, at + 1);
                continue;
            }
            let (name, next) = tree.variable.as_ref()?;
            let takes_rest = TAKE_THE_REST.contains(&name.as_str()) && next.fixed.is_empty() && next.variable.is_none();
            let end = if takes_rest { steps.len() } else { at + 1 };
            variables.insert(name.clone(), Value::String(steps[at..end].join("/")));
            (tree, at) = (next, end);
        }
        Some((tree.end.as_deref()?, variables))
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    fn tree() -> Tree {
        let mut tree = Tree::default();
        for path in ["/nodes", "/nodes/{node}/qemu/{vmid}", "/nodes/{node}/storage/{storage}/content/{volume}"] {
            tree.add(path);
        }
        tree
    }

    #[test]
    fn variables_are_taken_from_the_path() {
        let tree = tree();
        let (path, variables) = tree.find("/nodes/pve//qemu/100/").expect("empty steps do not count");
        assert_eq!(path, "/nodes/{node}/qemu/{vmid}");
        assert_eq!((&variables["node"], &variables["vmid"]), (&"pve".into(), &"100".into()));
    }

    #[test]
    fn a_volume_keeps_its_slash() {
        let tree = tree();
        let (_, variables) =
            tree.find("/nodes/pve/storage/local/content/local:iso/debian.iso").expect("it is a volume");
        assert_eq!(variables["volume"], "local:iso/debian.iso");
    }

    #[test]
    fn what_is_in_no_schema_is_not_found() {
        assert!(tree().find("/nodes/pve/ghosts").is_none());
        assert!(tree().find("/nodes/pve").is_none(), "a step on the way is no method");
    }
}
