//! The `forProvider` of each kind, field for field, in the order in which we write them.
//!
//! One line declares a field: how it is held, what the CRD calls it, and in which releases it is there, if not in all.
//! Writing, reading and the list of fields that `tests/schemas.rs` compares with the CRDs all come from that line, so none
//! can forget one.
//!
//! Source: the CRDs of provider-proxmox-bpg v0.11.1 (bpg/proxmox 0.89.1) and v1.18.0 (0.111.1). Single blocks are lists of
//! one there.

mod entry;
pub(super) mod container;
mod file;
mod firewall;
mod host;
mod map;
mod pool;
mod vm;

pub(super) use container::Container;
pub(super) use entry::{
    Acl, AcmeAccount, AcmePlugin, Certificate, Grant, Group, HaGroup, HaResource, MetricsServer, Role, User,
};
pub(super) use file::{DownloadFile, File, SourceFile, SourceRaw};
pub(super) use firewall::{
    ClusterFirewall, FirewallAlias, GuestFirewall, IpSet, LogLimit, Member, NodeFirewall, Rule, Rules, SecurityGroup,
};
pub(super) use host::{Bridge, HostDns, Hosts, HostsEntry, Repository, StandardRepository, Time, Vlan};
pub(super) use map::{Always, Map};
pub(super) use pool::Pool;
pub(super) use vm::*;

use crate::desire::Text;
use crate::targets::crossplane::release::Release;
use crate::targets::crossplane::tree::{Node, Reader};
use crate::targets::emit::Yaml;

/// What a field holds, for the comparison with the CRD.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// `boolean`.
    Flag,
    /// `number`, always whole.
    Int,
    /// `number`.
    Number,
    /// `string`.
    Text,
    /// A list of `string`.
    Texts,
    /// Keys of any name with a `string` each.
    TextMap,
    /// Keys of any name with a `number` each, always whole.
    IntMap,
    /// A list of objects.
    List(&'static [Field]),
    /// An object.
    Object(&'static [Field]),
}

/// A field of the CRD.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// What the CRD calls it.
    pub key: &'static str,
    /// What it holds.
    pub shape: Shape,
    /// The releases that have it.
    pub releases: &'static [Release],
}

/// What can stand behind a key.
pub(super) trait Value<'a>: Sized + Default {
    const SHAPE: Shape;
    /// Whether there is nothing to write.
    fn is_absent(&self) -> bool;
    fn write(&self, yaml: &mut Yaml, key: &'static str);
    fn read(reader: &mut Reader, node: &Node<'a>) -> Self;
}

/// A mapping with known keys.
pub(super) trait Block<'a>: Sized + Default {
    const FIELDS: &'static [Field];
    fn is_empty(&self) -> bool;
    fn write(&self, yaml: &mut Yaml);
    fn read(reader: &mut Reader, node: &Node<'a>) -> Self;
}

impl<'a> Value<'a> for Option<bool> {
    const SHAPE: Shape = Shape::Flag;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.flag(key, *value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.flag(node)
    }
}

impl<'a> Value<'a> for Option<i64> {
    const SHAPE: Shape = Shape::Int;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.int(key, *value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.int(node)
    }
}

impl<'a> Value<'a> for Option<f64> {
    const SHAPE: Shape = Shape::Number;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.number(key, *value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.number(node)
    }
}

impl<'a> Value<'a> for Option<Text<'a>> {
    const SHAPE: Shape = Shape::Text;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(value) = self {
            yaml.text(key, value);
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.text(node)
    }
}

impl<'a> Value<'a> for Vec<Text<'a>> {
    const SHAPE: Shape = Shape::Texts;

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if !self.is_empty() {
            yaml.list(key);
            self.iter().for_each(|value| yaml.text_item(value));
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.items(node).iter().filter_map(|item| reader.text(item)).collect()
    }
}

impl<'a, T: Block<'a>> Value<'a> for Option<T> {
    const SHAPE: Shape = Shape::List(T::FIELDS);

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(block) = self {
            yaml.list(key);
            item(block, yaml);
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        let items = reader.items(node);
        if let Some(second) = items.get(1) {
            reader.refuse(second, "expected a list of one");
        }
        items.first().map(|item| T::read(reader, item))
    }
}

