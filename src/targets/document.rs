//! What a document of a file is, before what it wants is read.

use std::ops::Range;

use crate::desire::Text;

/// A document of a file, as its head tells.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Document<'f> {
    /// The number of the file in its set.
    pub file: usize,
    /// Its bytes.
    pub at: Range<usize>,
    /// What it calls itself: `EnvironmentVM`.
    pub kind: Text<'f>,
    /// Its name.
    pub name: Text<'f>,
    /// The resource that it stands for; none for a document that the target does not read.
    pub address: Option<Text<'f>>,
    /// The namespace it is in, if it says one.
    pub namespace: Option<Text<'f>>,
    /// The credential object that it refers to, if it says one.
    pub provider: Option<Text<'f>>,
    /// The kind of that object, if it says one.
    pub provider_kind: Option<Text<'f>>,
}
