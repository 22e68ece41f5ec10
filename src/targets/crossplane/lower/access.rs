//! Pools.

use super::{Cx, maybe, word};
use crate::desire::Pool;
use crate::targets::crossplane::spec;

/// A pool as EnvironmentPool has it.
pub(in crate::targets::crossplane) fn pool<'r>(cx: &mut Cx<'r, '_>, pool: &'r Pool<'_>) -> spec::Pool<'r> {
    cx.cannot_any(&[(!pool.storages.is_empty(), "storages")]);
    spec::Pool { pool_id: word(&pool.name), comment: maybe(&pool.comment), ..spec::Pool::default() }
}
