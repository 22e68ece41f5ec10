//! YAML, written as it is decided: no tree, one growing text.
//!
//! Block style, two spaces. A string is written plain only if every reader takes it for that string: YAML 1.1 and 1.2,
//! Go's, Python's and Rust's. Everything else is double-quoted, so that `on`, `1_000`, `12:30:45`, `2001-12-14`, `0x1F`,
//! `<<` and `=` stay text. Control characters, line ends and characters that reorder text are escaped: they are shown,
//! never sent. `tests/laws/yaml.rs` reads all of that back with two other readers.

use std::fmt::Write as _;

/// A YAML text under construction.
///
/// Keys are constants, written as they are, except in [`Yaml::pair`]. Between [`Yaml::open`] or [`Yaml::list`] and [`Yaml::close`] everything is one level deeper.
#[derive(Default, Debug)]
pub struct Yaml {
    out: String,
    depth: usize,
    /// An item was begun and has no key yet: the next one stands behind the dash.
    dash: bool,
}

impl Yaml {
    /// An empty text with room for `bytes`.
    #[must_use]
    pub fn with_capacity(bytes: usize) -> Yaml {
        Yaml { out: String::with_capacity(bytes), ..Yaml::default() }
    }

    /// The text so far.
    #[must_use]
    pub fn text_so_far(&self) -> &str {
        &self.out
    }

    /// Forgets the text and keeps its memory.
    pub fn clear(&mut self) {
        self.out.clear();
        self.depth = 0;
        self.dash = false;
    }

