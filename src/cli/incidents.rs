//! `hlab incidents`: past outages, each with what stops it, proved in this run.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::diag::visible;
use crate::doc::source::Incident;
use crate::session::incidents::{self, Outcome, Row};

use super::Exit;
use super::errors::Failures;
use super::output::Output;
use super::project::{Project, ProjectArgs};

/// Show past outages, and prove that none of them compiles any more
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Each `incident` of the project and of the library names what stops it (`rules`, `types` or `laws`) and its proof: the `labs` of the
library, or `tests` of the project by their names. The proof is run: a row counts as caught only if its bad lab was refused, or its
law found the damage of its outage, in this run. Exit 1 if one was not.

Examples:
  hlab incidents
  hlab incidents lab --only memory        rows whose name, source or rules contain `memory`
  hlab incidents lab --format json")]
pub(super) struct IncidentsArgs {
    #[command(flatten)]
    project: ProjectArgs,
    /// Show only rows whose name, source, rules, types or laws contain this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(super) fn run(args: &IncidentsArgs, output: Output) -> Result<Exit, Failures> {
    let project = Project::open(&args.project.dir, &args.project.inputs)?;
    let analysis = project.analyze();
    if let Some(missing) = project.missing(&analysis) {
        return Err(missing.into());
    }
    let is_wanted = |incident: &Incident| args.only.as_deref().is_none_or(|text| is_about(incident, text));
    let rows = incidents::run(&project.world, &project.options, &analysis, &is_wanted);
    let count = Count::of(&rows);
    output.answer(|| people(&rows, &count), || json(&rows, &count))?;
    Ok(if count.missed == 0 { Exit::Ok } else { Exit::Errors })
}

fn is_about(incident: &Incident, text: &str) -> bool {
    let Incident { name, source, rules, types, laws, .. } = incident;
    [name, source].into_iter().chain(rules).chain(types).chain(laws).any(|word| word.contains(text))
}

/// How many rows came to what.
#[derive(Default)]
struct Count {
    /// Those that compiling alone is to stop.
    all: usize,
    /// Of these, those that were caught.
    caught: usize,
    /// Those that wait, by what they wait for.
    waiting: BTreeMap<String, usize>,
    /// Those of which compiling stops a part, and another stage the rest.
    in_part: usize,
    /// Those that were not caught.
    missed: usize,
}

impl Count {
    fn of(rows: &[Row]) -> Count {
        let mut count = Count::default();
        for Row { incident, outcome } in rows {
            let is_whole = incident.rest.is_none();
            count.all += usize::from(is_whole);
            match outcome {
                Outcome::Caught(_) if is_whole => count.caught += 1,
                Outcome::Caught(_) => count.in_part += 1,
                Outcome::Missed(_) => count.missed += 1,
                Outcome::Waits(what) => *count.waiting.entry(what.clone()).or_default() += 1,
            }
        }
        count
    }

    /// `72 of 78, 6 with the host scripts`
    fn shown(&self) -> String {
        let waiting: String =
            self.waiting.iter().map(|(what, count)| format!(", {count} with the {}", visible(what))).collect();
        let in_part = match self.in_part {
            0 => String::new(),
            count => format!("; of {count} more a part"),
        };
        format!("{} of {}{waiting}{in_part}", self.caught, self.all)
    }
}

/// What stops an incident: `rule host-memory`, `type vm`, `law fields-of-its-release`.
fn mechanism(incident: &Incident) -> String {
    let named = |word: &str, names: &[String]| match names.len() {
        0 => None,
        1 => Some(format!("{word} {}", names[0])),
        _ => Some(format!("{word}s {}", names.join(", "))),
    };
    let parts = [("rule", &incident.rules), ("type", &incident.types), ("law", &incident.laws)];
    let parts: Vec<String> = parts.into_iter().filter_map(|(word, names)| named(word, names)).collect();
    parts.join(" and ")
}

fn people(rows: &[Row], count: &Count) -> String {
    let width = rows.iter().map(|row| row.incident.name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for Row { incident, outcome } in rows {
        let (word, end) = match outcome {
            Outcome::Caught(place) => ("caught", format!("caught at {place}")),
            Outcome::Missed(why) => ("MISSED", format!("not caught: {why}")),
            Outcome::Waits(what) => ("waits ", format!("waits for the {what}")),
        };
        let needs = match incident.facts.is_empty() {
            true => String::new(),
            false => format!("; needs {}", incident.facts.join(", ")),
        };
        let line = format!("{word}  {:width$}  {}{needs}; {end}", incident.name, mechanism(incident));
        text.push_str(&visible(&line));
        text.push('\n');
    }
    format!("{text}{}\n", count.shown())
}

fn json(rows: &[Row], count: &Count) -> Value {
    let row = |Row { incident, outcome }: &Row| {
        let (word, at, why) = match outcome {
            Outcome::Caught(place) => ("caught", Some(place), None),
            Outcome::Missed(why) => ("missed", None, Some(why)),
            Outcome::Waits(what) => ("waits", None, Some(what)),
        };
        json!({
            "name": incident.name, "story": incident.story, "source": incident.source, "place": incident.place,
            "rules": incident.rules, "types": incident.types, "laws": incident.laws, "facts": incident.facts,
            "outcome": word, "at": at, "why": why, "rest": incident.rest,
        })
    };
    json!({
        "incidents": rows.iter().map(row).collect::<Vec<_>>(),
        "of": count.all, "caught": count.caught, "missed": count.missed, "waiting": count.waiting, "in_part": count.in_part,
    })
}
