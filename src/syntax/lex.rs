//! Text to tokens, one at a time and on demand: no token is stored and none is allocated.
//!
//! Literals are recognised by their exact shape before identifiers, the longest match first. A text
//! that is almost a token (`5foo`, an unclosed string, `'x'`) is one token of a `Bad…` kind, so that
//! the parser reports it once and goes on behind it.

use super::literal;
use super::words;

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum T {
    /// The end of the text (in `${…}`: of the line).
    Eof,
    /// A line in column 0 that begins a new item, seen while something is still open. Empty.
    Stop,
    /// An identifier; whether it is a special word depends on where it stands.
    Word,
    Int,
    Float,
    Size,
    Duration,
    Rate,
    Percent,
    Ip,
    Cidr,
    Mac,
    DeviceId,
    Pci,
    /// A whole string without holes.
    Str,
    /// A whole string with a wrong escape or a control character in it.
    StrFaulty,
    /// The opening quotes of a string that has a `${`.
    StrOpen,
    LBrace,
    RBrace,
    LParen,
    RParen,
    LBracket,
    RBracket,
    Comma,
    Colon,
    Equal,
    EqualEqual,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Plus,
    PlusEqual,
    Minus,
    Arrow,
    Star,
    Slash,
    Dot,
    DotDot,
    Question,
    QuestionQuestion,
    QuestionDot,
    Pipe,
    /// `&&`: other languages' `and`.
    AndAnd,
    /// `||`: other languages' `or`.
    OrOr,
    /// `!`: other languages' `not`.
    Bang,
    /// `;`: other languages' end of an entry.
    Semicolon,
    /// A number with something behind it that is no unit, or a literal of no known shape.
    BadNumber,
    /// A `"` string that does not end on its line.
    BadString,
    /// A `"""` string that does not end, or whose text begins on the line of its opening quotes.
    BadBlock,
    /// `'text'`.
    BadQuotes,
    /// A character that means nothing here.
    BadChar,
    /// `# …` or `/* … */`: skipped like a comment once reported.
    BadComment,
    /// `// …` inside `${…}`.
    BadHole,
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// What it is.
    pub kind: T,
    /// Whether a line break that still counts stands before it; the parser clears this to join lines.
    pub nl: bool,
    /// Whether it is the first of its line.
    pub line: bool,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

const WORD: u8 = 1;
const DIGIT: u8 = 2;
const HEX: u8 = 4;
const START: u8 = 8;
/// Means nothing else in a `"` string than itself.
const PLAIN: u8 = 16;

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0usize;
    while byte < 256 {
        let b = byte as u8;
        let mut class = 0;
        if b.is_ascii_alphanumeric() || b == b'_' {
            class |= WORD;
        }
        if b.is_ascii_digit() {
            class |= DIGIT;
        }
        if b.is_ascii_hexdigit() {
            class |= HEX;
        }
        if b.is_ascii_alphabetic() || b == b'_' {
            class |= START;
        }
        let special = matches!(b, b'"' | b'\\' | b'$' | 0x7f | 0xc2) || (b < 0x20 && b != b'\t');
        if !special {
            class |= PLAIN;
        }
        table[byte] = class;
        byte += 1;
    }
    table
}

static CLASS: [u8; 256] = classes();

/// Whether a byte belongs to a word.
pub(super) fn is_word(byte: u8) -> bool {
    CLASS[byte as usize] & WORD != 0
}

/// Whether a byte begins an identifier.
pub(super) fn is_start(byte: u8) -> bool {
    CLASS[byte as usize] & START != 0
}

/// Whether a byte is a hexadecimal digit.
pub(super) fn is_hex(byte: u8) -> bool {
    CLASS[byte as usize] & HEX != 0
}

/// Reads tokens out of one text.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    /// The whole text.
    pub text: &'t str,
    /// Its bytes up to where reading stops: the end of the text, or of the line inside `${…}`.
    bytes: &'t [u8],
    /// Whether reading is confined to `${…}`.
    pub hole: bool,
    /// No `"""` closes behind this text any more: unclosed ones end at the next item, so that many cost no more than one.
    pub no_block_end: bool,
    /// The same for `*/`.
    pub no_comment_end: bool,
}

