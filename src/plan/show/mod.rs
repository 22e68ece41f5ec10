//! A plan as text, JSON, Markdown and one HTML page. Texts of a source or a server reach each sink through its one encoder.

mod html;
mod json;
mod markdown;
mod text;
mod view;

pub use html::html;
pub use json::{FORMAT_VERSION, json};
pub use markdown::markdown;
pub use text::text;
pub use view::Detail;
