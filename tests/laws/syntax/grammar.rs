//! `grammar/hlab.pest`, run: the shape of the tree that it specifies for a text.

use pest::Parser;
use pest::iterators::Pair;

use super::shape::Shape;

/// The grammar as a parser.
#[derive(pest_derive::Parser)]
#[grammar = "grammar/hlab.pest"]
struct Grammar;

/// One node, before it becomes a line of the shape.
struct Node {
    kind: String,
    place: (u32, u32),
    children: Vec<Node>,
}

/// The shape that the grammar gives a text, or why it refuses it.
pub fn shape_of(text: &str) -> Result<Shape, String> {
    let mut pairs = Grammar::parse(Rule::File, text).map_err(|error| error.to_string())?;
    let file = pairs.next().ok_or("no file")?;
    let mut node = node(file).ok_or("no node")?;
    node.place = (0, text.len() as u32);
    let mut shape = Shape::new();
    flatten(&node, 0, &mut shape);
    let deepest = shape.iter().map(|(depth, _, _)| *depth).max().unwrap_or(0);
    if deepest > hlab::syntax::MAX_DEPTH as usize {
        return Err("nested too deeply".to_owned());
    }
    Ok(shape)
}

fn flatten(node: &Node, depth: usize, shape: &mut Shape) {
    shape.push((depth, node.kind.clone(), node.children.is_empty().then_some(node.place)));
    for child in &node.children {
        flatten(child, depth + 1, shape);
    }
}

/// The node of a rule: helpers dissolve, levels fold.
fn node(pair: Pair<'_, Rule>) -> Option<Node> {
    let rule = pair.as_rule();
    let place = (pair.as_span().start() as u32, pair.as_span().end() as u32);
    let optional = pair.clone().into_inner().any(|child| child.as_rule() == Rule::question);
    let children: Vec<Node> = pair.into_inner().filter_map(node).collect();
    let kind = match rule {
        Rule::EOI | Rule::question => return None,
        Rule::AnyName => "Name".to_owned(),
        Rule::KeyPath | Rule::ModulePath => "Path".to_owned(),
        Rule::List if children.iter().any(|child| child.kind == "ForClause") => "Comprehension".to_owned(),
        Rule::ForEntry if children.last().is_none_or(|child| child.kind != "Body") => "ForLine".to_owned(),
        Rule::union_level => return alone_or("TypeUnion", place, children),
        Rule::optional_level | Rule::optional_block_level => {
            let base = children.into_iter().next()?;
            let children = vec![base];
            return if optional {
                Some(Node { kind: "TypeOptional".to_owned(), place, children })
            } else {
                children.into_iter().next()
            };
        }
        Rule::BlockText => "StrText".to_owned(),
        Rule::implies_level => return fold_right(children),
        Rule::or_level
        | Rule::and_level
        | Rule::comparison_level
        | Rule::coalesce_level
        | Rule::range_level
        | Rule::add_level
        | Rule::multiply_level => return fold_left(children),
        Rule::postfix_level => return attach(children),
        Rule::generator_level => return alone_or("Generator", place, children),
        Rule::Str if !children.iter().any(|child| child.kind == "Interp") => {
            return Some(Node { kind: "Str".to_owned(), place, children: Vec::new() });
        }
        named => format!("{named:?}"),
    };
    Some(Node { kind, place, children })
}

/// The one child, or a node of this kind around several.
fn alone_or(kind: &str, place: (u32, u32), mut children: Vec<Node>) -> Option<Node> {
    if children.len() > 1 { Some(Node { kind: kind.to_owned(), place, children }) } else { children.pop() }
}

fn binary(operator: Node, left: Node, right: Node) -> Node {
    Node { kind: operator.kind, place: (left.place.0, right.place.1), children: vec![left, right] }
}

fn fold_left(children: Vec<Node>) -> Option<Node> {
    let mut children = children.into_iter();
    let mut left = children.next()?;
    while let (Some(operator), Some(right)) = (children.next(), children.next()) {
        left = binary(operator, left, right);
    }
    Some(left)
}

fn fold_right(mut children: Vec<Node>) -> Option<Node> {
    let mut right = children.pop()?;
    while let (Some(operator), Some(left)) = (children.pop(), children.pop()) {
        right = binary(operator, left, right);
    }
    Some(right)
}

/// A value and what follows it: each suffix takes what stands before it as its first child.
fn attach(children: Vec<Node>) -> Option<Node> {
    let mut children = children.into_iter();
    let mut value = children.next()?;
    for mut suffix in children {
        suffix.place.0 = value.place.0;
        suffix.children.insert(0, value);
        value = suffix;
    }
    Some(value)
}
