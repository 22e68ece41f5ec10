//! A project from what is wanted, as manifests of another hand say it.
//!
//! What comes in is a [`Desired`] and where each object was found; what goes out is [`Imported`]: the files of a project
//! that want the same. Manifests say little of what a lab stands on, so that hosts, networks and storages are told from
//! what guests use of them ([`places`]), and nothing is made up: what nobody said is left out for a person to add.

mod container;
mod entries;
mod file;
mod firewall;
mod grants;
mod guest;
mod ha;
mod names;
mod parts;
mod places;
mod rules;
mod site;

use std::collections::{BTreeMap, BTreeSet};

use super::body::Body;
use super::text;
use crate::desire::{Content, Desired, Life, Object, Pool};
use crate::own::Facet;
use firewall::Firewalls;
use names::Names;
use places::Places;

/// The files of a project.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Imported {
    /// Their text, by path.
    pub files: BTreeMap<String, String>,
    /// What could not be said, a line each.
    pub notes: Vec<String>,
}

/// What the project block says.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Project<'a> {
    /// Its name.
    pub name: &'a str,
    /// The target that the manifests are of: `crossplane`.
    pub target: &'a str,
    /// The version of that target.
    pub version: &'a str,
    /// The name of the credential object.
    pub provider: Option<&'a str>,
    /// The kind of the credential object, where it has one.
    pub provider_kind: Option<&'a str>,
    /// The namespace of the objects, where they are in one.
    pub namespace: Option<&'a str>,
}

/// The files of a project that wants the same. `origin` tells of an object, by its index, where it was found.
///
/// Cost: linear in what is wanted.
#[must_use]
pub fn lab(desired: &Desired<'_>, project: &Project<'_>, origin: &dyn Fn(usize) -> Option<String>) -> Imported {
    let names = Names::new(desired);
    let places = Places::new(desired, &names);
    let firewalls = Firewalls::default();
    let mut writer = Writer { desired, names, places, firewalls, files: BTreeMap::new(), notes: Vec::new() };
    for (index, object) in desired.objects.iter().enumerate() {
        writer.object(index, object, origin(index));
    }
    entries::all(&mut writer, origin);
    writer.finish(project)
}

/// What is being written.
struct Writer<'d, 'a> {
    desired: &'d Desired<'a>,
    names: Names,
    places: Places<'d>,
    firewalls: Firewalls<'d>,
    files: BTreeMap<String, String>,
    notes: Vec<String>,
}

