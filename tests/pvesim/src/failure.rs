//! Why a call fails: status, message and what is wrong with each parameter, in the server's words.

use crate::contract::Errors;

/// A refusal or an error of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status.
    pub status: u16,
    /// The message; its first line is the reason phrase too. Ends in a newline where the server's does.
    pub message: String,
    /// What is wrong with each parameter.
    pub errors: Errors,
}

impl Failure {
    /// A failure with any status.
    pub fn new(status: u16, message: &str) -> Failure {
        Failure { status, message: message.to_owned(), errors: Errors::new() }
    }

    /// 500: what the server says of nearly every failure that has to do with state.
    pub fn server(message: &str) -> Failure {
        Failure::new(500, &format!("{message}\n"))
    }

    /// 501: a part of a method that is not modelled. It fails the test that asks for it.
    pub fn not_modelled(what: &str) -> Failure {
        Failure::new(501, &format!("not modelled: {what}"))
    }

    /// 403; `what` is a path and privileges, or empty.
    pub fn permission(what: &str) -> Failure {
        let detail = if what.is_empty() { String::new() } else { format!(" ({what})") };
        Failure::new(403, &format!("Permission check failed{detail}\n"))
    }

    /// 400 with what is wrong with each parameter.
    pub fn parameters(errors: Errors) -> Failure {
        Failure { status: 400, message: "Parameter verification failed.\n".to_owned(), errors }
    }

    /// 400 for one parameter.
    pub fn parameter(name: &str, reason: &str) -> Failure {
        Failure::parameters(Errors::from([(name.to_owned(), reason.to_owned())]))
    }
}
