//! The labs of the library's incidents, embedded: every folder of `tests/incidents`, in the order of its name.

macro_rules! labs {
    ($($folder:literal: $($file:literal)*;)*) => {
        &[$(($folder, &[$(($file, include_str!(concat!("../../../tests/incidents/", $folder, "/", $file)))),*])),*]
    };
}

/// A file by its name, with its text.
pub type File = (&'static str, &'static str);

/// The files of each folder.
pub const LABS: &[(&str, &[File])] = labs! {
    "I001": "bad.hlab" "fixed.hlab" "other.hlab";
    "I002": "bad.hlab" "fixed.hlab" "other.hlab";
    "I003": "bad.hlab" "fixed.hlab";
    "I004": "bad.hlab" "fixed.hlab" "other.hlab";
    "I005": "bad.hlab" "fixed.hlab";
    "I006": "bad.hlab" "fixed.hlab";
    "I009": "bad.hlab" "fixed.hlab" "other.hlab";
    "I013": "bad.hlab" "fixed.hlab" "other.hlab";
    "I018": "bad.hlab" "fixed.hlab";
    "I020": "bad.hlab" "fixed.hlab";
    "I021": "bad.hlab" "fixed.hlab" "other.hlab";
    "I022": "bad.hlab" "fixed.hlab" "other.hlab";
    "I024": "bad.hlab" "fixed.hlab";
    "I027": "bad.hlab" "fixed.hlab" "other.hlab";
    "I030": "bad.hlab" "fixed.hlab" "other.hlab";
    "I031": "bad.hlab" "fixed.hlab" "other.hlab";
    "I033": "bad.hlab" "fixed.hlab" "other.hlab";
    "I034": "bad.hlab" "fixed.hlab";
    "I035": "bad.hlab" "fixed.hlab" "other.hlab";
    "I036": "bad.hlab" "fixed.hlab" "other.hlab";
    "I037": "bad.hlab" "fixed.hlab" "other.hlab";
    "I039": "bad.hlab" "fixed.hlab" "other.hlab";
    "I041": "bad.hlab" "fixed.hlab" "other.hlab";
    "I043": "bad.hlab" "fixed.hlab" "other.hlab";
    "I044": "bad.hlab" "fixed.hlab";
    "I046": "bad.hlab" "fixed.hlab" "other.hlab";
    "I047": "bad.hlab" "fixed.hlab" "other.hlab";
    "I048": "bad.hlab" "fixed.hlab" "other.hlab";
    "I049": "bad.hlab" "fixed.hlab";
    "I050": "bad.hlab" "fixed.hlab" "other.hlab";
    "I052": "bad.hlab" "fixed.hlab" "other.hlab";
    "I054": "bad.hlab" "fixed.hlab" "other.hlab";
    "I055": "bad.hlab" "fixed.hlab" "other.hlab";
    "I056": "bad.hlab" "emitted.hlab" "fixed.hlab";
    "I057": "bad.hlab" "emitted.hlab" "fixed.hlab" "other.hlab";
    "I058": "bad.hlab" "fixed.hlab" "other.hlab";
    "I059": "emitted.hlab";
    "I060": "bad.hlab" "fixed.hlab";
    "I062": "bad.hlab" "fixed.hlab" "other.hlab";
    "I063": "bad.hlab" "fixed.hlab" "other.hlab";
    "I069": "emitted.hlab";
    "I070": "bad.hlab" "fixed.hlab";
    "I071": "bad.hlab" "fixed.hlab";
    "I072": "bad.hlab" "fixed.hlab";
    "I074": "bad.hlab" "fixed.hlab";
    "I075": "bad.hlab" "fixed.hlab";
    "I076": "bad.hlab" "fixed.hlab" "other.hlab";
    "I077": "bad.hlab" "fixed.hlab";
    "I078": "bad.hlab" "fixed.hlab" "other.hlab";
    "I080": "bad.hlab" "fixed.hlab" "other.hlab";
    "I081": "bad.hlab" "fixed.hlab";
    "I082": "bad.hlab" "fixed.hlab" "other.hlab";
    "I086": "bad.hlab" "fixed.hlab";
    "I087": "bad.hlab" "fixed.hlab" "other.hlab";
    "I088": "bad.hlab" "fixed.hlab" "other.hlab";
    "I090": "bad.hlab" "fixed.hlab" "other.hlab";
    "I093": "bad.hlab" "fixed.hlab";
    "I095": "bad.hlab" "fixed.hlab";
    "I096": "bad.hlab" "fixed.hlab" "other.hlab";
    "I099": "bad.hlab" "fixed.hlab";
    "I101": "bad.hlab" "fixed.hlab" "other.hlab";
    "I103": "bad.hlab" "fixed.hlab";
    "I104": "bad.hlab" "crds.yaml" "fixed.hlab";
    "I105": "bad.hlab" "fixed.hlab" "other.hlab";
    "I106": "bad.hlab" "fixed.hlab" "other.hlab";
    "I109": "bad.hlab" "fixed.hlab" "other.hlab";
    "I112": "bad.hlab" "fixed.hlab";
    "I113": "bad.hlab" "fixed.hlab" "other.hlab";
    "I114": "bad.hlab" "fixed.hlab" "other.hlab";
    "I115": "bad.hlab" "fixed.hlab" "other.hlab";
    "I118": "bad.hlab" "fixed.hlab";
    "I119": "bad.hlab" "fixed.hlab";
    "I120": "bad.hlab" "fixed.hlab" "other.hlab";
    "I124": "bad.hlab" "fixed.hlab";
};

/// The files of a folder.
#[must_use]
pub fn files(folder: &str) -> Option<&'static [File]> {
    LABS.iter().find(|(name, _)| *name == folder).map(|(_, files)| *files)
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_lab_is_embedded() {
        let names = |path: std::path::PathBuf| {
            let entries = std::fs::read_dir(path).expect("a folder of the repository").flatten();
            let mut names: Vec<String> =
                entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            names.sort();
            names
        };
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incidents");
        let embedded: Vec<&str> = super::LABS.iter().map(|(folder, _)| *folder).collect();
        assert_eq!(embedded, names(root.clone()));
        for (folder, files) in super::LABS {
            let files: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
            assert_eq!(files, names(root.join(folder)), "{folder}");
        }
    }
}
