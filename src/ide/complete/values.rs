//! What stands where a value is wanted: members, references, literals to fill in, and names of a fitting type.

use crate::base::Name;
use crate::hir::What;
use crate::ide::complete::refs::Use;
use crate::ide::complete::scan::Open;
use crate::ide::complete::{Ask, Body, Completion, Insert, Sort, types};
use crate::resolve::{Definitions, Scope, Space, locate};
use crate::types::shape::Holds;
use crate::types::ty::{Domain, ShapeId, Ty, TyId, quote_member};

/// A bare name may be any resource; of more than so many none is offered where nothing is wanted.
const FEW: usize = 200;

impl Ask<'_> {
    /// A value, of a type where one is wanted, for a field where one is known.
    pub(crate) fn value(&mut self, want: Option<TyId>, said: Option<(ShapeId, u16)>) {
        let is_field = want.is_some();
        let want = want.or_else(|| self.tree_want()).filter(|want| *want != TyId::ERROR);
        let Some(want) = want else { return self.any_value() };
        let is_set = self.scan.inner().entry.last().is_some_and(|token| &self.text()[token.at.clone()] == "=");
        // A claim is made of anything.
        if !is_field && !is_set && self.program().types.base(want) == TyId::BOOL {
            return self.any_value();
        }
        if self.offer_units(want) {
            return;
        }
        self.fitting_locals(Some(want));
        self.values_of(want, said);
        self.bindings(Some(want));
        self.functions(Some(want));
        self.paths(want);
        if self.program().types.is_optional(want) {
            self.push(Completion::plain("null", Sort::Word));
        }
    }

    /// What may stand in the quotes of a string where a type is wanted.
    pub(crate) fn quoted(&mut self, want: TyId, said: Option<(ShapeId, u16)>) {
        self.values_of(want, said);
    }

    fn values_of(&mut self, want: TyId, said: Option<(ShapeId, u16)>) {
        let base = self.program().types.base(want);
        let shown = self.program().show(want);
        match self.program().types.get(base).clone() {
            Ty::Bool => ["true", "false"].into_iter().for_each(|word| self.push(Completion::plain(word, Sort::Word))),
            Ty::Enum(members) => {
                // A long enumeration says nothing as a detail.
                let detail = if shown.contains('|') { String::new() } else { shown };
                let members: Vec<String> = members.iter().map(|name| self.program().name(*name).to_owned()).collect();
                for member in members {
                    let insert = Insert::of(&quote_member(&member));
                    self.push(Completion::word(&member, Sort::Member, insert).detail(detail.clone()));
                }
            }
            Ty::Obj(shapes, _) if said.is_some_and(|said| self.holds_block(said)) && shapes.len() == 1 => {
                let insert = Insert::of("{ ").stop(1).text(" }");
                self.push(Completion::word("{…}", Sort::Literal, insert).detail("the whole block"));
            }
            Ty::Obj(shapes, tag) => self.references(&shapes, tag, said, Use::Shared),
            Ty::Union(parts) => parts.into_iter().for_each(|part| self.values_of(part, said)),
            Ty::Secret => {
                let secret = self.program().words.secret;
                let shapes = self.program().kind(Scope::STD, secret).map(<[_]>::to_vec).unwrap_or_default();
                self.references(&shapes, None, None, Use::Shared);
                for (word, insert) in types::SECRETS {
                    let detail = "Secret";
                    let insert = insert.iter().fold(Insert::of(word).text("("), |insert, (number, text)| {
                        let insert = if *number > 1 { insert.text(", ") } else { insert };
                        insert.text("\"").hole(*number, text).text("\"")
                    });
                    let offer = Completion::word(word, Sort::Function, insert.text(")")).detail(detail);
                    self.push(offer.key(format!("fn {word}")));
                }
            }
            Ty::Domain(Domain::MachineType) => {
                for word in ["q35", "i440fx"] {
                    self.push(Completion::plain(word, Sort::Member).detail(shown.clone()));
                }
            }
            _ => {
                if let Some((label, insert)) = literal(self, base) {
                    self.push(Completion::word(&label, Sort::Literal, insert).detail(shown));
                }
            }
        }
    }

    fn holds_block(&mut self, (shape, field): (ShapeId, u16)) -> bool {
        matches!(self.program().field(shape, field).holds, Holds::Block(..))
    }

    /// Behind a number that is being typed: its units.
    fn offer_units(&mut self, want: TyId) -> bool {
        let typed = self.typed().to_owned();
        if !typed.starts_with(|first: char| first.is_ascii_digit()) {
            return false;
        }
        let digits: String = typed.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '_' | '.')).collect();
        let units: &[&str] = match self.program().types.base(want) {
            TyId::SIZE => &["GiB", "MiB", "TiB", "KiB", "GB", "MB", "TB"],
            TyId::DURATION => &["s", "m", "h", "d", "w", "ms"],
            TyId::RATE => &["Gbps", "Mbps", "Kbps"],
            TyId::PERCENT => &["%"],
            _ => &[],
        };
        let shown = self.program().show(want);
        for unit in units {
            let offer = Completion::plain(&format!("{digits}{unit}"), Sort::Literal);
            self.push(offer.detail(shown.clone()));
        }
        true
    }

    /// Where nothing in particular is wanted.
    fn any_value(&mut self) {
        if self.typed().starts_with(|first: char| first.is_ascii_digit()) {
            return;
        }
        self.fitting_locals(None);
        if self.bodies.iter().any(|body| matches!(body, Body::Object(..) | Body::Kind)) {
            self.push(Completion::plain("self", Sort::Word));
        }
        self.bindings(None);
        self.words_of_rules();
        self.kinds(super::heads::Behind::Nothing);
        self.modules();
        self.bare_resources();
        self.functions(None);
        for word in ["not", "if", "true", "false", "null"] {
            self.push(Completion::plain(word, Sort::Word));
        }
    }

    /// Names that only stand in some places: the value that a refinement is about, and what a model's requirement sees.
    fn words_of_rules(&mut self) {
        let depth = self.scan.frames.iter().rposition(|frame| matches!(frame.open, Open::File | Open::Brace));
        let entry = depth.map_or(&[][..], |depth| &self.scan.frames[depth].entry);
        let words: Vec<&str> = entry.iter().map(|token| &self.text()[token.at.clone()]).collect();
        let first = words.first().copied().unwrap_or_default();
        let is_refinement = words.contains(&"where") && !matches!(first, "for" | "require");
        let is_model = self.cursor.item.is_some_and(|item| item.what == What::Model) && first == "require";
        if is_refinement {
            self.push(Completion::plain("it", Sort::Variable).detail("the value itself"));
        }
        for word in ["attach", "guest", "host"].into_iter().filter(|_| is_model) {
            self.push(Completion::plain(word, Sort::Variable).detail("of the attachment"));
        }
    }

    /// What can be gone through.
    pub(crate) fn collections(&mut self) {
        self.fitting_locals(None);
        self.bindings(None);
        self.kinds(super::heads::Behind::Nothing);
        self.modules();
        self.push(Completion::word("[…]", Sort::Literal, Insert::of("[").stop(1).text("]")).detail("List"));
        self.functions(None);
    }

    fn fitting_locals(&mut self, want: Option<TyId>) {
        for (name, ty) in self.locals() {
            let fits = want.is_none_or(|want| ty == TyId::ERROR || self.program().types.fits(ty, want));
            if fits {
                let shown = self.program().show(ty);
                self.push(Completion::plain(&name, Sort::Variable).detail(shown));
            }
        }
    }

    /// A variable that leads to what is wanted, `h.` where a size is.
    fn paths(&mut self, want: TyId) {
        for (name, ty) in self.locals() {
            let types = &self.program().types;
            if ty != TyId::ERROR && !types.fits(ty, want) && matches!(types.get(types.base(ty)), Ty::Obj(..)) {
                let shown = self.program().show(ty);
                let insert = Insert::of(&name).text(".");
                self.push(Completion::word(&name, Sort::Variable, insert).detail(shown));
            }
        }
    }

    /// `let`s and inputs.
    fn bindings(&mut self, want: Option<TyId>) {
        let scope = self.scope;
        let compiled = self.snapshot.compiled();
        let mut found: Vec<(Name, TyId)> = Vec::new();
        for binding in &compiled.program.bindings {
            let (unit, _) = locate(&compiled.units, binding.at.0);
            let of = compiled.units[unit as usize].scope;
            let is_broken = binding.ty == TyId::ERROR;
            let fits = want.is_none_or(|want| !is_broken && compiled.program.types.fits(binding.ty, want));
            if (of == scope || of == Scope::STD) && fits {
                found.push((binding.name, binding.ty));
            }
        }
        let typed: Vec<Name> = compiled.program.bindings.iter().map(|binding| binding.name).collect();
        let mut offers: Vec<Completion> = Vec::new();
        for (name, ty) in found {
            let (word, shown) = (self.program().name(name).to_owned(), self.program().show(ty));
            offers.push(Completion::plain(&word, Sort::Variable).detail(shown).key(format!("let {word}")));
        }
        // What nobody has used is not typed: it may fit.
        let compiled = self.snapshot.compiled();
        for (_, item) in Definitions::all(&compiled.units, scope, Space::Value) {
            if let Some(name) = item.name.filter(|name| !typed.contains(name)) {
                let word = compiled.program.name(name);
                offers.push(Completion::plain(word, Sort::Variable).key(format!("let {word}")));
            }
        }
        let own =
            self.cursor.item.filter(|item| matches!(item.what, What::Let | What::Input)).and_then(|item| item.name);
        let own = own.map(|name| self.program().name(name).to_owned());
        offers.retain(|offer| Some(&offer.label) != own.as_ref());
        offers.sort_by(|a, b| a.label.cmp(&b.label));
        self.offered.append(&mut offers);
    }

    /// Functions: all, or those that the project declares with a fitting result.
    fn functions(&mut self, want: Option<TyId>) {
        let scope = self.scope;
        let compiled = self.snapshot.compiled();
        let mut offers = Vec::new();
        for (site, item) in Definitions::all(&compiled.units, scope, Space::Fn) {
            let Some(name) = item.name else { continue };
            let unit = &compiled.units[site.unit as usize];
            let text = &compiled.sources.file(unit.file).text;
            let at = unit.base + item.name_node;
            let result = compiled.program.functions.iter().find(|function| function.at.0 == at);
            let fits = match want {
                None => true,
                Some(_) if unit.scope == Scope::STD => false,
                Some(want) => result.is_none_or(|result| compiled.program.types.fits(result.result, want)),
            };
            if !fits {
                continue;
            }
            let (name, head) = (compiled.program.name(name), unit.tree.span(item.name_node).end as usize);
            let signature = text[head..].lines().next().unwrap_or_default();
            let signature = signature.split_once(" =").map_or(signature, |(head, _)| head);
            let insert = Insert::of(name).text("(").stop(1).text(")");
            offers.push(
                Completion::word(name, Sort::Function, insert).detail(signature.trim()).key(format!("fn {name}")),
            );
        }
        offers.sort_by(|a, b| a.label.cmp(&b.label));
        self.offered.append(&mut offers);
    }

    /// Resources by their bare names, if there are few.
    fn bare_resources(&mut self) {
        let scope = self.scope;
        let program = self.program();
        let own: Vec<(String, String)> = program
            .defs
            .resources
            .iter()
            .filter(|resource| resource.scope == scope)
            .take(FEW + 1)
            .map(|resource| (program.name(resource.word).to_owned(), program.name(resource.key).to_owned()))
            .collect();
        if own.len() > FEW {
            return;
        }
        for (word, name) in own.into_iter().filter(|(word, _)| word != "project") {
            // A bare name is an identifier; others are reached through their kind.
            if crate::syntax::is_identifier(&name) {
                let key = format!("resource {word} {name}");
                self.push(Completion::plain(&name, Sort::Resource).detail(word).key(key));
            }
        }
    }
}

