//! Formatting is idempotent, and a formatted text is still without errors.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Some(once) = hlab::syntax::format(text) else { return };
    let twice = hlab::syntax::format(&once).expect("a formatted text has no syntax errors");
    assert_eq!(once, twice, "formatting is idempotent");
});
