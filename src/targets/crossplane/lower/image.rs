//! Files on storages.

use super::{Cx, maybe, number, set, unset, word};
use crate::desire::Image;
use crate::targets::crossplane::spec;

/// An image as EnvironmentDownloadFile has it.
pub(in crate::targets::crossplane) fn image<'r>(cx: &mut Cx<'r, '_>, image: &'r Image<'_>) -> spec::DownloadFile<'r> {
    if image.url.is_none() {
        cx.cannot("url", "a file that is there already needs no download; its owner is `none`");
    }
    spec::DownloadFile {
        node_name: word(&image.node),
        datastore_id: word(&image.storage),
        content_type: word(&image.content),
        file_name: word(&image.file),
        url: maybe(&image.url),
        checksum: image.checksum.as_ref().and_then(|(_, checksum)| word(checksum)),
        checksum_algorithm: image.checksum.as_ref().and_then(|(algorithm, _)| word(algorithm)),
        decompression_algorithm: maybe(&image.compression),
        overwrite: unset(image.keep_changed),
        overwrite_unmanaged: set(image.overwrite_unmanaged),
        verify: unset(image.any_certificate),
        upload_timeout: number(image.timeout),
        ..spec::DownloadFile::default()
    }
}
