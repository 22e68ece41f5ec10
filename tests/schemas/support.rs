//! Where the schemas are, and something to check against them.

use std::path::PathBuf;

use hlab::pve::Version;
use hlab::targets::crossplane::release::Release;
use hlab::targets::{ArtifactSet, Credential, Login, Request, target};

use serde_json::Value;

use super::random::Random;
use super::wanted;

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

/// What Crossplane gets for a random lab with every field in use somewhere.
pub fn pretend_lab(release: Release) -> ArtifactSet {
    let desired = wanted::desired(&mut Random::new(1), release, 60);
    let request = Request {
        desired: &desired,
        files: &desired,
        target: "crossplane",
        owns: &|_| true,
        origin: &|_, _| None,
        resource: &|_| 0,
        declared: &|_| (String::new(), None),
        version: &|_| Version::V8_4,
        login: Login { credential: Credential::Root, origin: None, ssh: true },
        provider: "default",
        provider_kind: "ProviderConfig",
        namespace: wanted::NAMESPACE,
    };
    let checked = target("crossplane", Some(release.name())).expect("there is one").emit(&request);
    assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
    checked.value
}

/// The node of a path in a tree of the API.
pub fn find<'a>(nodes: &'a Value, path: &str) -> Option<&'a Value> {
    nodes.as_array()?.iter().find_map(
        |node| {
            if node["path"] == path { Some(node) } else { find(&node["children"], path) }
        },
    )
}
