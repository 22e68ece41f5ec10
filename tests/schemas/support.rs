//! Where the schemas are.

use std::path::PathBuf;

/// A path below the shared folder; `None`, with a line printed, where that folder is not.
///
/// # Panics
/// If the folder is there and the path is not: a test that would quietly check nothing.
pub fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HLAB_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    if !root.is_dir() {
        println!("skipped: no {}", root.display());
        return None;
    }
    let path = root.join(path);
    assert!(path.exists(), "{} is missing", path.display());
    Some(path)
}