impl<'d> Writer<'d, '_> {
    fn object(&mut self, index: usize, object: &'d Object<'_>, origin: Option<String>) {
        let (name, file) = (object.name(), object.file.to_string());
        match &object.content {
            Content::Container(container) => {
                self.looked_at(object);
                let (head, body) = container::container(self, index, object, container);
                self.resource(&file, "guests.hlab", origin, &head, &body);
            }
            Content::Vm(vm) => {
                self.looked_at(object);
                let (head, body) = guest::vm(self, index, object, vm);
                self.resource(&file, "guests.hlab", origin, &head, &body);
            }
            Content::Image(image) => {
                self.places.holds(&image.node, &image.storage, content_of(&image.content));
                let Some((name, on)) = self.names.of(index) else { return };
                let mut body = file::image(image);
                life(&mut body, &object.life);
                let head = format!("image {}{} on {on}", text::name(name), file::variant(image));
                self.resource(&file, "images.hlab", origin, &head, &body);
            }
            Content::Snippet(snippet) => {
                self.places.holds(&snippet.node, &snippet.storage, "snippets");
                let Some((name, on)) = self.names.of(index) else { return };
                let mut body = file::snippet(name, snippet);
                life(&mut body, &object.life);
                let head = format!("snippet {} on {on}", text::name(name));
                self.resource(&file, "images.hlab", origin, &head, &body);
            }
            Content::Pool(pool) => {
                let mut body = self::pool(pool);
                self.short_life(&mut body, object, &object.life);
                self.resource(&file, "access.hlab", origin, &format!("pool {}", text::name(name)), &body);
            }
            // They come last.
            Content::Entry(_) => {}
            Content::Host(part) => site::part(&mut self.places, object, part, origin, &mut self.notes),
            Content::Firewall(part) => self.firewalls.add(object, part, origin),
            // They are part of their guest; no manifest says a mapping.
            Content::ContainerRoot(_)
            | Content::ContainerPower(_)
            | Content::RootOptions(_)
            | Content::Power(_)
            | Content::Mapping(_) => {}
        }
    }

    /// Says of a guest that is only looked at that it will be more than that.
    fn looked_at(&mut self, object: &Object<'_>) {
        if object.life.observe {
            self.notes.push(format!("`{}` is only looked at by its manifest: {NO_OBSERVE}", object.address));
        }
    }

    /// How a resource comes and goes whose kind has few words for that; says what is left of what its object has.
    fn short_life(&mut self, body: &mut Body, object: &Object<'_>, its: &Life<'_>) {
        for (word, is_said) in
            [("only looked at", its.observe), ("paused", its.paused), ("labelled", !its.labels.is_empty())]
        {
            if is_said {
                self.notes.push(format!("`{}` is {word} by its manifest: {NO_WORD}", object.address));
            }
        }
        life(body, &Life { adopt: its.adopt, destroy: its.destroy, ..Life::default() });
    }

    /// Adds a resource to the file that its manifest names, or else to the usual one.
    fn resource(&mut self, named: &str, usual: &str, origin: Option<String>, head: &str, body: &Body) {
        let path = if is_plain_path(named) { named } else { usual };
        let out = self.files.entry(path.to_owned()).or_default();
        if !out.is_empty() {
            out.push('\n');
        }
        if let Some(origin) = origin {
            out.push_str(&text::comment(&format!("From {origin}.")));
            out.push('\n');
        }
        out.push_str(&body.written(head));
    }

    /// The project, what its guests stand on, and everything in its one layout.
    fn finish(mut self, project: &Project<'_>) -> Imported {
        let firewalls = std::mem::take(&mut self.firewalls).write(&mut self.places, &mut self.notes);
        for firewall in firewalls {
            let origin = some_of(&firewall.origins);
            self.resource(&firewall.file, "firewall.hlab", origin, &firewall.head, &firewall.body);
        }
        self.places.unsaid(&mut self.notes);
        let mut head = Body::default();
        if self.places.needs_ssh {
            let mut login = Body::default();
            login.say("ssh", "true");
            head.block("login", login);
        }
        let mut target = Body::default();
        target.say("version", text::string(project.version));
        target.say("out", text::string(project.target));
        for (key, value) in
            [("provider", project.provider), ("provider-kind", project.provider_kind), ("namespace", project.namespace)]
        {
            if let Some(value) = value {
                target.say(key, text::string(value));
            }
        }
        head.block(format!("target {}", project.target), target);
        head.block("owner", owners(&self.places, project.target, &mut self.notes));
        let mut lab = String::from(HEADER);
        lab.push_str(&head.written(&format!("project {}", text::name(project.name))));
        let existing = self.files.remove("lab.hlab");
        self.places.write(&mut lab, &mut self.files);
        if let Some(existing) = existing {
            lab.push('\n');
            lab.push_str(&existing);
        }
        self.files.insert("lab.hlab".to_owned(), lab);
        for file in self.files.values_mut() {
            // It is laid out unless it has an error, which a reader then sees as it is.
            if let Some(laid_out) = crate::syntax::format(file) {
                *file = laid_out;
            }
        }
        Imported { files: self.files, notes: self.notes }
    }
}

/// The first lines of the project's file.
const HEADER: &str = "//! Imported from manifests. Hosts, networks and storages are told from what guests use of them: say here what else is\n//! known, such as addresses, memory and which network a bridge is on.\n\n";

