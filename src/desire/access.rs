//! Who may do what, and to which things together.

use super::Text;

/// Guests and storages under one name: the facet `pool.entry`. Guests say themselves which pool they are in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Pool<'a> {
    /// Its name.
    pub name: Text<'a>,
    /// A remark.
    pub comment: Option<Text<'a>>,
    /// The storages in it, sorted.
    pub storages: Vec<Text<'a>>,
}