impl<'t> Lexer<'t> {
    /// A lexer at the start of a text.
    pub fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, bytes: text.as_bytes(), hole: false, no_block_end: false, no_comment_end: false }
    }

    /// Where reading stops.
    pub fn limit(&self) -> usize {
        self.bytes.len()
    }

    /// Lets reading stop at `limit`.
    pub fn set_limit(&mut self, limit: usize) {
        self.bytes = &self.text.as_bytes()[..limit];
    }

    /// The byte at a place; 0 behind the limit.
    #[inline]
    pub fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    /// The token at or behind `from`, after blanks and comments.
    pub fn next(&mut self, from: usize) -> Token {
        let bytes = self.bytes;
        let mut at = from;
        let mut line = from == 0;
        let first = loop {
            while bytes.get(at) == Some(&b' ') {
                at += 1;
            }
            match bytes.get(at) {
                Some(b'\t') => at += 1,
                Some(b'\n') => {
                    line = true;
                    at += 1;
                }
                Some(b'\r') if self.byte(at + 1) == b'\n' => at += 1,
                Some(b'/') if self.byte(at + 1) == b'/' && !self.hole => at = line_end(self.text.as_bytes(), at),
                found => break found.copied(),
            }
        };
        let (kind, end) = first.map_or((T::Eof, at), |first| self.token(at, first));
        Token { kind, nl: line, line, start: at as u32, end: end as u32 }
    }

    #[inline]
    fn token(&mut self, at: usize, first: u8) -> (T, usize) {
        let class = CLASS[usize::from(first)];
        if class & HEX != 0
            && self.has_colon(at)
            && let Some(found) = literal::shape(self, at)
        {
            return found;
        }
        if class & START != 0 {
            let end = self.word_end(at);
            return if self.byte(end) < 0x80 { (T::Word, end) } else { self.foreign_word(at, end) };
        }
        if class & DIGIT != 0 {
            return literal::number(self, at);
        }
        match first {
            b'"' => self.string(at),
            b'\'' => self.quoted(at, '\'', '\''),
            b'=' if self.byte(at + 1) == b'>' => (T::BadChar, at + 2),
            b'\\' if self.ends_line(at + 1) => (T::BadComment, line_end(self.text.as_bytes(), at) + 1),
            0x80.. => self.beyond_ascii(at),
            b'#' => (T::BadComment, line_end(self.text.as_bytes(), at).min(self.limit())),
            b'/' if self.byte(at + 1) == b'/' => (T::BadHole, self.limit()),
            b'/' if self.byte(at + 1) == b'*' => self.block_comment(at),
            _ => self.symbol(at, first),
        }
    }

    /// Whether a `:` stands behind the hexadecimal digits at `at`, five of them at most.
    fn has_colon(&self, at: usize) -> bool {
        let run = self.bytes[at..].iter().take(6).find(|byte| !is_hex(**byte));
        run == Some(&b':')
    }

    fn symbol(&self, at: usize, first: u8) -> (T, usize) {
        let second = self.byte(at + 1);
        let (kind, length) = match (first, second) {
            (b'{', _) => (T::LBrace, 1),
            (b'}', _) => (T::RBrace, 1),
            (b'(', _) => (T::LParen, 1),
            (b')', _) => (T::RParen, 1),
            (b'[', _) => (T::LBracket, 1),
            (b']', _) => (T::RBracket, 1),
            (b',', _) => (T::Comma, 1),
            (b':', _) => (T::Colon, 1),
            (b'=', b'=') => (T::EqualEqual, 2),
            (b'=', _) => (T::Equal, 1),
            (b'!', b'=') => (T::NotEqual, 2),
            (b'!', _) => (T::Bang, 1),
            (b'<', b'=') => (T::LessEqual, 2),
            (b'<', _) => (T::Less, 1),
            (b'>', b'=') => (T::GreaterEqual, 2),
            (b'>', _) => (T::Greater, 1),
            (b'+', b'=') => (T::PlusEqual, 2),
            (b'+', _) => (T::Plus, 1),
            (b'-', b'>') => (T::Arrow, 2),
            (b'-', _) => (T::Minus, 1),
            (b'*', _) => (T::Star, 1),
            (b'/', _) => (T::Slash, 1),
            (b'.', b'.') => (T::DotDot, 2),
            (b'.', _) => (T::Dot, 1),
            (b'?', b'?') => (T::QuestionQuestion, 2),
            (b'?', b'.') => (T::QuestionDot, 2),
            (b'?', _) => (T::Question, 1),
            (b'|', b'|') => (T::OrOr, 2),
            (b'|', _) => (T::Pipe, 1),
            (b'&', b'&') => (T::AndAnd, 2),
            (b';', _) => (T::Semicolon, 1),
            _ => (T::BadChar, self.text[at..].chars().next().map_or(1, char::len_utf8)),
        };
        (kind, at + length)
    }

    /// One past the identifier that starts at `at`.
    pub fn word_end(&self, at: usize) -> usize {
        let mut end = at;
        loop {
            match self.bytes.get(end) {
                Some(byte) if is_word(*byte) => end += 1,
                Some(b'-') if is_word(self.byte(end + 1)) => end += 2,
                _ => return end,
            }
        }
    }

    fn string(&mut self, at: usize) -> (T, usize) {
        if self.byte(at + 1) == b'"' && self.byte(at + 2) == b'"' {
            return self.block_string(at);
        }
        let bytes = self.bytes;
        if let Some(end) = plain_string(&bytes[at + 1..]) {
            return (T::Str, at + 1 + end);
        }
        let mut faulty = false;
        let mut end = at + 1;
        while end < bytes.len() {
            match bytes[end] {
                byte if CLASS[usize::from(byte)] & PLAIN != 0 => end += 1,
                b'"' => return (if faulty { T::StrFaulty } else { T::Str }, end + 1),
                b'\\' => end = self.escape(end, &mut faulty),
                b'$' if self.byte(end + 1) == b'{' => return (T::StrOpen, at + 1),
                b'\n' => return (T::BadString, end),
                b'\r' if self.byte(end + 1) == b'\n' => return (T::BadString, end),
                byte => {
                    faulty |= is_control(byte, self.byte(end + 1));
                    end += 1;
                }
            }
        }
        (T::BadString, end)
    }

    fn block_string(&mut self, at: usize) -> (T, usize) {
        let bytes = self.text.as_bytes();
        let mut end = at + 3;
        while matches!(self.byte(end), b' ' | b'\t' | b'\r') {
            end += 1;
        }
        if self.byte(end) != b'\n' || self.hole {
            let line = line_end(bytes, at).min(self.limit());
            let closed = self.text[at + 3..line].find("\"\"\"");
            return (T::BadBlock, closed.map_or(line, |length| at + length + 6));
        }
        let mut faulty = false;
        while end < self.limit() {
            match bytes[end] {
                b'"' if self.text.as_bytes()[end..].starts_with(b"\"\"\"") => {
                    return (if faulty { T::StrFaulty } else { T::Str }, end + 3);
                }
                b'\\' => end = self.escape(end, &mut faulty),
                b'$' if self.byte(end + 1) == b'{' && !self.no_block_end => return (T::StrOpen, at + 3),
                b'\n' if self.no_block_end && self.item_head(end + 1) => return (T::BadBlock, end),
                byte => {
                    faulty |= is_control(byte, self.byte(end + 1)) && byte != b'\n';
                    end += 1;
                }
            }
        }
        self.no_block_end = true;
        (T::BadBlock, self.next_item(at))
    }

    /// The end of the line before the first item behind `at`, or of the text.
    pub fn next_item(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = line_end(bytes, at);
        while end < bytes.len() && !self.item_head(end + 1) {
            end = line_end(bytes, end + 1);
        }
        end.min(bytes.len())
    }

    /// One past the escape at `at`; sets `faulty` if there is no such escape.
    pub fn escape(&self, at: usize, faulty: &mut bool) -> usize {
        match self.byte(at + 1) {
            b'n' | b't' | b'r' | b'"' | b'\\' | b'$' => at + 2,
            b'u' => match literal::unicode_escape(&self.text[at..self.limit()]) {
                Some((_, length)) => at + length,
                None => {
                    *faulty = true;
                    at + 2
                }
            },
            _ => {
                *faulty = true;
                at + 1
            }
        }
    }

    /// A text in other quotes, if they are closed on the line; otherwise the quote alone.
    fn quoted(&self, at: usize, open: char, close: char) -> (T, usize) {
        let line = line_end(self.text.as_bytes(), at).min(self.limit());
        let inner = at + open.len_utf8();
        match self.text[inner..line].find(close) {
            Some(length) => (T::BadQuotes, inner + length + close.len_utf8()),
            None => (T::BadChar, inner),
        }
    }

    fn beyond_ascii(&self, at: usize) -> (T, usize) {
        match self.text[at..].chars().next().unwrap_or(' ') {
            '“' | '„' | '”' => {
                let (kind, end) = self.quoted(at, '“', '”');
                if kind == T::BadQuotes { (kind, end) } else { self.quoted(at, '„', '“') }
            }
            '‘' => self.quoted(at, '‘', '’'),
            letter if letter.is_alphabetic() => self.foreign_word(at, at),
            other => (T::BadChar, at + other.len_utf8()),
        }
    }

    /// A word with letters beyond ASCII behind `end`, as one bad token; without, what ends there.
    fn foreign_word(&self, at: usize, end: usize) -> (T, usize) {
        let foreign = |c: char| c.is_alphanumeric() || c == '_';
        let length: usize = self.text[end..self.limit()].chars().take_while(|c| foreign(*c)).map(char::len_utf8).sum();
        (
            if length == 0 { T::Word } else { T::BadChar },
            if length == 0 { end } else { self.word_end(end + length).max(at) },
        )
    }

    /// Whether nothing but blanks stands from `at` to the end of the line.
    fn ends_line(&self, at: usize) -> bool {
        let line = line_end(self.text.as_bytes(), at);
        line < self.limit() && self.text[at..line].trim().is_empty()
    }

    fn block_comment(&mut self, at: usize) -> (T, usize) {
        let line = line_end(self.text.as_bytes(), at).min(self.limit());
        if self.no_comment_end || self.hole {
            let closed = self.text[at + 2..line].find("*/");
            return (T::BadComment, closed.map_or(line, |length| at + length + 4));
        }
        match self.text[at + 2..].find("*/") {
            Some(length) => (T::BadComment, at + length + 4),
            None => {
                self.no_comment_end = true;
                (T::BadComment, line)
            }
        }
    }

    /// Whether a new item starts at `at`, which is the first byte of a line.
    pub fn item_head(&self, at: usize) -> bool {
        let bytes = self.text.as_bytes();
        if at >= bytes.len() || !is_start(bytes[at]) {
            return false;
        }
        let end = self.word_end(at);
        let word = &self.text[at..end];
        let mut next = end;
        while matches!(self.byte(next), b' ' | b'\t') {
            next += 1;
        }
        if words::item(word).is_some() {
            return !self.field_mark(next);
        }
        if words::follows_expression(word) || words::reserved(word) {
            return false;
        }
        match self.byte(next) {
            b'"' => true,
            byte if next > end && is_start(byte) => !words::follows_expression(&self.text[next..self.word_end(next)]),
            _ => false,
        }
    }

    /// Whether `=`, `+=`, `{`, `:` or `.` stands at `at`: the word before it is then a field's or a block's name.
    pub fn field_mark(&self, at: usize) -> bool {
        match self.byte(at) {
            b'=' => self.byte(at + 1) != b'=',
            b'+' => self.byte(at + 1) == b'=',
            b'{' | b':' | b'.' => true,
            _ => false,
        }
    }
}

/// The length of a text up to and with its closing `"`, if there is nothing but printable ASCII before it; most strings are
/// so, and their bytes are looked at sixteen at a time.
fn plain_string(bytes: &[u8]) -> Option<usize> {
    let end = memchr::memchr3(b'"', b'\\', b'$', bytes)?;
    let is_strange = |byte: &u8| !(0x20..0x7f).contains(byte);
    let strange = bytes[..end].iter().fold(false, |strange, byte| strange | is_strange(byte));
    (bytes[end] == b'"' && !strange).then_some(end + 1)
}

/// Whether a byte (with the one behind it) is a control character that a string must escape. Tabs are not.
pub(super) fn is_control(byte: u8, next: u8) -> bool {
    (byte < 0x20 && byte != b'\t' && !(byte == b'\r' && next == b'\n')) || byte == 0x7f || (byte == 0xc2 && next < 0xa0)
}

/// The offset of the line break behind `at`, or the length of the text.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at.min(bytes.len())..]).map_or(bytes.len(), |length| at + length)
}
