//! A plan in words, the same for every format for people: changes by what they do to what runs, worst first. Every text here
//! went through [`Shown`].

use crate::diag::Shown;
use crate::plan::{Action, Change, Finding, Level, OptionChange, Plan, Said};
use crate::pve::Impact;

/// How much is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Detail {
    /// What changes and what that does.
    Brief,
    /// Also what it needs, where it is in the API, and what nobody manages.
    Full,
}

pub(super) struct View {
    pub title: String,
    pub counts: String,
    pub groups: Vec<Group>,
    pub findings: Vec<Told>,
    pub notes: Vec<String>,
}

/// Changes that do alike to what runs.
pub(super) struct Group {
    pub title: &'static str,
    pub about: &'static str,
    pub rows: Vec<Row>,
}

pub(super) struct Row {
    pub mark: char,
    /// `update vm.web`
    pub head: String,
    /// Facet, place and owner.
    pub aside: String,
    pub place: String,
    pub options: Vec<OptionRow>,
    pub lines: Vec<String>,
    /// Why it cannot be done.
    pub refused: Vec<String>,
}

pub(super) struct OptionRow {
    pub option: String,
    pub change: String,
    pub impact: &'static str,
    pub place: String,
}

/// A finding.
pub(super) struct Told {
    pub level: &'static str,
    pub name: &'static str,
    pub message: String,
    pub help: String,
    pub place: String,
}

pub(super) fn view(shown: &Shown<'_>, plan: &Plan, detail: Detail) -> View {
    let is_told = |change: &&Change| match detail {
        Detail::Brief => change.action != Action::KeepUnmanaged,
        Detail::Full => true,
    };
    let mut groups = Vec::new();
    for class in Class::ALL {
        let of_class = plan.changes.iter().filter(is_told).filter(|change| Class::of(change) == *class);
        let rows: Vec<Row> = of_class.map(|change| row(shown, change, detail)).collect();
        if !rows.is_empty() {
            groups.push(Group { title: class.title(), about: class.about(), rows });
        }
    }
    View {
        title: shown.line(&format!("Plan of {}", plan.project)),
        counts: counts(plan),
        groups,
        findings: plan.findings.iter().map(|finding| told(shown, finding)).collect(),
        notes: plan.notes.iter().map(|note| shown.line(note)).collect(),
    }
}

/// What changes are grouped by, worst first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    DataLoss,
    Recreate,
    StopStart,
    Pending,
    Live,
    New,
    Unknown,
    Kept,
}

impl Class {
    const ALL: &'static [Class] = &[
        Class::DataLoss,
        Class::Recreate,
        Class::StopStart,
        Class::Pending,
        Class::Live,
        Class::New,
        Class::Unknown,
        Class::Kept,
    ];

    fn of(change: &Change) -> Class {
        match (change.action, change.impact) {
            (Action::Unknown, _) => Class::Unknown,
            (Action::KeepUnmanaged, _) => Class::Kept,
            (Action::Create, _) => Class::New,
            (_, Impact::Live | Impact::Hotplug(_)) => Class::Live,
            (_, Impact::Pending) => Class::Pending,
            (_, Impact::StopStart) => Class::StopStart,
            (_, Impact::Recreate) => Class::Recreate,
            (_, Impact::DataLoss) => Class::DataLoss,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Class::DataLoss => "data loss",
            Class::Recreate => "recreate",
            Class::StopStart => "stop and start",
            Class::Pending => "pending until the next start",
            Class::Live => "live",
            Class::New => "new",
            Class::Unknown => "unknown",
            Class::Kept => "unmanaged",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Class::DataLoss => "what is stored there is gone afterwards",
            Class::Recreate => "it must be made anew",
            Class::StopStart => "it is interrupted",
            Class::Pending => "written now, seen by the guest when Proxmox next stops and starts it",
            Class::Live => "nothing is interrupted",
            Class::New => "nothing is there yet",
            Class::Unknown => "could not be read, so nothing is planned for it",
            Class::Kept => "nobody manages it, and it stays",
        }
    }
}

/// What an impact is called beside an option.
pub(super) fn impact(impact: Impact) -> &'static str {
    match impact {
        Impact::Live | Impact::Hotplug(_) => "live",
        Impact::Pending => "at the next start",
        Impact::StopStart => "stop and start",
        Impact::Recreate => "recreate",
        Impact::DataLoss => "data loss",
    }
}

