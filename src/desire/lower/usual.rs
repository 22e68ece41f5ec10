//! What most objects say: whoever says nothing else is lowered without a look at the rest.
//!
//! A VM has a hundred options, and most VMs say ten of them. The others have the library's defaults, and where these come
//! to what Proxmox does anyway, nothing has to be read.

use crate::eval::FieldSet;

/// The fields that are read of every object of a sort; none may be relied on where the library's defaults for the others
/// come to something.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Usual(Option<FieldSet>);

impl Usual {
    /// These fields, if `seldom`, which reads all others, makes nothing of an object that says nothing.
    pub fn of<T: Default + PartialEq>(fields: &[u16], seldom: impl FnOnce(&mut T)) -> Usual {
        let mut unsaid = T::default();
        seldom(&mut unsaid);
        Usual((unsaid == T::default()).then(|| FieldSet::exactly(fields)))
    }

    /// Whether an object that says these fields says nothing seldom.
    #[inline]
    pub fn covers(self, said: FieldSet) -> bool {
        self.0.is_some_and(|usual| said.is_within(usual))
    }
}

/// What most objects say, by their sort.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct AllUsual {
    pub vm: Usual,
    pub cpu: Usual,
    pub disk: Usual,
    pub nic: Usual,
    pub cloud_init: Usual,
}
