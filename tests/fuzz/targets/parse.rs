//! Whatever the bytes, there is a tree, and every diagnostic points into the text.

#![no_main]

use hlab::base::{FileId, Origin, SourceFile, Sources};
use hlab::diag::{Format, Style, render};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let checked = hlab::syntax::parse(FileId(0), text);
    let mut sources = Sources::default();
    sources.add(SourceFile::new("fuzz.hlab".to_owned(), text.to_owned(), Origin::Project));
    for diagnostic in &checked.diagnostics {
        for label in diagnostic.primary.iter().chain(&diagnostic.labels) {
            assert!(label.span.start <= label.span.end && label.span.end as usize <= text.len(), "{diagnostic:?}");
        }
    }
    let style = Style { is_colored: false, limit: 20 };
    let shown = render(Format::Human, style, &sources, &checked.diagnostics);
    assert!(!shown.contains('\u{1b}'), "an escape was sent on");
});
