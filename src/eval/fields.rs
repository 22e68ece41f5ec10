//! Sets of fields: a bit each, so that most questions about what an object says need no look at its slots.

/// A set of fields of one shape. The last bit stands for all from the 128th on: there a set tells only what is surely not in it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct FieldSet([u64; 2]);

impl FieldSet {
    /// No field.
    pub const NOTHING: FieldSet = FieldSet([0; 2]);
    /// The last bit; fields below it have one of their own.
    const LAST: u16 = 127;

    /// These fields.
    #[must_use]
    pub fn of(fields: impl Iterator<Item = u16>) -> FieldSet {
        let mut set = FieldSet::NOTHING;
        fields.for_each(|field| set.add(field));
        set
    }

    /// Those of these fields that have a bit of their own.
    #[must_use]
    pub fn exactly(fields: &[u16]) -> FieldSet {
        FieldSet::of(fields.iter().copied().filter(|field| FieldSet::is_exact(*field)))
    }

    /// Whether a field has a bit of its own.
    #[inline]
    #[must_use]
    pub fn is_exact(field: u16) -> bool {
        field < FieldSet::LAST
    }

    /// Adds a field.
    #[inline]
    pub fn add(&mut self, field: u16) {
        let field = field.min(FieldSet::LAST);
        self.0[usize::from(field >> 6)] |= 1 << (field & 63);
    }

    /// Whether a field may be among them: surely not, if this is false.
    #[inline]
    #[must_use]
    pub fn has(self, field: u16) -> bool {
        let field = field.min(FieldSet::LAST);
        self.0[usize::from(field >> 6)] >> (field & 63) & 1 != 0
    }

    /// Whether others have all of these.
    #[inline]
    #[must_use]
    pub fn is_within(self, others: FieldSet) -> bool {
        self.0[0] & !others.0[0] == 0 && self.0[1] & !others.0[1] == 0
    }

    /// Whether others have one of these.
    #[inline]
    #[must_use]
    pub fn meets(self, others: FieldSet) -> bool {
        self.0[0] & others.0[0] != 0 || self.0[1] & others.0[1] != 0
    }
}

#[cfg(test)]
mod tests {
    use super::FieldSet;

    #[test]
    fn fields_have_a_bit_each_and_the_last_ones_share_theirs() {
        let said = FieldSet::of([0, 63, 64, 126].into_iter());
        assert!([0, 63, 64, 126].into_iter().all(|field| said.has(field)));
        assert!(!said.has(1) && !said.has(127) && !said.has(300));
        assert!(
            said.is_within(FieldSet::exactly(&[0, 1, 63, 64, 126])) && !said.is_within(FieldSet::exactly(&[0, 63, 64]))
        );
        assert!(said.meets(FieldSet::exactly(&[126])) && !said.meets(FieldSet::exactly(&[1, 2])));
        let many = FieldSet::of([200].into_iter());
        assert!(many.has(127) && many.has(300) && !many.is_within(FieldSet::exactly(&[127, 200, u16::MAX])));
    }
}
