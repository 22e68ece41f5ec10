use hlab::base::MemoryWorld;
use hlab::session::{Options, Workspace};
use std::time::Instant;
fn st(s: &'static str) {
    eprint!(" {s}@{:?}", unsafe_free());
}
thread_local! { static T: std::cell::Cell<Option<Instant>> = const{std::cell::Cell::new(None)}; }
fn unsafe_free() -> u128 {
    T.with(|t| t.get().map_or(0, |t| t.elapsed().as_micros()))
}
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let mut world = MemoryWorld::default();
    for n in ["hosts.hlab", "guests.hlab"] {
        world = world.with(n, std::fs::read(format!("/tmp/fleet10000/{n}")).unwrap());
    }
    let mut ws = Workspace::default();
    ws.load(&world);
    let text = ws.file("guests.hlab").unwrap().text.clone();
    let at = text.match_indices("GiB").nth(5000).unwrap().0;
    let mut old = None;
    for i in 0..12 {
        let t = Instant::now();
        T.with(|c| c.set(Some(t)));
        ws.edit("guests.hlab", &(at..at + 3), if i % 2 == 0 { "MiB" } else { "GiB" });
        let _ = ws.file("guests.hlab").unwrap().line_starts().len();
        let e = t.elapsed();
        let drop_t = Instant::now();
        drop(old.take());
        let d = drop_t.elapsed();
        let a = ws.analyze(&world, &Options { on_stage: Some(st), ..Options::default() }).unwrap();
        eprintln!("\nedit {:?} drop {:?} total {:?} diags {}", e, d, t.elapsed(), a.diagnostics.len());
        old = Some(a);
    }
}
