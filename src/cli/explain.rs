//! `hlab explain`: a code, a policy, the origin of a value, or a line of an emitted file.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::base::closest;
use crate::diag::{codes, visible};
use crate::session::incidents;

use super::Exit;
use super::disk::{read_regular, reason};
use super::errors::{Failures, RimError, show};
use super::output::Output;
use super::project::{InputArgs, Project};

/// Say what a code or a declaration means, or who said a value
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  hlab explain HL0101                     a code, or its name: syntax-error
  hlab explain vm-memory-fits-host        a policy, and what it was applied to
  hlab explain vm.k3s                     what a resource says, where it runs and why, who relies on it, which policies it met
  hlab explain vm.k3s.memory              who said a value
  hlab explain vm.memory                  what a field of a kind means
  hlab explain out/vm-k3s.yaml:12         where a line of the output comes from
  hlab explain target crossplane          what a target applies, and what changes between its versions
  hlab explain codes                      all codes")]
pub(super) struct ExplainArgs {
    /// A code, a name, a policy, a path, or FILE.yaml:LINE.
    topic: String,
    /// The project's folder, for everything but codes; after `target`, the name of a target.
    #[arg(value_name = "DIR")]
    second: Option<PathBuf>,
    /// The project's folder, after `target NAME`.
    #[arg(value_name = "DIR", hide = true)]
    third: Option<PathBuf>,
    #[command(flatten)]
    inputs: InputArgs,
}

pub(super) fn run(args: &ExplainArgs, output: Output) -> Result<Exit, Failures> {
    let topic = args.topic.trim();
    if args.third.is_some() && topic != "target" {
        return Err(RimError::Usage("only `explain target NAME DIR` takes three words".to_owned()).into());
    }
    let text = match page(topic) {
        Some(page) => page,
        None if topic == "target" => target(args)?,
        None => match emitted_line(topic) {
            Some((file, line)) => emitted(args, &file, line)?,
            None => of_project(args, topic)?,
        },
    };
    output.answer(|| text.clone(), || json!({ "topic": topic, "text": text }))?;
    Ok(Exit::Ok)
}

/// What needs no project: the page of a code, and the list of codes.
fn page(topic: &str) -> Option<String> {
    if topic == "codes" {
        let line = |row: &&codes::CodeRow| format!("{}  {:28}{}\n", row.code, row.name, row.title);
        return Some(codes::CODES.iter().map(line).collect());
    }
    let row = codes::find(topic)?;
    let learned = incidents::of_rule(row.name)
        .iter()
        .fold(String::new(), |text, incident| format!("{text}\nLearned from: {} ({})", incident.name, incident.source));
    let page = row.page.trim_end();
    Some(format!("{page}\n{learned}{}", if learned.is_empty() { "" } else { "\n" }))
}

impl ExplainArgs {
    /// The project's folder.
    fn dir(&self) -> &Path {
        let said = if self.topic.trim() == "target" { &self.third } else { &self.second };
        said.as_deref().unwrap_or(Path::new("."))
    }
}

/// A target of the project, or one that hlab knows.
fn target(args: &ExplainArgs) -> Result<String, Failures> {
    let name = args.second.as_ref().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let project = Project::open(args.dir(), &args.inputs)?;
    let known = || {
        let known = crate::targets::names().join("`, `");
        RimError::UnknownTarget { name: visible(&name), hint: format!("hlab knows `{known}`") }
    };
    Ok(lines(&project.analyze().explain_target(&name).ok_or_else(known)?))
}

/// A policy or a path of the project.
fn of_project(args: &ExplainArgs, topic: &str) -> Result<String, Failures> {
    let unknown = |names: &[&str]| {
        let nearest = closest(topic, names.iter().copied());
        let hint = nearest.map_or(String::new(), |nearest| format!("did you mean `{nearest}`? "));
        RimError::UnknownTopic { topic: visible(topic), hint }
    };
    let names: Vec<&str> = codes::CODES.iter().map(|row| row.name).collect();
    if is_code(topic) {
        return Err(unknown(&codes::CODES.iter().map(|row| row.code).collect::<Vec<_>>()).into());
    }
    let project = Project::open(args.dir(), &args.inputs)?;
    let analysis = project.analyze();
    let rule = topic.strip_prefix("policy/").unwrap_or(topic);
    let text = analysis.explain_rule(rule).or_else(|| analysis.explain_path(topic));
    let Some(text) = text else {
        // Without a project only codes can be meant; with one, the topic itself is wrong.
        let missing = project.missing(&analysis).filter(|_| topic.contains('.'));
        return Err(missing.unwrap_or_else(|| unknown(&names)).into());
    };
    Ok(lines(&text))
}