    /// The text.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    /// A comment line of these texts, one behind the other. What would end it is escaped.
    pub fn comment(&mut self, texts: &[&str]) {
        self.indent();
        self.out.push_str("# ");
        for text in texts {
            if text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~')) {
                self.out.push_str(text);
            } else {
                self.shown(text, |character| !is_visible(character));
            }
        }
        self.out.push('\n');
    }

    /// The line between two documents of a stream.
    pub fn document(&mut self) {
        self.out.push_str("---\n");
    }

    // What writes a line is not inline, and what it consists of is: a document is written by a hundred calls, and code that
    // is short stays in the processor's cache.

    /// `key: text`.
    #[inline(never)]
    pub fn text(&mut self, key: &'static str, value: &str) {
        self.key(key);
        self.out.push_str(": ");
        self.scalar(value);
        self.out.push('\n');
    }

    /// `key: text`, the text being these texts, one behind the other.
    pub fn joined(&mut self, key: &'static str, texts: &[&str]) {
        self.key(key);
        self.out.push_str(": ");
        let start = self.out.len();
        texts.iter().for_each(|text| self.out.push_str(text));
        // It seldom needs quotes, so it is written before it is looked at.
        if !is_plain(&self.out[start..]) {
            let text = self.out.split_off(start);
            self.quoted(&text);
        }
        self.out.push('\n');
    }

    /// `key: word`, where the word is a constant too, and one that needs no quotes.
    #[inline(never)]
    pub fn word(&mut self, key: &'static str, word: &'static str) {
        debug_assert!(is_plain(word), "`{word}` is written as it is");
        self.key(key);
        self.out.push_str(": ");
        self.out.push_str(word);
        self.out.push('\n');
    }

    /// `key: text`, where the key is a text from somewhere too.
    pub fn pair(&mut self, key: &str, value: &str) {
        self.start();
        self.scalar(key);
        self.out.push_str(": ");
        self.scalar(value);
        self.out.push('\n');
    }

    /// `key: 42`, where the key is a text from somewhere.
    pub fn pair_int(&mut self, key: &str, value: i64) {
        self.start();
        self.scalar(key);
        self.out.push_str(": ");
        self.digits(value);
        self.out.push('\n');
    }

    /// `key: 42`.
    #[inline(never)]
    pub fn int(&mut self, key: &'static str, value: i64) {
        self.key(key);
        self.out.push_str(": ");
        self.digits(value);
        self.out.push('\n');
    }

    /// `key: 1.5`; a whole number has no fraction.
    ///
    /// A number that is none, or infinite, is written as YAML's `.nan` or `.inf`.
    pub fn number(&mut self, key: &'static str, value: f64) {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        self.key(key);
        self.out.push_str(": ");
        if value.is_nan() {
            self.out.push_str(".nan");
        } else if value.is_infinite() {
            self.out.push_str(if value > 0.0 { ".inf" } else { "-.inf" });
        } else if value.fract() == 0.0 && value.abs() <= EXACT {
            self.digits(value as i64);
        } else {
            // Without an exponent, which YAML 1.1 knows only in some forms. Writing to a String cannot fail.
            let _ = write!(self.out, "{value}");
        }
        self.out.push('\n');
    }

    /// `key: true`.
    #[inline(never)]
    pub fn flag(&mut self, key: &'static str, value: bool) {
        self.key(key);
        self.out.push_str(if value { ": true\n" } else { ": false\n" });
    }

    /// `key:` and a mapping below it.
    #[inline(never)]
    pub fn open(&mut self, key: &'static str) {
        self.key(key);
        self.out.push_str(":\n");
        self.depth += 1;
    }

    /// `key:` and a list below it.
    #[inline]
    pub fn list(&mut self, key: &'static str) {
        self.open(key);
    }

    /// Ends what [`Yaml::open`] or [`Yaml::list`] began.
    #[inline]
    pub fn close(&mut self) {
        self.depth -= 1;
    }

    /// `key: []`.
    pub fn empty_list(&mut self, key: &'static str) {
        self.key(key);
        self.out.push_str(": []\n");
    }

    /// Begins an item of a list that is a mapping; its first key must follow. [`Yaml::close`] ends it.
    #[inline]
    pub fn item(&mut self) {
        self.dash = true;
        self.depth += 1;
    }

    /// An item of a list that is a mapping with nothing in it.
    pub fn empty_item(&mut self) {
        self.indent();
        self.out.push_str("- {}\n");
    }

    /// An item of a list that is a text.
    #[inline]
    pub fn text_item(&mut self, value: &str) {
        self.indent();
        self.out.push_str("- ");
        self.scalar(value);
        self.out.push('\n');
    }

    #[inline(always)]
    fn key(&mut self, key: &'static str) {
        debug_assert!(is_plain(key), "`{key}` is written as it is");
        self.start();
        self.out.push_str(key);
    }

    /// What stands before a key.
    #[inline(always)]
    fn start(&mut self) {
        if self.dash {
            self.blanks(self.depth - 1);
            self.out.push_str("- ");
            self.dash = false;
        } else {
            self.blanks(self.depth);
        }
    }

    fn indent(&mut self) {
        self.blanks(self.depth);
    }

    /// Two blanks for each level. Sixteen are written and those too many taken back: a length that is known is one move.
    #[inline]
    fn blanks(&mut self, depth: usize) {
        const BLANKS: &str = "                ";
        let end = self.out.len() + depth * 2;
        self.out.push_str(BLANKS);
        while self.out.len() < end {
            self.out.push_str(BLANKS);
        }
        self.out.truncate(end);
    }

    fn digits(&mut self, value: i64) {
        if let digit @ 0..=9 = value {
            self.out.push(char::from(b'0' + digit as u8));
            return;
        }
        let mut buffer = [0u8; 20];
        let mut at = buffer.len();
        let mut rest = value.unsigned_abs();
        loop {
            at -= 1;
            buffer[at] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        if value < 0 {
            self.out.push('-');
        }
        buffer[at..].iter().for_each(|digit| self.out.push(char::from(*digit)));
    }

    #[inline(always)]
    fn scalar(&mut self, value: &str) {
        if is_plain(value) {
            self.out.push_str(value);
        } else {
            self.quoted(value);
        }
    }

    #[inline(never)]
    fn quoted(&mut self, value: &str) {
        self.out.push('"');
        // Most are: without a branch, the compiler looks at many bytes at a time.
        let is_simple = |all: bool, byte: u8| all & matches!(byte, b' '..=b'~') & (byte != b'"') & (byte != b'\\');
        if value.bytes().fold(true, is_simple) {
            self.out.push_str(value);
        } else {
            self.shown(value, |character| matches!(character, '"' | '\\') || !is_visible(character));
        }
        self.out.push('"');
    }

    /// The text, with characters escaped that cannot stand here.
    fn shown(&mut self, text: &str, must_escape: impl Fn(char) -> bool) {
        let mut rest = text;
        while let Some(at) = rest.find(&must_escape) {
            self.out.push_str(&rest[..at]);
            let mut characters = rest[at..].chars();
            if let Some(character) = characters.next() {
                self.escape(character);
            }
            rest = characters.as_str();
        }
        self.out.push_str(rest);
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\0' => "\\0",
            _ => "",
        };
        self.out.push_str(short);
        if short.is_empty() {
            let code = u32::from(character);
            // Writing to a String cannot fail.
            let _ = match code {
                0..=0xFF => write!(self.out, "\\x{code:02X}"),
                0x100..=0xFFFF => write!(self.out, "\\u{code:04X}"),
                _ => write!(self.out, "\\U{code:08X}"),
            };
        }
    }
}