const NO_OBSERVE: &str = "hlab has no word for that, so it is applied like the others";

const NO_WORD: &str = "hlab has no word for that in its kind";

/// Manifests say nothing of storages and devices, so somebody else keeps them. What they say of hosts and firewalls is the
/// target's, which it is nowhere by itself.
fn owners(places: &Places<'_>, target: &str, notes: &mut Vec<String>) -> Body {
    let mut owners = Body::default();
    owners.say("storage", "none");
    owners.say("device", "none");
    let is_of_host = |facet: &&Facet| facet.name().starts_with("host.");
    for facet in places.facets.iter().filter(is_of_host) {
        let inferred = places.inferred_bridges();
        if *facet == Facet::HostNetwork && !inferred.is_empty() {
            let bridges = inferred.join("`, `");
            notes.push(format!(
                "`host.network` has no owner: guests use `{bridges}`, which no manifest makes and hlab would"
            ));
            continue;
        }
        owners.say(facet.name(), text::name(target));
    }
    if places.facets.iter().any(|facet| !is_of_host(&facet)) {
        owners.say("firewall", text::name(target));
        if !places.facets.contains(&Facet::FirewallOptions) {
            owners.say(Facet::FirewallOptions.name(), "none");
        }
    }
    owners
}

/// What a part of a host or firewall says of its life and hlab cannot; `has_life` tells whether it can be adopted and go.
fn life_unsaid(object: &Object<'_>, has_life: bool) -> Option<String> {
    let life = &object.life;
    let unsaid: Vec<&str> = [
        (life.observe, "that it is only looked at"),
        (life.paused, "that it is paused"),
        (!life.labels.is_empty(), "its labels"),
        (life.adopt && !has_life, "its external name"),
        (life.destroy && !has_life, "that it goes with its object"),
    ]
    .into_iter()
    .filter_map(|(is_said, what)| is_said.then_some(what))
    .collect();
    let has_any = !unsaid.is_empty();
    has_any.then(|| format!("`{}` loses what hlab has no word for there: {}", object.address, unsaid.join(", ")))
}

/// Whether a path that a manifest names is one of a project's own folder.
fn is_plain_path(path: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    path.len() <= 200 && path.ends_with(".hlab") && !path.ends_with("_test.hlab") && path.split('/').all(is_plain)
}

/// What a storage must hold for files of a sort.
fn content_of(content: &str) -> &'static str {
    match content {
        "iso" => "iso",
        "vztmpl" => "vztmpl",
        "snippets" => "snippets",
        _ => "import",
    }
}

/// How a resource comes and goes.
fn life(body: &mut Body, life: &Life<'_>) {
    body.on("adopt", life.adopt);
    if life.destroy {
        body.say("on-delete", "destroy");
    }
    body.on("paused", life.paused);
    body.pairs("labels", life.labels.iter().map(|(key, value)| (&**key, &**value)));
}

fn pool(pool: &Pool<'_>) -> Body {
    let mut body = Body::default();
    body.string("comment", pool.comment.as_ref());
    body
}

/// The first files of several, and how many there are besides.
fn some_of(files: &BTreeSet<String>) -> Option<String> {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = files.iter().take(SHOWN).map(String::as_str).collect();
    let more = files.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| shown.join(", ") + &more)
}

/// A name that is not taken yet.
fn free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2u32..).map(|number| format!("{wanted}-{number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}

/// The last part of a volume id as a name: `local:import/noble.qcow2` is `noble`.
fn name_of_volume(volume: &str) -> String {
    let file = volume.rsplit(['/', ':']).next().unwrap_or(volume);
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '-' }).collect();
    let plain = plain.trim_matches('-').to_owned();
    if plain.is_empty() || plain.starts_with(|first: char| first.is_ascii_digit()) {
        format!("file-{plain}")
    } else {
        plain
    }
}
