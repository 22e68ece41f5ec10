//! Files on storages.

use std::borrow::Cow;

use super::{Word, count_unless, is_off, is_on};
use crate::desire::{Image, Snippet, SnippetSource};
use crate::targets::crossplane::spec;

/// An image as its document has it.
pub(in crate::targets::crossplane) fn image(file: spec::DownloadFile<'_>) -> Image<'_> {
    let url_name = |url: &Word<'_>| url.as_deref().and_then(|url| url.rsplit('/').next()).map(str::to_owned);
    let name = file.file_name.or_else(|| url_name(&file.url).map(Cow::Owned));
    Image {
        node: file.node_name.unwrap_or_default(),
        storage: file.datastore_id.unwrap_or_default(),
        content: file.content_type.unwrap_or_default(),
        file: name.unwrap_or_default(),
        url: file.url,
        checksum: file.checksum.map(|checksum| (file.checksum_algorithm.unwrap_or_default(), checksum)),
        compression: file.decompression_algorithm,
        keep_changed: is_off(file.overwrite),
        overwrite_unmanaged: is_on(file.overwrite_unmanaged),
        any_certificate: is_off(file.verify),
        timeout: count_unless(file.upload_timeout, 600),
    }
}

/// A snippet as its document has it.
pub(in crate::targets::crossplane) fn snippet(file: spec::File<'_>) -> Snippet<'_> {
    let raw = file.source_raw.unwrap_or_default();
    let (source, name) = match file.source_file {
        Some(source) => {
            let of_path = source.path.as_deref().and_then(|path| path.rsplit('/').next()).map(str::to_owned);
            let name = source.file_name.or(of_path.map(Cow::Owned));
            let source = SnippetSource {
                path: source.path.unwrap_or_default(),
                checksum: source.checksum,
                any_certificate: is_on(source.insecure),
                min_tls: source.min_tls.filter(|version| version != "1.3"),
                changed: is_on(source.changed),
            };
            (Some(Box::new(source)), name)
        }
        None => (None, raw.file_name),
    };
    Snippet {
        node: file.node_name.unwrap_or_default(),
        storage: file.datastore_id.unwrap_or_default(),
        file: name.unwrap_or_default(),
        text: raw.data,
        source,
        resize: raw.resize.and_then(|bytes| u64::try_from(bytes).ok()),
        keep: is_off(file.overwrite),
        timeout: count_unless(file.timeout_upload, 1800),
        sftp: file.upload_mode.as_deref() == Some("sftp"),
        executable: file.file_mode.as_deref().is_some_and(is_executable),
    }
}

/// Whether the owner may execute a file of this mode.
fn is_executable(mode: &str) -> bool {
    u32::from_str_radix(mode, 8).is_ok_and(|mode| mode & 0o100 != 0)
}
