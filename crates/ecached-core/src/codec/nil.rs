//! Whether a codec would write a value as nil, known at the first call of the value's `Serialize`.

use super::strict::Refuse;
use serde::Serialize;
use serde::ser::{Error, Impossible, SerializeStruct, Serializer};
use std::fmt;

/// The struct as which `serde_json::value::RawValue` passes its text: JSON that is written as it is, `null` as well.
const RAW_JSON: &str = "$serde_json::private::RawValue";

/// Whether `value` would be written as nil. It looks into transparent types, and never at what a container holds.
#[inline]
pub(super) fn is_nil<T: Serialize + ?Sized>(
    value: &T,
    refuse: Refuse,
    human_readable: bool,
) -> bool {
    let json = refuse.is_json();
    !matches!(refuse, Refuse::Nothing)
        && matches!(value.serialize(Probe { json, human_readable, raw: false }), Ok(true))
}

/// Answers whether a value would be written as nil. An error is a "no" as well: there are values inside.
#[derive(Clone, Copy)]
struct Probe {
    json: bool,
    human_readable: bool,
    /// Whether this is the text of [`RAW_JSON`].
    raw: bool,
}

/// Not nil, or it cannot be serialized at all.
#[derive(Debug)]
struct NotNil;

impl fmt::Display for NotNil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not nil")
    }
}

impl std::error::Error for NotNil {}

impl Error for NotNil {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Methods whose answer is always the same.
macro_rules! answers {
    ($($method:ident($($type:ty),*) -> $ok:ty: $answer:expr;)*) => {$(
        #[inline]
        fn $method(self, $(_: $type),*) -> Result<$ok, NotNil> {
            $answer
        }
    )*};
}

impl Serializer for Probe {
    type Ok = bool;
    type Error = NotNil;
    type SerializeSeq = Impossible<bool, NotNil>;
    type SerializeTuple = Impossible<bool, NotNil>;
    type SerializeTupleStruct = Impossible<bool, NotNil>;
    type SerializeTupleVariant = Impossible<bool, NotNil>;
    type SerializeMap = Impossible<bool, NotNil>;
    type SerializeStruct = RawJson;
    type SerializeStructVariant = Impossible<bool, NotNil>;

    answers! {
        serialize_none() -> bool: Ok(true);
        serialize_unit() -> bool: Ok(true);
        serialize_bool(bool) -> bool: Ok(false);
        serialize_i8(i8) -> bool: Ok(false);
        serialize_i16(i16) -> bool: Ok(false);
        serialize_i32(i32) -> bool: Ok(false);
        serialize_i64(i64) -> bool: Ok(false);
        serialize_i128(i128) -> bool: Ok(false);
        serialize_u8(u8) -> bool: Ok(false);
        serialize_u16(u16) -> bool: Ok(false);
        serialize_u32(u32) -> bool: Ok(false);
        serialize_u64(u64) -> bool: Ok(false);
        serialize_u128(u128) -> bool: Ok(false);
        serialize_f32(f32) -> bool: Ok(false);
        serialize_f64(f64) -> bool: Ok(false);
        serialize_char(char) -> bool: Ok(false);
        serialize_bytes(&[u8]) -> bool: Ok(false);
        serialize_unit_variant(&'static str, u32, &'static str) -> bool: Ok(false);
        serialize_seq(Option<usize>) -> Self::SerializeSeq: Err(NotNil);
        serialize_tuple(usize) -> Self::SerializeTuple: Err(NotNil);
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct: Err(NotNil);
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant: Err(NotNil);
        serialize_map(Option<usize>) -> Self::SerializeMap: Err(NotNil);
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant: Err(NotNil);
    }

    #[inline]
    fn serialize_str(self, v: &str) -> Result<bool, NotNil> {
        Ok(self.raw && v.trim() == "null")
    }

    #[inline]
    fn serialize_unit_struct(self, _: &'static str) -> Result<bool, NotNil> {
        Ok(self.json)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<bool, NotNil> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<bool, NotNil> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<bool, NotNil> {
        Ok(false)
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _: usize) -> Result<RawJson, NotNil> {
        if self.json && name == RAW_JSON {
            Ok(RawJson { probe: Self { raw: true, ..self }, nil: false })
        } else {
            Err(NotNil)
        }
    }

    #[inline]
    fn collect_str<T: fmt::Display + ?Sized>(self, _: &T) -> Result<bool, NotNil> {
        Ok(false)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.human_readable
    }
}

/// The one field of [`RAW_JSON`].
struct RawJson {
    probe: Probe,
    nil: bool,
}

impl SerializeStruct for RawJson {
    type Ok = bool;
    type Error = NotNil;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotNil> {
        self.nil = value.serialize(self.probe)?;
        Ok(())
    }

    fn end(self) -> Result<bool, NotNil> {
        Ok(self.nil)
    }
}
