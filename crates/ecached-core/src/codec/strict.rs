//! A serializer that refuses what the codecs would write so that something else is read back (P5).
//!
//! MessagePack and JSON write `Some(x)` as `x` and `None` as nil, so a `Some` whose content is nil too comes back as
//! `None`. [`Strict`] passes everything on to the serializer of the codec, byte for byte, and fails at such a `Some`,
//! at any depth.

use super::nil::is_nil;
use serde::Serialize;
use serde::ser::{
    Error, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

/// The error for a `Some` that would come back as `None`.
pub(super) const NIL: &str =
    "an `Option` whose content is written as nil cannot be told from `None`";

/// The error for a NaN or an infinite number, which JSON writes as `null`.
pub(super) const NOT_FINITE: &str = "JSON has neither NaN nor infinite numbers";

/// What is refused.
#[derive(Clone, Copy)]
pub(super) enum Refuse {
    /// Nothing: the bytes are only counted.
    Nothing,
    /// What `rmp-serde` cannot tell apart. It writes a unit struct as an empty array, so that one it can.
    MessagePack,
    /// What `serde_json` cannot tell apart: unit structs and numbers that are not finite are `null` there.
    #[cfg(feature = "json")]
    Json,
}

impl Refuse {
    /// Whether the codec is JSON.
    pub(super) const fn is_json(self) -> bool {
        match self {
            Self::Nothing | Self::MessagePack => false,
            #[cfg(feature = "json")]
            Self::Json => true,
        }
    }

    /// Fails if `number` has no text in the codec.
    #[inline]
    fn check<E: Error>(self, number: f64) -> Result<(), E> {
        if self.is_json() && !number.is_finite() {
            return Err(E::custom(NOT_FINITE));
        }
        Ok(())
    }
}

/// A serializer, a part of one, or a value to be serialized, in which that is refused.
pub(super) struct Strict<S> {
    inner: S,
    refuse: Refuse,
}

impl<S> Strict<S> {
    pub(super) const fn new(inner: S, refuse: Refuse) -> Self {
        Self { inner, refuse }
    }
}

impl<T: Serialize + ?Sized> Serialize for Strict<&T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.inner.serialize(Strict::new(serializer, self.refuse))
    }
}

/// Methods that write something without values inside.
macro_rules! leaves {
    ($($method:ident($($arg:ident: $type:ty),*);)*) => {$(
        #[inline]
        fn $method(self, $($arg: $type),*) -> Result<S::Ok, S::Error> {
            self.inner.$method($($arg),*)
        }
    )*};
}

/// Methods that begin something with values inside.
macro_rules! branches {
    ($($method:ident($($arg:ident: $type:ty),*) -> $part:ident;)*) => {$(
        #[inline]
        fn $method(self, $($arg: $type),*) -> Result<Self::$part, S::Error> {
            Ok(Strict::new(self.inner.$method($($arg),*)?, self.refuse))
        }
    )*};
}

impl<S: Serializer> Serializer for Strict<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Strict<S::SerializeSeq>;
    type SerializeTuple = Strict<S::SerializeTuple>;
    type SerializeTupleStruct = Strict<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Strict<S::SerializeTupleVariant>;
    type SerializeMap = Strict<S::SerializeMap>;
    type SerializeStruct = Strict<S::SerializeStruct>;
    type SerializeStructVariant = Strict<S::SerializeStructVariant>;

    leaves! {
        serialize_bool(v: bool);
        serialize_i8(v: i8);
        serialize_i16(v: i16);
        serialize_i32(v: i32);
        serialize_i64(v: i64);
        serialize_i128(v: i128);
        serialize_u8(v: u8);
        serialize_u16(v: u16);
        serialize_u32(v: u32);
        serialize_u64(v: u64);
        serialize_u128(v: u128);
        serialize_char(v: char);
        serialize_str(v: &str);
        serialize_bytes(v: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, variant_index: u32, variant: &'static str);
    }

    branches! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, variant_index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, variant_index: u32, variant: &'static str, len: usize) -> SerializeStructVariant;
    }

    #[inline]
    fn serialize_f32(self, v: f32) -> Result<S::Ok, S::Error> {
        self.refuse.check(f64::from(v))?;
        self.inner.serialize_f32(v)
    }

    #[inline]
    fn serialize_f64(self, v: f64) -> Result<S::Ok, S::Error> {
        self.refuse.check(v)?;
        self.inner.serialize_f64(v)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        if is_nil(value, self.refuse, self.inner.is_human_readable()) {
            return Err(S::Error::custom(NIL));
        }
        self.inner.serialize_some(&Strict::new(value, self.refuse))
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.inner.serialize_newtype_struct(name, &Strict::new(value, self.refuse))
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        let value = Strict::new(value, self.refuse);
        self.inner.serialize_newtype_variant(name, variant_index, variant, &value)
    }

    #[inline]
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.inner.collect_str(value)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// The parts of a serializer that take the values inside.
macro_rules! parts {
    ($($part:ident { $($method:ident($($key:ident)?))+ })*) => {$(
        impl<S: $part> $part for Strict<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            $(
                #[inline]
                fn $method<T: Serialize + ?Sized>(
                    &mut self,
                    $($key: &'static str,)?
                    value: &T,
                ) -> Result<(), S::Error> {
                    self.inner.$method($($key,)? &Strict::new(value, self.refuse))
                }
            )+

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.inner.end()
            }
        }
    )*};
}

parts! {
    SerializeSeq { serialize_element() }
    SerializeTuple { serialize_element() }
    SerializeTupleStruct { serialize_field() }
    SerializeTupleVariant { serialize_field() }
    SerializeMap { serialize_key() serialize_value() }
    SerializeStruct { serialize_field(key) }
    SerializeStructVariant { serialize_field(key) }
}
