//! The official API schema, as the law of what may be asked and what is answered.
//!
//! A [`Table`] holds the methods of one release by schema path. [`Table::find`] matches a request's path, [`validate`] looks at
//! parameters with the server's own wording, [`offences_of_answer`] at an answer. Who may call stands in `access::permission`.
//! The order of these checks on the server stands in `dispatch`.
//!
//! Source: the official schema (pve-docs, `api-viewer/apidata.js`), reduced by `tests/pvesim/reduce.py` to what is modelled;
//! the rules and wordings of the server's validator, pve-common `PVE::JSONSchema`, written anew.

mod formats;
mod path;
mod property_string;
mod schema;
mod table;
mod typetext;
mod validate;

pub use formats::{is_known as is_known_format, split_list};
pub use schema::{Additional, Audience, Check, Format, GroupsParameter, Kind, Method, Pattern, Permissions, Schema};
pub use table::{Found, Table};
pub use validate::{Errors, foreign_property, offences_of_answer, property_of, validate};
