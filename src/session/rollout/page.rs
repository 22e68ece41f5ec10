//! The rollout as a page for people.

use super::{Rollout, Stage, Told};
use crate::diag::visible;
use crate::own::Owner;

/// Rows of a stage that are shown; the rest is in the JSON file.
const MOST: usize = 60;

/// `ROLLOUT.md`.
pub(super) fn page(rollout: &Rollout<'_>) -> String {
    let mut text = format!("# Rollout of {}\n\n", cell(rollout.project()));
    if rollout.stages.is_empty() {
        text.push_str("There is nothing to apply.\n");
        declared(rollout, &mut text);
        gone(rollout, &mut text);
        return text;
    }
    text.push_str("One stage after the other: each needs what those before it made. Verify a stage before going on.\n");
    text.push_str("`rollout.json` beside this page says the same for programs.\n");
    for (number, stage) in rollout.stages.iter().enumerate() {
        one(rollout, number, stage, &mut text);
    }
    declared(rollout, &mut text);
    gone(rollout, &mut text);
    text
}

/// What is checked and not applied.
fn declared(rollout: &Rollout<'_>, text: &mut String) {
    let rows = super::declared::rows(rollout);
    if rows.is_empty() {
        return;
    }
    text.push_str("\n## Declared, not applied\n\nThis version of hlab counts and checks these, and neither it nor a target applies them: their owner sets\nthem up by other means.\n\n| what | owner |\n|---|---|\n");
    for (what, owner) in &rows {
        text.push_str(&format!("| {} | `{}` |\n", cell(what), cell(owner)));
    }
}

/// What becomes of what was removed.
fn gone(rollout: &Rollout<'_>, text: &mut String) {
    if rollout.gone.is_empty() {
        return;
    }
    text.push_str("\n## Removed\n\nOut of the source on purpose. hlab deletes nothing by itself.\n\n| what | what becomes of it | command |\n|---|---|---|\n");
    for one in &rollout.gone {
        let command = one.apply.as_ref().map_or("–".to_owned(), |command| code(command));
        text.push_str(&format!("| {} | {} | {command} |\n", cell(&one.what), cell(&one.note)));
    }
}

fn one(rollout: &Rollout<'_>, number: usize, stage: &Stage, text: &mut String) {
    let owner = rollout.owned.name(stage.owner);
    let title = match stage.owner {
        Owner::None => "left to others (`none`)".to_owned(),
        Owner::Api => "over the Proxmox API (`api`)".to_owned(),
        Owner::Target(_) => format!("by `{}`", cell(owner)),
    };
    text.push_str(&format!("\n## Stage {}: {title}\n\n", number + 1));
    match (stage.owner, rollout.apply_all(stage.owner)) {
        (_, Some(command)) => text.push_str(&format!("Apply all of it at once:\n\n    {}\n\n", visible(&command))),
        (Owner::None, None) => {
            text.push_str("hlab and its targets leave this alone. What comes after relies on it.\n\n")
        }
        (Owner::Api | Owner::Target(_), None) => {
            text.push_str("This version of hlab does not apply it itself: run the commands as root on a node.\n\n");
        }
    }
    let own_command = matches!(stage.owner, Owner::Api);
    text.push_str(if own_command {
        "| what | apply | verify |\n|---|---|---|\n"
    } else {
        "| what | verify |\n|---|---|\n"
    });
    let rows: Vec<usize> = stage.steps.iter().copied().filter(|step| !rollout.is_part(*step)).collect();
    for step in rows.iter().take(MOST) {
        text.push_str(&row(&rollout.told(*step), own_command));
    }
    if rows.len() > MOST {
        text.push_str(&format!("\n{} more are in `rollout.json`.\n", rows.len() - MOST));
    }
}

fn row(told: &Told, own_command: bool) -> String {
    let note = told.note.as_ref().map_or_else(String::new, |note| format!(" ({})", cell(note)));
    let command = |command: &Option<String>| command.as_ref().map_or("–".to_owned(), |command| code(command));
    let what = format!("{}{note}", cell(&told.what));
    match own_command {
        true => format!("| {what} | {} | {} |\n", command(&told.apply), command(&told.verify)),
        false => format!("| {what} | {} |\n", command(&told.verify)),
    }
}

/// Text inside a table: no line ends, no bars, nothing that Markdown reads as HTML.
fn cell(text: &str) -> String {
    visible(text).replace('|', "\\|").replace('<', "&lt;")
}

/// A command inside a table.
fn code(command: &str) -> String {
    let command = visible(command).replace('|', "\\|");
    let fence = if command.contains('`') { "``" } else { "`" };
    format!("{fence}{command}{fence}")
}
