//! What Proxmox VE is, and nothing of hlab.
//!
//! In comes what people and APIs write: the name of an option, a property string, a version. Out goes whether Proxmox
//! takes it, who may set it and what a change does to a running guest. The facts stand in one small written table
//! ([`VM_OPTIONS`], [`CONTAINER_OPTIONS`]) with a row for every option of the versions we know, and `tests/schemas.rs` compares it with the API
//! schemas of these versions.

pub mod base64;
pub mod calendar;
mod container;
mod defaults;
pub mod entry;
mod failure;
mod form;
pub mod impact;
pub mod normal;
mod options;
mod privilege;
mod property;
mod raw;
mod release;
pub mod size;
mod value;
mod version;

pub use container::CONTAINER_OPTIONS;
pub use defaults::{key_default, option_default};
pub use failure::{FAILURES, Failure, FailureKind, failure};
pub use normal::Normal;
pub use options::{Guest, Impact, Row, Setter, VM_OPTIONS, guest_option, option, option_of};
pub use privilege::{Need, Permissions, to_set};
pub use property::{Alias, Key, ModelAlias, Properties, Property, Role, Schema, parse, schema};
pub use raw::{RawProblem, check_raw_option};
pub use release::{CHANGES, Change, Concern, between};
pub use value::{Form, ValueKind, ValueProblem};
pub use version::Version;
