//! Notes what a type's `Deserialize` asks for, as [`write`](super::write) notes what `Serialize` gives, and keeps the limits.

use super::{Noted, Sort, name_at};
use crate::codec::cautious::believed;
use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::fmt;

/// Methods that read something without values inside.
macro_rules! leaves {
    ($($method:ident = $sort:ident;)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.shape.sort(Sort::$sort);
            self.inner.$method(visitor)
        }
    )*};
}

/// Methods that read something with values inside.
macro_rules! branches {
    ($($method:ident($($arg:ident: $type:ty),*) = $sort:ident($($name:ident)?), $names:expr;)*) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, $($arg: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.shape.sort(Sort::$sort);
            $(self.shape.name($name);)?
            let visitor = Noted::new(Named { inner: visitor, names: $names }, self.shape);
            self.shape.deeper(|| self.inner.$method($($arg,)* visitor))
        }
    )*};
}

/// Not available: postcard does not say what the next bytes are.
macro_rules! passed_on {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Noted<'_, D> {
    type Error = D::Error;

    leaves! {
        deserialize_bool = Bool;
        deserialize_i8 = I8;
        deserialize_i16 = I16;
        deserialize_i32 = I32;
        deserialize_i64 = I64;
        deserialize_i128 = I128;
        deserialize_u8 = U8;
        deserialize_u16 = U16;
        deserialize_u32 = U32;
        deserialize_u64 = U64;
        deserialize_u128 = U128;
        deserialize_f32 = F32;
        deserialize_f64 = F64;
        deserialize_char = Char;
        deserialize_str = Str;
        deserialize_string = Str;
        deserialize_bytes = Bytes;
        deserialize_byte_buf = Bytes;
        deserialize_unit = Unit;
    }

    branches! {
        deserialize_newtype_struct(name: &'static str) = Newtype(name), &[];
        deserialize_seq() = Seq(), &[];
        deserialize_tuple(len: usize) = Tuple(), &[];
        deserialize_tuple_struct(name: &'static str, len: usize) = TupleStruct(name), &[];
        deserialize_map() = Map(), &[];
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) = Struct(name), fields;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) = Enum(name), variants;
    }

    passed_on! { deserialize_any deserialize_identifier deserialize_ignored_any }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = Noted::new(Named { inner: visitor, names: &[] }, self.shape);
        self.shape.deeper(|| self.inner.deserialize_option(visitor))
    }

    #[inline]
    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.shape.sort(Sort::UnitStruct);
        self.shape.name(name);
        self.inner.deserialize_unit_struct(name, visitor)
    }

    #[inline]
    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// What takes values, and the names that its type declares for fields or variants.
struct Named<X> {
    inner: X,
    names: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Noted<'_, Named<V>> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.inner.expecting(formatter)
    }

    #[inline]
    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.shape.sort(Sort::None);
        self.inner.inner.visit_none()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.shape.sort(Sort::Some);
        self.inner.inner.visit_some(Noted::new(deserializer, self.shape))
    }

    #[inline]
    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        self.inner.inner.visit_newtype_struct(Noted::new(deserializer, self.shape))
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        let list = Fields { inner: seq, names: self.inner.names, next: 0 };
        let value = self.inner.inner.visit_seq(Noted::new(list, self.shape))?;
        self.shape.sort(Sort::End);
        Ok(value)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let value = self.inner.inner.visit_map(Noted::new(map, self.shape))?;
        self.shape.sort(Sort::End);
        Ok(value)
    }

    #[inline]
    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        let named = Named { inner: data, names: self.inner.names };
        self.inner.inner.visit_enum(Noted::new(named, self.shape))
    }
}

/// Values one after the other, and what they are called if they are fields.
struct Fields<A> {
    inner: A,
    names: &'static [&'static str],
    next: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Noted<'_, Fields<A>> {
    type Error = A::Error;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, A::Error> {
        if !self.inner.names.is_empty() {
            self.shape.name(name_at(self.inner.names, self.inner.next)?);
            self.inner.next += 1;
        }
        self.inner.inner.next_element_seed(Noted::new(seed, self.shape))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        self.inner.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Noted<'_, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.inner.next_key_seed(Noted::new(seed, self.shape))
    }

    #[inline]
    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, A::Error> {
        self.inner.next_value_seed(Noted::new(seed, self.shape))
    }

    #[inline]
    fn size_hint(&self) -> Option<usize> {
        believed(self.inner.size_hint())
    }
}

impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Noted<'_, T> {
    type Value = T::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        self.shape.step()?;
        self.inner.deserialize(Noted::new(deserializer, self.shape))
    }
}

impl<'de, 's, A: EnumAccess<'de>> EnumAccess<'de> for Noted<'s, Named<A>> {
    type Error = A::Error;
    type Variant = Noted<'s, A::Variant>;

    #[inline]
    fn variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<(T::Value, Self::Variant), A::Error> {
        let seed = Noted::new(Named { inner: seed, names: self.inner.names }, self.shape);
        let (value, variant) = self.inner.inner.variant_seed(seed)?;
        Ok((value, Noted::new(variant, self.shape)))
    }
}

/// Reads which variant it is.
impl<'de, T: DeserializeSeed<'de>> DeserializeSeed<'de> for Noted<'_, Named<T>> {
    type Value = T::Value;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        let index = u32::deserialize(deserializer)?;
        self.shape.name(name_at(self.inner.names, index as usize)?);
        self.inner.inner.deserialize(index.into_deserializer())
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Noted<'_, A> {
    type Error = A::Error;

    #[inline]
    fn unit_variant(self) -> Result<(), A::Error> {
        self.shape.sort(Sort::UnitVariant);
        self.inner.unit_variant()
    }

    #[inline]
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, A::Error> {
        self.shape.sort(Sort::NewtypeVariant);
        self.inner.newtype_variant_seed(Noted::new(seed, self.shape))
    }

    #[inline]
    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.shape.sort(Sort::TupleVariant);
        let visitor = Noted::new(Named { inner: visitor, names: &[] }, self.shape);
        self.inner.tuple_variant(len, visitor)
    }

    #[inline]
    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.shape.sort(Sort::StructVariant);
        let visitor = Noted::new(Named { inner: visitor, names: fields }, self.shape);
        self.inner.struct_variant(fields, visitor)
    }
}
