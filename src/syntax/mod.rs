//! Text to tree, total: whatever the text, there is a tree and a list of what is wrong with it.
//!
//! [`parse`] reads a file's text into a [`tree::Tree`]: a hand-written lexer (`lex`, `literal`, `words`) and an
//! error-tolerant recursive descent (`parser` holds its state; `entry`, `head`, `item`, `types`, `expr` and `text` the
//! language; `recover` how it goes on after an error, `repeat` what it need not read again). `grammar/hlab.pest` is the
//! same language as a specification, and a law holds both together. What the quotes of a string enclose is read by [`unquote`] and [`segment`].

mod again;
mod entry;
pub mod errors;
mod expr;
mod format;
mod head;
mod item;
mod lex;
mod literal;
mod parser;
mod recover;
mod repeat;
mod text;
pub mod tree;
mod types;
mod words;

pub use again::{Before, parse_again};
pub use expr::is_identifier;
pub use format::format;
pub use parser::{MAX_DEPTH, parse};
pub use text::{segment, unquote};
pub use words::{ITEM_WORDS, ItemWord, RESERVED, reserved};

#[cfg(test)]
mod tests;