fn counts(plan: &Plan) -> String {
    let mut parts = Vec::new();
    let actions = [
        Action::Create,
        Action::Update,
        Action::Replace,
        Action::Move,
        Action::Detach,
        Action::Destroy,
        Action::Adopt,
        Action::Unknown,
        Action::KeepUnmanaged,
    ];
    for action in actions {
        let count = plan.changes.iter().filter(|change| change.action == action).count();
        if count > 0 {
            parts.push(format!("{count} {}", action.word()));
        }
    }
    if parts.is_empty() {
        parts.push("nothing to do".to_owned());
    }
    parts.push(format!("{} as it should be", plan.same));
    parts.join(", ")
}

fn row(shown: &Shown<'_>, change: &Change, detail: Detail) -> Row {
    let mark = match change.action {
        Action::Create => '+',
        Action::Update | Action::Adopt => '~',
        Action::Replace => '!',
        Action::Move => '>',
        Action::Detach | Action::Destroy => '-',
        Action::KeepUnmanaged => '=',
        Action::Unknown => '?',
    };
    let mut aside: Vec<&str> = vec![&change.facet, &change.place, &change.owner];
    aside.retain(|part| !part.is_empty());
    let mut lines = Vec::new();
    let when = match change.impact {
        Impact::Pending | Impact::Hotplug(_) => "stops with it when it is started anew",
        Impact::Live | Impact::StopStart | Impact::Recreate | Impact::DataLoss => "stops with it",
    };
    if !change.stops.is_empty() {
        lines.push(shown.line(&format!("{when}: {}", change.stops.join(", "))));
    }
    if !change.roles.is_empty() {
        lines.push(shown.line(&format!("nobody provides then: {}", change.roles.join(", "))));
    }
    if change.cuts_off {
        lines.push("the API is asked through it: it comes last and alone".to_owned());
    }
    lines.extend(change.notes.iter().map(|note| shown.line(note)));
    if detail == Detail::Full {
        for need in &change.needs {
            lines.push(shown.line(&format!("takes {} on {}", need.any_of.join(" or "), need.path)));
        }
        if !change.path.is_empty() {
            lines.push(shown.line(&format!("in the API: {}", change.path)));
        }
    }
    let mut refused: Vec<String> = change.refused.iter().map(|why| shown.line(why)).collect();
    for need in &change.lacks {
        refused.push(shown.line(&format!("the login lacks {} on {}", need.any_of.join(" or "), need.path)));
    }
    Row {
        mark,
        head: shown.line(&format!("{} {}", change.action.word(), change.address)),
        aside: shown.line(&aside.join(" · ")),
        place: place(shown, change.asked.as_ref()),
        options: change.options.iter().map(|option| option_row(shown, change.action, option)).collect(),
        lines,
        refused,
    }
}

fn option_row(shown: &Shown<'_>, action: Action, option: &OptionChange) -> OptionRow {
    let value = |value: &Option<String>| value.as_deref().map_or("(default)".to_owned(), |value| shown.line(value));
    // Of what is new, everything is.
    let (change, impact) = match action {
        Action::Create => (value(&option.to), ""),
        Action::Update
        | Action::Replace
        | Action::Move
        | Action::Detach
        | Action::Destroy
        | Action::Adopt
        | Action::KeepUnmanaged
        | Action::Unknown => (format!("{} -> {}", value(&option.from), value(&option.to)), impact(option.impact)),
    };
    OptionRow { option: shown.line(&option.option), change, impact, place: place(shown, option.said.as_ref()) }
}

fn place(shown: &Shown<'_>, said: Option<&Said>) -> String {
    match said {
        Some(said) if said.is_default => shown.line(&format!("default, {}", said.place)),
        Some(said) => shown.line(&said.place),
        None => String::new(),
    }
}

fn told(shown: &Shown<'_>, finding: &Finding) -> Told {
    Told {
        level: match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        },
        name: finding.name,
        message: shown.line(&finding.message),
        help: shown.line(&finding.help),
        place: finding.place.as_deref().map_or_else(String::new, |place| shown.line(place)),
    }
}
