//! A strict simulator of the Proxmox VE API: the test double and the demo of hlab, of which it imports nothing.
//!
//! ```
//! use pvesim::{Options, Sim};
//!
//! let sim = Sim::start(Options::default())?;
//! println!("{}", sim.url());
//! sim.assert_clean();
//! # Ok::<(), String>(())
//! ```
//!
//! A request passes these stages, in the order of the real server:
//! `http` reads it and refuses what that server refuses on the wire; `auth` says who asks; `contract` finds the method in the
//! official schema; `access` looks at permissions, before any parameter is looked at; `contract` validates the parameters; and a
//! function of `areas` does the work on the `world`. What the schema forbids is answered as Proxmox would and recorded as a
//! [`Violation`], which fails [`Sim::assert_clean`]. What is not modelled is answered 501 and recorded too: nothing is invented.

pub mod world;

pub mod access;
mod admin;
pub mod areas;
mod auth;
pub mod contract;
mod dispatch;
mod failure;
mod fault;
mod http;
mod record;
mod serve;
mod sim;

pub use areas::modelled;
pub use contract::{
    Audience, Check, Format, Kind, Method, Pattern, Permissions, Schema, Table, is_known_format, offences_of_answer,
};
pub use failure::Failure;
pub use fault::{Action, Fault, When};
pub use http::{Flaw, Tls, Upload};
pub use record::{InFlight, Request, Rule, Violation};
pub use sim::{Contract, Options, Sim};
