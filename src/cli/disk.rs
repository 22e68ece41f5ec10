//! [`DiskWorld`]: the files of a project folder, and nothing outside it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use crate::base::{ReadError, World, is_data_file};

use super::artifacts::replace;
use super::errors::{RimError, words};

/// The largest file that is read.
pub(super) const LARGEST: u64 = 64 << 20;
/// More entries than this are no project: somebody named the root of a disk.
const MOST_ENTRIES: usize = 200_000;
/// A byte order mark.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";
/// More than this in one folder are no CRDs: the largest operators have some hundred.
const MOST_DATA_FILES: usize = 10_000;
/// Folders that hold other programs' output.
const SKIPPED: [&str; 2] = ["target", "node_modules"];

/// A project folder on disk. Every path is relative to it.
#[derive(Debug)]
pub(super) struct DiskWorld {
    /// The folder as it was named, for messages and for writing.
    pub root: PathBuf,
    /// The folder without symbolic links, to tell what lies inside.
    real: PathBuf,
}

impl DiskWorld {
    /// The world below a folder.
    ///
    /// # Errors
    /// If it is no folder, or may not be looked at.
    pub(super) fn open(root: &Path) -> Result<DiskWorld, RimError> {
        let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
        let real = fs::canonicalize(root).map_err(|error| RimError::cannot_read(root, &error))?;
        if !real.is_dir() {
            let cause = "it is a file; name the project's folder".to_owned();
            return Err(RimError::CannotRead { path: super::errors::show(root), cause });
        }
        Ok(DiskWorld { root: root.to_path_buf(), real })
    }

    /// Replaces a source file whose text is `old`; a byte order mark stays, a link to the file too.
    ///
    /// # Errors
    /// If the file on disk is not the one that was looked at, or cannot be written.
    pub(super) fn rewrite(&self, path: &str, old: &str, new: &str) -> Result<(), RimError> {
        let shown = super::errors::show(&self.root.join(path));
        let cannot = |cause: String| RimError::CannotWrite { path: shown.clone(), cause };
        let bytes = self.read(path).map_err(|error| cannot(reason(&error)))?;
        let mark = if bytes.starts_with(MARK) { MARK } else { b"" };
        if &bytes[mark.len()..] != old.as_bytes() {
            return Err(cannot("it is not the text that was looked at".to_owned()));
        }
        let real = fs::canonicalize(self.real.join(path)).map_err(|error| cannot(words(&error)))?;
        replace(&real, &[mark, new.as_bytes()].concat())
    }

    /// The bytes of `hlab.lock`, as text, if there is one.
    ///
    /// # Errors
    /// If it is there and cannot be read as text.
    pub(super) fn lock(&self) -> Result<Option<String>, RimError> {
        let path = self.root.join("hlab.lock");
        let error = |cause: String| RimError::CannotRead { path: super::errors::show(&path), cause };
        match self.read("hlab.lock") {
            Ok(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| error("it is not UTF-8".to_owned())),
            Err(ReadError::NotFound) => Ok(None),
            Err(other) => Err(error(reason(&other))),
        }
    }
}

/// Why a file could not be read, as the end of a sentence.
pub(super) fn reason(error: &ReadError) -> String {
    match error {
        ReadError::NotFound => "there is no such file".to_owned(),
        ReadError::TooLarge { size, limit } => format!("it has {size} bytes, more than {} MiB", limit >> 20),
        ReadError::Outside => "it lies outside the project".to_owned(),
        ReadError::Other(cause) => cause.clone(),
    }
}

impl World for DiskWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let real = fs::canonicalize(self.real.join(path)).map_err(|error| read_error(&error))?;
        if !real.starts_with(&self.real) {
            return Err(ReadError::Outside);
        }
        read_regular(&real)
    }

    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        let mut walk =
            Walk { real: &self.real, files: BTreeSet::new(), links: Vec::new(), unreadable: Vec::new(), seen: 0 };
        let mut folders = vec![PathBuf::new()];
        while let Some(folder) = folders.pop() {
            walk.folder(&folder, &mut folders);
            if walk.seen > MOST_ENTRIES {
                let cause = format!("it holds more than {MOST_ENTRIES} files and folders; is it the project's?");
                walk.unreadable.push((text(&folder), ReadError::Other(cause)));
                break;
            }
        }
        walk.follow_links();
        walk.unreadable.sort_by(|one, other| one.0.cmp(&other.0));
        (walk.files.into_iter().collect(), walk.unreadable)
    }

    fn files(&self, path: &str) -> Result<Vec<String>, ReadError> {
        let real = fs::canonicalize(self.real.join(path)).map_err(|error| read_error(&error))?;
        let Ok(start) = real.strip_prefix(&self.real) else { return Err(ReadError::Outside) };
        if !real.is_dir() {
            return Ok(vec![path.to_owned()]);
        }
        let (mut files, mut folders, mut seen) = (BTreeSet::new(), vec![start.to_path_buf()], 0);
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(self.real.join(&folder)).map_err(|error| read_error(&error))?;
            for entry in entries {
                let entry = entry.map_err(|error| read_error(&error))?;
                seen += 1;
                if seen > MOST_DATA_FILES {
                    let cause = format!("it holds more than {MOST_DATA_FILES} files and folders");
                    return Err(ReadError::Other(cause));
                }
                let (path, name) = (folder.join(entry.file_name()), entry.file_name());
                let hidden = name.to_string_lossy().starts_with('.');
                // A link is looked at when it is read: what it leads to must lie inside as well.
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && !hidden => folders.push(path),
                    Ok(kind) if !kind.is_dir() && !hidden && is_data_file(&text(&path)) => {
                        files.insert(text(&path));
                    }
                    Ok(_) | Err(_) => {}
                }
            }
        }
        Ok(files.into_iter().collect())
    }

    fn root(&self) -> Option<String> {
        let is_seen = std::io::stderr().is_terminal();
        self.real.to_str().filter(|_| is_seen).map(str::to_owned)
    }
}

