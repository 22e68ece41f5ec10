//! What each renderer makes of the same diagnostics, and that none shows what must not be shown.

use hlab::base::{Origin, SourceFile, Sources, Span};
use hlab::diag::codes::SYNTAX_ERROR;
use hlab::diag::{Code, Diagnostic, Format, Frame, Style, render};

const GUESTS: &str = "// guests\nvm k3s on pve {\n  memory = 4\n  token = \"hunter2222\" // ünïcödé \u{1b}[31m\n}\n";
const HOSTS: &str = "host pve in homelab {\n\tmemory = 8GiB\n}\n";

fn plain(limit: usize) -> Style {
    Style { is_colored: false, limit }
}

fn code() -> Code {
    Code::Row(&SYNTAX_ERROR)
}

/// The span of a text in a file.
fn span(sources: &Sources, path: &str, text: &str) -> Span {
    let (id, file) = sources.files().find(|(_, file)| file.path == path).expect("the test names its files");
    let start = file.text.find(text).expect("the test quotes its files");
    Span::new(id, start, start + text.len())
}

fn lab() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    // Far down in its file, so that line numbers have three digits.
    let padding = "// the lab\n".repeat(120);
    sources.add(SourceFile::new("guests.hlab".into(), format!("{padding}{GUESTS}"), Origin::Project));
    sources.add(SourceFile::new("hosts.hlab".into(), HOSTS.into(), Origin::Project));
    let secret = span(&sources, "guests.hlab", "\"hunter2222\"");
    sources.taint(secret);
    let four = span(&sources, "guests.hlab", "4\n");
    let four = Span { end: four.end - 1, ..four };
    let size = Diagnostic::error(code(), four, "expected a size, found the number 4")
        .here("a number")
        .label(span(&sources, "guests.hlab", "k3s"), "of this vm")
        .help("write the unit")
        .fix("write `4GiB`", four, "4GiB");
    let leak = Diagnostic::warning(code(), secret, "`hunter2222` is a secret\u{1b}[2J")
        .here("this is \"hunter2222\"")
        .fix("replace \"hunter2222\"", secret, "sops(\"hunter2222\")");
    let mut policy = Diagnostic::error(Code::Policy("fits".into()), four, "`k3s` does not fit on `pve`")
        .here("asks for 16GiB")
        .label(span(&sources, "hosts.hlab", "8GiB"), "has 8GiB")
        .help("give the host more memory\nor the guest less");
    let frame = |text: &str, value: &str, span| Frame { text: text.into(), value: value.into(), span };
    policy.frames = vec![
        frame("sum(v.memory for v in vm where v.host == h)", "16GiB", Some(four)),
        frame("h.memory", "8GiB", Some(span(&sources, "hosts.hlab", "8GiB"))),
        frame("usable(h)", "7GiB", None),
    ];
    let placeless = Diagnostic::new(code(), hlab::diag::Severity::Note, None, "nothing owns `vm.power`".into());
    (sources, vec![size, leak, policy, placeless])
}

#[test]
fn people_see_lines_labels_facts_and_what_to_do() {
    let (sources, diagnostics) = lab();
    insta::assert_snapshot!(render(Format::Human, plain(50), &sources, &diagnostics));
}

#[test]
fn colour_is_written_only_when_asked_for() {
    let (sources, diagnostics) = lab();
    let colored = render(Format::Human, Style { is_colored: true, limit: 50 }, &sources, &diagnostics);
    insta::assert_snapshot!(colored.replace('\u{1b}', "␛"));
    for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github, Format::Junit] {
        assert!(!render(format, plain(50), &sources, &diagnostics).contains('\u{1b}'), "{format:?} sends an escape");
    }
}

#[test]
fn a_place_is_a_link_where_the_folder_is_known_and_colour_is_wanted() {
    let (mut sources, diagnostics) = lab();
    sources.root = Some("/home/ops/my lab".into());
    let colored = render(Format::Human, Style { is_colored: true, limit: 50 }, &sources, &diagnostics);
    let link = "\u{1b}]8;;file:///home/ops/my%20lab/guests.hlab\u{1b}\\guests.hlab";
    assert!(colored.contains(&format!("{link}\u{1b}]8;;\u{1b}\\:123:12")), "{colored:?}");
    assert!(colored.contains(&format!("{link}:123:12\u{1b}]8;;\u{1b}\\")), "{colored:?}");
    assert!(!render(Format::Human, plain(50), &sources, &diagnostics).contains('\u{1b}'));
}

