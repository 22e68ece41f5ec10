//! Labs to plan: those of the repository, and random ones that hold whatever can be wanted.

use std::path::Path;

use hlab::base::MemoryWorld;
use hlab::desire::{self, Steps, Wanted};
use hlab::model::Model;
use hlab::own::{self, Owned};
use hlab::plan::wire::{Wire, wire};
use hlab::plan::{Falls, Lab, Observed, Plan, Scope, Settings, diff};
use hlab::pve::Version;
use hlab::session::{Analysis, Options, analyze};

pub fn example(name: &str) -> Analysis {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("lang-examples").join(name);
    let mut world = MemoryWorld::default();
    let mut folders = vec![folder.clone()];
    while let Some(below) = folders.pop() {
        for entry in std::fs::read_dir(below).expect("a lab can be listed").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "hlab") {
                let name = path.strip_prefix(&folder).expect("found below the lab").to_string_lossy().into_owned();
                world = world.with(&name, std::fs::read(&path).expect("a source can be read"));
            }
        }
    }
    analyze(&world, &Options::default())
}

pub fn lab(text: &str) -> Analysis {
    let analysis = analyze(&MemoryWorld::default().with("main.hlab", text), &Options::default());
    assert!(!analysis.has_errors(), "{:?}", analysis.diagnostics);
    analysis
}

/// Does something with what a lab wants.
pub fn with<T>(analysis: &mut Analysis, release: Version, ask: impl FnOnce(&Wanted<'_>, Vec<Wire>) -> T) -> T {
    let compiled = analysis.compiled();
    let model = Model::new(&compiled.program, &compiled.world, &compiled.units, &compiled.sources);
    let owned = own::assign(&model, own::targets(&model), &|_, _| Some(Ok(()))).value;
    let wanted = desire::desired(&model, &owned).value;
    let wires = wires(&wanted, release);
    ask(&wanted, wires)
}

fn wires(wanted: &Wanted<'_>, release: Version) -> Vec<Wire> {
    let numbers = 0..wanted.desired.objects.len();
    numbers.filter_map(|number| wire(&wanted.desired, number, &|_| release)).collect()
}

/// What a lab wants, in its wire form.
pub fn wired(analysis: &mut Analysis, release: Version) -> Vec<Wire> {
    with(analysis, release, |_, wires| wires)
}

/// Compares objects that no source says, as if one resource said them all.
pub fn compare(
    desired: desire::Desired<'static>,
    release: Version,
    observe: impl FnOnce(&[Wire], Scope) -> Observed,
) -> Plan {
    thread_local! {
        static EMPTY: std::cell::RefCell<Analysis> = std::cell::RefCell::new(lab("project p\nhost pve {}\n"));
    }
    EMPTY.with_borrow_mut(|analysis| compare_in(analysis, desired, release, observe))
}

fn compare_in(
    analysis: &mut Analysis,
    desired: desire::Desired<'static>,
    release: Version,
    observe: impl FnOnce(&[Wire], Scope) -> Observed,
) -> Plan {
    let compiled = analysis.compiled();
    let model = Model::new(&compiled.program, &compiled.world, &compiled.units, &compiled.sources);
    let owned: Owned = own::assign(&model, Vec::new(), &|_, _| None).value;
    let any = model.all(model.fields.host.shape).next().expect("there is a host");
    let count = desired.objects.len();
    let wanted = Wanted { desired, resources: vec![any; count], owners: vec![own::Owner::Api; count] };
    let steps = Steps::default();
    let lab =
        Lab { model: &model, owned: &owned, wanted: &wanted, steps: &steps, gone: &[], falls: &|_| Falls::default() };
    let observed = observe(&wires(&wanted, release), Scope::of(&wanted));
    diff(&lab, &observed, &Settings::default())
}
