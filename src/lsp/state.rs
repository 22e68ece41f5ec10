//! What the server knows: the projects that are open, and the files that the client has taken over from the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::Machine;
use super::completion::Snippets;
use super::convert::{self, Encoding};
use super::edits::Form;
use super::tokens::Sent;
use crate::base::{FileId, Origin, Span, Stop, World};
use crate::ide::Snapshot;
use crate::session::{Options, Workspace};

/// A file that the client has open: its text is the client's, whatever the disk says.
#[derive(Clone, Debug)]
pub(super) struct Document {
    /// The folder of its project.
    pub root: PathBuf,
    /// Its path below that.
    pub path: String,
    /// The client's count of its changes.
    pub version: i32,
}

/// One project.
pub(super) struct Project {
    pub root: PathBuf,
    pub world: Box<dyn World>,
    pub workspace: Workspace,
    /// The project as it is now, if that was computed.
    snapshot: Option<Snapshot>,
    /// Whether what was sent of it is old.
    pub is_stale: bool,
    /// Counts its changes, so that who asked before need not be told the same again.
    pub revision: u64,
    /// For which files something was sent that stands until it is taken back.
    pub published: BTreeSet<String>,
}

/// Everything.
pub(super) struct State<'a> {
    pub machine: &'a dyn Machine,
    pub encoding: Encoding,
    /// How the client takes edits of several files.
    pub edits: Form,
    /// The words of open files as they were sent last.
    pub tokens: BTreeMap<String, Sent>,
    /// How many such answers were given.
    pub answers: u64,
    /// Whether the client takes snippets.
    pub snippets: Snippets,
    pub projects: BTreeMap<PathBuf, Project>,
    pub documents: BTreeMap<String, Document>,
    /// Where the library's files lie, and through which project they are looked at.
    pub library: Option<PathBuf>,
    last: Option<PathBuf>,
}

/// A file of a project, as a request names it.
pub(super) struct Place<'s> {
    pub project: &'s mut Project,
    pub path: String,
    pub origin: Origin,
}

impl Project {
    fn load(machine: &dyn Machine, root: &Path) -> Project {
        let world = machine.open(root);
        let mut workspace = Workspace::default();
        workspace.load(world.as_ref());
        Project {
            root: root.to_path_buf(),
            world,
            workspace,
            snapshot: None,
            is_stale: true,
            revision: 0,
            published: BTreeSet::new(),
        }
    }

    /// Something changed: nothing that was computed holds.
    pub(super) fn touch(&mut self) {
        // Here and now, not beside the work: what comes next takes the memory that this gives back, where a thread of its own
        // would hand it to the system, which then has to make it anew.
        self.snapshot = None;
        self.is_stale = true;
        self.revision += 1;
    }

    /// How the front end looks at the project.
    pub(super) fn options(&self, stop: Option<Stop>) -> Options {
        let lock = self.world.read("hlab.lock").ok().and_then(|bytes| String::from_utf8(bytes).ok());
        Options { lock, stop, ..Options::default() }
    }

    /// The project as it is now; `None` if `stop` came true before it was known.
    pub(super) fn snapshot(&mut self, stop: Option<Stop>) -> Option<&mut Snapshot> {
        if self.snapshot.is_none() {
            let options = self.options(stop);
            let analysis = self.workspace.analyze(self.world.as_ref(), &options)?;
            self.snapshot = Some(Snapshot::new(analysis));
        }
        self.snapshot.as_mut()
    }
}

