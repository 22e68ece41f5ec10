//! Heads of requests and replies.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The server's limits.
const MOST_LINES: usize = 64;
const MOST_HEADER_BYTES: usize = 8 * 1024;
/// The largest body, in bytes.
const MOST_BODY: usize = 64 * 1024;
/// The largest upload, in bytes: the real server has no limit, but writes to a file.
const MOST_UPLOAD: usize = 64 << 20;
/// Larger answers are compressed for whoever asks.
const COMPRESSED_FROM: usize = 1024;

/// The head of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The method, as sent.
    pub method: String,
    /// The path, decoded.
    pub path: String,
    /// What stands behind the question mark, as sent.
    pub query: String,
    /// The minor version of HTTP/1.
    pub minor: u32,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Reads a head, without the empty line at its end.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn read(text: &str) -> Result<Head, Failure> {
        let mut lines = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
        let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
        let mut head = Head::read_line(line)?;
        let mut size = 0;
        for (count, line) in lines.enumerate() {
            size += line.len();
            // The real server drops these connections with an error in its log; its words are kept.
            if count + 1 >= MOST_LINES {
                return Err(Failure::new(501, "too many http header lines (> 64)"));
            }
            if size >= MOST_HEADER_BYTES {
                return Err(Failure::new(501, "http header too large"));
            }
            match (line.split_once(':'), line.starts_with(char::is_whitespace), head.headers.last_mut()) {
                (_, true, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                (Some((name, value)), false, _) => {
                    head.headers.push((name.trim().to_owned(), value.trim().to_owned()));
                }
                _ => return Err(Failure::new(506, "unable to parse request header")),
            }
        }
        Ok(head)
    }

    fn read_line(line: &str) -> Result<Head, Failure> {
        let parts: Vec<&str> = line.split(' ').collect();
        let [method, target, protocol] = parts[..] else { return Err(Failure::new(400, "bad request")) };
        let version = protocol.strip_prefix("HTTP/").and_then(|version| version.split_once('.'));
        let Some((Ok(major), Ok(minor))) = version.map(|(major, minor)| (major.parse::<u32>(), minor.parse::<u32>()))
        else {
            return Err(Failure::new(400, "bad request"));
        };
        if major != 1 {
            return Err(Failure::new(506, &format!("http protocol version {major}.{minor} not supported")));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Ok(Head {
            method: method.to_owned(),
            path: super::unescape(path),
            query: query.to_owned(),
            minor,
            headers: Vec::new(),
        })
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// How many bytes follow.
    pub fn length(&self) -> usize {
        self.header("Content-Length").and_then(|length| length.parse().ok()).unwrap_or(0)
    }

    /// The kind of the body, without its parameters.
    pub fn content_type(&self) -> Option<&str> {
        Some(self.header("Content-Type")?.split([';', ',']).next().unwrap_or_default().trim())
    }

    /// The path below `/api2/json`.
    pub fn api_path(&self) -> Option<&str> {
        let rest = self.path.strip_prefix("/api2")?.trim_start_matches('/').strip_prefix("json")?;
        match rest {
            "" => Some("/"),
            rest => Some(rest).filter(|rest| rest.starts_with('/')),
        }
    }

    /// Whether it is a file that is sent to a storage: the one method whose body is a form of parts.
    pub fn is_upload(&self) -> bool {
        let steps: Vec<&str> = self.api_path().unwrap_or_default().split('/').filter(|step| !step.is_empty()).collect();
        self.method == "POST" && matches!(steps[..], ["nodes", _, "storage", _, "upload"])
    }

    /// What separates the parts of a form of parts.
    pub fn boundary(&self) -> Option<&str> {
        let given = self.header("Content-Type")?.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
        Some(given.trim_matches('"')).filter(|boundary| !boundary.is_empty())
    }

    /// Whether the client would go on with this connection.
    pub fn keeps_alive(&self) -> bool {
        match self.header("Connection") {
            Some(value) => !value.to_ascii_lowercase().contains("close"),
            None => self.minor >= 1,
        }
    }

    /// What the server says of a head before it asks who is there.
    pub fn refusal(&self) -> Option<Failure> {
        if !["GET", "POST", "PUT", "DELETE"].contains(&self.method.as_str()) {
            return Some(Failure::new(501, &format!("method '{}' not available", self.method)));
        }
        match self.header("Transfer-Encoding") {
            Some(encoding) if encoding.eq_ignore_ascii_case("chunked") => {
                return Some(Failure::new(501, "chunked transfer encoding not supported"));
            }
            Some(encoding) => return Some(Failure::new(501, &format!("Unknown transfer encoding '{encoding}'"))),
            None => {}
        }
        if !self.path.starts_with("/api2") {
            return Some(Failure::new(501, &format!("no such file '{}'", self.path)));
        }
        self.api_path().is_none().then(|| Failure::new(501, "no such uri"))
    }

    /// What the server says of a body before it reads it.
    pub fn refusal_of_body(&self) -> Option<Failure> {
        if self.length() == 0 {
            return None;
        }
        if self.method != "PUT" && self.method != "POST" {
            return Some(Failure::new(501, &format!("Unexpected content for method '{}'", self.method)));
        }
        if self.is_upload() {
            let given = self.header("Content-Type").unwrap_or_default();
            let fits = self.boundary().is_some() && self.content_type() == Some("multipart/form-data");
            let refusal = || Failure::new(501, &format!("upload 'Content-Type '{given}' not implemented"));
            return (!fits || self.length() > MOST_UPLOAD).then(refusal);
        }
        if self.length() > MOST_BODY {
            return Some(Failure::new(501, "for data too large"));
        }
        match self.content_type() {
            None | Some("" | "application/x-www-form-urlencoded" | "application/json") => None,
            Some(_) => {
                let given = self.header("Content-Type").unwrap_or_default();
                Some(Failure::new(506, &format!("upload 'Content-Type '{given}' not implemented")))
            }
        }
    }
}

/// A reply, before it is bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The reason phrase: one line.
    pub reason: String,
    /// The body's type; none where there is no body.
    pub content_type: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// The type of every JSON answer, to the letter.
const JSON: &str = "application/json;charset=UTF-8";

impl Reply {
    /// A reply of nothing but its first line and headers, as all refusals are that come before a method is found.
    pub fn bare(status: u16, reason: &str) -> Reply {
        Reply { status, reason: first_line(reason), content_type: None, body: Vec::new() }
    }

    /// An answer: `data`, and what some lists say beside it.
    pub fn data(members: Map<String, Value>) -> Reply {
        let body = Value::Object(members).to_string().into_bytes();
        Reply { status: 200, reason: "OK".to_owned(), content_type: Some(JSON.to_owned()), body }
    }

    /// A failure. Older releases have the message only in the reason phrase.
    pub fn failure(failure: &Failure, has_message: bool) -> Reply {
        let mut members = Map::new();
        members.insert("data".to_owned(), Value::Null);
        if has_message {
            members.insert("message".to_owned(), failure.message.clone().into());
        }
        if !failure.errors.is_empty() {
            let errors = failure.errors.iter().map(|(name, reason)| (name.clone(), reason.clone().into()));
            members.insert("errors".to_owned(), Value::Object(errors.collect()));
        }
        let mut reply = Reply::data(members);
        reply.status = failure.status;
        reply.reason = first_line(&failure.message);
        reply
    }

    /// The bytes on the wire; `now` is the node's time in seconds since 1970.
    pub fn bytes(&self, keeps_alive: bool, accepts_gzip: bool, now: i64) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, self.reason);
        let mut header = |name: &str, value: &str| head.push_str(&format!("{name}: {value}\r\n"));
        header("Cache-Control", "max-age=0");
        header("Connection", if keeps_alive { "Keep-Alive" } else { "close" });
        header("Date", &date(now));
        header("Pragma", "no-cache");
        header("Server", "pve-api-daemon/3.0");
        if let Some(content_type) = &self.content_type {
            header("Content-Type", content_type);
        }
        let compressed = (accepts_gzip && self.body.len() > COMPRESSED_FROM).then(|| gzip(&self.body));
        if compressed.is_some() {
            header("Content-Encoding", "gzip");
        }
        let body = compressed.as_ref().unwrap_or(&self.body);
        if !body.is_empty() {
            header("Content-Length", &body.len().to_string());
        } else if keeps_alive {
            // The real server names no length here; without it nobody could tell where the next answer begins.
            header("Content-Length", "0");
        }
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        bytes
    }
}

/// A time as HTTP writes it: `Thu, 01 Jan 2026 00:00:00 GMT`.
fn date(now: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"];
    let (days, seconds) = (now.div_euclid(86_400), now.rem_euclid(86_400));
    let name = DAYS[usize::try_from(days.rem_euclid(7)).unwrap_or(0)];
    // Counted from 1 March of year 0, so that the leap day is the last of its year: eras of 400 years have 146,097 days.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = year_of_era + era * 400 + i64::from(month >= 10);
    let month = MONTHS[usize::try_from(month).unwrap_or(0)];
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{name}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("a vector takes every byte")
}

/// The first line of a message, without characters that cannot stand in a reason phrase.
fn first_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(date(1_709_209_845), "Thu, 29 Feb 2024 12:30:45 GMT");
        assert_eq!(date(1_767_225_600), "Thu, 01 Jan 2026 00:00:00 GMT");
    }
}