/// Whether a character may stand in an output as it is: not a control, not a line end of any reader, not one that hides or
/// reorders its neighbours.
fn is_visible(character: char) -> bool {
    match character {
        '\u{20}'..='\u{7E}' => true,
        '\0'..='\u{9F}' => false,
        '\u{AD}'
        | '\u{61C}'
        | '\u{200B}'..='\u{200F}'
        | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{FFFE}'
        | '\u{FFFF}'
        | '\u{E0000}'..='\u{E0FFF}' => false,
        _ => true,
    }
}

/// What a byte does to a plain string, as bits, so that a string's bytes are simply put together.
static BYTES: [u8; 256] = bytes();

/// Forbids it.
const QUOTE: u8 = 1;
/// May stand at the start, and then makes the string look like a number.
const DIGIT: u8 = 2;
/// May not stand at the start.
const INNER: u8 = 4;
/// May stand between two others.
const BLANK: u8 = 8;
/// May stand before something that is no blank.
const COLON: u8 = 16;
/// Shows that what begins with a digit is no number, no date and no time.
const SLASH: u8 = 32;
/// May begin a word that some reader takes for a truth value, a number or nothing.
const WORD: u8 = 64;

const fn bytes() -> [u8; 256] {
    let mut table = [QUOTE; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'y' | b'n' | b'o' | b'i' | b't' | b'f' | b'Y' | b'N' | b'O' | b'I' | b'T' | b'F' => WORD,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => 0,
            b'0'..=b'9' => DIGIT,
            b'-' | b'.' | b'+' | b'@' | b'=' | b';' | b'(' | b')' => INNER,
            b' ' => BLANK,
            b':' => COLON,
            b'/' => SLASH,
            _ => QUOTE,
        };
        byte += 1;
    }
    table
}

/// Whether every reader takes the bare text for this string.
#[inline]
fn is_plain(value: &str) -> bool {
    let bytes = value.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    let seen = bytes.iter().fold(0, |seen, byte| seen | BYTES[*byte as usize]);
    let (first, last) = (BYTES[*first as usize], BYTES[*last as usize]);
    if seen & QUOTE != 0 || first & (INNER | BLANK | COLON) != 0 || last & (BLANK | COLON) != 0 {
        return false;
    }
    // A colon before a blank ends a key; where there are both, no one looks closer.
    if seen & COLON != 0 && seen & BLANK != 0 {
        return false;
    }
    // MAC addresses and the like are quoted, lest some of them are and some are not.
    if seen & SLASH == 0 && (first & DIGIT != 0 || seen & COLON != 0) {
        return false;
    }
    first & WORD == 0 || bytes.len() > 5 || !is_word(bytes)
}

