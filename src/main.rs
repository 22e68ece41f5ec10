//! The `hlab` command: calls `cli`, nothing else.

fn main() {}