#[test]
fn the_short_form_is_one_line_each() {
    let (sources, diagnostics) = lab();
    insta::assert_snapshot!(render(Format::Short, plain(50), &sources, &diagnostics));
}

#[test]
fn json_has_places_as_lines_and_as_bytes() {
    let (sources, diagnostics) = lab();
    insta::assert_snapshot!(render(Format::Json, plain(50), &sources, &diagnostics));
}

#[test]
fn sarif_has_rules_results_and_fixes() {
    let (sources, diagnostics) = lab();
    insta::assert_snapshot!(render(Format::Sarif, plain(50), &sources, &diagnostics));
}

#[test]
fn github_gets_one_command_a_line() {
    let (sources, diagnostics) = lab();
    insta::assert_snapshot!(render(Format::Github, plain(50), &sources, &diagnostics));
}

#[test]
fn junit_counts_errors_as_failures() {
    let (sources, diagnostics) = lab();
    insta::assert_snapshot!(render(Format::Junit, plain(50), &sources, &diagnostics));
}

#[test]
fn no_renderer_shows_a_secret() {
    let (sources, diagnostics) = lab();
    for format in [Format::Human, Format::Short, Format::Json, Format::Sarif, Format::Github, Format::Junit] {
        let text = render(format, plain(50), &sources, &diagnostics);
        assert!(!text.contains("hunter2222"), "{format:?} shows the secret:\n{text}");
        assert!(text.contains("secret"), "{format:?} does not say that something is hidden");
    }
}

#[test]
fn beyond_the_limit_errors_come_first_and_the_rest_is_counted() {
    let (sources, diagnostics) = lab();
    let text = render(Format::Human, plain(2), &sources, &diagnostics);
    assert!(text.contains("expected a size") && text.contains("does not fit"), "{text}");
    assert!(text.contains("… and 2 more (`--limit 0` shows all)"), "{text}");
    assert!(text.contains("2 errors, 1 warning, 1 note, 2 with a fix"), "{text}");
}

#[test]
fn any_span_can_be_drawn() {
    let texts = ["", "\n", "a", "a\n", "ä\r\n\tü\u{1b}\r\n€", "x\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\n\ny"];
    for text in texts {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a\nb.hlab".into(), text.into(), Origin::Project));
        let other = sources.add(SourceFile::new("c.hlab".into(), text.into(), Origin::Project));
        sources.taint(Span::new(file, 1, 3));
        for start in 0..text.len() + 2 {
            for end in 0..text.len() + 2 {
                let span = Span::new(file, start, end);
                let one = Diagnostic::error(code(), span, "m").here("h");
                let two = one.clone().label(Span::new(other, end, start + 1), "l").label(span, "");
                let text = render(Format::Human, plain(0), &sources, &[one, two]);
                assert!(!text.contains('\u{1b}') && !text.contains('\0'), "{text}");
            }
        }
    }
}

#[test]
fn a_long_line_is_cut_around_its_label() {
    let mut sources = Sources::default();
    let text = format!("{}bad{}\n", "x ".repeat(50_000), " y".repeat(50_000));
    let file = sources.add(SourceFile::new("a.hlab".into(), text, Origin::Project));
    let diagnostic = Diagnostic::error(code(), Span::new(file, 100_000, 100_003), "m")
        .label(Span::new(file, 150_000, 150_001), "far");
    let text = render(Format::Human, plain(0), &sources, &[diagnostic]);
    assert!(text.len() < 2_000, "{} bytes", text.len());
    assert!(text.contains("a.hlab:1:100001") && text.contains("bad"), "{text}");
}

#[test]
fn a_large_file_is_scanned_once_and_not_for_each_diagnostic() {
    let mut sources = Sources::default();
    let text = "vm x on y { memory = 4GiB }\n".repeat(400_000);
    let end = text.len();
    let file = sources.add(SourceFile::new("big.hlab".into(), text, Origin::Project));
    let at = |offset: usize| Diagnostic::error(code(), Span::new(file, offset, offset + 2), "m");
    let many: Vec<_> = (0..5_000).map(|number| at(end - 28 * (number + 1))).collect();
    let short = render(Format::Short, plain(0), &sources, &many);
    assert!(short.starts_with("big.hlab:400000:1: error"), "{}", &short[..80]);
    // A rescan of 11 MB for each of the 5,000 would take minutes.
    assert_eq!(short.lines().count(), 5_000);
}
