//! Who applies what: resources are lowered to facets, and every facet has exactly one owner.

mod facet;

pub use facet::Facet;
