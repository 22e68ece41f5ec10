//! The reference that `hlab doc` writes: everything is in it, every link leads somewhere, and no comment gets out of its place.

use std::collections::{BTreeMap, BTreeSet};

use hlab::base::MemoryWorld;
use hlab::doc::{Block, Inline, Reference, Subject, Target, html, markdown};
use hlab::session::{Analysis, Options, analyze};

fn library() -> Reference {
    analyze(&MemoryWorld::default(), &Options::default()).reference(Subject::Library)
}

fn analysis(text: &str) -> Analysis {
    analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default())
}

fn project(text: &str) -> Reference {
    analysis(text).reference(Subject::Project)
}

/// Everything that a project may declare, some of it called as in the library.
const LAB: &str = r#"//! All of it.

project all
input site: String = "home"
/// A card.
model Card for pci { watts = 3 }
/// Small.
profile small for vm { memory = 1GiB }
/// A colour.
type Colour = red | green
/// Half of it.
fn half(n: Int) -> Int = n / 2
block Cpu {
  /// Another.
  cores: Int = 2
}
/// A thing.
kind thing {
  /// Its colour.
  colour: Colour?
  cpu: block Cpu
  other: ref (thing | vm)?
  variant Odd {
    /// How odd.
    odd: List<Colour> = []
  }
}
/// Things are red. See `thing`.
warn policy red-things {
  for t in thing
  require t.colour == red
  else "no"
}
incident "2026-01-01 green" { source = "log", rules = [red-things] }
"#;

/// The names of all places, with the page of each.
fn places(reference: &Reference) -> BTreeMap<String, String> {
    let mut places = BTreeMap::new();
    for page in &reference.pages {
        for block in &page.blocks {
            if let Block::Heading { anchor, .. } = block
                && !anchor.is_empty()
            {
                assert_eq!(places.insert(anchor.clone(), page.path.clone()), None, "`{anchor}` is there twice");
            }
        }
    }
    places
}

fn links(reference: &Reference) -> Vec<&Target> {
    let mut links = Vec::new();
    for block in reference.pages.iter().flat_map(|page| &page.blocks) {
        let lines: Vec<&Vec<Inline>> = match block {
            Block::Heading { text, .. } | Block::Paragraph(text) => vec![text],
            Block::List(points) => points.iter().collect(),
            Block::Code { .. } => Vec::new(),
        };
        links.extend(lines.into_iter().flatten().filter_map(|part| match part {
            Inline::Link(_, target) => Some(target),
            Inline::Text(_) | Inline::Strong(_) | Inline::Code(_) => None,
        }));
    }
    links
}

#[test]
fn every_link_leads_to_a_place_that_is_there_once() {
    for reference in [library(), project(LAB)] {
        let places = places(&reference);
        let pages: BTreeSet<&str> = reference.pages.iter().map(|page| page.path.as_str()).collect();
        assert_eq!(pages.len(), reference.pages.len(), "two pages of one path");
        let links = links(&reference);
        assert!(links.len() > 500);
        for link in links {
            let Target::Place(page, place) = link else { continue };
            assert!(pages.contains(page.as_str()), "no page {page}");
            assert!(place.is_empty() || places.get(place) == Some(page), "no {place} on {page}");
        }
    }
}

/// The values of an attribute in a text of HTML.
fn attributes<'t>(text: &'t str, name: &str) -> Vec<&'t str> {
    let start = format!(" {name}=\"");
    text.split(start.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn a_link_of_a_written_page_leads_to_a_written_place() {
    let reference = project(LAB);
    let files: BTreeMap<String, String> = html::files(&reference).into_iter().collect();
    for (path, text) in &files {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in attributes(text, "href") {
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = match (file, file.strip_prefix("../")) {
                ("", _) => path.clone(),
                (_, Some(up)) => up.to_owned(),
                _ if folder.is_empty() => file.to_owned(),
                _ => format!("{folder}/{file}"),
            };
            let text = files.get(&target).unwrap_or_else(|| panic!("{path}: {link} leads nowhere"));
            assert!(place.is_empty() || attributes(text, "id").contains(&place), "{path}: {link} leads nowhere");
        }
    }
    let whole = html::whole(&reference);
    let ids: BTreeSet<&str> = attributes(&whole, "id").into_iter().collect();
    for link in attributes(&whole, "href") {
        assert!(link.strip_prefix('#').is_some_and(|place| ids.contains(place)), "{link} leads nowhere");
    }
    assert_eq!(ids.len(), attributes(&whole, "id").len(), "an id is there twice");
    let whole = markdown::whole(&reference);
    let ids: BTreeSet<&str> = whole.split("<a id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    for link in whole.split("](#").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(ids.contains(link), "{link} leads nowhere");
    }
}

#[test]
fn every_kind_block_field_type_function_and_policy_of_the_library_is_described() {
    let mut analysis = analyze(&MemoryWorld::default(), &Options::default());
    let reference = analysis.reference(Subject::Library);
    let places = places(&reference);
    let pages: BTreeSet<&str> = reference.pages.iter().map(|page| page.path.as_str()).collect();
    let program = &analysis.compiled().program;
    for shape in &program.shapes {
        let name = program.name(shape.name);
        let own = if shape.is_kind { format!("kinds.{name}") } else { format!("block.{name}") };
        assert!(if shape.is_kind {
            pages.contains(format!("kinds/{name}").as_str())
        } else {
            places.contains_key(&own)
        });
        for field in &shape.fields {
            let variant = field.variant.map_or(String::new(), |variant| format!("{}.", program.name(variant)));
            let place = format!("{own}.{variant}{}", program.name(field.name));
            assert!(places.contains_key(&place), "{place} is not described");
        }
    }
    for (_, name) in program.models.keys() {
        assert!(places.contains_key(&format!("model.{}", program.name(*name))));
    }
    for policy in &program.policies {
        assert!(places.contains_key(&format!("policy.{}", program.name(policy.name))));
    }
    let prelude = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/stdlib/prelude.hlab"));
    let prelude = prelude.expect("the prelude is part of the repository");
    for word in prelude.lines().filter_map(|line| line.strip_prefix("fn ")?.split('(').next()) {
        assert!(places.contains_key(&format!("function.{word}")), "{word} is not described");
    }
}

#[test]
fn what_a_project_declares_stands_beside_the_library() {
    let files: BTreeMap<String, String> = markdown::files(&project(LAB)).into_iter().collect();
    let has = |path: &str, text: &str| assert!(files[path].contains(text), "{path}: {text}\n{}", files[path]);
    has("index.md", "## Kinds of this project\n\n- [`thing`](kinds/thing.md): A thing.\n");
    has("kinds/thing.md", "Of this project, in `main.hlab`.");
    has("kinds/thing.md", "[`Colour`](../types.md#type.Colour)`?` · may be left out\n\nIts colour.");
    has("kinds/thing.md", "block [`Cpu`](#block.Cpu-2) · always there");
    has("kinds/thing.md", "`ref (`[`thing`](thing.md)` | `[`vm`](vm.md)`)?`");
    has("kinds/thing.md", "## Variant `Odd`");
    has("kinds/vm.md", "block [`Cpu`](#block.Cpu) · always there");
    has("policies.md", "A warning; `allow` excuses it.");
    has("policies.md", "- Learned from: 2026-01-01 green (log)");
    has("profiles.md", "profile small for vm { memory = 1GiB }");
    has("inputs.md", "input site: String = \"home\"");
    has("models.md", "model Card for pci { watts = 3 }");
    has("functions.md", "fn half(n: Int) -> Int = n / 2");
}

/// Whether elements are closed in the order in which they are opened, and which there are.
fn elements(text: &str) -> BTreeSet<String> {
    let mut open: Vec<&str> = Vec::new();
    let mut met = BTreeSet::new();
    let text = text.strip_prefix("<!doctype html>").expect("a document says that it is HTML");
    for tag in text.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        met.insert(name.to_owned());
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "</{name}> closes another");
        } else if name != "meta" {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
    met
}

