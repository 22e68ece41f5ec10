//! Text to tree, total: whatever the text, there is a tree and a list of what is wrong with it.

pub mod tree;
