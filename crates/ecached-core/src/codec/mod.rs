//! Codecs: how values become bytes, by name.

use crate::value::{CacheValue, Header, LocalValue, Object, Value};
use crate::{Error, ErrorKind, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::any::Any;
use std::fmt;
use std::io;
use xxhash_rust::xxh3::xxh3_64;

/// How values are written in stores that hold bytes. Each entry says which codec wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// MessagePack with named fields: compact, and fields can be added, removed and reordered.
    /// <https://github.com/msgpack/msgpack/blob/master/spec.md>
    #[default]
    MessagePack,
    /// JSON: for entries that people or other languages read. Feature `json`. RFC 8259.
    #[cfg(feature = "json")]
    Json,
}

impl Codec {
    /// The codec of that name: `messagepack`, or `json` with the feature of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when there is none; the message lists the known ones.
    pub fn by_name(name: &str) -> Result<Self> {
        match name {
            "messagepack" => Ok(Self::MessagePack),
            #[cfg(feature = "json")]
            "json" => Ok(Self::Json),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                if cfg!(feature = "json") {
                    "unknown codec: known are messagepack and json"
                } else {
                    "unknown codec: known is messagepack (and json with the feature `json`)"
                },
            )),
        }
    }

    pub(crate) const fn id(self) -> u8 {
        match self {
            Self::MessagePack => 1,
            #[cfg(feature = "json")]
            Self::Json => 2,
        }
    }

    pub(crate) const fn from_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::MessagePack),
            #[cfg(feature = "json")]
            2 => Some(Self::Json),
            _ => None,
        }
    }

    /// Writes `value` to `out`.
    fn write<T: Serialize>(self, value: &T, out: &mut dyn io::Write) -> Result<()> {
        let failed =
            |_| Error::new(ErrorKind::Codec, "the value could not be encoded").during("encode");
        match self {
            Self::MessagePack => {
                let mut out = out;
                rmp_serde::encode::write_named(&mut out, value).map_err(|_| ()).map_err(failed)
            }
            #[cfg(feature = "json")]
            Self::Json => serde_json::to_writer(out, value).map_err(|_| ()).map_err(failed),
        }
    }

    /// Reads a value that is exactly `bytes`; anything else is `None` (P5).
    fn read<T: DeserializeOwned>(self, bytes: &[u8]) -> Option<T> {
        match self {
            Self::MessagePack => {
                let mut rest = bytes;
                let value = {
                    let mut reader = rmp_serde::Deserializer::new(&mut rest);
                    // Foreign bytes must not be able to exhaust the stack.
                    reader.set_max_depth(128);
                    T::deserialize(&mut reader).ok()?
                };
                rest.is_empty().then_some(value)
            }
            #[cfg(feature = "json")]
            Self::Json => serde_json::from_slice(bytes).ok(),
        }
    }
}

/// What can be done with the values of one type: the operations, with the type forgotten.
#[derive(Clone, Copy)]
pub struct ValueOps {
    type_name: fn() -> &'static str,
    bytes: Option<ByteOps>,
}

#[derive(Clone, Copy)]
struct ByteOps {
    encode: fn(&(dyn Any + Send + Sync), Codec, &mut dyn io::Write) -> Result<()>,
    decode: fn(Codec, &[u8]) -> Option<Value>,
}

impl ValueOps {
    /// Operations for values that any backend can hold.
    #[must_use]
    pub const fn any<T: CacheValue>() -> Self {
        let bytes = ByteOps { encode: encode::<T>, decode: decode::<T> };
        Self { type_name: std::any::type_name::<T>, bytes: Some(bytes) }
    }

    /// Operations for values that only in-process backends can hold.
    #[must_use]
    pub const fn local<T: LocalValue>() -> Self {
        Self { type_name: std::any::type_name::<T>, bytes: None }
    }

    /// What keeps values of different types apart in a shared store: a hash of the type's name.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        xxh3_64((self.type_name)().as_bytes())
    }

    /// The value as bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Codec`] when its `Serialize` fails; [`ErrorKind::Unsupported`] when the function is `local`.
    pub fn encode(&self, value: &Value, codec: Codec) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let ops = self.bytes.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                "the function is `local`: its values can only be in an in-process cache",
            )
        })?;
        (ops.encode)(value.any(), codec, &mut bytes)?;
        Ok(bytes)
    }

    /// The value that was encoded as `bytes`; `None` if nothing of this type was.
    #[must_use]
    pub fn decode(&self, codec: Codec, bytes: &[u8]) -> Option<Value> {
        (self.bytes.as_ref()?.decode)(codec, bytes)
    }

    /// The length of the value's encoding, bytes: a measure of its size that follows pointers. `None` for `local` values.
    #[must_use]
    pub fn encoded_len(&self, value: &(dyn Any + Send + Sync)) -> Option<u64> {
        let mut count = Count(0);
        (self.bytes.as_ref()?.encode)(value, Codec::MessagePack, &mut count).ok()?;
        Some(count.0)
    }
}

impl fmt::Debug for ValueOps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ValueOps({})", (self.type_name)())
    }
}

fn encode<T: CacheValue>(
    value: &(dyn Any + Send + Sync),
    codec: Codec,
    out: &mut dyn io::Write,
) -> Result<()> {
    let value = value.downcast_ref::<T>();
    codec.write(
        value.ok_or_else(|| Error::new(ErrorKind::TypeMismatch, "the value is of another type"))?,
        out,
    )
}

fn decode<T: CacheValue>(codec: Codec, bytes: &[u8]) -> Option<Value> {
    codec.read::<T>(bytes).map(|value| Object::shared(Header::detached(), value))
}

struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0 += buf.len() as u64;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[expect(clippy::needless_pass_by_value, reason = "tests read better so")]
    fn round_trip<T: CacheValue + PartialEq + fmt::Debug>(value: T) {
        let ops = ValueOps::any::<T>();
        let bytes = ops
            .encode(&Object::shared(Header::detached(), value.clone()), Codec::MessagePack)
            .unwrap();
        let back = ops.decode(Codec::MessagePack, &bytes).unwrap();
        assert_eq!(back.downcast_ref::<T>(), Some(&value));
        assert_eq!(ops.encoded_len(back.any()), Some(bytes.len() as u64));
        for len in 0..bytes.len() {
            assert!(
                ops.decode(Codec::MessagePack, &bytes[..len]).is_none(),
                "a part is not a value"
            );
        }
        let longer = [&bytes[..], &[0]].concat();
        assert!(
            ops.decode(Codec::MessagePack, &longer).is_none(),
            "more than a value is not a value"
        );
    }

    #[test]
    fn values_come_back() {
        round_trip(7_u64);
        round_trip(vec![Some(String::from("a")), None]);
        round_trip(std::collections::BTreeMap::from([(1, (2.5, 'x'))]));
    }

    proptest! {
        /// P5: never a panic, never an unbounded allocation.
        #[test]
        fn foreign_bytes_are_no_value(bytes: Vec<u8>) {
            let _ = ValueOps::any::<Vec<(String, Vec<u64>)>>().decode(Codec::MessagePack, &bytes);
        }
    }
}
