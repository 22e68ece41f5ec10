//! What a schema refuses, as facts and as a sentence.

use serde_json::Value as Data;

/// One step into an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A field, or a key of a map.
    Key(String),
    /// An element of a list, from 0.
    Item(usize),
}

/// Something that is refused: where, what, and what the schema says the field is for.
#[derive(Clone, PartialEq, Debug)]
pub struct Violation {
    /// From the object to the guilty value; to the object that lacks a field.
    pub path: Vec<Step>,
    /// What is wrong.
    pub problem: Problem,
    /// The schema's description of the field.
    pub about: Option<String>,
}

/// What is wrong with a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Problem {
    /// A field that the schema does not have.
    Unknown {
        /// The field.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A required field that nothing says.
    Missing {
        /// The field.
        name: String,
        /// What it is for.
        about: Option<String>,
    },
    /// Another type.
    Type {
        /// The word of the schema: `string`, `int-or-string`.
        wanted: String,
        /// The value.
        found: Data,
    },
    /// None of the values that are allowed.
    NotAllowed {
        /// The value.
        found: Data,
        /// Those that are.
        allowed: Vec<Data>,
    },
    /// A text of another shape.
    Pattern {
        /// The text.
        found: String,
        /// The pattern.
        pattern: String,
    },
    /// A text that is not of a format.
    Format {
        /// The text.
        found: String,
        /// The format.
        format: String,
    },
    /// A text that is too long.
    Longer {
        /// Characters at most.
        most: u64,
        /// Characters.
        found: u64,
    },
    /// A text that is too short.
    Shorter {
        /// Characters at least.
        least: u64,
        /// Characters.
        found: u64,
    },
    /// A number that is too small.
    Less {
        /// The bound.
        least: f64,
        /// Whether the bound itself is too small.
        is_open: bool,
        /// The number.
        found: f64,
    },
    /// A number that is too great.
    More {
        /// The bound.
        most: f64,
        /// Whether the bound itself is too great.
        is_open: bool,
        /// The number.
        found: f64,
    },
    /// A number that is no multiple of another.
    NotAMultiple {
        /// The other.
        of: f64,
        /// The number.
        found: f64,
    },
    /// Too few elements or fields.
    TooFew {
        /// At least so many.
        least: u64,
        /// So many there are.
        found: u64,
        /// Of what.
        what: &'static str,
    },
    /// Too many elements or fields.
    TooMany {
        /// At most so many.
        most: u64,
        /// So many there are.
        found: u64,
        /// Of what.
        what: &'static str,
    },
    /// An element of a set, or a key of a list, for the second time.
    Repeated {
        /// The fields that tell elements apart; none of a set.
        keys: Vec<String>,
        /// What they say, as JSON.
        value: String,
        /// The element that says the same.
        first: usize,
    },
    /// Of several alternatives none fits, or more than one.
    Alternatives {
        /// How many fit.
        fitting: usize,
        /// Whether only one may.
        most_one: bool,
        /// The fields that each alternative wants.
        wanted: Vec<Vec<String>>,
        /// Why the first does not fit.
        first: Option<Box<Violation>>,
    },
    /// What must not be.
    Forbidden {
        /// The fields that must not be there together.
        wanted: Vec<String>,
    },
}

impl Problem {
    /// The sentence, without the place.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Problem::Unknown { name, .. } => format!("there is no field `{name}`"),
            Problem::Missing { name, .. } => format!("the required field `{name}` is missing"),
            Problem::Type { wanted, found } => format!("expected {}, found {}", type_words(wanted), shown(found)),
            Problem::NotAllowed { found, allowed } => {
                let few: Vec<String> = allowed.iter().take(12).map(|value| format!("`{}`", plain(value))).collect();
                let more = if allowed.len() > few.len() { ", …" } else { "" };
                format!("expected {}{more}, found `{}`", either(&few), plain(found))
            }
            Problem::Pattern { found, pattern } => {
                format!("expected text of the pattern `{}`, found `{}`", short(pattern), short(found))
            }
            Problem::Format { found, format } => format!("expected {}, found `{}`", format_words(format), short(found)),
            Problem::Longer { most, found } => {
                format!("expected at most {}, found {found}", so_many(*most, "characters"))
            }
            Problem::Shorter { least, found } => {
                format!("expected at least {}, found {found}", so_many(*least, "characters"))
            }
            Problem::Less { least, is_open: false, found } => format!("expected at least {least}, found {found}"),
            Problem::Less { least, is_open: true, found } => format!("expected more than {least}, found {found}"),
            Problem::More { most, is_open: false, found } => format!("expected at most {most}, found {found}"),
            Problem::More { most, is_open: true, found } => format!("expected less than {most}, found {found}"),
            Problem::NotAMultiple { of, found } => format!("expected a multiple of {of}, found {found}"),
            Problem::TooFew { least, found, what } => {
                format!("expected at least {}, found {found}", so_many(*least, what))
            }
            Problem::TooMany { most, found, what } => {
                format!("expected at most {}, found {found}", so_many(*most, what))
            }
            Problem::Repeated { keys, value, first } if keys.is_empty() => {
                format!("`{}` is in the set already, as `[{first}]`", short(value))
            }
            Problem::Repeated { keys, value, first } => {
                format!("`[{first}]` has the same {}: `{}`", ticked(keys), short(value))
            }
            Problem::Alternatives { fitting, most_one, wanted, first } => {
                alternatives(*fitting, *most_one, wanted, first.as_deref())
            }
            Problem::Forbidden { wanted } if wanted.is_empty() => "the schema forbids this value".to_owned(),
            Problem::Forbidden { wanted } => format!("{} must not be said here", ticked(wanted)),
        }
    }
}

