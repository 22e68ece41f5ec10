//! hlab: one small typed language for a Proxmox lab, checked as a whole and lowered to what applies it.
//!
//! The modules stand in layer order, which is also reading order: each imports only from those above it.

#![forbid(unsafe_code)]

pub mod base;
pub mod diag;
pub mod pve;
pub mod syntax;

pub mod own;

pub mod targets;

pub mod session;
