//! Whatever a project's files hold, the front end ends, and what it finds can be shown.

#![no_main]

use hlab::base::MemoryWorld;
use hlab::diag::{Format, Style, render};
use hlab::session::{Options, analyze};

libfuzzer_sys::fuzz_target!(|text: &str| {
    // A form feed splits the input into files, so that the fuzzer can find out about modules and tests.
    let files = text.split('\u{c}').enumerate().take(4);
    let world = files.fold(MemoryWorld::default(), |world, (number, text)| {
        world.with(["lab.hlab", "b.hlab", "dir/c.hlab", "d_test.hlab"][number], text)
    });
    let analysis = analyze(&world, &Options::default());
    let style = Style { is_colored: false, limit: 20 };
    let shown = render(Format::Human, style, &analysis.sources, &analysis.diagnostics);
    assert!(!shown.contains('\u{1b}'), "an escape was sent on");
    if !analysis.has_errors() {
        let _ = analysis.rollout();
    }
});
