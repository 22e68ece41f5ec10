//! Types, rules, modules and words of the language.

use crate::base::Origin;
use crate::diag::codes::CODES;
use crate::hir::What;
use crate::ide::complete::{Ask, Completion, Insert, Sort};
use crate::resolve::{Definitions, Scope, Space};
use crate::types::ty::Domain;

/// Where a secret may be kept: the functions, with what they are given.
pub(crate) const SECRETS: [(&str, &[(u8, &str)]); 3] = [
    ("sops", &[(1, "secrets/pve.sops.yaml"), (2, "key")]),
    ("env", &[(1, "NAME")]),
    ("kubernetes", &[(1, "namespace/name"), (2, "key")]),
];

/// Types of the language; those behind the bar take others.
const SIMPLE: [&str; 17] = [
    "Bool",
    "Int",
    "Float",
    "String",
    "Size",
    "Duration",
    "Rate",
    "Percent",
    "Ip",
    "Cidr",
    "Interface",
    "Mac",
    "DeviceId",
    "PciAddress",
    "Secret",
    "Data",
    "Crds",
];
const APPLIED: [(&str, &[&str]); 4] =
    [("List", &["String"]), ("Set", &["String"]), ("Map", &["String", "String"]), ("Range", &["Int"])];

/// Which policies are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    All,
    /// Those that are not final.
    Allowed,
}

