//! Notes what a value's `Serialize` calls, and passes everything on.

use super::{Noted, Sort};
use serde::Serialize;
use serde::ser::{
    SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use std::fmt;

impl<T: Serialize + ?Sized> Serialize for Noted<'_, &T> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.inner.serialize(Noted::new(serializer, self.shape))
    }
}

/// Methods that write something without values inside.
macro_rules! leaves {
    ($($method:ident($($arg:ident: $type:ty),*) = $sort:ident;)*) => {$(
        #[inline]
        fn $method(self, $($arg: $type),*) -> Result<S::Ok, S::Error> {
            self.shape.sort(Sort::$sort);
            self.inner.$method($($arg),*)
        }
    )*};
}

/// Methods that begin something with values inside. What it is called is noted.
macro_rules! branches {
    ($($method:ident($($arg:ident: $type:ty),*) -> $part:ident = $sort:ident($($name:ident)?);)*) => {$(
        #[inline]
        fn $method(self, $($arg: $type),*) -> Result<Self::$part, S::Error> {
            self.shape.sort(Sort::$sort);
            $(self.shape.name($name);)?
            Ok(Noted::new(self.inner.$method($($arg),*)?, self.shape))
        }
    )*};
}

impl<S> Noted<'_, S> {
    fn variant(&self, name: &str, variant: &str, sort: Sort) {
        self.shape.sort(Sort::Enum);
        self.shape.name(name);
        self.shape.name(variant);
        self.shape.sort(sort);
    }
}

impl<'s, S: Serializer> Serializer for Noted<'s, S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Noted<'s, S::SerializeSeq>;
    type SerializeTuple = Noted<'s, S::SerializeTuple>;
    type SerializeTupleStruct = Noted<'s, S::SerializeTupleStruct>;
    type SerializeTupleVariant = Noted<'s, S::SerializeTupleVariant>;
    type SerializeMap = Noted<'s, S::SerializeMap>;
    type SerializeStruct = Noted<'s, S::SerializeStruct>;
    type SerializeStructVariant = Noted<'s, S::SerializeStructVariant>;

    leaves! {
        serialize_bool(v: bool) = Bool;
        serialize_i8(v: i8) = I8;
        serialize_i16(v: i16) = I16;
        serialize_i32(v: i32) = I32;
        serialize_i64(v: i64) = I64;
        serialize_i128(v: i128) = I128;
        serialize_u8(v: u8) = U8;
        serialize_u16(v: u16) = U16;
        serialize_u32(v: u32) = U32;
        serialize_u64(v: u64) = U64;
        serialize_u128(v: u128) = U128;
        serialize_f32(v: f32) = F32;
        serialize_f64(v: f64) = F64;
        serialize_char(v: char) = Char;
        serialize_str(v: &str) = Str;
        serialize_bytes(v: &[u8]) = Bytes;
        serialize_none() = None;
        serialize_unit() = Unit;
    }

    branches! {
        serialize_seq(len: Option<usize>) -> SerializeSeq = Seq();
        serialize_tuple(len: usize) -> SerializeTuple = Tuple();
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct = TupleStruct(name);
        serialize_map(len: Option<usize>) -> SerializeMap = Map();
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct = Struct(name);
    }

    #[inline]
    fn serialize_unit_struct(self, name: &'static str) -> Result<S::Ok, S::Error> {
        self.shape.sort(Sort::UnitStruct);
        self.shape.name(name);
        self.inner.serialize_unit_struct(name)
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.shape.sort(Sort::Some);
        self.inner.serialize_some(&Noted::new(value, self.shape))
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.shape.sort(Sort::Newtype);
        self.shape.name(name);
        self.inner.serialize_newtype_struct(name, &Noted::new(value, self.shape))
    }

    #[inline]
    fn serialize_unit_variant(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
    ) -> Result<S::Ok, S::Error> {
        self.variant(name, variant, Sort::UnitVariant);
        self.inner.serialize_unit_variant(name, variant_index, variant)
    }

    #[inline]
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.variant(name, variant, Sort::NewtypeVariant);
        let value = Noted::new(value, self.shape);
        self.inner.serialize_newtype_variant(name, variant_index, variant, &value)
    }

    #[inline]
    fn serialize_tuple_variant(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeTupleVariant, S::Error> {
        self.variant(name, variant, Sort::TupleVariant);
        let inner = self.inner.serialize_tuple_variant(name, variant_index, variant, len)?;
        Ok(Noted::new(inner, self.shape))
    }

    #[inline]
    fn serialize_struct_variant(
        self,
        name: &'static str,
        variant_index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self::SerializeStructVariant, S::Error> {
        self.variant(name, variant, Sort::StructVariant);
        let inner = self.inner.serialize_struct_variant(name, variant_index, variant, len)?;
        Ok(Noted::new(inner, self.shape))
    }

    #[inline]
    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.shape.sort(Sort::Str);
        self.inner.collect_str(value)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// The parts of a serializer that take the values inside. Names of fields are noted.
macro_rules! parts {
    ($($part:ident { $($method:ident($($key:ident)?))+ })*) => {$(
        impl<S: $part> $part for Noted<'_, S> {
            type Ok = S::Ok;
            type Error = S::Error;

            $(
                #[inline]
                fn $method<T: Serialize + ?Sized>(
                    &mut self,
                    $($key: &'static str,)?
                    value: &T,
                ) -> Result<(), S::Error> {
                    $(self.shape.name($key);)?
                    self.inner.$method($($key,)? &Noted::new(value, self.shape))
                }
            )+

            #[inline]
            fn end(self) -> Result<S::Ok, S::Error> {
                self.shape.sort(Sort::End);
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