#[test]
fn html_is_whole_and_asks_for_nothing_else() {
    let known: BTreeSet<String> = [
        "html", "head", "meta", "title", "style", "body", "a", "header", "main", "nav", "section", "h1", "h2", "h3",
        "p", "ul", "li", "pre", "code", "strong",
    ]
    .map(str::to_owned)
    .into();
    let reference = library();
    for (path, text) in html::files(&reference).into_iter().chain([("all".to_owned(), html::whole(&reference))]) {
        let met = elements(&text);
        assert!(met.is_subset(&known), "{path}: {met:?}");
        for word in ["src=", "url(", "@import", "href=\"http", "javascript:"] {
            let quoted = text.contains(word) && !text.contains(&format!("<code>{word}"));
            assert!(!quoted, "{path} has {word}");
        }
        assert!(text.contains("<html lang=\"en\">") && text.contains("width=device-width"), "{path}");
        assert!(text.contains("prefers-color-scheme:dark"), "{path}");
    }
}

#[test]
fn a_hostile_comment_stays_a_comment() {
    let text = "project p\n/// <script>alert(1)</script> & [x](javascript:alert(1)) \"'>\n/// # no heading\n/// ```\n/// </code></pre><b>\n/// ``` \n\
                kind thing {\n  /// ](https://evil.example) | `</code>` **</strong><i>**\n  a: String = \"</code><script>\" where it != \"`</p>`\"\n}\n";
    let analysis = analysis(text);
    assert_eq!(analysis.diagnostics, Vec::new());
    let reference = analysis.reference(Subject::Project);
    for (path, text) in html::files(&reference) {
        assert!(!elements(&text).contains("script") && !elements(&text).contains("b"), "{path}");
        assert!(attributes(&text, "href").iter().all(|link| !link.contains(':')), "{path}");
    }
    let files: BTreeMap<String, String> = markdown::files(&reference).into_iter().collect();
    let page = &files["kinds/thing.md"];
    assert!(page.contains("\\<script\\>alert(1)\\</script\\> \\& \\[x\\](javascript:alert(1))"), "{page}");
    assert!(page.contains("\n\\# no heading\n"), "{page}");
    assert!(page.contains("\\](https://evil.example) \\| `</code>` **\\</strong\\>\\<i\\>**"), "{page}");
}

#[test]
fn the_same_declarations_give_the_same_bytes() {
    let all = || (html::files(&project(LAB)), markdown::files(&project(LAB)), html::whole(&library()));
    assert_eq!(all(), all());
}

#[test]
fn a_module_with_a_kind_of_the_same_name_has_a_page_of_its_own() {
    let world = MemoryWorld::default()
        .with("main.hlab", "project p\nuse \"./site b\" as b\n/// Ours.\nkind thing {}\n")
        .with("site b/b.hlab", "/// Theirs.\nkind thing {}\n/// Upper.\nkind Thing {}\n");
    let reference = analyze(&world, &Options::default()).reference(Subject::Project);
    let pages: Vec<&str> = reference.pages.iter().map(|page| page.path.as_str()).collect();
    assert!(pages.contains(&"kinds/thing") && pages.contains(&"kinds/site-b-thing"), "{pages:?}");
    assert!(
        pages.contains(&"kinds/site-b-Thing-2"),
        "two names that differ in case only are one file somewhere: {pages:?}"
    );
    places(&reference);
}
