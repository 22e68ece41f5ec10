//! Text and names: what every layer stands on.
//!
//! Source files come in as bytes through a [`World`]; what goes out is [`SourceFile`]s with spans
//! into them, interned [`Name`]s, and edits. Nothing here knows the language.

pub mod document;
mod names;
mod similar;
mod source;
mod stop;
mod world;

pub use names::{Name, Names};
pub use similar::{closest, distance};
pub use source::{FileId, LineColumn, Origin, SourceFile, Sources, Span, TextEdit};
pub use stop::Stop;
pub use world::{MemoryWorld, ReadError, World, is_data_file};