fn alternatives(fitting: usize, most_one: bool, wanted: &[Vec<String>], first: Option<&Violation>) -> String {
    // The usual case: one of several fields.
    let names: Option<Vec<String>> = wanted
        .iter()
        .map(|fields| if let [one] = fields.as_slice() { Some(format!("`{one}`")) } else { None })
        .collect();
    match (names, fitting, first) {
        (Some(names), 0, _) => format!("expected one of {}, found none", either(&names)),
        (Some(names), many, _) => format!("expected only one of {}, found {many}", either(&names)),
        (None, 0, Some(first)) => {
            let place = shown_path(&first.path);
            let place = if place.is_empty() { String::new() } else { format!("`{place}`: ") };
            format!("none of the {} alternatives fits; of the first: {place}{}", wanted.len(), first.problem.message())
        }
        (None, 0, None) => format!("none of the {} alternatives fits", wanted.len()),
        (None, many, _) if most_one => format!("{many} of the {} alternatives fit, and only one may", wanted.len()),
        (None, many, _) => format!("{many} of the {} alternatives fit", wanted.len()),
    }
}

fn type_words(wanted: &str) -> &str {
    match wanted {
        "string" => "text",
        "boolean" => "`true` or `false`",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "fields in braces",
        "int-or-string" => "a whole number or text",
        other => other,
    }
}

fn format_words(format: &str) -> String {
    match format {
        "byte" => "text in base64".to_owned(),
        "date" => "a date such as `2026-01-24`".to_owned(),
        "date-time" => "a time such as `2026-01-24T10:00:00Z`".to_owned(),
        "duration" => "a duration such as `1h30m`".to_owned(),
        "cidr" => "a network such as `192.168.4.0/24`".to_owned(),
        "ipv4" | "ipv6" | "ip" => format!("an {} address", format.replace("ip", "IP")),
        other => format!("text of the format `{other}`"),
    }
}

fn so_many(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {}", what.trim_end_matches('s')) } else { format!("{count} {what}") }
}

/// A value as the end of a sentence.
fn shown(value: &Data) -> String {
    match value {
        Data::Null => "null".to_owned(),
        Data::Bool(flag) => format!("`{flag}`"),
        Data::Number(number) => format!("the number {number}"),
        Data::String(text) => format!("the text \"{}\"", short(text)),
        Data::Array(_) => "a list".to_owned(),
        Data::Object(_) => "fields in braces".to_owned(),
    }
}

/// A value as it is written, texts without quotes.
pub(super) fn plain(value: &Data) -> String {
    value.as_str().map_or_else(|| short(&value.to_string()), short)
}

/// A text of which a line is shown.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    if line.len() == text.len() && line.chars().count() <= LONGEST {
        return text.to_owned();
    }
    line.chars().take(LONGEST).chain("…".chars()).collect()
}

fn ticked(names: &[String]) -> String {
    let ticked: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    ticked.join(" and ")
}

fn either(words: &[String]) -> String {
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some(_) | None => words.concat(),
    }
}

/// A path as people write it: `spec.addresses[0]`.
#[must_use]
pub fn shown_path(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Item(number) => out.push_str(&format!("[{number}]")),
            Step::Key(name) if name.is_empty() || name.contains(['.', '[', ' ']) => {
                out.push_str(&format!("[\"{}\"]", short(name)));
            }
            Step::Key(name) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&short(name));
            }
        }
    }
    out
}
