//! Files on storages: which hosts an image or snippet is on, what it is called there, and references to it.

use std::borrow::Cow;

use super::{Cx, Life, Place, errors, file_facet, pairs, text, unless};
use crate::desire::{self, Attribute, Content, Import, Ref, Text};
use crate::model::{Host, Image, Model, Snippet, Storage, Vm};
use crate::types::value::ObjId;

/// What a storage calls the files of an image.
fn content(model: &Model<'_>, image: Image) -> &'static str {
    match model.world.object(image.id).tag.map(|tag| model.word(tag)) {
        Some("Iso") => "iso",
        Some("Template") => "vztmpl",
        Some(_) | None => "import",
    }
}

/// The name of an image's file on the storage.
fn image_file<'a>(model: &'a Model<'a>, image: Image) -> Text<'a> {
    let of_url = || {
        let url = image.url(model)?;
        let path = url.split(['?', '#']).next()?;
        path.rsplit('/').next().filter(|name| !name.is_empty())
    };
    Cow::Borrowed(image.file(model).or_else(of_url).unwrap_or_else(|| model.key(image.id)))
}

/// The name of a snippet's file on the storage.
fn snippet_file<'a>(model: &'a Model<'a>, snippet: Snippet) -> Text<'a> {
    match snippet.file(model) {
        Some(file) => Cow::Borrowed(file),
        None => Cow::Owned([model.name(snippet.id), ".yaml"].concat()),
    }
}

impl<'a> Cx<'a> {
    /// The storage that a file lies on: the one it names, or the only one of the host for its sort.
    pub(super) fn storage(
        &mut self,
        file: ObjId,
        said: Option<Storage>,
        content: &'static str,
        host: Host,
    ) -> Option<&'a str> {
        let found = match said {
            Some(storage) => Some(storage.id),
            None => self.only_storage(file, content, host),
        };
        found.map(|storage| self.model.name(storage))
    }

    fn only_storage(&mut self, file: ObjId, content: &'static str, host: Host) -> Option<ObjId> {
        if let Some(Some(found)) = self.storages.get(&(host, content)) {
            return Some(*found);
        }
        let model = self.model;
        let holds = |storage: &ObjId| {
            let storage = Storage::new(model, *storage);
            let words = storage.content(model).iter();
            words.filter_map(|word| model.text_of(*word)).any(|word| word == content)
                && model.is_on(storage.id, host)
                && !storage.disabled(model)
        };
        let found: Vec<ObjId> = model.all(model.fields.storage.shape).filter(holds).collect();
        if let [only] = found.as_slice() {
            self.storages.insert((host, content), Some(*only));
            return Some(*only);
        }
        if self.unplaced.insert((file, host)) {
            let known: Vec<&str> = found.iter().map(|storage| model.name(*storage)).collect();
            let at = Some(model.span(file));
            self.out.push(errors::which_storage(at, model.name(file), content, model.name(host.id), &known));
        }
        None
    }

    /// Where a file is on a host: its address says all if it is on one host by name.
    fn place(&self, file: ObjId, node: &'a str, storage: &'a str) -> Place<'a> {
        if matches!(self.model.world.home(file).on, crate::types::value::Value::Obj(_)) {
            return Place::Only;
        }
        Place::Storage { node: Cow::Borrowed(node), storage: Cow::Borrowed(storage) }
    }

    fn import(&self, file: ObjId, is_image: bool, place: Place<'a>) -> Import<'a> {
        let address = Cow::Borrowed(self.model.resource(file));
        Import::Object(Ref { address, facet: file_facet(is_image), place, attribute: Attribute::VolumeId })
    }

    /// The file of an image on a guest's host.
    pub(super) fn image(&mut self, image: Image, host: Host) -> Option<Import<'a>> {
        let content = content(self.model, image);
        let storage = self.storage(image.id, image.storage(self.model), content, host)?;
        let place = self.place(image.id, self.model.name(host.id), storage);
        Some(self.import(image.id, true, place))
    }

    /// The file of a snippet on a guest's host.
    pub(super) fn snippet(&mut self, snippet: Snippet, host: Host) -> Option<Import<'a>> {
        let storage = self.storage(snippet.id, snippet.storage(self.model), "snippets", host)?;
        let place = self.place(snippet.id, self.model.name(host.id), storage);
        Some(self.import(snippet.id, false, place))
    }
}

