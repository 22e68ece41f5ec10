//! `/etc/pve/storage.cfg`.

use super::facts::Storage;
use super::lines::{Line, Rule};
use super::system::looks_secret;

/// Reads the entries. Proxmox keeps no secret in this file; what looks like one is left out all the same.
pub(super) fn entries(text: &str) -> Vec<Storage> {
    let mut entries: Vec<Storage> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        if let Some(head) = Line::read(Rule::storage_head, line) {
            let (kind, name) = (head.text(Rule::storage_type).to_owned(), head.text(Rule::storage_name).to_owned());
            entries.push(Storage { kind, name, options: Vec::new() });
            is_open = true;
        } else if let (true, Some(option)) = (is_open, Line::read(Rule::storage_option, line)) {
            let (key, value) = (option.text(Rule::option_key), option.text(Rule::rest).trim());
            if let (false, Some(entry)) = (looks_secret(key), entries.last_mut()) {
                entry.options.push((key.to_owned(), value.to_owned()));
            }
        } else if !line.trim().is_empty() {
            is_open = false;
        }
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn an_entry_has_its_options_and_no_secret() {
        let text = "dir: local\n\tpath /var/lib/vz\n\tcontent iso,backup,vztmpl\n\ncifs: nas\n\tserver 10.0.0.2\n\
                    \tpassword hunter2\n\n#comment\n\tpath /stray\nzfspool: local-zfs\n\tpool rpool/data\n\tsparse\n\tnodes a,b\n";
        let found = entries(text);
        let names: Vec<_> = found.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["local", "nas", "local-zfs"]);
        assert_eq!(found[1].options, [("server".to_owned(), "10.0.0.2".to_owned())]);
        assert_eq!(found[2].option("sparse"), Some(""));
        assert_eq!(found[2].option("nodes"), Some("a,b"));
    }
}
