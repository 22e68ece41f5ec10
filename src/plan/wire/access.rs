//! Mappings and pools.

use std::collections::BTreeMap;

use super::Subject;
use super::line::Options;
use crate::desire::{Mapping, Pool};
use crate::plan::survey::encoded;

pub(super) fn mapping(mapping: &Mapping<'_>) -> (Subject, BTreeMap<String, String>) {
    let list = format!("/cluster/mapping/{}", mapping.sort);
    let path = format!("{list}/{}", encoded(&mapping.name));
    let mut out = Options::default();
    out.list("map", &mapping.entries, "\n");
    out.on("mdev", mapping.mdev);
    (Subject::Listed { list, path }, out.0)
}

pub(super) fn pool(pool: &Pool<'_>) -> (Subject, BTreeMap<String, String>) {
    let list = "/pools".to_owned();
    let path = format!("{list}/{}", encoded(&pool.name));
    let mut out = Options::default();
    out.some("comment", pool.comment.as_ref());
    out.list("storages", &pool.storages, ",");
    (Subject::Listed { list, path }, out.0)
}
