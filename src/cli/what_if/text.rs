//! Answers for people: short paragraphs, each with a heading of one word or a few.

use crate::diag::Shown;
use crate::eval::show;
use crate::session::Analysis;
use crate::session::what_if::{Changed, Drain, Fallen, Ledger, Loss, Proposal, RoleAfter, Votes, Way};

use super::super::output::Output;

/// `a`, `b` and `c`
fn names(all: &[String]) -> String {
    match all.split_last() {
        None => "nobody".to_owned(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// A heading and its rows; nothing, if there are none.
fn part(head: &str, rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() { String::new() } else { format!("\n{head}\n{}", table(&rows)) }
}

/// Rows of cells below each other; the last of a row is as long as it likes.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter(|row| row.len() > column + 1).map(|row| row[column].chars().count());
        cells.filter(|width| *width <= 64).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> =
            row.iter().enumerate().map(|(at, cell)| format!("{cell:width$}", width = widths[at])).collect();
        text.push_str(&format!("  {}\n", cells.join("  ").trim_end()));
    }
    text
}

/// Shows text of a lab: no control character, no secret.
fn shown(analysis: &Analysis, text: &str) -> String {
    let shown = Shown::new(&analysis.sources);
    text.lines().map(|line| shown.line(line) + "\n").collect()
}

pub(super) fn loss(analysis: &Analysis, loss: &Loss) -> String {
    let mut text = format!("without {}\n", names(&loss.lost));
    text.push_str(&falls("stops, in this order", &loss.falls));
    if loss.falls.is_empty() {
        text.push_str("\nnothing else stops\n");
    }
    let restarts = loss.restarts.iter().map(|one| {
        let to = match (one.hosts.first(), one.is_certain) {
            (Some(host), true) => format!("HA starts it on {host}"),
            (Some(_), false) => format!("HA starts it on one of {}", one.hosts.join(", ")),
            (None, _) => "HA starts it elsewhere".to_owned(),
        };
        vec![one.guest.clone(), to, show::size(one.memory), provides(&one.provides)]
    });
    text.push_str(&part("stops, and starts again", restarts.collect()));
    let stuck = loss.stuck.iter().map(|one| vec![one.guest.clone(), one.because.join("; ")]);
    text.push_str(&part("HA cannot start", stuck.collect()));
    text.push_str(&roles(&loss.roles));
    text.push_str(&votes(&loss.votes));
    text.push_str(&memory(&loss.memory));
    let idle = loss.idle.iter().map(|name| vec![name.clone()]);
    text.push_str(&part("counts for nothing, because it does not run", idle.collect()));
    shown(analysis, &text)
}

fn provides(roles: &[String]) -> String {
    if roles.is_empty() { String::new() } else { format!("provides {}", roles.join(", ")) }
}

fn falls(head: &str, falls: &[Fallen]) -> String {
    let row = |(number, fallen): (usize, &Fallen)| {
        let way = if fallen.chain.len() > 2 { format!("({})", fallen.chain.join(" → ")) } else { String::new() };
        let last = [provides(&fallen.provides), way].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        let number = format!("{:>3}.", number + 1);
        vec![number, fallen.address.clone(), fallen.because.clone(), fallen.place.clone(), last.join("  ")]
    };
    part(head, falls.iter().enumerate().map(row).collect())
}

fn roles(roles: &[RoleAfter]) -> String {
    let row = |role: &RoleAfter| match (role.after.len(), role.before.len()) {
        (0, _) => vec![role.role.clone(), format!("nobody is left: {} did", names(&role.before))],
        (after, before) if after == before => vec![role.role.clone(), format!("as before: {}", names(&role.after))],
        _ => vec![role.role.clone(), format!("{} still does", names(&role.after))],
    };
    part("who provides", roles.iter().map(row).collect())
}

fn votes(votes: &[Votes]) -> String {
    let row = |votes: &Votes| {
        let Votes { of, before, after, needs } = votes;
        let verdict = if votes.holds() { "a majority" } else { "no majority" };
        vec![of.clone(), format!("{after} of {before} that ran, needs {needs}: {verdict}")]
    };
    part("votes", votes.iter().map(row).collect())
}

fn memory(rows: &[Ledger]) -> String {
    let row = |row: &Ledger| {
        let promised = format!("promised {}, now {}", show::size(row.after), show::size(row.before));
        let gives = row
            .gives
            .map_or_else(|| "its memory is unknown".to_owned(), |gives| format!("gives {}", show::size(gives)));
        let verdict = match (row.free(), row.is_over()) {
            (_, true) => "more than it has".to_owned(),
            (Some(free), false) => format!("{} free", show::size(free)),
            (None, false) => String::new(),
        };
        let ceiling = match row.gives {
            Some(gives) if row.ceiling > gives && !row.is_over() => {
                format!("its guests may take {}", show::size(row.ceiling))
            }
            _ => String::new(),
        };
        vec![row.host.clone(), gives, promised, verdict, ceiling]
    };
    part("memory", rows.iter().map(row).collect())
}

pub(super) fn drain(analysis: &Analysis, drain: &Drain) -> String {
    let mut text = format!("before {} is taken down\n", drain.host);
    if drain.guests.is_empty() {
        text.push_str("\nno guest of it runs\n");
    }
    let copied = |copy: u64| if copy == 0 { String::new() } else { format!(", with {} to copy", show::size(copy)) };
    let mut rows = Vec::new();
    for (number, one) in drain.guests.iter().enumerate() {
        let way = match &one.way {
            Way::Live { to, copy } => format!("moves to {to} while it runs{}", copied(*copy)),
            Way::Restart { to, copy } => format!("is stopped, and started on {to}{}", copied(*copy)),
            Way::Stop { because, .. } => format!("is stopped and stays: {}", because.join("; ")),
        };
        rows.push(vec![format!("{:>3}.", number + 1), one.guest.clone(), show::size(one.memory), way]);
        let notes = one.notes.iter().cloned().chain(proposed(&one.way));
        rows.extend(notes.map(|note| vec![String::new(), String::new(), String::new(), note]));
    }
    text.push_str(&part("its guests, in this order", rows));
    text.push_str(&falls("stops besides", &drain.falls));
    text.push_str(&roles(&drain.roles));
    text.push_str(&votes(&drain.votes));
    text.push_str(&memory(&drain.memory));
    shown(analysis, &text)
}

/// How a guest that stays could leave all the same: what would go where, and the command.
fn proposed(way: &Way) -> Vec<String> {
    let Way::Stop { proposal: Some(Proposal { to, storages, live, command }), .. } = way else { return Vec::new() };
    let way = match live {
        true => format!("it could move to {to} while it runs"),
        false => format!("it could be stopped, and started on {to}"),
    };
    let mut lines = vec![format!("{way}, if its owner lets its disks lie elsewhere:")];
    lines.extend(storages.iter().map(|one| {
        let copy =
            one.copy.map_or_else(|| "of unknown size".to_owned(), |copy| format!("{} to copy", show::size(copy)));
        let free = match one.free {
            Some(free) => format!("{} free", show::size(free)),
            None => "room unknown, as nothing says its `capacity`".to_owned(),
        };
        format!("  {} in place of {}: {copy}, {free}", one.to, one.from)
    }));
    lines.push(format!("  {command}"));
    lines
}

pub(super) fn moved(changed: &Changed, output: Output) -> String {
    let mut text = String::new();
    if let Some(edit) = &changed.edit {
        let lines = format!(
            "--- {path}\n+++ {path}\n@@ -{line} +{line} @@\n-{}\n+{}\n",
            edit.old,
            edit.new,
            path = edit.path,
            line = edit.line
        );
        text.push_str(&shown(&changed.after, &lines));
    }
    text + &verdict(changed, output)
}

pub(super) fn upgraded(changed: &Changed, output: Output) -> String {
    verdict(changed, output).trim_start().to_owned()
}

/// What is new, what is gone, and what to look at.
fn verdict(changed: &Changed, output: Output) -> String {
    let mut text = String::new();
    for diagnostic in &changed.new {
        text.push('\n');
        text.push_str(output.one(&changed.after.sources, diagnostic).trim_end());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&match changed.new.len() {
        0 => "nothing is wrong that was not before\n".to_owned(),
        1 => "1 thing is wrong that was not before\n".to_owned(),
        more => format!("{more} things are wrong that were not before\n"),
    });
    if changed.gone > 0 {
        text.push_str(&format!("{} of before would be gone\n", changed.gone));
    }
    let notes: String = changed.notes.iter().map(|note| format!("note: {note}\n")).collect();
    text + &shown(&changed.after, &notes)
}
