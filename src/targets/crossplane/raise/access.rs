//! Pools.

use crate::desire::Pool;
use crate::targets::crossplane::spec;

/// A pool as its document has it.
pub(in crate::targets::crossplane) fn pool(pool: spec::Pool<'_>) -> Pool<'_> {
    Pool { name: pool.pool_id.unwrap_or_default(), comment: pool.comment, storages: Vec::new() }
}