impl<'a> State<'a> {
    pub(super) fn new(
        machine: &'a dyn Machine,
        encoding: Encoding,
        edits: Form,
        snippets: Snippets,
        library: Option<PathBuf>,
    ) -> State<'a> {
        State {
            machine,
            encoding,
            edits,
            snippets,
            tokens: BTreeMap::new(),
            answers: 0,
            projects: BTreeMap::new(),
            documents: BTreeMap::new(),
            library,
            last: None,
        }
    }

    /// The root and path of a file, whichever project it belongs to; a file of the library is looked at through the
    /// project that was looked at last.
    fn locate(&self, uri: &Uri) -> Option<(PathBuf, String, Origin)> {
        if let Some(document) = self.documents.get(uri.as_str()) {
            return Some((document.root.clone(), document.path.clone(), Origin::Project));
        }
        let file = convert::path_of(uri)?;
        if let Some(inside) = self.library.as_ref().and_then(|library| file.strip_prefix(library).ok()) {
            let root = self.last.clone()?;
            return Some((root, format!("std/{}", slashes(inside)), Origin::Library));
        }
        let root = self.machine.project_of(&file);
        let path = slashes(file.strip_prefix(&root).ok()?);
        Some((root, path, Origin::Project))
    }

    /// The file of a request.
    pub(super) fn place(&mut self, uri: &Uri) -> Option<Place<'_>> {
        let (root, path, origin) = self.locate(uri)?;
        let project = self.project(&root);
        Some(Place { project, path, origin })
    }

    fn project(&mut self, root: &Path) -> &mut Project {
        self.last = Some(root.to_path_buf());
        let machine = self.machine;
        self.projects.entry(root.to_path_buf()).or_insert_with(|| Project::load(machine, root))
    }

    /// The client opens a file.
    pub(super) fn open(&mut self, uri: &Uri, version: i32, text: String) {
        let Some((root, path, Origin::Project)) = self.locate(uri) else { return };
        let project = self.project(&root);
        if project.workspace.file(&path).is_none_or(|file| file.text != text) {
            project.workspace.set(&path, text);
            project.touch();
        }
        // Whoever opens a file wants to hear of it, whether it changed or not.
        project.is_stale = true;
        self.documents.insert(uri.as_str().to_owned(), Document { root, path, version });
    }

    /// The client changes a file that it has open.
    pub(super) fn change(&mut self, uri: &Uri, version: i32, changes: Vec<TextDocumentContentChangeEvent>) {
        let encoding = self.encoding;
        let Some(document) = self.documents.get_mut(uri.as_str()) else { return };
        document.version = version;
        let (root, path) = (document.root.clone(), document.path.clone());
        let project = self.project(&root);
        for change in changes {
            match change.range {
                None => project.workspace.set(&path, change.text),
                Some(range) => {
                    let Some(file) = project.workspace.file(&path) else { continue };
                    let start = convert::offset(file, range.start, encoding);
                    let end = convert::offset(file, range.end, encoding).max(start);
                    project.workspace.edit(&path, &(start..end), &change.text);
                }
            }
        }
        project.touch();
    }

    /// The client gives a file back to the disk.
    pub(super) fn close(&mut self, uri: &Uri) {
        let Some(document) = self.documents.remove(uri.as_str()) else { return };
        self.tokens.remove(uri.as_str());
        let project = self.project(&document.root);
        reread(project, &document.path);
        project.is_stale = true;
    }

    /// Something happened to a file on disk: what the client has open stays the client's.
    pub(super) fn happened(&mut self, uri: &Uri) {
        if self.documents.contains_key(uri.as_str()) {
            return;
        }
        let Some(file) = convert::path_of(uri) else { return };
        for project in self.projects.values_mut() {
            let Ok(inside) = file.strip_prefix(&project.root) else { continue };
            let path = slashes(inside);
            if path.ends_with(".hlab") {
                // Another project below this one may own it, or it may be hidden: the world's list decides.
                reread(project, &path);
            } else {
                project.touch();
            }
        }
    }

    /// A folder or many files came, went or moved: the open projects are read anew, with what the client has open on top.
    pub(super) fn reload(&mut self) {
        let roots: Vec<PathBuf> = self.projects.keys().cloned().collect();
        for root in roots {
            let open = self.open_texts(&root);
            let published = self.projects.remove(&root).map(|project| project.published).unwrap_or_default();
            let project = self.project(&root);
            project.published = published;
            for (path, text) in open {
                project.workspace.set(&path, text);
            }
        }
    }

    /// Forgets what was computed and reads everything anew: after a failure nothing is trusted.
    pub(super) fn distrust(&mut self) {
        for project in self.projects.values_mut() {
            project.touch();
        }
    }

    fn open_texts(&self, root: &Path) -> Vec<(String, String)> {
        let Some(project) = self.projects.get(root) else { return Vec::new() };
        let own = self.documents.values().filter(|document| document.root == root);
        own.filter_map(|document| {
            let file = project.workspace.file(&document.path)?;
            Some((document.path.clone(), file.text.clone()))
        })
        .collect()
    }
}

/// Takes a file from the disk as it is there, or forgets it.
fn reread(project: &mut Project, path: &str) {
    let listed = project.world.list().0.iter().any(|known| known == path);
    let text = project.world.read(path).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    match text.filter(|_| listed) {
        Some(text) => {
            if project.workspace.file(path).is_some_and(|file| file.text == text) {
                return;
            }
            project.workspace.set(path, text);
        }
        None => project.workspace.remove(path),
    }
    project.touch();
}

/// A relative path with `/`, as the compiler names files.
fn slashes(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The URI of a file of a project or of the library.
pub(super) fn uri(root: &Path, library: Option<&Path>, snapshot: &Snapshot, file: FileId) -> Option<Uri> {
    let path = &snapshot.analysis().sources.file(file).path;
    match (snapshot.is_library(file), library) {
        (true, Some(library)) => convert::uri_of(&library.join(path.strip_prefix("std/")?)),
        (true, None) => None,
        (false, _) => convert::uri_of(&root.join(path)),
    }
}

/// Where a span lies, for the client.
pub(super) fn location(
    root: &Path,
    library: Option<&Path>,
    snapshot: &Snapshot,
    span: Span,
    encoding: Encoding,
) -> Option<lsp_types::Location> {
    let uri = uri(root, library, snapshot, span.file)?;
    Some(lsp_types::Location {
        uri,
        range: convert::range(snapshot.analysis().sources.file(span.file), span, encoding),
    })
}
