//! The explain pages tell the truth: the first example of a page gives its code, the second gives no error at all. So do the
//! examples of the reference that are whole projects.
//!
//! An example in a fence of another language than `hlab` (files of modules, a command line, a lock) is not compiled.

use hlab::base::MemoryWorld;
use hlab::diag::codes::CODES;
use hlab::diag::{Severity, Shown, terminal};
use hlab::session::{Analysis, Options, TargetRequest, analyze};

/// What every example may refer to, unless it has a project of its own.
const LAB: &str = r#"
network lan { cidr = 192.168.4.0/24 }
host pve {
  memory = 32GiB
  bridge vmbr0 { network = lan }
  zpool rpool
  pci gpu { at = 01:00, ids = [10de:2484] }
  pci card { at = 02:00, ids = [10de:1234] }
  usb stick { ids = [0658:0200], port = "1-1" }
}
device zigbee on pve { ids = [10c4:ea60] }
host still-fawn { bridge vmbr0 { network = lan } }
storage local: Directory on all { path = "/var/lib/vz", content = [images, import, iso, snippets] }
storage local-zfs: ZfsPool on pve { pool = "rpool/data", content = [images, rootdir] }
k3s-cluster home { version = "v1.35.0+k3s1", crds = [crds("crds")] }
"#;

/// The CRDs of its cluster: no more of them than the examples say.
const CRDS: &str = r#"
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ipaddresspools.metallb.io }
spec:
  group: metallb.io
  names: { kind: IPAddressPool }
  scope: Namespaced
  versions:
  - name: v1beta1
    served: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec: { type: object, properties: { addresses: { type: array, items: { type: string } } } }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: helmreleases.helm.toolkit.fluxcd.io }
spec:
  group: helm.toolkit.fluxcd.io
  names: { kind: HelmRelease }
  scope: Namespaced
  versions:
  - { name: v2, served: true, schema: { openAPIV3Schema: { type: object } } }
  - { name: v2beta1, served: true, deprecated: true, schema: { openAPIV3Schema: { type: object } } }
"#;

/// Codes whose pages are about the command line: their examples need more than a lab.
const ELSEWHERE: [&str; 1] = ["HL09"];

/// The code blocks of a page in `hlab`.
fn examples(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("```hlab\n") {
        let Some((example, behind)) = after.split_once("```") else { break };
        found.push(example.to_owned());
        rest = behind;
    }
    found
}

fn compile(example: &str) -> Analysis {
    let mut world = MemoryWorld::default().with("main.hlab", example).with("lab.hlab", LAB).with("crds/all.yaml", CRDS);
    // Two releases of one operator.
    world = world.with("flux-2.6/crds.yaml", CRDS.replace("deprecated: true, ", "")).with("flux-2.7/crds.yaml", CRDS);
    if !example.contains("project ") {
        world = world.with("project.hlab", "project home { target crossplane }\n");
    }
    analyze(&world, &Options::default())
}

/// Errors and warnings, a line each; of a page about syntax, those of the syntax.
fn found(code: &str, analysis: &Analysis) -> Vec<String> {
    let is_syntax = |code: &str| code < "HL02";
    let shown = Shown::new(&analysis.sources);
    let mut all = analysis.diagnostics.clone();
    if code.starts_with("HL07") && !analysis.has_errors() {
        let request = TargetRequest { name: "crossplane".into(), version: None, as_owner: false };
        all.extend(analysis.emit(&request).map(|emitted| emitted.diagnostics).unwrap_or_default());
        all.extend(analysis.rollout().diagnostics);
    }
    let serious = all.iter().filter(|diagnostic| {
        diagnostic.severity != Severity::Note && (!is_syntax(code) || is_syntax(&diagnostic.code.id()))
    });
    serious.map(|diagnostic| terminal::short(&shown, diagnostic)).collect()
}

#[test]
fn the_first_example_of_a_page_gives_its_code_and_the_second_gives_none() {
    let mut wrong = Vec::new();
    for row in CODES.iter().filter(|row| !ELSEWHERE.iter().any(|range| row.code.starts_with(range))) {
        let examples = examples(row.page);
        let Some(first) = examples.first() else { continue };
        let bad = compile(first);
        let expected = format!("[{}]", row.code);
        if !found(row.code, &bad).iter().any(|line| line.contains(&expected)) {
            wrong.push(format!("{}: the first example gives {:?}", row.code, found(row.code, &bad)));
        }
        if let Some(second) = examples.get(1) {
            let found = found(row.code, &compile(second));
            if !found.is_empty() {
                wrong.push(format!("{}: the repaired example gives {found:?}", row.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_first_example_shows_one_mistake() {
    let mut wrong = Vec::new();
    for row in CODES.iter().filter(|row| !ELSEWHERE.iter().any(|range| row.code.starts_with(range))) {
        let Some(first) = examples(row.page).into_iter().next() else { continue };
        let expected = format!("[{}]", row.code);
        let others: Vec<String> =
            found(row.code, &compile(&first)).into_iter().filter(|line| !line.contains(&expected)).collect();
        if !others.is_empty() {
            wrong.push(format!("{}: the first example also gives {others:?}", row.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_example_of_the_reference_that_is_a_project_compiles() {
    let reference = include_str!("../docs/reference.md");
    let projects: Vec<String> =
        examples(reference).into_iter().filter(|example| example.starts_with("project ")).collect();
    assert!(!projects.is_empty(), "the reference has an example that is a project");
    for example in projects {
        let analysis = analyze(&MemoryWorld::default().with("main.hlab", example.as_str()), &Options::default());
        let shown = Shown::new(&analysis.sources);
        let found: Vec<String> = analysis.diagnostics.iter().map(|found| terminal::short(&shown, found)).collect();
        assert!(found.is_empty(), "{example}\n{}", found.join("\n"));
    }
}
