//! Answers for programs. The shapes are described in `docs/what-if.md`; sizes are bytes.

use serde_json::{Value, json};

use crate::diag::{Shown, json as diagnostics};
use crate::session::Analysis;
use crate::session::what_if::{Changed, Drain, Fallen, Instead, Ledger, Loss, Proposal, RoleAfter, Votes, Way};

/// Texts of the lab, without secrets.
struct Texts<'a>(Shown<'a>);

impl Texts<'_> {
    fn one(&self, text: &str) -> Value {
        self.0.without_secrets(text).to_string().into()
    }

    fn all(&self, texts: &[String]) -> Value {
        texts.iter().map(|text| self.one(text)).collect()
    }

    fn falls(&self, falls: &[Fallen]) -> Value {
        let one = |fallen: &Fallen| {
            json!({
                "address": self.one(&fallen.address), "because": self.one(&fallen.because),
                "place": self.one(&fallen.place), "chain": self.all(&fallen.chain), "provides": self.all(&fallen.provides),
            })
        };
        falls.iter().map(one).collect()
    }

    fn proposal(&self, proposal: &Proposal) -> Value {
        let one = |one: &Instead| json!({ "from": self.one(&one.from), "to": self.one(&one.to), "copy": one.copy, "free": one.free });
        let storages: Value = proposal.storages.iter().map(one).collect();
        json!({
            "to": self.one(&proposal.to), "storages": storages, "way": if proposal.live { "live" } else { "restart" },
            "command": self.one(&proposal.command),
        })
    }

    fn roles(&self, roles: &[RoleAfter]) -> Value {
        let one = |role: &RoleAfter| json!({ "role": self.one(&role.role), "before": self.all(&role.before), "after": self.all(&role.after) });
        roles.iter().map(one).collect()
    }

    fn votes(&self, votes: &[Votes]) -> Value {
        let one = |votes: &Votes| {
            json!({
                "of": self.one(&votes.of), "before": votes.before, "after": votes.after, "needs": votes.needs,
                "holds": votes.holds(),
            })
        };
        votes.iter().map(one).collect()
    }

    fn memory(&self, rows: &[Ledger]) -> Value {
        let one = |row: &Ledger| {
            json!({
                "host": self.one(&row.host), "gives": row.gives, "promised_before": row.before,
                "promised_after": row.after, "free": row.free(), "ceiling": row.ceiling, "over": row.is_over(),
            })
        };
        rows.iter().map(one).collect()
    }
}

pub(super) fn loss(analysis: &Analysis, loss: &Loss) -> Value {
    let texts = Texts(Shown::new(&analysis.sources));
    let restarts: Value = loss
        .restarts
        .iter()
        .map(|one| {
            json!({
                "guest": texts.one(&one.guest), "hosts": texts.all(&one.hosts), "certain": one.is_certain,
                "memory": one.memory, "provides": texts.all(&one.provides),
            })
        })
        .collect();
    let stuck: Value = loss
        .stuck
        .iter()
        .map(|one| json!({ "guest": texts.one(&one.guest), "because": texts.all(&one.because) }))
        .collect();
    json!({
        "lost": texts.all(&loss.lost), "falls": texts.falls(&loss.falls), "restarts": restarts, "stuck": stuck,
        "roles": texts.roles(&loss.roles), "votes": texts.votes(&loss.votes), "memory": texts.memory(&loss.memory),
        "idle": texts.all(&loss.idle),
    })
}

pub(super) fn drain(analysis: &Analysis, drain: &Drain) -> Value {
    let texts = Texts(Shown::new(&analysis.sources));
    let guests: Value = drain
        .guests
        .iter()
        .map(|one| {
            let nothing = || Value::Array(Vec::new());
            let (way, to, copy, because, proposal) = match &one.way {
                Way::Live { to, copy } => ("live", texts.one(to), Some(*copy), nothing(), Value::Null),
                Way::Restart { to, copy } => ("restart", texts.one(to), Some(*copy), nothing(), Value::Null),
                Way::Stop { because, proposal } => {
                    let proposal = proposal.as_ref().map_or(Value::Null, |proposal| texts.proposal(proposal));
                    ("stop", Value::Null, None, texts.all(because), proposal)
                }
            };
            json!({
                "guest": texts.one(&one.guest), "memory": one.memory, "way": way, "to": to, "copy": copy,
                "because": because, "proposal": proposal, "notes": texts.all(&one.notes),
            })
        })
        .collect();
    json!({
        "host": texts.one(&drain.host), "guests": guests, "falls": texts.falls(&drain.falls),
        "roles": texts.roles(&drain.roles), "votes": texts.votes(&drain.votes), "memory": texts.memory(&drain.memory),
    })
}

pub(super) fn changed(changed: &Changed) -> Value {
    let texts = Texts(Shown::new(&changed.after.sources));
    let edit = changed.edit.as_ref().map(|edit| {
        json!({ "file": texts.one(&edit.path), "line": edit.line, "old": texts.one(&edit.old), "new": texts.one(&edit.new) })
    });
    let new: Value = changed.new.iter().map(|one| diagnostics::value(&texts.0, one)).collect();
    json!({ "edit": edit, "new": new, "gone": changed.gone, "notes": texts.all(&changed.notes) })
}
