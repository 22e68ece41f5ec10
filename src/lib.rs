//! hlab: one small typed language for a Proxmox lab, checked as a whole and lowered to what applies it.
//!
//! The modules stand in layer order, which is also reading order: each imports only from those above it.

#![forbid(unsafe_code)]
// Tests may touch files and clocks; the library below the rim may not.
#![cfg_attr(not(test), warn(clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros))]

pub mod base;
pub mod diag;
pub mod pve;
pub mod kube;
pub mod scan;
pub mod syntax;
pub mod hir;
pub mod resolve;
pub mod doc;
pub mod types;
pub mod eval;
pub mod model;
pub mod graph;
pub mod map;
pub mod place;
pub mod policy;
pub mod own;
pub mod desire;
pub mod plan;
pub mod source;
pub mod targets;
pub mod session;
pub mod ide;

#[cfg(feature = "live")]
#[expect(clippy::disallowed_methods, reason = "whoever waits for a network reads a clock")]
pub mod live;

#[cfg(feature = "lsp")]
pub mod lsp;

#[cfg(feature = "cli")]
#[expect(
    clippy::disallowed_methods,
    reason = "the rim: files, streams and the environment are read here and nowhere else"
)]
pub mod cli;
