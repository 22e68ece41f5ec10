//! The language server: messages in, messages out. The only layer that names the protocol's types.
//!
//! [`serve`] shakes hands and runs one loop. Notifications change the [`state`]: which files are open, with which text.
//! Requests are answered from [`crate::ide`], in the order in which they came, each on the text that the client had when it
//! asked; one that was cancelled is not computed. Once nobody waits, what is wrong is computed and sent; that work is given up
//! when a message arrives. A panic costs one answer: the project is then read anew.

mod actions;
mod answers;
mod capabilities;
mod completion;
mod convert;
mod diagnostics;
mod edits;
mod fold;
mod inbox;
mod inlay;
mod layout;
mod library;
mod rename;
mod server;
mod state;
mod symbols;
mod tokens;

use std::path::{Path, PathBuf};

use crate::base::World;

pub use server::{Broken, serve};

/// What the server needs of the machine that it runs on.
pub trait Machine {
    /// The folder of the project that a file belongs to: the nearest one upwards with a `project` in it.
    fn project_of(&self, file: &Path) -> PathBuf;

    /// The files of a project's folder; empty if it cannot be looked at.
    fn open(&self, root: &Path) -> Box<dyn World>;

    /// Lays the library's files out, read-only, so that an editor can show them; their folder, if there is one.
    fn lay_out_library(&self, files: &[(String, String)]) -> Option<PathBuf>;
}