/// Whether a reader takes this for a truth value or for nothing, in any case.
fn is_word(bytes: &[u8]) -> bool {
    const WORDS: &[&str] = &["y", "n", "on", "no", "yes", "off", "nan", "inf", "true", "null", "none", "false"];
    WORDS.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(bytes))
}

#[cfg(test)]
mod tests {
    use super::Yaml;

    #[test]
    fn a_document_reads_as_a_person_would_write_it() {
        let mut yaml = Yaml::default();
        yaml.comment(&["hlab: vm.k3s-vm-pve", ", ", "guests.hlab"]);
        yaml.text("kind", "EnvironmentVM");
        yaml.open("spec");
        yaml.list("disk");
        yaml.item();
        yaml.text("interface", "scsi0");
        yaml.int("size", 50);
        yaml.text("discard", "on");
        yaml.list("speed");
        yaml.item();
        yaml.number("read", 10.5);
        yaml.close();
        yaml.close();
        yaml.close();
        yaml.close();
        yaml.list("tags");
        yaml.text_item("k3s");
        yaml.close();
        yaml.flag("started", true);
        yaml.close();
        let expected = "\
# hlab: vm.k3s-vm-pve, guests.hlab
kind: EnvironmentVM
spec:
  disk:
    - interface: scsi0
      size: 50
      discard: \"on\"
      speed:
        - read: 10.5
  tags:
    - k3s
  started: true
";
        assert_eq!(yaml.finish(), expected);
    }

    #[track_caller]
    fn written(value: &str, expected: &str) {
        let mut yaml = Yaml::default();
        yaml.text("v", value);
        assert_eq!(yaml.finish(), format!("v: {expected}\n"));
    }

    #[test]
    fn what_a_reader_could_take_for_something_else_is_quoted() {
        for word in ["on", "Yes", "n", "null", "~", "1_000", "0x1F", "0o7", "0777", "12:30:45", "1.5", "1e3", ".inf"] {
            written(word, &format!("\"{word}\""));
        }
        for word in
            ["2001-12-14", "<<", "=", "", " a", "a ", "a: b", "a #b", "- a", "*a", "&a", "!a", "4m", "10.0.0.1", "a,b"]
        {
            written(word, &format!("\"{word}\""));
        }
    }

    #[test]
    fn ordinary_words_stay_bare() {
        for word in
            ["k3s-vm-pve", "local:import/noble.qcow2", "ssh-ed25519 AAAA+/= ops@lab", "10.0.0.1/24", "scsi0", "nope"]
        {
            written(word, word);
        }
        written("BC:24:11:90:21:DF", "\"BC:24:11:90:21:DF\"");
    }

    #[test]
    fn controls_are_shown_and_never_sent() {
        written("a\nb\t\"\\\u{1b}\u{85}\u{2028}\u{202e}", "\"a\\nb\\t\\\"\\\\\\x1B\\x85\\u2028\\u202E\"");
        written("ünï", "\"ünï\"");
        let mut yaml = Yaml::default();
        yaml.comment(&["a\nb", ": \u{1b}[31m"]);
        assert_eq!(yaml.finish(), "# a\\nb: \\x1B[31m\n");
    }

    #[test]
    fn numbers_are_whole_or_shortest() {
        let mut yaml = Yaml::default();
        yaml.int("a", i64::MIN);
        yaml.number("b", 4096.0);
        yaml.number("c", 0.1);
        yaml.number("d", 1e-7);
        assert_eq!(yaml.finish(), "a: -9223372036854775808\nb: 4096\nc: 0.1\nd: 0.0000001\n");
    }
}
