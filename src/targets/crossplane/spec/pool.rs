//! EnvironmentPool.

use super::{Word, blocks};

blocks! {
    /// EnvironmentPool.
    Pool { pool_id: Word<'a> = "poolId", comment: Word<'a> = "comment", }
}
