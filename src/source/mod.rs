//! From facts to hlab text: what other systems say of a lab, as source that a person goes on writing.
//!
//! [`text`] is the one encoder of names, strings and values, [`body`] of entries and blocks; [`import`] turns what is
//! wanted, as manifests say it, into the files of a project; [`scan`] what a host's tools print into facts of that host,
//! in its place in the files that are there. Whatever comes out went through `hlab fmt`, so it looks as
//! if it were written by hand.

mod body;
pub mod import;
pub mod scan;
mod text;

pub use import::{Imported, lab};