/// Notes the hosts on which a guest starts from an image that does not say where it is.
pub(super) fn needed(cx: &mut Cx<'_>, vms: &[Vm]) {
    let model = cx.model;
    if model.all(model.fields.image.shape).all(|image| model.says_where(image)) {
        return;
    }
    let mut need = |image: Image, host: Host| {
        let hosts = cx.needed.entry(image.id).or_default();
        if !model.says_where(image.id) && !hosts.contains(&host) {
            hosts.push(host);
        }
    };
    for id in model.all(model.fields.container.shape) {
        let template = crate::model::Container::new(model, id).from(model);
        if let Some((template, host)) = template.zip(model.host(id)) {
            need(template, host);
        }
    }
    for vm in vms {
        let Some(host) = model.host(vm.id) else { continue };
        let of_disks = vm.disk(model).filter_map(|disk| disk.from(model));
        let of_drives = vm.cdrom(model).filter_map(|drive| drive.image(model));
        of_disks.chain(of_drives).for_each(|image| need(image, host));
    }
}

/// The files of an image: on the hosts it names, or on those where a guest starts from it.
pub(super) fn images<'a>(cx: &mut Cx<'a>, image: Image) {
    let model = cx.model;
    let hosts = match model.says_where(image.id) {
        true => model.hosts(image.id),
        false => cx.needed.remove(&image.id).unwrap_or_default(),
    };
    let fields = (image.id, model.fields.image.timeout);
    for host in hosts {
        let node = model.name(host.id);
        let sort = content(model, image);
        let Some(storage) = cx.storage(image.id, image.storage(model), sort, host) else { continue };
        let algorithm = image.checksum_algorithm(model).unwrap_or("sha256");
        let file = desire::Image {
            node: Cow::Borrowed(node),
            storage: Cow::Borrowed(storage),
            content: Cow::Borrowed(sort),
            file: image_file(model, image),
            url: text(image.url(model)),
            checksum: image.checksum(model).map(|sum| (Cow::Borrowed(algorithm), Cow::Borrowed(sum))),
            compression: text(image.compression(model)),
            keep_changed: !image.overwrite(model),
            overwrite_unmanaged: image.overwrite_unmanaged(model),
            any_certificate: !image.verify(model),
            timeout: cx.seconds(image.timeout(model), 600, fields),
        };
        let life = Life {
            adopt: image.adopt(model) || !image.was(model).is_empty(),
            destroy: image.on_delete(model) == Some("destroy"),
            paused: image.paused(model),
            observe: false,
            labels: pairs(model, image.labels(model)),
        };
        // Without a URL it is a file that is there already.
        let is_applied = file.url.is_some() && model.is_running(host);
        let place = cx.place(image.id, node, storage);
        cx.push(image.id, place, life, Content::Image(Box::new(file)), is_applied);
    }
}

/// The files of a snippet, one a host.
pub(super) fn snippets<'a>(cx: &mut Cx<'a>, snippet: Snippet) {
    let model = cx.model;
    for host in model.hosts(snippet.id) {
        let node = model.name(host.id);
        let Some(storage) = cx.storage(snippet.id, snippet.storage(model), "snippets", host) else { continue };
        let file = desire::Snippet {
            node: Cow::Borrowed(node),
            storage: Cow::Borrowed(storage),
            file: snippet_file(model, snippet),
            text: text(snippet.text(model)),
            source: text(snippet.source(model)).map(|path| {
                Box::new(desire::SnippetSource {
                    path,
                    checksum: text(snippet.checksum(model)),
                    any_certificate: !snippet.verify(model),
                    min_tls: unless(snippet.min_tls(model), "1.3"),
                    changed: snippet.changed(model),
                })
            }),
            resize: snippet.resize(model),
            executable: snippet.executable(model),
            keep: !snippet.overwrite(model),
            timeout: cx.seconds(snippet.timeout(model), 1800, (snippet.id, model.fields.snippet.timeout)),
            sftp: snippet.upload(model) == Some("sftp"),
        };
        let life = Life {
            adopt: snippet.adopt(model),
            destroy: snippet.on_delete(model) == Some("destroy"),
            ..Life::default()
        };
        // With neither text nor source it is put there by other means.
        let is_applied = (file.text.is_some() || file.source.is_some()) && model.is_running(host);
        let place = cx.place(snippet.id, node, storage);
        cx.push(snippet.id, place, life, Content::Snippet(Box::new(file)), is_applied);
    }
}
