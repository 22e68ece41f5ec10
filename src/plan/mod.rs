//! What a change would do and cost: what is wanted against what a cluster says that there is. Pure: the cluster's answers come
//! in as data, from `live`, which asks what [`Read`] names.

mod answer;

pub use answer::{Answer, Read};
