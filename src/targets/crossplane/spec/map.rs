//! Lists and mappings that few fields hold: mappings whose keys are not the CRD's but the user's, and lists that must be there.

use super::{Shape, Value};
use crate::desire::Text;
use crate::targets::crossplane::tree::{Node, Reader};
use crate::targets::emit::Yaml;

/// Keys with their values, sorted by key: the API server keeps no order.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::targets::crossplane) struct Map<'a, T>(pub Vec<(Text<'a>, T)>);

impl<T> Default for Map<'_, T> {
    fn default() -> Self {
        Map(Vec::new())
    }
}

impl<'a> Value<'a> for Map<'a, Text<'a>> {
    const SHAPE: Shape = Shape::TextMap;

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }

    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if !self.0.is_empty() {
            yaml.open(key);
            self.0.iter().for_each(|(key, value)| yaml.pair(key, value));
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        Map(sorted(reader, node, |reader, value| reader.text(value)))
    }
}

impl<'a> Value<'a> for Map<'a, i64> {
    const SHAPE: Shape = Shape::IntMap;

    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }

    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if !self.0.is_empty() {
            yaml.open(key);
            self.0.iter().for_each(|(key, value)| yaml.pair_int(key, *value));
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        Map(sorted(reader, node, |reader, value| reader.int(value)))
    }
}

/// A list that the CRD asks for, so that it is written when nothing is in it, too.
#[derive(Clone, PartialEq, Default, Debug)]
pub(in crate::targets::crossplane) struct Always<'a>(pub Vec<Text<'a>>);

impl<'a> Value<'a> for Always<'a> {
    const SHAPE: Shape = Shape::Texts;

    fn is_absent(&self) -> bool {
        false
    }

    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        match self.0.is_empty() {
            true => yaml.empty_list(key),
            false => self.0.write(yaml, key),
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        Always(Value::read(reader, node))
    }
}

fn sorted<'a, T>(
    reader: &mut Reader,
    node: &Node<'a>,
    read: impl Fn(&mut Reader, &Node<'a>) -> Option<T>,
) -> Vec<(Text<'a>, T)> {
    let entries = reader.entries(node);
    let mut found: Vec<_> =
        entries.iter().filter_map(|(key, value)| Some((key.text.clone(), read(reader, value)?))).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}
