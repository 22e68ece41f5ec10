//! Files on storages.

use super::{Body, text};
use crate::desire::{Image, Snippet};

/// `: Iso`, for what no disk starts from.
pub(super) fn variant(image: &Image<'_>) -> &'static str {
    match &*image.content {
        "iso" => ": Iso",
        "vztmpl" => ": Template",
        _ => "",
    }
}

pub(super) fn image(image: &Image<'_>) -> Body {
    let mut body = Body::default();
    body.string("url", image.url.as_ref());
    let of_url = image.url.as_deref().and_then(|url| url.split(['?', '#']).next()?.rsplit('/').next());
    if of_url != Some(&*image.file) {
        body.say("file", text::string(&image.file));
    }
    body.say("storage", text::name(&image.storage));
    if let Some((algorithm, checksum)) = &image.checksum {
        body.say("checksum", text::string(checksum));
        body.member_unless("checksum-algorithm", Some(algorithm), "sha256", "sha256");
    }
    body.member("compression", image.compression.as_ref());
    body.off("overwrite", image.keep_changed);
    body.on("overwrite-unmanaged", image.overwrite_unmanaged);
    body.off("verify", image.any_certificate);
    body.seconds("timeout", image.timeout);
    body
}

pub(super) fn snippet(name: &str, snippet: &Snippet<'_>) -> Body {
    let mut body = Body::default();
    if snippet.file.strip_suffix(".yaml") != Some(name) {
        body.say("file", text::string(&snippet.file));
    }
    body.say("storage", text::name(&snippet.storage));
    body.lines("text", snippet.text.as_ref());
    if let Some(source) = &snippet.source {
        body.say("source", text::string(&source.path));
        body.string("checksum", source.checksum.as_ref());
        body.off("verify", source.any_certificate);
        body.string("min-tls", source.min_tls.as_ref());
        body.on("changed", source.changed);
    }
    if let Some(bytes) = snippet.resize {
        body.say("resize", format!("{bytes}B"));
    }
    body.on("executable", snippet.executable);
    body.off("overwrite", snippet.keep);
    body.seconds("timeout", snippet.timeout);
    if snippet.sftp {
        body.say("upload", "sftp");
    }
    body
}
