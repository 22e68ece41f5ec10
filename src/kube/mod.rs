//! What Kubernetes is, and nothing of hlab: CRDs, their schemas, what a schema refuses, and the kinds that need no CRD.
//!
//! Texts of CRDs come in ([`find`]); what goes out is a [`Crd`], and for an object what an API server would refuse
//! ([`check`]). A schema is JSON as it is read: it is walked once or a few times, and a form of our own would not pay.

mod builtin;
mod check;
mod crd;
mod format;
mod metadata;
mod pattern;
mod problem;
mod texts;

pub use builtin::{Builtin, apis_of, builtin, group_of};
pub use check::{Report, check};
pub use crd::{Crd, File, Memory, Search, Unread, Version, all_of, find, groups};
pub use metadata::metadata;
pub use problem::{Problem, Step, Violation, shown_path};
pub use texts::{texts, texts_of};

#[cfg(test)]
mod tests;
