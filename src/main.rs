//! The `hlab` command: calls `cli`, nothing else.

fn main() -> std::process::ExitCode {
    hlab::cli::run()
}
