//! What one value may be, and checking a text against it.

use std::ops::Range;

use super::property::{self, Schema};
use super::version::Version;

/// The kind of value an option or a key takes.
#[derive(Clone, Copy, Debug)]
pub enum ValueKind {
    /// `1` or `0`; Proxmox also reads `yes no on off true false`.
    Bool,
    /// A whole number within bounds, both inclusive.
    Int {
        /// The least.
        min: Option<i64>,
        /// The greatest.
        max: Option<i64>,
    },
    /// A number within bounds, both inclusive.
    Number {
        /// The least.
        min: Option<f64>,
        /// The greatest.
        max: Option<f64>,
    },
    /// Text of a shape.
    Text {
        /// The greatest length in bytes, if there is one.
        max: Option<u32>,
        /// The shape.
        form: &'static Form,
    },
    /// One of a few words.
    Enum(&'static [&'static str]),
    /// A property string.
    Properties(&'static Schema),
}

/// The shape of a text.
#[derive(Debug)]
pub struct Form {
    /// What it is, for a message: "a MAC address such as BC:24:11:90:21:DF".
    pub what: &'static str,
    /// Whether a text has this shape.
    pub is: fn(&str) -> bool,
}

/// What is wrong with a value, and where in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValueProblem {
    /// The guilty bytes of the value.
    pub at: Range<usize>,
    /// What was expected and what was found, as a diagnostic says it.
    pub message: String,
}

impl ValueProblem {
    /// A problem with a whole text that starts at `offset` of the value.
    pub(super) fn of(text: &str, offset: usize, message: String) -> ValueProblem {
        ValueProblem { at: offset..offset + text.len(), message }
    }
}

/// Reads a truth value as Proxmox does.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "on" | "yes" | "true" => Some(true),
        "0" | "off" | "no" | "false" => Some(false),
        _ => None,
    }
}

impl ValueKind {
    /// Checks a text against this kind.
    ///
    /// # Errors
    /// What is wrong, with its place in `text`.
    pub fn check(&self, version: Version, text: &str) -> Result<(), ValueProblem> {
        let wrong = |expected: String| Err(ValueProblem::of(text, 0, format!("expected {expected}, found `{text}`")));
        match self {
            ValueKind::Bool if boolean(text).is_some() => Ok(()),
            ValueKind::Bool => wrong("1 or 0".to_owned()),
            ValueKind::Int { min, max } => match text.parse::<i64>() {
                Ok(number) if min.is_none_or(|min| number >= min) && max.is_none_or(|max| number <= max) => Ok(()),
                Ok(_) | Err(_) => wrong(format!("a whole number{}", bounds(*min, *max))),
            },
            ValueKind::Number { min, max } => match text.parse::<f64>() {
                Ok(number)
                    if number.is_finite()
                        && min.is_none_or(|min| number >= min)
                        && max.is_none_or(|max| number <= max) =>
                {
                    Ok(())
                }
                Ok(_) | Err(_) => wrong(format!("a number{}", bounds(*min, *max))),
            },
            ValueKind::Text { max: Some(max), .. } if text.len() > *max as usize => {
                wrong(format!("at most {max} bytes"))
            }
            ValueKind::Text { form, .. } if (form.is)(text) => Ok(()),
            ValueKind::Text { form, .. } => wrong(form.what.to_owned()),
            ValueKind::Enum(words) if words.contains(&text) => Ok(()),
            ValueKind::Enum(words) => wrong(format!("one of {}", words.join(", "))),
            ValueKind::Properties(schema) => property::parse(schema, version, text).map(|_| ()),
        }
    }
}

fn bounds<T: std::fmt::Display>(min: Option<T>, max: Option<T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(" from {min} to {max}"),
        (Some(min), None) => format!(", at least {min}"),
        (None, Some(max)) => format!(", at most {max}"),
        (None, None) => String::new(),
    }
}
