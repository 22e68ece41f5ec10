//! HTTP/1.1 as the real server speaks it, quirks included, over TLS or plain.
//!
//! Comes in: connections. Goes out: bytes. A thread serves a connection; the head is read and judged ([`Head`]), the caller is
//! named, then the body is read, and `dispatch` answers. What the real server refuses is refused here with its words: chunked
//! bodies, bodies of GET and DELETE, HTTP/2, unknown body types, bodies that are too large.
//!
//! Source: pve-http-server `PVE::APIServer::AnyEvent`; live-api facts, sections 1 to 3.

mod connection;
mod listener;
mod message;
mod multipart;
mod parameters;
mod tls;

pub use connection::{Connection, Cut};
pub use listener::{Listener, listen};
pub use message::{Head, Reply};
pub use multipart::{Upload, read as read_upload};
pub use parameters::{of_request as parameters, of_upload as upload_parameters, unescape};
pub use tls::{Authority, Certificate, Flaw, Tls};
