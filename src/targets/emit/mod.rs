//! One encoder per sink: nothing reaches an output another way.

mod yaml;

pub use yaml::Yaml;