/// Reads a regular file of at most [`LARGEST`] bytes; looks at what it is before opening it.
pub(super) fn read_regular(path: &Path) -> Result<Vec<u8>, ReadError> {
    let metadata = fs::metadata(path).map_err(|error| read_error(&error))?;
    if metadata.is_dir() {
        return Err(ReadError::Other("it is a folder".to_owned()));
    }
    if !metadata.is_file() {
        return Err(ReadError::Other("it is not a regular file".to_owned()));
    }
    if metadata.len() > LARGEST {
        return Err(ReadError::TooLarge { size: metadata.len(), limit: LARGEST });
    }
    let file = fs::File::open(path).map_err(|error| read_error(&error))?;
    let mut bytes = Vec::with_capacity(metadata.len() as usize + 1);
    // The file may grow while it is read, and some (below /proc) have no size at all.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| read_error(&error))?;
    match bytes.len() as u64 {
        size if size > LARGEST => Err(ReadError::TooLarge { size, limit: LARGEST }),
        _ => Ok(bytes),
    }
}

fn read_error(error: &std::io::Error) -> ReadError {
    match error.kind() {
        std::io::ErrorKind::NotFound => ReadError::NotFound,
        _ => ReadError::Other(words(error)),
    }
}

/// A walk through the project, without recursion: nothing on disk can overflow the stack.
struct Walk<'a> {
    real: &'a Path,
    files: BTreeSet<String>,
    /// Symbolic links whose name ends in `.hlab`; looked at last.
    links: Vec<PathBuf>,
    unreadable: Vec<(String, ReadError)>,
    seen: usize,
}

impl Walk<'_> {
    /// Notes the files of one folder and appends its folders. Links to folders are not followed:
    /// inside the project they would give every file twice, outside they are not ours.
    fn folder(&mut self, folder: &Path, folders: &mut Vec<PathBuf>) {
        let entries = match fs::read_dir(self.real.join(folder)) {
            Ok(entries) => entries,
            Err(error) => return self.unreadable.push((text(folder), read_error(&error))),
        };
        for entry in entries {
            self.seen += 1;
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.unreadable.push((text(folder), read_error(&error)));
                    continue;
                }
            };
            let (path, name) = (folder.join(entry.file_name()), entry.file_name());
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                if !name.starts_with('.') && !SKIPPED.contains(&name.as_ref()) {
                    folders.push(path);
                }
            } else if name.ends_with(".hlab") && !name.starts_with('.') {
                if path.to_str().is_none() {
                    self.unreadable.push((text(&path), ReadError::Other("its name is not UTF-8".to_owned())));
                } else if kind.is_symlink() {
                    self.links.push(path);
                } else {
                    self.files.insert(text(&path));
                }
            }
        }
    }

    /// Takes in linked files that lie in the project and are not listed under their own name.
    fn follow_links(&mut self) {
        let mut links = std::mem::take(&mut self.links);
        links.sort();
        let mut taken = BTreeSet::new();
        for link in links {
            match fs::canonicalize(self.real.join(&link)) {
                Err(error) => self.unreadable.push((text(&link), read_error(&error))),
                Ok(target) if target.is_dir() => {}
                Ok(target) => match target.strip_prefix(self.real) {
                    Err(_) => self.unreadable.push((text(&link), ReadError::Outside)),
                    Ok(inside) if self.files.contains(&text(inside)) || !taken.insert(target.clone()) => {}
                    Ok(_) => {
                        self.files.insert(text(&link));
                    }
                },
            }
        }
    }
}

