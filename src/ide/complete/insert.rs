//! What is put into the text: words with places to fill in, and the one encoder of the editors' snippet syntax.

/// A piece of what is put in.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Piece {
    /// Text as it is.
    Text(String),
    /// A place to type at; place 0 is where one ends up.
    Stop(u8),
    /// A place with a text that one may type over.
    Hole(u8, String),
}

/// A text with places to fill in.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Insert(Vec<Piece>);

impl Insert {
    /// A text without places.
    #[must_use]
    pub fn of(text: &str) -> Insert {
        Insert::default().text(text)
    }

    /// The text goes on.
    #[must_use]
    pub fn text(mut self, text: &str) -> Insert {
        self.0.push(Piece::Text(text.to_owned()));
        self
    }

    /// An empty place follows.
    #[must_use]
    pub fn stop(mut self, number: u8) -> Insert {
        self.0.push(Piece::Stop(number));
        self
    }

    /// A place with a text follows.
    #[must_use]
    pub fn hole(mut self, number: u8, text: &str) -> Insert {
        self.0.push(Piece::Hole(number, text.to_owned()));
        self
    }

    /// Another such text follows, with its places behind those that are there.
    #[must_use]
    pub fn then(mut self, other: Insert) -> Insert {
        let taken = self.0.iter().map(Piece::number).max().unwrap_or(0);
        self.0.extend(other.0.into_iter().map(|piece| match piece {
            Piece::Text(text) => Piece::Text(text),
            Piece::Stop(0) => Piece::Stop(0),
            Piece::Stop(number) => Piece::Stop(number + taken),
            Piece::Hole(number, text) => Piece::Hole(number + taken, text),
        }));
        self
    }

    /// For an editor that knows no places: the text alone.
    #[must_use]
    pub fn plain(&self) -> String {
        let texts = self.0.iter().map(|piece| match piece {
            Piece::Text(text) | Piece::Hole(_, text) => text.as_str(),
            Piece::Stop(_) => "",
        });
        texts.collect()
    }

    /// In the snippet syntax, where `$`, `}` and `\` mean something.
    #[must_use]
    pub fn snippet(&self) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => escape(text, &mut out),
                Piece::Stop(number) => out.push_str(&format!("${number}")),
                Piece::Hole(number, text) => {
                    out.push_str(&format!("${{{number}:"));
                    escape(text, &mut out);
                    out.push('}');
                }
            }
        }
        out
    }
}

impl Piece {
    fn number(&self) -> u8 {
        match self {
            Piece::Text(_) => 0,
            Piece::Stop(number) | Piece::Hole(number, _) => *number,
        }
    }
}

fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        if matches!(character, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
}

#[cfg(test)]
mod tests {
    use super::Insert;

    #[test]
    fn what_means_something_in_a_snippet_is_escaped() {
        let insert = Insert::of("\"${x}\" = ").hole(1, "a}\\").text(" { ").stop(0).text(" }");
        assert_eq!(insert.snippet(), "\"\\${x\\}\" = ${1:a\\}\\\\} { $0 \\}");
        assert_eq!(insert.plain(), "\"${x}\" = a}\\ {  }");
    }

    #[test]
    fn places_of_two_texts_do_not_meet() {
        let first = Insert::of("a = ").stop(1);
        assert_eq!(first.then(Insert::of(", b = ").stop(1)).snippet(), "a = $1, b = $2");
    }
}