/// A literal of a type: what it is called in the list, and what is put in, with its places.
pub(crate) fn literal(ask: &mut Ask<'_>, base: TyId) -> Option<(String, Insert)> {
    let new = Insert::default;
    let quoted = |text: &str| new().text("\"").hole(1, text).text("\"");
    let insert = match ask.program().types.get(base).clone() {
        Ty::Int => new().hole(1, "1"),
        Ty::Float => new().hole(1, "1.0"),
        Ty::Str => return Some(("\"…\"".to_owned(), new().text("\"").stop(1).text("\""))),
        Ty::Size => new().hole(1, "4").text("GiB"),
        Ty::Duration => new().hole(1, "30").text("s"),
        Ty::Rate => new().hole(1, "1").text("Gbps"),
        Ty::Percent => new().hole(1, "80").text("%"),
        Ty::Ip => new().hole(1, "192.168.1.10"),
        Ty::Cidr => new().hole(1, "192.168.1.0/24"),
        Ty::Interface => new().hole(1, "192.168.1.10/24"),
        Ty::Mac => new().hole(1, "BC:24:11:00:00:01"),
        Ty::DeviceId => new().hole(1, "1a6e:089a"),
        Ty::Pci => new().hole(1, "01:00"),
        Ty::Domain(domain) => match domain {
            Domain::Ipv6 => quoted("fd00::10"),
            Domain::Schedule => quoted("02:00"),
            Domain::Url => quoted("https://"),
            Domain::Path => quoted("/"),
            Domain::Version => quoted("1.0.0"),
            Domain::Fingerprint => quoted("AA:BB"),
            Domain::UsbPort => quoted("1-2"),
            Domain::MachineType => new().hole(1, "q35"),
        },
        Ty::List(_) | Ty::Set(_) => return Some(("[…]".to_owned(), new().text("[").stop(1).text("]"))),
        Ty::Crds => new().text("crds(\"").hole(1, "crds").text("\")"),
        Ty::Map(..) | Ty::Obj(..) => return Some(("{…}".to_owned(), new().text("{ ").stop(1).text(" }"))),
        Ty::Range(element) => {
            let (first, last) = match ask.program().types.base(element) {
                TyId::IP => ("192.168.1.100", "192.168.1.199"),
                _ => ("100", "199"),
            };
            new().hole(1, first).text("..").hole(2, last)
        }
        Ty::Error
        | Ty::Null
        | Ty::Bool
        | Ty::Secret
        | Ty::Data
        | Ty::Enum(_)
        | Ty::Group(..)
        | Ty::Use(_)
        | Ty::Opt(_)
        | Ty::Union(_)
        | Ty::Named(..) => return None,
    };
    Some((insert.plain(), insert))
}