/// A block that few have is boxed, which keeps those small that do not.
impl<'a, T: Block<'a>> Block<'a> for Box<T> {
    const FIELDS: &'static [Field] = T::FIELDS;

    fn is_empty(&self) -> bool {
        (**self).is_empty()
    }

    fn write(&self, yaml: &mut Yaml) {
        (**self).write(yaml);
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        Box::new(T::read(reader, node))
    }
}

impl<'a, T: Block<'a>> Value<'a> for Vec<T> {
    const SHAPE: Shape = Shape::List(T::FIELDS);

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if !self.is_empty() {
            yaml.list(key);
            self.iter().for_each(|block| item(block, yaml));
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        reader.items(node).iter().map(|item| T::read(reader, item)).collect()
    }
}

/// A mapping that is no list in the CRD either.
#[derive(Clone, PartialEq, Default, Debug)]
pub(super) struct Object<T>(pub Option<T>);

impl<'a, T: Block<'a>> Value<'a> for Object<T> {
    const SHAPE: Shape = Shape::Object(T::FIELDS);

    fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    fn write(&self, yaml: &mut Yaml, key: &'static str) {
        if let Some(block) = &self.0 {
            yaml.open(key);
            block.write(yaml);
            yaml.close();
        }
    }

    fn read(reader: &mut Reader, node: &Node<'a>) -> Self {
        Object(Some(T::read(reader, node)))
    }
}

#[inline]
fn item<'a, T: Block<'a>>(block: &T, yaml: &mut Yaml) {
    if block.is_empty() {
        yaml.empty_item();
    } else {
        yaml.item();
        block.write(yaml);
        yaml.close();
    }
}

/// The releases that have a field.
macro_rules! releases {
    () => {
        $crate::targets::crossplane::release::ALL
    };
    ($releases:ident) => {
        $crate::targets::crossplane::release::$releases
    };
}

macro_rules! blocks {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $value:ty = $key:literal $(in $releases:ident)?,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Default, Debug)]
        pub(in crate::targets::crossplane) struct $name<'a> {
            $(pub $field: $value,)*
            pub marker: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> $crate::targets::crossplane::spec::Block<'a> for $name<'a> {
            const FIELDS: &'static [$crate::targets::crossplane::spec::Field] =
                &[$($crate::targets::crossplane::spec::Field {
                    key: $key,
                    shape: <$value as $crate::targets::crossplane::spec::Value<'a>>::SHAPE,
                    releases: $crate::targets::crossplane::spec::releases!($($releases)?),
                },)*];

            fn is_empty(&self) -> bool {
                true $(&& $crate::targets::crossplane::spec::Value::is_absent(&self.$field))*
            }

            #[inline]
            fn write(&self, yaml: &mut $crate::targets::emit::Yaml) {
                $($crate::targets::crossplane::spec::Value::write(&self.$field, yaml, $key);)*
            }

            fn read(
                reader: &mut $crate::targets::crossplane::tree::Reader,
                node: &$crate::targets::crossplane::tree::Node<'a>,
            ) -> Self {
                let mut block = $name::default();
                for (key, value) in reader.entries(node) {
                    match &*key.text {
                        $($key => block.$field = $crate::targets::crossplane::spec::Value::read(reader, value),)*
                        _ => reader.unknown(key, Self::FIELDS),
                    }
                }
                block
            }
        }
    )*};
}

type Flag = Option<bool>;
type Int = Option<i64>;
type Number = Option<f64>;
type Word<'a> = Option<Text<'a>>;
type Words<'a> = Vec<Text<'a>>;

use {blocks, releases};

blocks! {
    /// Where a secret is: a key of a Secret of Kubernetes, in namespaced releases of the object's own namespace.
    SecretKey {
        namespace: Word<'a> = "namespace" in CLUSTER,
        name: Word<'a> = "name",
        key: Word<'a> = "key",
    }
}
