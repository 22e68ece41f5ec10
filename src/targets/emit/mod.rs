//! One encoder per sink: nothing reaches an output another way.

pub mod shell;
mod yaml;

pub use yaml::Yaml;