fn is_code(topic: &str) -> bool {
    let digits = topic.strip_prefix("HL").or_else(|| topic.strip_prefix("hl"));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The text with its control characters shown.
fn lines(text: &str) -> String {
    text.lines().map(|line| visible(line) + "\n").collect()
}

/// `FILE.yaml:LINE`, taken apart.
fn emitted_line(topic: &str) -> Option<(PathBuf, usize)> {
    let (file, line) = topic.rsplit_once(':')?;
    let line = line.parse().ok().filter(|line| *line > 0)?;
    (file.ends_with(".yaml") || file.ends_with(".yml")).then(|| (PathBuf::from(file), line))
}

/// Where a line of an emitted file comes from: its keys, the resource named in the file's header, and that
/// resource's fields with who said them.
fn emitted(args: &ExplainArgs, file: &Path, line: usize) -> Result<String, Failures> {
    let cannot = |cause: String| RimError::CannotRead { path: show(file), cause };
    let bytes = read_regular(file).map_err(|error| cannot(reason(&error)))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8".to_owned()))?;
    let Some(place) = locate(&text, line) else {
        let cause = format!("line {line} belongs to no resource: no `# hlab: ` comment stands above it");
        return Err(cannot(cause).into());
    };
    let mut answer = format!("{}:{line}: {}\n", show(file), visible(&place.keys.join(".")));
    answer.push_str(&format!(
        "written for `{}`, which stands in {}\n",
        visible(&place.address),
        visible(&place.source)
    ));
    let project = Project::open(args.dir(), &args.inputs)?;
    if let Some(text) = project.analyze().explain_path(&place.address) {
        answer.push_str(&format!("\n{}", lines(&text)));
    }
    Ok(answer)
}

/// What a line of an emitted file is about.
#[derive(Debug, PartialEq, Eq)]
struct EmittedPlace {
    address: String,
    source: String,
    keys: Vec<String>,
}

/// Reads the header comment above a line, and the keys that lead to it. Not a YAML reader: it is only asked
/// about files that hlab wrote, whose layout is fixed (two spaces, one key a line).
fn locate(text: &str, line: usize) -> Option<EmittedPlace> {
    let mut header = None;
    let mut keys: Vec<(usize, String)> = Vec::new();
    for text in text.lines().take(line) {
        if let Some(rest) = text.strip_prefix("# hlab: ") {
            header = Some(rest.split_once(", ").unwrap_or((rest, "the project")));
        }
        if text == "---" {
            keys.clear();
        }
        let bare = text.trim_start_matches([' ', '-']);
        let indent = text.len() - bare.len();
        if let (Some((key, _)), false) = (bare.split_once(':'), bare.starts_with('#')) {
            keys.retain(|(depth, _)| *depth < indent);
            keys.push((indent, key.trim_matches('"').to_owned()));
        }
    }
    let (address, source) = header?;
    let keys = keys.into_iter().map(|(_, key)| key).collect();
    Some(EmittedPlace { address: address.to_owned(), source: source.to_owned(), keys })
}

#[cfg(test)]
mod tests {
    use super::{emitted_line, locate};

    #[test]
    fn a_line_of_an_emitted_file_names_its_resource_and_its_keys() {
        let text = "# hlab: vm.k3s, guests.hlab\nkind: X\nspec:\n  forProvider:\n    cpu:\n      - cores: 2\n        type: host\n";
        let place = locate(text, 7).expect("the header is there");
        assert_eq!((place.address.as_str(), place.source.as_str()), ("vm.k3s", "guests.hlab"));
        assert_eq!(place.keys, ["spec", "forProvider", "cpu", "type"]);
        assert_eq!(locate("kind: X\n", 1), None);
    }

    #[test]
    fn only_a_yaml_file_with_a_line_is_an_emitted_line() {
        assert!(emitted_line("out/vm.yaml:12").is_some());
        assert!(emitted_line("vm.k3s:12").is_none());
        assert!(emitted_line("out/vm.yaml:0").is_none());
    }
}
