//! Pools.

use std::borrow::Cow;

use super::{Cx, Life, text};
use crate::desire::{self, Content, Place};
use crate::model::Pool;
use crate::types::value::Value;

/// Adds the object of a pool.
pub(super) fn pool(cx: &mut Cx<'_>, pool: Pool) {
    let model = cx.model;
    let mut storages: Vec<_> = pool
        .storages(model)
        .iter()
        .filter_map(|value| match value {
            Value::Obj(storage) => Some(Cow::Borrowed(model.name(*storage))),
            _ => None,
        })
        .collect();
    storages.sort_unstable();
    storages.dedup();
    let content =
        desire::Pool { name: Cow::Borrowed(model.name(pool.id)), comment: text(pool.comment(model)), storages };
    let life = Life { adopt: pool.adopt(model), destroy: pool.on_delete(model) == Some("destroy"), ..Life::default() };
    cx.push(pool.id, Place::Only, life, Content::Pool(Box::new(content)), true);
}
