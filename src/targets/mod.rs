//! What the lab is lowered to: one folder per target, siblings that never import each other.
//!
//! A target gets the facets it owns and gives an [`ArtifactSet`]: files as data, not yet on any disk.

mod artifacts;
pub mod emit;

pub use artifacts::{Artifact, ArtifactSet, BadPath, check_path};