/// A relative path with `/`, as the compiler names files.
fn text(path: &Path) -> String {
    if path.as_os_str().is_empty() {
        return ".".to_owned();
    }
    let components: Vec<_> = path.components().map(|component| component.as_os_str().to_string_lossy()).collect();
    components.join("/")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::scratch::Scratch;
    use super::{DiskWorld, ReadError};
    use crate::base::World;

    #[test]
    fn files_at_any_depth_are_listed_in_order_and_hidden_folders_are_not() {
        let scratch = Scratch::new();
        for path in
            ["b.hlab", "a/z.hlab", "a/b/c.hlab", ".git/x.hlab", "target/x.hlab", "node_modules/x.hlab", "a/.x.hlab"]
        {
            scratch.write(path, "");
        }
        fs::create_dir(scratch.path("folder.hlab")).expect("a folder may be named like a file");
        let world = DiskWorld::open(scratch.root()).expect("the folder is there");
        let (files, unreadable) = world.list();
        assert_eq!(files, ["a/b/c.hlab", "a/z.hlab", "b.hlab"]);
        assert_eq!(unreadable, []);
    }

    #[test]
    fn nothing_outside_the_project_is_read() {
        let scratch = Scratch::new();
        scratch.write("secret.hlab", "secret");
        scratch.write("project/a.hlab", "a");
        let world = DiskWorld::open(&scratch.path("project")).expect("the folder is there");
        assert_eq!(world.read("../secret.hlab"), Err(ReadError::Outside));
        assert_eq!(world.read("/etc/passwd"), Err(ReadError::Outside));
        assert_eq!(world.read("../project/a.hlab"), Ok(b"a".to_vec()));
        assert_eq!(world.read("b.hlab"), Err(ReadError::NotFound));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_the_project_only_and_loops_end() {
        use std::os::unix::fs::symlink;
        let scratch = Scratch::new();
        scratch.write("outside.hlab", "");
        scratch.write("project/a.hlab", "a");
        scratch.write("project/.hidden/b.hlab", "b");
        let link = |target: &str, name: &str| symlink(target, scratch.path(name)).expect("a link can be made");
        link("../outside.hlab", "project/out.hlab");
        link("a.hlab", "project/again.hlab");
        link(".hidden/b.hlab", "project/b.hlab");
        link("loop.hlab", "project/loop.hlab");
        link(".", "project/self");
        link("..", "project/up");
        let world = DiskWorld::open(&scratch.path("project")).expect("the folder is there");
        let (files, unreadable) = world.list();
        assert_eq!(files, ["a.hlab", "b.hlab"]);
        let unreadable: Vec<_> = unreadable.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(unreadable, ["loop.hlab", "out.hlab"]);
        assert_eq!(world.read("out.hlab"), Err(ReadError::Outside));
        assert_eq!(world.read("up/outside.hlab"), Err(ReadError::Outside));
    }

    #[test]
    fn data_files_of_a_folder_are_those_inside_and_a_file_is_itself() {
        let scratch = Scratch::new();
        for path in ["crds/b.yaml", "crds/a/z.yml", "crds/a/y.json", "crds/README.md", "crds/.git/x.yaml", "c.yaml"] {
            scratch.write(path, "");
        }
        let world = DiskWorld::open(scratch.root()).expect("the folder is there");
        let files = |path: &str| world.files(path).map(|files| files.join(" "));
        assert_eq!(files("crds"), Ok("crds/a/y.json crds/a/z.yml crds/b.yaml".to_owned()));
        assert_eq!(files("c.yaml"), Ok("c.yaml".to_owned()));
        assert_eq!(files("missing"), Err(ReadError::NotFound));
        assert_eq!(files(".."), Err(ReadError::Outside));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_a_link_is_that_which_it_leads_to_and_lies_inside() {
        use std::os::unix::fs::symlink;
        let scratch = Scratch::new();
        scratch.write("outside/a.yaml", "secret");
        scratch.write("project/real/a.yaml", "");
        let link = |target: &str, name: &str| symlink(target, scratch.path(name)).expect("a link can be made");
        link("real", "project/linked");
        link("../outside", "project/out");
        link("../../outside/a.yaml", "project/real/b.yaml");
        let world = DiskWorld::open(&scratch.path("project")).expect("the folder is there");
        assert_eq!(world.files("linked"), Ok(vec!["real/a.yaml".to_owned(), "real/b.yaml".to_owned()]));
        assert_eq!(world.files("out"), Err(ReadError::Outside));
        assert_eq!(world.read("real/b.yaml"), Err(ReadError::Outside));
    }

    #[test]
    fn a_file_over_the_limit_is_refused_before_it_is_read() {
        let scratch = Scratch::new();
        let file = fs::File::create(scratch.path("big.hlab")).expect("a file can be made");
        file.set_len(65 << 20).expect("a sparse file can be made");
        let world = DiskWorld::open(scratch.root()).expect("the folder is there");
        assert_eq!(world.read("big.hlab"), Err(ReadError::TooLarge { size: 65 << 20, limit: 64 << 20 }));
        assert!(matches!(world.read("."), Err(ReadError::Other(_))));
    }
}
