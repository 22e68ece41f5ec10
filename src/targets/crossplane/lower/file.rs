//! Files on storages.

use std::borrow::Cow;

use super::{Cx, maybe, number, set, unset, word};
use crate::desire::{Image, Snippet};
use crate::targets::crossplane::spec;
use crate::targets::errors;

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

/// What the mode of a hook script is.
pub(in crate::targets::crossplane) const EXECUTABLE: &str = "0700";

/// A snippet as EnvironmentFile has it. The provider puts it there over SSH, as the API takes no snippets.
pub(in crate::targets::crossplane) fn snippet<'r>(cx: &mut Cx<'r, '_>, snippet: &'r Snippet<'_>) -> spec::File<'r> {
    if !cx.request.login.ssh {
        let diagnostic = errors::needs_ssh(cx.request, cx.origin(""), "snippets", "`owner { snippet.file = none }`");
        cx.diagnostics.push(diagnostic);
    }
    if !cx.has_1_18() {
        cx.cannot_any(&[(snippet.sftp, "upload")]);
    }
    let source_file = snippet.source.as_ref().map(|source| spec::SourceFile {
        path: word(&source.path),
        file_name: word(&snippet.file),
        checksum: maybe(&source.checksum),
        changed: set(source.changed),
        insecure: set(source.any_certificate),
        min_tls: maybe(&source.min_tls),
        ..spec::SourceFile::default()
    });
    let source_raw = source_file.is_none().then(|| spec::SourceRaw {
        data: maybe(&snippet.text),
        file_name: word(&snippet.file),
        resize: snippet.resize.map(|bytes| bytes as i64),
        ..spec::SourceRaw::default()
    });
    spec::File {
        node_name: word(&snippet.node),
        datastore_id: word(&snippet.storage),
        content_type: Some(Cow::Borrowed("snippets")),
        source_raw,
        source_file,
        file_mode: snippet.executable.then_some(Cow::Borrowed(EXECUTABLE)),
        overwrite: unset(snippet.keep),
        timeout_upload: number(snippet.timeout),
        upload_mode: (snippet.sftp && cx.has_1_18()).then_some(Cow::Borrowed("sftp")),
        ..spec::File::default()
    }
}
