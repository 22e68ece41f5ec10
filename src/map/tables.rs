//! The tables of the page. Each says in words what a colour says.

use super::bars::{Arrival, bars, worst};
use super::text::{bytes, count};
use super::{Backup, Fate, Guest, Lab, State, svg};
use crate::diag::{Severity, markup};

/// So many problems are listed; `hlab check` has the rest.
const MOST_PROBLEMS: usize = 200;
/// So many jobs or roles have a column each; more are told in words.
const MOST_COLUMNS: usize = 10;
/// So many names stand in a cell; the others are counted.
const MOST_NAMES: usize = 12;
/// The width of the bars.
const BARS: f32 = 320.0;

/// A table with its caption and heads; `rows` are whole.
fn table(caption: &str, heads: &[String], rows: &str) -> String {
    let heads: String = heads.iter().map(|head| format!("<th scope=\"col\">{}</th>", markup(head))).collect();
    let caption = markup(caption);
    format!(
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\">\n<table>\n<caption>{caption}</caption>\n\
         <thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n"
    )
}

fn heads(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A row: its head and cells that are markup already.
fn row(head: &str, cells: &[String]) -> String {
    format!("<tr><th scope=\"row\">{}</th>{}</tr>\n", markup(head), cells.concat())
}

/// A cell that says something of a sort: `bad`, `care`, `good`, `quiet`, or nothing in particular.
fn cell(class: &str, words: &str) -> String {
    let words = markup(words);
    if class.is_empty() { format!("<td>{words}</td>") } else { format!("<td class=\"{class}\">{words}</td>") }
}

/// Every problem that the lab has; empty if it has none.
pub fn wrong(lab: &Lab) -> String {
    if lab.problems.is_empty() {
        return String::new();
    }
    let rows = lab.problems.iter().take(MOST_PROBLEMS).map(|problem| {
        let (class, word) = match problem.severity {
            Severity::Error => ("bad", "✕ error"),
            Severity::Warning => ("care", "! warning"),
            Severity::Note => ("quiet", "note"),
        };
        let cells = [
            cell("", &problem.address),
            format!("<td>{} <span class=\"quiet\">({})</span></td>", markup(&problem.message), markup(&problem.code)),
            format!("<td><code>{}</code></td>", markup(&problem.place)),
        ];
        format!("<tr><td class=\"{class} number\">{word}</td>{}</tr>\n", cells.concat())
    });
    let rows: String = rows.collect();
    let more = lab.problems.len().saturating_sub(MOST_PROBLEMS);
    let more = if more == 0 {
        String::new()
    } else {
        format!("<p>and {more} more: <code>hlab check</code> lists them all</p>\n")
    };
    let caption = "Errors first; the map marks the thing that each is about";
    format!("{}{more}", table(caption, &heads(&["", "Thing", "What", "Where"]), &rows))
}

/// Memory of each host, with what the worst loss of another would add.
pub fn capacity(lab: &Lab) -> String {
    let worst = worst(lab);
    let running = lab.hosts.iter().enumerate().filter(|(_, host)| host.state == State::Running);
    let rows: String = running.map(|(number, _)| capacity_row(lab, number, worst[number])).collect();
    if rows.is_empty() {
        return String::new();
    }
    let caption = "Memory of each host that runs. Upper bar: what it keeps, what its running guests are promised, and what they may \
                   come to. Lower bar: the same if that other host is lost whose guests HA would bring here at the worst";
    let heads = heads(&["Host", "", "Memory", "Kept", "Promised", "Up to", "After the worst loss"]);
    table(caption, &heads, &rows)
}

fn capacity_row(lab: &Lab, number: usize, arrival: Option<Arrival>) -> String {
    let host = &lab.hosts[number];
    let drawn = bars(lab, number, arrival, BARS).map_or_else(String::new, |bars| svg::picture(&bars));
    let is_over = |promised: u64| host.memory.is_some_and(|memory| host.kept.saturating_add(promised) > memory);
    let promised = match is_over(host.promised) {
        true => cell("bad number", &format!("✕ {}: too much", bytes(host.promised))),
        false => cell("number", &bytes(host.promised)),
    };
    let after = match arrival {
        None => cell("quiet", "HA brings no guest here"),
        Some(come) => {
            let all = host.promised.saturating_add(come.promised);
            let words = format!("{} promised if {} is lost", bytes(all), lab.hosts[come.from].thing.name);
            if is_over(all) {
                cell("bad", &format!("✕ {words}: too much"))
            } else {
                cell("good", &format!("✓ {words}"))
            }
        }
    };
    let memory = host.memory.map_or_else(|| cell("quiet", "not stated"), |memory| cell("number", &bytes(memory)));
    let cells = [
        format!("<td class=\"bars\">{drawn}</td>"),
        memory,
        cell("number", &bytes(host.kept)),
        promised,
        cell("number", &bytes(host.ceiling)),
        after,
    ];
    row(&host.thing.name, &cells)
}

/// Guests by jobs, those first that nobody backs up.
pub fn backups(lab: &Lab) -> String {
    if lab.guests.is_empty() {
        return String::new();
    }
    let without = lab.guests.iter().filter(|guest| !is_backed_up(lab, guest)).count();
    let jobs = lab.jobs.iter().map(|job| format!("{} ({})", job.thing.name, job.detail));
    let jobs: Vec<String> = jobs.collect();
    let jobs = if jobs.is_empty() { "none is declared".to_owned() } else { jobs.join("; ") };
    let caption =
        format!("{} of {} without a backup. Jobs: {jobs}", without, count(lab.guests.len(), "guest", "guests"));
    let has_columns = !lab.jobs.is_empty() && lab.jobs.len() <= MOST_COLUMNS;
    let mut heads = heads(&["Guest", "Host"]);
    if has_columns {
        heads.extend(lab.jobs.iter().map(|job| job.thing.name.clone()));
    }
    heads.push("Backed up by".to_owned());
    let mut guests: Vec<&Guest> = lab.guests.iter().collect();
    guests.sort_by_key(|guest| is_backed_up(lab, guest));
    let rows = guests.into_iter().map(|guest| {
        let mut cells = vec![cell("", guest.host.map_or("", |host| lab.hosts[host].thing.name.as_str()))];
        if has_columns {
            cells.extend((0..lab.jobs.len()).map(|job| match guest.backup == Backup::Job(job) {
                true => cell("good", "● yes"),
                false => cell("quiet", "–"),
            }));
        }
        cells.push(match guest.backup {
            Backup::Unsaid => cell("bad", "✕ nobody"),
            Backup::Nobody => cell("care", "○ nobody, on purpose"),
            Backup::Elsewhere => cell("", "a job outside of this lab"),
            Backup::Job(job) if !lab.jobs[job].is_on => {
                cell("bad", &format!("✕ {}, which is switched off", lab.jobs[job].thing.name))
            }
            Backup::Job(job) => cell("", &lab.jobs[job].thing.name),
        });
        row(&guest.thing.name, &cells)
    });
    let rows: String = rows.collect();
    table(&caption, &heads, &rows)
}

fn is_backed_up(lab: &Lab, guest: &Guest) -> bool {
    match guest.backup {
        Backup::Unsaid | Backup::Nobody => false,
        Backup::Elsewhere => true,
        Backup::Job(job) => lab.jobs[job].is_on,
    }
}

/// What falls with each host that runs.
pub fn losses(lab: &Lab) -> String {
    let running: Vec<usize> = (0..lab.hosts.len()).filter(|host| lab.hosts[*host].state == State::Running).collect();
    if running.is_empty() {
        return String::new();
    }
    let columns = lab.roles.len() + lab.clusters.len();
    let has_columns = columns <= MOST_COLUMNS;
    let mut heads = heads(&["Host lost"]);
    if has_columns {
        heads.extend(lab.roles.iter().map(|role| role.name.clone()));
        heads.extend(lab.clusters.iter().map(|cluster| cluster.thing.name.clone()));
    } else {
        heads.push("Falls".to_owned());
    }
    heads.extend(["Guests that stop", "Started elsewhere by HA", "Also stops"].map(str::to_owned));
    let rows: String = running.into_iter().map(|host| loss_row(lab, host, has_columns)).collect();
    let caption = "Each row is the loss of one host: what becomes of each role and each cluster's votes, and which guests stop. It \
                   follows what kinds say they need, as hlab what-if does";
    table(caption, &heads, &rows)
}

fn loss_row(lab: &Lab, host: usize, has_columns: bool) -> String {
    let loss = &lab.losses[host];
    let mut cells = Vec::new();
    if has_columns {
        cells.extend(loss.roles.iter().chain(&loss.clusters).map(|fate| fate_cell(*fate)));
    } else {
        let roles = lab.roles.iter().map(|role| role.name.as_str()).zip(&loss.roles);
        let clusters = lab.clusters.iter().map(|cluster| cluster.thing.name.as_str()).zip(&loss.clusters);
        let fallen = roles.chain(clusters).filter(|(_, fate)| **fate == Fate::Falls).map(|(name, _)| name);
        cells.push(names("bad", &fallen.collect::<Vec<_>>()));
    }
    let of = |guests: &[usize]| {
        let names: Vec<&str> = guests.iter().map(|guest| lab.guests[*guest].thing.name.as_str()).collect();
        names
    };
    cells.push(names("plain", &of(&loss.stops)));
    cells.push(names("plain", &of(&loss.moves)));
    cells.push(names("plain", &loss.also.iter().map(String::as_str).collect::<Vec<_>>()));
    row(&lab.hosts[host].thing.name, &cells)
}

fn fate_cell(fate: Fate) -> String {
    match fate {
        Fate::Untouched => cell("quiet", "–"),
        Fate::Left { left, of } => cell("care number", &format!("{left} of {of} left")),
        Fate::Falls => cell("bad number", "✕ falls"),
    }
}

/// Names in a cell, a dash for none.
fn names(class: &str, names: &[&str]) -> String {
    if names.is_empty() {
        return cell("quiet", "–");
    }
    let more = names.len().saturating_sub(MOST_NAMES);
    let shown = names[..names.len() - more].join(", ");
    cell(&format!("list {class}"), &if more == 0 { shown } else { format!("{shown} and {more} more") })
}
