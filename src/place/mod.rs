//! What the compiler chooses, and remembers: ids of guests, in `hlab.lock`.
//!
//! [`Lock`] reads and writes the file; [`ids`] gives a guest without an id the lowest free one of
//! `project.ids`, by address, before anything is evaluated. Choosing hosts for `on auto` is not here yet.

pub mod errors;
mod gone;
mod ids;
mod lock;

pub use gone::{Gone, gone, renamed};
pub use ids::allocate;
pub use lock::{Lock, LockEntry, NotForgotten};
