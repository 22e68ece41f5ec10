//! The only door through which the compiler sees files.

use std::collections::BTreeMap;

/// Why a file could not be read; the rim turns the cause into words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadError {
    /// There is no such file.
    NotFound,
    /// It is larger than the limit, in bytes.
    TooLarge {
        /// Its size.
        size: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// It lies outside the project, after resolving symbolic links.
    Outside,
    /// Anything else the operating system said.
    Other(String),
}

/// A place with files: a disk, a disk under open buffers, or memory.
///
/// Paths are relative to the project root and use `/`.
pub trait World {
    /// The bytes of a file.
    ///
    /// # Errors
    /// A [`ReadError`] saying why there are none.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// All `.hlab` files at any depth, sorted by path; with those that could not be looked at.
    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>);

    /// The YAML and JSON files of a folder at any depth, sorted by path; of a file itself, only that.
    ///
    /// # Errors
    /// A [`ReadError`] saying why they cannot be told.
    fn files(&self, path: &str) -> Result<Vec<String>, ReadError>;

    /// The absolute path of the folder, if people can open its files from where they read the result: on a terminal.
    fn root(&self) -> Option<String> {
        None
    }
}

/// Whether a file is one of those that [`World::files`] lists, by its name.
#[must_use]
pub fn is_data_file(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))
}

/// Files in memory, for tests and the editor.
#[derive(Clone, Default, Debug)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryWorld {
    /// The same world with one more file.
    #[must_use]
    pub fn with(mut self, path: &str, text: impl Into<Vec<u8>>) -> MemoryWorld {
        self.files.insert(path.to_owned(), text.into());
        self
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).cloned().ok_or(ReadError::NotFound)
    }

    fn list(&self) -> (Vec<String>, Vec<(String, ReadError)>) {
        (self.files.keys().filter(|path| path.ends_with(".hlab")).cloned().collect(), Vec::new())
    }

    fn files(&self, path: &str) -> Result<Vec<String>, ReadError> {
        if self.files.contains_key(path) {
            return Ok(vec![path.to_owned()]);
        }
        let folder = format!("{path}/");
        let inside: Vec<&String> = self.files.keys().filter(|file| file.starts_with(&folder)).collect();
        if inside.is_empty() {
            return Err(ReadError::NotFound);
        }
        Ok(inside.into_iter().filter(|file| is_data_file(file)).cloned().collect())
    }
}
