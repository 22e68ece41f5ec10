//! Files as data: what a target gives, before anything is written.

/// One file: a path relative to the folder it goes to, and its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact {
    /// Relative, with `/`; checked by [`check_path`].
    pub path: String,
    /// The content.
    pub bytes: Vec<u8>,
}

/// Files in the order in which they are meant to be read; no path twice.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ArtifactSet(Vec<Artifact>);

/// Why a path may not be written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BadPath {
    /// Nothing, or nothing between two slashes.
    Empty,
    /// It starts at the root of a disk.
    Absolute,
    /// It has a `.` or `..` component.
    Dots,
    /// It has a control character, a backslash or a colon, which some system reads as something else.
    Character(char),
    /// A component is longer than 255 bytes, which no file system takes.
    TooLong,
    /// The name belongs to hlab itself: the manifest and the files on their way into place.
    Reserved,
    /// The set already has a file of this path, or one that differs in case only.
    Twice,
}

impl BadPath {
    /// The reason as the end of a sentence: "the path `x` …".
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            BadPath::Empty => "has an empty component".to_owned(),
            BadPath::Absolute => "is absolute".to_owned(),
            BadPath::Dots => "has a `.` or `..` component".to_owned(),
            BadPath::Character(character) => format!("holds the character {character:?}"),
            BadPath::TooLong => "has a component of more than 255 bytes".to_owned(),
            BadPath::Reserved => "is a name that hlab keeps for itself".to_owned(),
            BadPath::Twice => "is written twice".to_owned(),
        }
    }
}

/// Whether a relative path is safe to write below a folder, on every system.
///
/// # Errors
/// The first reason against it.
pub fn check_path(path: &str) -> Result<(), BadPath> {
    if path.starts_with('/') {
        return Err(BadPath::Absolute);
    }
    if let Some(character) = path.chars().find(|c| c.is_control() || matches!(c, '\\' | ':')) {
        return Err(BadPath::Character(character));
    }
    for component in path.split('/') {
        match component {
            "" => return Err(BadPath::Empty),
            "." | ".." => return Err(BadPath::Dots),
            name if name.len() > 255 => return Err(BadPath::TooLong),
            name if name.starts_with(".hlab-") => return Err(BadPath::Reserved),
            _ => {}
        }
    }
    Ok(())
}

impl ArtifactSet {
    /// Adds a file.
    ///
    /// # Errors
    /// If the path is not safe to write or is there already. Cost: linear in the set only for
    /// [`ArtifactSet::check`]; adding looks at the path alone.
    pub fn push(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Result<(), BadPath> {
        let path = path.into();
        check_path(&path)?;
        self.0.push(Artifact { path, bytes: bytes.into() });
        Ok(())
    }

    /// Adds a file that a target writes; its name was made safe, so that none is refused here.
    pub(crate) fn add(&mut self, path: &str, text: &str) {
        // A path that is refused all the same is a bug of the target, and no file is better than one elsewhere.
        let _ = self.push(path, text.as_bytes());
    }

    /// Whether no path is there twice; on systems that fold case, `A` and `a` are one file.
    ///
    /// # Errors
    /// The path that is there twice, with [`BadPath::Twice`].
    pub fn check(&self) -> Result<(), (String, BadPath)> {
        let mut seen = rustc_hash::FxHashSet::default();
        match self.0.iter().find(|artifact| !seen.insert(artifact.path.to_lowercase())) {
            Some(artifact) => Err((artifact.path.clone(), BadPath::Twice)),
            None => Ok(()),
        }
    }

    /// The files in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Artifact> {
        self.0.iter()
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The bytes of a file.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.0.iter().find(|artifact| artifact.path == path).map(|artifact| artifact.bytes.as_slice())
    }

    /// Appends another set.
    pub fn extend(&mut self, other: ArtifactSet) {
        self.0.extend(other.0);
    }
}

impl<'a> IntoIterator for &'a ArtifactSet {
    type Item = &'a Artifact;
    type IntoIter = std::slice::Iter<'a, Artifact>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{ArtifactSet, BadPath, check_path};

    #[test]
    fn a_path_that_could_leave_the_folder_is_refused() {
        assert_eq!(check_path("a/b.yaml"), Ok(()));
        assert_eq!(check_path("../b"), Err(BadPath::Dots));
        assert_eq!(check_path("a/../../b"), Err(BadPath::Dots));
        assert_eq!(check_path("/etc/passwd"), Err(BadPath::Absolute));
        assert_eq!(check_path("a//b"), Err(BadPath::Empty));
        assert_eq!(check_path(""), Err(BadPath::Empty));
        assert_eq!(check_path("a\\b"), Err(BadPath::Character('\\')));
        assert_eq!(check_path("C:x"), Err(BadPath::Character(':')));
        assert_eq!(check_path("a\nb"), Err(BadPath::Character('\n')));
        assert_eq!(check_path(&"x".repeat(256)), Err(BadPath::TooLong));
        assert_eq!(check_path("x/.hlab-manifest.json"), Err(BadPath::Reserved));
    }

    #[test]
    fn two_paths_that_differ_in_case_only_are_one_file_somewhere() {
        let mut set = ArtifactSet::default();
        assert_eq!(set.push("vm-A.yaml", ""), Ok(()));
        assert_eq!(set.push("vm-a.yaml", ""), Ok(()));
        assert_eq!(set.check(), Err(("vm-a.yaml".to_owned(), BadPath::Twice)));
    }
}
