//! The reference: what kinds, types, functions and policies are, from their declarations and the comments above them.
//!
//! What comes in is the files' trees; what goes out is a [`Reference`], pages of plain blocks, which [`markdown`] and [`html`]
//! write, each through its one encoder. Nothing is evaluated: a declaration says by itself what it is. `collect` finds the
//! items and where each is described, `kinds` and `pages` write the pages, `comment` reads the Markdown of a comment, `grammar`
//! the rules of the grammar, and [`source`] the text of a declaration, which `hlab explain` and editors show as well.

mod collect;
mod comment;
mod grammar;
pub mod html;
mod kinds;
pub mod markdown;
mod pages;
pub mod source;

pub use pages::reference;

/// What is to be described.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subject {
    /// The standard library alone.
    Library,
    /// The project with the library.
    Project,
}

/// Pages that refer to each other; the first is the index.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// What it is about.
    pub title: String,
    /// The pages, in the order in which they are read.
    pub pages: Vec<Page>,
}

/// One page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page {
    /// Its path without an ending: `kinds/vm`. Made of letters, digits, `-`, `_` and `.`, and safe to write.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What stands on it.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A heading of level 2 to 4, and what a link to it is called.
    Heading {
        /// The level; the page's title is level 1.
        level: u8,
        /// The name of the place, the only one of this name in the reference; may be empty.
        anchor: String,
        /// The words.
        text: Vec<Inline>,
    },
    /// Running text.
    Paragraph(Vec<Inline>),
    /// A list with a dot before each point.
    List(Vec<Vec<Inline>>),
    /// Source text.
    Code {
        /// Its language.
        language: String,
        /// The text.
        text: String,
    },
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Inline {
    /// Words.
    Text(String),
    /// Words that matter.
    Strong(String),
    /// Source text.
    Code(String),
    /// Words or source text that lead somewhere.
    Link(Box<Inline>, Target),
}

impl Inline {
    /// Source text that leads to a place of the reference.
    fn code_link(text: &str, target: Target) -> Inline {
        Inline::Link(Box::new(Inline::Code(text.to_owned())), target)
    }
}

/// Where a link leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A place of the reference: the path of a page, and the name of the place; empty for the page itself.
    Place(String, String),
    /// A page elsewhere, `http` or `https`.
    Url(String),
}

/// Whether all pages become one text, in which a link is a place further up or down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form<'a> {
    /// A file for each page; this is the path of the one that is written.
    Files(&'a str),
    /// One text.
    Whole,
}

impl Form<'_> {
    /// What stands behind a link to a place: a relative path to a file of this ending, or a name in the same text.
    fn link(self, target: &Target, ending: &str) -> String {
        match (target, self) {
            (Target::Url(url), _) => url.clone(),
            (Target::Place(page, place), Form::Whole) if place.is_empty() => format!("#{}", page_anchor(page)),
            (Target::Place(_, place), Form::Whole) => format!("#{place}"),
            (Target::Place(page, place), Form::Files(own)) => {
                let place = if place.is_empty() { String::new() } else { format!("#{place}") };
                if page == own && !place.is_empty() {
                    return place;
                }
                // Folders are one level deep at most.
                let folder =
                    |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                let (here, there) = (folder(own), folder(page));
                match page.strip_prefix(here.as_str()).filter(|_| here == there) {
                    Some(name) => format!("{name}.{ending}{place}"),
                    None => format!("{}{page}.{ending}{place}", "../".repeat(here.matches('/').count())),
                }
            }
        }
    }
}

/// What a link to a whole page is called where all are one text.
fn page_anchor(path: &str) -> String {
    format!("page.{}", path.replace('/', "."))
}