impl Ask<'_> {
    /// Types: of the project, of the language, of the library.
    pub(crate) fn types(&mut self) {
        self.types_of(Scope::ROOT);
        for word in SIMPLE {
            self.push(Completion::plain(word, Sort::Type));
        }
        for (word, of) in APPLIED {
            let filled = of.iter().zip(1..).fold(Insert::of(word).text("<"), |insert, (ty, number)| {
                let insert = if number > 1 { insert.text(", ") } else { insert };
                insert.hole(number, ty)
            });
            self.push(Completion::word(word, Sort::Type, filled.text(">")));
        }
        for (word, _) in Domain::ALL {
            self.push(Completion::plain(word, Sort::Type).detail("written as a string"));
        }
        for (word, detail) in [("ref", "a reference"), ("block", "one block"), ("blocks", "keyed blocks")] {
            let insert = match word {
                "blocks" => Insert::of("blocks ").stop(1).text(" by ").stop(2),
                word => Insert::of(word).text(" ").stop(1),
            };
            let is_body = self.bodies.last().is_some_and(|body| *body == super::Body::Kind);
            if word == "ref" || is_body {
                self.push(Completion::word(word, Sort::Word, insert).detail(detail));
            }
        }
        self.types_of(Scope::STD);
    }

    /// Types that are declared somewhere.
    pub(crate) fn declared_types(&mut self) {
        self.types_of(Scope::ROOT);
        self.types_of(Scope::STD);
    }

    fn types_of(&mut self, of: Scope) {
        self.declared(of, What::Type);
    }

    /// The blocks that are declared.
    pub(crate) fn blocks(&mut self) {
        self.declared(Scope::ROOT, What::Block);
        self.declared(Scope::STD, What::Block);
    }

    /// Types or blocks that a scope declares; those of the root stand for those of the file's own.
    fn declared(&mut self, of: Scope, what: What) {
        let scope = if of == Scope::STD { of } else { self.scope };
        if of != Scope::STD && scope == Scope::STD {
            return;
        }
        let compiled = self.snapshot.compiled();
        let mut offers = Vec::new();
        for (site, item) in Definitions::all(&compiled.units, scope, Space::Type) {
            let unit = &compiled.units[site.unit as usize];
            let Some(name) = item.name.filter(|_| unit.scope == scope && item.what == what) else { continue };
            let word = compiled.program.name(name);
            let detail = if what == What::Block { "block" } else { "type" };
            offers.push(Completion::plain(word, Sort::Type).detail(detail).key(format!("type {word}")));
        }
        offers.sort_by(|a, b| a.label.cmp(&b.label));
        self.offered.append(&mut offers);
    }

    /// Rules that an `allow` may silence: policies that are not final.
    pub(crate) fn allowed(&mut self) {
        self.policies(Rules::Allowed);
    }

    /// Every rule: policies, then the codes of the compiler.
    pub(crate) fn rules(&mut self) {
        self.policies(Rules::All);
        for row in CODES {
            let offer = Completion::plain(row.name, Sort::Rule).detail(format!("{}: {}", row.code, row.title));
            self.push(offer.key(format!("rule {}", row.name)));
        }
    }

    fn policies(&mut self, wanted: Rules) {
        let scope = self.scope;
        let compiled = self.snapshot.compiled();
        let mut offers = Vec::new();
        for (site, item) in Definitions::all(&compiled.units, scope, Space::Policy) {
            let unit = &compiled.units[site.unit as usize];
            let Some(name) = item.name else { continue };
            let text = &compiled.sources.file(unit.file).text;
            let is_final = unit.tree.text(item.node, text).starts_with("final");
            if wanted == Rules::All || !is_final {
                let word = compiled.program.name(name);
                let detail = if is_final { "final policy" } else { "policy" };
                offers.push(Completion::plain(word, Sort::Rule).detail(detail).key(format!("rule {word}")));
            }
        }
        offers.sort_by(|a, b| a.label.cmp(&b.label));
        self.offered.append(&mut offers);
    }

    /// Modules that the file's scope uses.
    pub(crate) fn modules(&mut self) {
        let scope = self.scope;
        let program = self.program();
        let names = program.defs.uses.keys().filter(|(user, _)| *user == scope);
        let mut names: Vec<String> = names.map(|(_, name)| program.name(*name).to_owned()).collect();
        names.sort();
        for name in names {
            self.push(Completion::word(&name, Sort::Module, Insert::of(&name).text(".")).detail("module"));
        }
    }

    /// Folders with sources, as a file names them: those beside or below it.
    pub(crate) fn folders(&mut self) {
        let sources = self.sources.clone();
        let path = &sources.file(self.file).path;
        let own = path.rfind('/').map_or("", |end| &path[..=end]);
        let files = sources.files().filter(|(_, file)| file.origin == Origin::Project);
        let inside = files.filter_map(|(_, file)| file.path.strip_prefix(own)?.rsplit_once('/'));
        let mut folders: Vec<&str> = inside.map(|(folder, _)| folder).collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in folders {
            let text = format!("./{folder}");
            let insert = Insert::of(&format!("\"{text}\""));
            self.push(Completion::word(&text, Sort::Folder, insert).detail("folder"));
        }
    }

    /// Words of the language, each with what stands behind it.
    pub(crate) fn words(&mut self, words: &[&str]) {
        for word in words {
            let text = Insert::of(word).text(" ");
            let insert = match *word {
                "for" => text.hole(1, "x").text(" in ").stop(2),
                "let" => text.hole(1, "name").text(" = ").stop(2),
                "else" | "help" | "because" => text.text("\"").stop(1).text("\""),
                "fix" | "derive" => text.stop(1).text(" = ").stop(2),
                "variant" => text.hole(1, "Name").text(" {\n  ").stop(0).text("\n}"),
                word if crate::doc::source::INCIDENT.contains(&word) => field(word),
                "ok" | "clean" => Insert::of(word),
                "majority" => text.text("of ").stop(1),
                "all" => text.text("[").stop(1).text("]"),
                _ => text,
            };
            self.push(Completion::word(word, Sort::Word, insert));
        }
    }
}

/// A field of an incident.
fn field(word: &str) -> Insert {
    let (open, close) = if matches!(word, "source" | "waits" | "rest") { ("\"", "\"") } else { ("[", "]") };
    Insert::of(word).text(" = ").text(open).stop(1).text(close)
}
