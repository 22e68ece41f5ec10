//! What an HTTP response means: an answer of Proxmox, or of something else.
//!
//! In come status, reason phrase, content type and body; out goes an [`Answer`]. Older releases have their message in the reason
//! phrase only, a 401 has no body at all, and what stands in front of the API answers with pages.

use serde_json::Value;

use crate::plan::Answer;

/// A response, read to its end.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub status: u16,
    /// Empty where it is the status's usual one.
    pub reason: String,
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// What it means.
    pub(super) fn answer(&self) -> Answer {
        if (200..300).contains(&self.status) {
            return self.data();
        }
        if self.body.is_empty() || self.is_json() {
            return Answer::Refused { status: self.status, message: self.message() };
        }
        Answer::Lost(format!("status {}, with {}", self.status, self.what_came()))
    }

    fn data(&self) -> Answer {
        if self.body.is_empty() {
            return Answer::Lost("an empty answer".to_owned());
        }
        if !self.is_json() {
            return Answer::Lost(self.what_came());
        }
        match serde_json::from_slice::<Value>(&self.body) {
            Ok(Value::Object(mut members)) => match members.remove("data") {
                Some(data) => Answer::Data(data),
                None => Answer::Lost("JSON without `data`, which no answer of Proxmox VE is".to_owned()),
            },
            Ok(_) => Answer::Lost("JSON that is no object, which no answer of Proxmox VE is".to_owned()),
            Err(error) if error.is_eof() => Answer::Lost("an answer that ends in the middle".to_owned()),
            Err(_) => Answer::Lost("an answer that is not JSON, though it says so".to_owned()),
        }
    }

    fn is_json(&self) -> bool {
        let kind = self.content_type.split(';').next().unwrap_or_default().trim();
        kind.eq_ignore_ascii_case("application/json")
    }

    /// `a page (text/html) instead of JSON: …`.
    fn what_came(&self) -> String {
        let kind = self.content_type.split(';').next().unwrap_or_default().trim();
        match kind {
            "" => "an answer that does not say what it is, instead of JSON".to_owned(),
            "text/html" => "a page for people (text/html) instead of JSON; is a proxy in front of the API?".to_owned(),
            kind => format!("`{kind}` instead of JSON; is a proxy in front of the API?"),
        }
    }

    /// Reason phrase, message and what is said of each parameter, as one line; each said once.
    fn message(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or(Value::Null);
        let mut said = vec![self.reason.trim().to_owned()];
        if let Some(message) = body["message"].as_str() {
            said.push(message.trim().to_owned());
        }
        if let Some(errors) = body["errors"].as_object() {
            let one = |(name, why): (&String, &Value)| {
                format!("{name}: {}", why.as_str().map_or_else(|| why.to_string(), |why| why.trim().to_owned()))
            };
            said.extend(errors.iter().map(one));
        }
        let mut text = String::new();
        for part in said.into_iter().filter(|part| !part.is_empty()) {
            if !text.contains(&part) {
                let between = if text.is_empty() { "" } else { "; " };
                text = format!("{text}{between}{}", part.replace('\n', " "));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Answer, Reply};

    const JSON: &str = "application/json;charset=UTF-8";

    fn reply(status: u16, reason: &str, content_type: &str, body: &str) -> Answer {
        let (reason, content_type) = (reason.to_owned(), content_type.to_owned());
        Reply { status, reason, content_type, body: body.as_bytes().to_vec() }.answer()
    }

    #[track_caller]
    fn is_lost(answer: &Answer, why: &str) {
        assert!(matches!(answer, Answer::Lost(text) if text.contains(why)), "{answer:?}");
    }

    #[track_caller]
    fn is_refused(answer: Answer, status: u16, message: &str) {
        assert_eq!(answer, Answer::Refused { status, message: message.to_owned() });
    }

    #[test]
    fn data_is_what_stands_under_data() {
        assert_eq!(reply(200, "", JSON, r#"{"data":[1]}"#), Answer::Data(json!([1])));
        assert_eq!(reply(200, "", JSON, r#"{"data":null}"#), Answer::Data(json!(null)));
    }

    #[test]
    fn what_is_no_answer_of_proxmox_is_lost_with_what_came_instead() {
        is_lost(&reply(200, "", "text/html", "<html>"), "a page for people");
        is_lost(&reply(502, "Bad Gateway", "text/html", "<html>"), "status 502, with a page");
        is_lost(&reply(200, "", "text/plain", "hello"), "`text/plain` instead of JSON");
        is_lost(&reply(200, "", JSON, ""), "an empty answer");
        is_lost(&reply(200, "", JSON, r#"{"data":[1,"#), "ends in the middle");
        is_lost(&reply(200, "", JSON, "data: 1"), "not JSON, though it says so");
        is_lost(&reply(200, "", JSON, "[]"), "no object");
        is_lost(&reply(200, "", JSON, "{}"), "without `data`");
    }

    #[test]
    fn a_message_stands_in_the_reason_phrase_the_body_or_both() {
        is_refused(reply(401, "No ticket", "", ""), 401, "No ticket");
        is_refused(
            reply(403, "", JSON, r#"{"data":null,"message":"Permission check failed\n"}"#),
            403,
            "Permission check failed",
        );
        let both = reply(500, "no such vm", JSON, r#"{"data":null,"message":"no such vm\n"}"#);
        is_refused(both, 500, "no such vm");
        let body = r#"{"errors":{"vmid":"type check failed\n"},"data":null}"#;
        is_refused(
            reply(400, "Parameter verification failed.", JSON, body),
            400,
            "Parameter verification failed.; vmid: type check failed",
        );
    }
}
