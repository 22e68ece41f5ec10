//! The `hlab` command: calls `cli`, with an allocator that is quick at many small values; nothing else.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    hlab::cli::run()
}
