//! One item's meaning, with no other file consulted.
//!
//! What comes in is a tree; what goes out is the list of its items ([`Items`]): what each is, its
//! name, and where its parts stand in the tree. Bodies stay in the tree until their types are known.
//! [`literal`] reads the values of literals, [`strings`] undoes escapes.

mod errors;
mod items;
pub mod literal;

pub use items::{Head, Item, Items, What, lower, read_head};
