//! What a kind requires of each of its objects: one requirement after the other, or all at once where objects repeat.

use crate::eval::Machine;
use crate::eval::memo::{Given, Memo, TRIAL};
use crate::policy::shortcut::Shortcut;
use crate::types::expr::Require;
use crate::types::ty::ShapeId;
use crate::types::value::ObjId;

/// The requirements of a shape.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Each with its shortcut.
    pub requires: Vec<(Require, Shortcut)>,
    /// Which of them are asked together; none before it is known for which that pays.
    pub members: Vec<bool>,
    /// What was found for objects that give all members the same values: that they meet all of them.
    pub memo: Memo,
    seen: u32,
}

/// What is known of the members together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Asked {
    /// All are met.
    Known,
    /// Nothing yet, for these values.
    Unknown(Given),
    /// They are not asked together.
    Not,
}

impl Sheet {
    /// The sheet of a shape.
    pub fn of(machine: &Machine<'_>, shape: ShapeId) -> Sheet {
        let requires = machine.p.shape(shape).requires.iter();
        let with_shortcut = |one: &Require| (one.clone(), Shortcut::of(machine, shape, one));
        Sheet { requires: requires.map(with_shortcut).collect(), members: Vec::new(), memo: Memo::default(), seen: 0 }
    }

    /// Asks the members together, about `self`.
    pub fn together(&mut self, machine: &mut Machine<'_>, object: ObjId) -> Asked {
        self.seen += 1;
        if self.seen <= TRIAL {
            return Asked::Not;
        }
        if self.members.is_empty() {
            // By now each has shown whether its values repeat. What is required of some variants only stays alone, and so
            // does what asking would compute for objects whose defaults settle it.
            let memos = self.requires.iter().map(|(one, shortcut)| {
                let is_free = one.only.is_none() && (shortcut.memo.is_plain() || !shortcut.may_hold());
                is_free.then_some(&shortcut.memo)
            });
            (self.memo, self.members) = Memo::together(machine.p, memos);
        }
        match self.memo.given(machine, object) {
            Some(given) if self.memo.answer(&given).is_some() => Asked::Known,
            Some(given) => Asked::Unknown(given),
            None => Asked::Not,
        }
    }
}
