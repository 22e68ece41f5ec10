//! The Markdown of a documentation comment, as blocks: paragraphs, lists, fenced code, and inside a line code, strong words and
//! links. Whatever else Markdown has stays the text that it is, so that no comment can bring HTML into a page.

use super::{Block, Inline, Target};

/// The blocks of a comment whose markers are taken off.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            continue;
        }
        if let Some(language) = trimmed.strip_prefix("```") {
            let code: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != "```").collect();
            blocks.push(Block::Code { language: language.trim().to_owned(), text: code.join("\n") });
            continue;
        }
        if point(trimmed).is_some() {
            let mut points = vec![point(trimmed).unwrap_or_default().to_owned()];
            while let Some(next) = lines.next_if(|next| !next.trim().is_empty() && !next.trim().starts_with("```")) {
                match (point(next.trim()), points.last_mut()) {
                    (None, Some(last)) => *last = format!("{last}\n{}", next.trim()),
                    (other, _) => points.push(other.unwrap_or_default().to_owned()),
                }
            }
            blocks.push(Block::List(points.iter().map(|point| inline(point)).collect()));
            continue;
        }
        let mut paragraph = vec![trimmed];
        let goes_on = |next: &&str| {
            let next = next.trim();
            !next.is_empty() && !next.starts_with("```") && point(next).is_none()
        };
        while let Some(next) = lines.next_if(goes_on) {
            paragraph.push(next.trim());
        }
        blocks.push(Block::Paragraph(inline(&paragraph.join("\n"))));
    }
    blocks
}

/// What stands behind the mark of a list's point.
fn point(line: &str) -> Option<&str> {
    line.strip_prefix("- ").or_else(|| line.strip_prefix("* "))
}

/// The parts of a line. Each is looked for from left to right once.
pub(super) fn inline(text: &str) -> Vec<Inline> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '[']) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        match marked(rest) {
            Some((part, length)) => {
                push_text(&mut parts, &mut plain);
                parts.push(part);
                rest = &rest[length..];
            }
            None => {
                let run = rest.len() - rest.trim_start_matches(&rest[..1]).len();
                plain.push_str(&rest[..run]);
                rest = &rest[run..];
            }
        }
    }
    plain.push_str(rest);
    push_text(&mut parts, &mut plain);
    parts
}

fn push_text(parts: &mut Vec<Inline>, plain: &mut String) {
    if !plain.is_empty() {
        parts.push(Inline::Text(std::mem::take(plain)));
    }
}

/// A paragraph may be long, what is marked in it is not: with this bound no run of openers makes the reading quadratic.
const LONGEST: usize = 400;

/// The marked part that a text begins with, and its length.
fn marked(text: &str) -> Option<(Inline, usize)> {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    if text.starts_with('`') {
        let fence = text.len() - text.trim_start_matches('`').len();
        let inner = &text[fence..];
        let close = inner.find(&text[..fence])?;
        let code = inner[..close].replace('\n', " ");
        let code = if fence > 1 { code.trim().to_owned() } else { code };
        return (!code.is_empty()).then_some((Inline::Code(code), 2 * fence + close));
    }
    if let Some(inner) = text.strip_prefix("**") {
        let close = inner.find("**").filter(|close| *close > 0 && !inner.starts_with(' '))?;
        return Some((Inline::Strong(inner[..close].to_owned()), close + 4));
    }
    let inner = text.strip_prefix('[')?;
    let (label, after) = inner.split_once("](")?;
    let (url, _) = after.split_once(')')?;
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain =
        !label.contains(['[', ']', '`', '\n']) && url.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"'".contains(&b));
    let link = Inline::Link(Box::new(Inline::Text(label.to_owned())), Target::Url(url.to_owned()));
    (is_web && is_plain && !label.is_empty()).then_some((link, label.len() + url.len() + 4))
}

/// The first sentence of a comment, for lists.
pub(super) fn first_sentence(text: &str) -> Vec<Inline> {
    let paragraph: Vec<&str> = text.lines().take_while(|line| !line.trim().is_empty()).map(str::trim).collect();
    let paragraph = paragraph.join(" ");
    let mut is_code = false;
    let end = paragraph.bytes().enumerate().find_map(|(at, byte)| {
        is_code ^= byte == b'`';
        let is_end = byte == b'.' && !is_code && paragraph[at + 1..].starts_with(' ');
        // No sentence ends in "e.g." or "i.e.".
        (is_end && !paragraph[..at].ends_with(".g") && !paragraph[..at].ends_with(".e")).then_some(at)
    });
    inline(end.map_or(paragraph.as_str(), |end| &paragraph[..=end]))
}

#[cfg(test)]
mod tests {
    use super::{Block, Inline, Target, blocks, first_sentence, inline};

    #[test]
    fn a_comment_is_paragraphs_lists_and_code() {
        let text = "One line\ngoes on.\n\n- a point\n  of two lines\n- another\n\n```hlab\nvm a on b\n\n```\nend";
        let paragraph = |text: &str| Block::Paragraph(vec![Inline::Text(text.into())]);
        let point = |text: &str| vec![Inline::Text(text.into())];
        assert_eq!(
            blocks(text),
            [
                paragraph("One line\ngoes on."),
                Block::List(vec![point("a point\nof two lines"), point("another")]),
                Block::Code { language: "hlab".into(), text: "vm a on b\n".into() },
                paragraph("end"),
            ]
        );
    }

    #[test]
    fn what_is_no_mark_of_ours_stays_text() {
        let text = |text: &str| vec![Inline::Text(text.into())];
        for plain in
            ["<b>x</b>", "a * b", "[x](javascript:alert)", "[x](https://a\"b)", "a ` b", "** a", "[[[[", "****"]
        {
            assert_eq!(inline(plain), text(plain), "{plain}");
        }
    }

    #[test]
    fn code_strong_words_and_links_are_found() {
        let parts = inline("see `a | b`, **not** [here](https://example.org/x)");
        assert_eq!(parts[1], Inline::Code("a | b".into()));
        assert_eq!(parts[3], Inline::Strong("not".into()));
        assert_eq!(
            parts[5],
            Inline::Link(Box::new(Inline::Text("here".into())), Target::Url("https://example.org/x".into()))
        );
        assert_eq!(inline("`` a ` b ``"), [Inline::Code("a ` b".into())]);
    }

    #[test]
    fn the_first_sentence_ends_at_its_full_stop_and_not_inside_code() {
        assert_eq!(first_sentence("`a. b` is it. More."), inline("`a. b` is it."));
        assert_eq!(first_sentence("No stop"), inline("No stop"));
    }
}
