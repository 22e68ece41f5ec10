//! A file that is sent to a storage, as a form of parts. The file's part is called `filename` and comes last.
//!
//! Source: pve-http-server `file_upload_multipart`; live-api facts, section 1.

use sha2::{Digest, Sha256};

use super::Head;
use crate::failure::Failure;

/// A file that came with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its size in bytes.
    pub size: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// The fields of an upload, in their order.
type Fields = Vec<(String, String)>;

/// The file and the other fields of an upload, among them `filename` and where the real server would have put the file.
///
/// # Errors
/// The server's refusal of a form without a file, or with something after it.
pub fn read(head: &Head, body: &[u8]) -> Result<(Upload, Fields), Failure> {
    let failed = || Failure::new(501, "upload failed");
    let boundary = format!("--{}", head.boundary().ok_or_else(failed)?);
    let mut fields = Vec::new();
    let (parts, is_closed) = parts(body, boundary.as_bytes());
    for (index, part) in parts.iter().enumerate() {
        let end = find(part, b"\r\n\r\n").ok_or_else(failed)?;
        let (lines, content) = (String::from_utf8_lossy(&part[..end]).into_owned(), &part[end + 4..]);
        let disposition = lines.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition"));
        let disposition = disposition.ok_or_else(failed)?;
        let name = named(disposition, "name").ok_or_else(failed)?;
        let Some(filename) = named(disposition, "filename") else {
            fields.push((name, String::from_utf8_lossy(content).into_owned()));
            continue;
        };
        let is_last = is_closed && index + 1 == parts.len();
        if name != "filename" || !is_last {
            return Err(failed());
        }
        let sha256: String = Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect();
        fields.push(("filename".to_owned(), filename));
        fields.push(("tmpfilename".to_owned(), format!("/var/tmp/pveupload-{}", &sha256[..32])));
        return Ok((Upload { size: content.len() as u64, sha256 }, fields));
    }
    Err(failed())
}

/// What stands between the boundaries, without the line breaks that belong to them; and whether the last one closes the form.
fn parts<'a>(body: &'a [u8], boundary: &[u8]) -> (Vec<&'a [u8]>, bool) {
    let separator = [b"\r\n", boundary].concat();
    let (mut parts, mut rest) = (Vec::new(), find(body, boundary).map(|at| &body[at + boundary.len()..]));
    while let Some(part) = rest.and_then(|rest| rest.strip_prefix(b"\r\n")) {
        let Some(end) = find(part, &separator) else { return (parts, false) };
        parts.push(&part[..end]);
        rest = Some(&part[end + separator.len()..]);
    }
    (parts, rest.is_some_and(|rest| rest.starts_with(b"--")))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// A parameter of a line, `name="content"`.
fn named(line: &str, name: &str) -> Option<String> {
    let value = line.split(';').find_map(|part| part.trim().strip_prefix(name)?.trim_start().strip_prefix('='))?;
    Some(value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Upload, read};
    use crate::http::Head;

    const HEAD: &str = "POST /api2/json/nodes/pve/storage/local/upload HTTP/1.1\r\n\
        Content-Type: multipart/form-data; boundary=XX";

    fn part(head: &str, content: &str) -> String {
        format!("--XX\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
    }

    #[test]
    fn a_file_comes_after_the_other_fields() {
        let head = Head::read(HEAD).expect("it is a head");
        assert!(head.is_upload());
        let content = part("name=\"content\"", "iso");
        let file = part("name=\"filename\"; filename=\"a b.iso\"", "data\r\nmore");
        let (upload, fields) = read(&head, format!("{content}{file}--XX--\r\n").as_bytes()).expect("it is a form");
        assert_eq!(upload.size, 10);
        assert_eq!(fields[0], ("content".to_owned(), "iso".to_owned()));
        assert_eq!(fields[1], ("filename".to_owned(), "a b.iso".to_owned()));
        assert!(fields[2].1.starts_with("/var/tmp/pveupload-") && fields.len() == 3);
        let empty = part("name=\"filename\"; filename=\"e\"", "");
        let nothing = read(&head, format!("{empty}--XX--").as_bytes()).expect("an empty file is one");
        assert_eq!(nothing.0, Upload { size: 0, ..nothing.0.clone() });

        for body in [
            format!("{file}{content}--XX--\r\n"),
            format!("{content}--XX--\r\n"),
            format!("{content}{}--XX--\r\n", part("name=\"file\"; filename=\"a.iso\"", "data")),
            format!("{content}{file}"),
            String::new(),
        ] {
            let failure = read(&head, body.as_bytes()).expect_err("it is no upload");
            assert_eq!((failure.status, failure.message.as_str()), (501, "upload failed"), "{body}");
        }
    }
}
