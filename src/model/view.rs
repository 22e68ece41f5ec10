//! How a view is made: the macro that turns a list of fields into a struct with an accessor each.

use crate::types::Program;
use crate::types::ty::ShapeId;

/// An accessor by what it gives.
macro_rules! accessor {
    (text $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, text, Option<&'m str>);
    };
    (maybe $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, flag, Option<bool>);
    };
    (int $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, int, Option<i64>);
    };
    (float $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, float, Option<f64>);
    };
    (size $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, size, Option<u64>);
    };
    (milliseconds $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, milliseconds, Option<u64>);
    };
    (rate $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, rate, Option<u64>);
    };
    (value $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, value, Value);
    };
    (list $group:ident $field:ident $name:literal) => {
        $crate::model::view::accessor!(@ $group $field $name, list, &'m [Value]);
    };
    (flag $group:ident $field:ident $name:literal) => {
        #[doc = concat!("`", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(self, model: &Model<'_>) -> bool {
            model.flag(self.of(model.fields.$group.shape), model.fields.$group.$field) == Some(true)
        }
    };
    (one $group:ident $field:ident $name:literal $View:ident) => {
        #[doc = concat!("`", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field(self, model: &Model<'_>) -> Option<$View> {
            model.object(self.of(model.fields.$group.shape), model.fields.$group.$field).map(|id| $View::new(model, id))
        }
    };
    (many $group:ident $field:ident $name:literal $View:ident) => {
        #[doc = concat!("`", $name, "`, in order.")]
        pub fn $field<'m>(self, model: &Model<'m>) -> impl Iterator<Item = $View> + use<'m> {
            let list = model.list(self.of(model.fields.$group.shape), model.fields.$group.$field).iter();
            let world = model.world;
            list.filter_map(move |value| match value {
                Value::Obj(id) => Some($View { id: *id, said: world.object(*id).says }),
                _ => None,
            })
        }
    };
    (@ $group:ident $field:ident $name:literal, $read:ident, $gives:ty) => {
        #[doc = concat!("`", $name, "`.")]
        #[must_use]
        #[inline]
        pub fn $field<'m>(self, model: &Model<'m>) -> $gives {
            model.$read(self.of(model.fields.$group.shape), model.fields.$group.$field)
        }
    };
}

macro_rules! views {
    ($($(#[$doc:meta])* $View:ident as $group:ident of $shape:literal {
        $($field:ident = $name:literal $how:ident $($Of:ident)?,)*
    })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
            pub struct $View {
                /// The object.
                pub id: ObjId,
                /// Which fields it says.
                said: FieldSet,
            }

            impl $View {
                /// A block that nothing said: its fields read as the library's defaults.
                pub const UNSAID: $View = $View { id: super::UNSAID, said: FieldSet::NOTHING };

                /// The view of an object.
                #[must_use]
                pub fn new(model: &Model<'_>, id: ObjId) -> $View {
                    $View { id, said: model.world.object(id).says }
                }

                /// Which fields it says.
                #[must_use]
                #[inline]
                pub fn said(self) -> FieldSet {
                    self.said
                }

                #[inline]
                fn of(self, shape: ShapeId) -> Of {
                    Of { id: self.id, said: self.said, shape }
                }

                $($crate::model::view::accessor!($how $group $field $name $($Of)?);)*
            }
        )*

        /// The numbers of the fields of each kind and block, found once a run.
        #[derive(Clone, Debug)]
        pub struct Fields {
            $(#[doc = concat!("Of `", $shape, "`.")] pub $group: numbers::$group::Numbers,)*
        }

        /// One set of numbers a kind or block.
        pub mod numbers {
            $(
                #[doc = concat!("Of `", $shape, "`.")]
                pub mod $group {
                    /// The shape and its fields.
                    #[derive(Clone, Copy, Debug)]
                    pub struct Numbers {
                        /// The shape.
                        pub shape: crate::types::ty::ShapeId,
                        $(#[doc = concat!("`", $name, "`.")] pub $field: u16,)*
                    }
                }
            )*
        }

        impl Fields {
            /// Finds every field by its name.
            #[must_use]
            pub fn find(program: &Program) -> Fields {
                Fields {
                    $($group: {
                        let shape = shape(program, $shape);
                        numbers::$group::Numbers { shape, $($field: number(program, shape, $name),)* }
                    },)*
                }
            }
        }

        /// Every shape and field that the views name.
        #[cfg(test)]
        pub(super) const NAMED: &[(&str, &[&str])] = &[$(($shape, &[$($name),*])),*];
    };
}

pub(super) use {accessor, views};

/// The first shape of a name: the library is declared before any project.
pub(super) fn shape(program: &Program, name: &str) -> ShapeId {
    let found = program.heap.names.find(name);
    let place = found.and_then(|name| program.shapes.iter().position(|shape| shape.name == name));
    ShapeId(place.map_or(u16::MAX, |place| place as u16))
}

/// The number of a field, by its name.
pub(super) fn number(program: &Program, shape: ShapeId, name: &str) -> u16 {
    let shape = program.shapes.get(usize::from(shape.0));
    let name = program.heap.names.find(name);
    shape.zip(name).and_then(|(shape, name)| shape.any_field(name)).unwrap_or(u16::MAX)
}
