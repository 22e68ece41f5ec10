//! How long each stage takes, against the budget: `cargo bench --bench stages [-- GUESTS]`, 10,000 guests without a number.
//!
//! The lab is the measured workload of `examples/fleet.rs`, written to a scratch folder and read into memory, so that the
//! disk is not measured. Each figure is the best of several runs: noise only ever adds.

#[expect(dead_code, reason = "the example's own `main` is not called here")]
#[path = "../examples/fleet.rs"]
mod fleet;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use hlab::base::MemoryWorld;
use hlab::session::{Options, TargetRequest, analyze};

/// Milliseconds of CPU at 10,000 guests that each stage may take.
const BUDGET: [(&str, f64); 6] = [
    ("read and parse", 46.0),
    ("lower and resolve", 20.0),
    ("types and evaluate", 35.0),
    ("model", 20.0),
    ("policies", 30.0),
    ("own, desire and emit", 35.0),
];

const RUNS: usize = 5;

thread_local! {
    static STAGES: RefCell<Vec<(&'static str, Instant)>> = const { RefCell::new(Vec::new()) };
}

fn on_stage(stage: &'static str) {
    STAGES.with_borrow_mut(|stages| stages.push((stage, Instant::now())));
}

fn main() {
    let guests = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(10_000usize);
    let folder = std::env::temp_dir().join(format!("hlab-bench-{}", std::process::id()));
    let arguments = [guests.to_string(), folder.to_string_lossy().into_owned()];
    fleet::run(&arguments).unwrap_or_else(|error| panic!("{error}"));
    let world = read(&folder);
    let _ = std::fs::remove_dir_all(&folder);

    let mut best: BTreeMap<&str, Duration> = BTreeMap::new();
    for _ in 0..RUNS {
        for (stage, took) in once(&world) {
            best.entry(stage).and_modify(|least| *least = took.min(*least)).or_insert(took);
        }
    }
    let scale = guests as f64 / 10_000.0;
    println!("{guests} guests, best of {RUNS}, in milliseconds");
    println!("{:24}{:>10}{:>10}", "stage", "took", "budget");
    let mut total = Duration::ZERO;
    for (stage, budget) in BUDGET {
        let took = best.get(stage).copied().unwrap_or_default();
        total += took;
        let budget = budget * scale;
        let took = took.as_secs_f64() * 1000.0;
        println!("{stage:24}{took:10.1}{budget:10.1}{}", if took > budget { "  over" } else { "" });
    }
    println!("{:24}{:10.1}", "all", total.as_secs_f64() * 1000.0);
}

fn read(folder: &Path) -> MemoryWorld {
    ["hosts.hlab", "guests.hlab"].iter().fold(MemoryWorld::default(), |world, name| {
        let bytes = std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        world.with(name, bytes)
    })
}

/// One run; the time of each stage.
fn once(world: &MemoryWorld) -> Vec<(&'static str, Duration)> {
    STAGES.with_borrow_mut(Vec::clear);
    let start = Instant::now();
    let analysis = analyze(world, &Options { threads: 1, on_stage: Some(on_stage), ..Options::default() });
    for diagnostic in analysis.diagnostics.iter().take(3) {
        println!("{}: {}", diagnostic.severity.word(), diagnostic.message);
    }
    let emitting = Instant::now();
    let request = TargetRequest { name: "crossplane".to_owned(), version: None, as_owner: false };
    let files = analysis.emit(&request).map_or(0, |checked| checked.value.len());
    let emitted = (!analysis.has_errors() && files > 0).then(|| emitting.elapsed());
    let stages = STAGES.with_borrow(Vec::clone);
    let starts = std::iter::once(start).chain(stages.iter().map(|(_, end)| *end));
    let front = stages.iter().zip(starts).map(|((stage, end), start)| (*stage, end.duration_since(start)));
    front.chain(emitted.map(|took| ("own, desire and emit", took))).collect()
}
