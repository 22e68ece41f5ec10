//! What a kind requires of each of its objects: one requirement after the other, or all at once where objects repeat.

use crate::base::Name;
use crate::eval::memo::{Given, Memo, TRIAL};
use crate::eval::{FieldSet, Machine, Object};
use crate::policy::shortcut::Shortcut;
use crate::types::expr::Require;
use crate::types::ty::ShapeId;
use crate::types::value::ObjId;

/// The requirements of a shape.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Each with its shortcut.
    pub requires: Vec<(Require, Shortcut)>,
    /// Which of them are asked together; empty before it is known for which that pays.
    pub together: Vec<bool>,
    is_settled: bool,
    /// What was found for objects that give all members the same values: that they meet all of them.
    pub memo: Memo,
    seen: u32,
    /// The places of those that defaults do not settle, for objects of a variant that say the same fields.
    open: Vec<Open>,
}

/// What is to be asked of objects that say the same fields.
#[derive(Clone, Debug)]
struct Open {
    says: FieldSet,
    tag: Option<Name>,
    places: Vec<usize>,
}

/// How many sets of fields are told apart.
const MOST_SETS: usize = 32;

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
        Sheet {
            requires: requires.map(with_shortcut).collect(),
            together: Vec::new(),
            is_settled: false,
            memo: Memo::default(),
            seen: 0,
            open: Vec::new(),
        }
    }

    /// Which requirements are to be asked of an object, as its variant and the defaults of what it does not say leave it; as a
    /// place for [`Sheet::places`].
    pub fn open(&mut self, machine: &mut Machine<'_>, object: ObjId, of: &Object) -> usize {
        let is_same = |open: &Open| open.says == of.says && open.tag == of.tag;
        if let Some(place) = self.open.iter().position(is_same) {
            return place;
        }
        let mut places = Vec::new();
        for (place, (require, shortcut)) in self.requires.iter_mut().enumerate() {
            let is_meant = require.only.is_none() || require.only == of.tag;
            if is_meant && !shortcut.by_defaults(machine, object, of.says) {
                places.push(place);
            }
        }
        if self.open.len() == MOST_SETS {
            self.open.clear();
        }
        self.open.push(Open { says: of.says, tag: of.tag, places });
        self.open.len() - 1
    }

    /// The places of requirements that [`Sheet::open`] found.
    pub fn places(&self, open: usize) -> &[usize] {
        &self.open[open].places
    }

    /// Asks the members together, about `self`.
    pub fn together(&mut self, machine: &mut Machine<'_>, object: ObjId) -> Asked {
        self.seen += 1;
        if self.seen <= TRIAL {
            return Asked::Not;
        }
        if !self.is_settled {
            // By now each has shown whether its values repeat. What is required of some variants only stays alone, and so
            // does what asking would compute for objects whose defaults settle it.
            let memos = self.requires.iter().map(|(one, shortcut)| {
                let is_free = one.only.is_none() && (shortcut.memo.is_plain() || !shortcut.may_hold());
                is_free.then_some(&shortcut.memo)
            });
            let (memo, members) = Memo::together(machine.p, memos);
            (self.memo, self.together, self.is_settled) = (memo, members, true);
        }
        match self.memo.given(machine, object) {
            Some(given) if self.memo.answer(&given).is_some() => Asked::Known,
            Some(given) => Asked::Unknown(given),
            None => Asked::Not,
        }
    }
}
