//! Codecs: how values become bytes, by name.
//!
//! A codec reads back every value that it writes, or it refuses to write it (P5).

mod cautious;
mod end;
mod nil;
#[cfg(feature = "postcard")]
mod postcard;
mod strict;

use self::strict::{Refuse, Strict};
use crate::value::{CacheValue, LocalValue, Packing, Value};
use crate::{Error, ErrorKind, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
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
    /// postcard: half the size of MessagePack and less, without names of fields. Entries do not outlive a change of their
    /// type: an added, removed, renamed or reordered field makes them misses. Values that only a self-describing format can
    /// read (`#[serde(untagged)]`, `#[serde(tag)]`, `#[serde(flatten)]`, `serde_json::Value`), values from which serde
    /// skipped a field, and values nested deeper than 128 are refused. Feature `postcard`.
    /// <https://postcard.jamesmunns.com/wire-format>
    #[cfg(feature = "postcard")]
    Postcard,
}

impl Codec {
    /// The codec of that name: `messagepack`, or `json` or `postcard` with the feature of that name.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when there is none; the message lists the known ones.
    pub fn by_name(name: &str) -> Result<Self> {
        match name {
            "messagepack" => Ok(Self::MessagePack),
            #[cfg(feature = "json")]
            "json" => Ok(Self::Json),
            #[cfg(feature = "postcard")]
            "postcard" => Ok(Self::Postcard),
            _ => Err(Error::new(
                ErrorKind::InvalidConfig,
                "unknown codec: known are messagepack, and json and postcard with the feature of that name",
            )),
        }
    }

    pub(crate) const fn id(self) -> u8 {
        match self {
            Self::MessagePack => 1,
            #[cfg(feature = "json")]
            Self::Json => 2,
            #[cfg(feature = "postcard")]
            Self::Postcard => 3,
        }
    }

    pub(crate) const fn from_id(id: u8) -> Option<Self> {
        match id {
            1 => Some(Self::MessagePack),
            #[cfg(feature = "json")]
            2 => Some(Self::Json),
            #[cfg(feature = "postcard")]
            3 => Some(Self::Postcard),
            _ => None,
        }
    }

    /// What this codec cannot tell apart.
    const fn refuses(self) -> Refuse {
        match self {
            Self::MessagePack => Refuse::MessagePack,
            #[cfg(feature = "json")]
            Self::Json => Refuse::Json,
            // It tells everything apart. What it cannot read back is found out by reading it.
            #[cfg(feature = "postcard")]
            Self::Postcard => Refuse::Nothing,
        }
    }

    /// Whether only reading shows that a value was written faithfully: the format does not say what is in it.
    const fn is_proven_by_reading(self) -> bool {
        match self {
            Self::MessagePack => false,
            #[cfg(feature = "json")]
            Self::Json => false,
            #[cfg(feature = "postcard")]
            Self::Postcard => true,
        }
    }

    /// Writes `value` to `out`, unless there is something in it that is to be refused.
    fn write<T: Serialize>(self, value: &T, refuse: Refuse, out: &mut dyn io::Write) -> Result<()> {
        let value = Strict::new(value, refuse);
        match self {
            Self::MessagePack => {
                let mut out = out;
                let written = rmp_serde::encode::write_named(&mut out, &value);
                written.map_err(|error| failed(&error))
            }
            #[cfg(feature = "json")]
            Self::Json => serde_json::to_writer(out, &value).map_err(|error| failed(&error)),
            #[cfg(feature = "postcard")]
            Self::Postcard => postcard::write(&value, out).map_err(|_| not_read_back()),
        }
    }

    /// Reads a value that is exactly `bytes`; anything else is `None` (P5).
    fn read<T: DeserializeOwned>(self, bytes: &[u8]) -> Option<T> {
        match self {
            Self::MessagePack => {
                let mut reader = rmp_serde::Deserializer::from_read_ref(bytes);
                // Foreign bytes must not be able to exhaust the stack.
                reader.set_max_depth(128);
                let value = T::deserialize(cautious::Cautious(&mut reader)).ok()?;
                end::is_reached(&mut reader).then_some(value)
            }
            #[cfg(feature = "json")]
            Self::Json => serde_json::from_slice(bytes).ok(),
            #[cfg(feature = "postcard")]
            Self::Postcard => postcard::read(bytes),
        }
    }
}

/// The error for what a serializer failed with. Its own text is not passed on: a value could be in it.
fn failed(error: &dyn fmt::Display) -> Error {
    let text = error.to_string();
    let message = if text.contains(strict::NIL) {
        "an `Option` whose content is written as nil cannot be told from `None`, so the value is not stored: \
         wrap the content in a struct with a field, or make the function `local`"
    } else if text.contains(strict::NOT_FINITE) {
        "JSON has neither NaN nor infinite numbers, so the value is not stored: \
         use the codec messagepack, or make the function `local`"
    } else {
        "the value could not be encoded"
    };
    Error::new(ErrorKind::Codec, message).during("encode")
}

/// The error for what would not be read back as it was.
fn not_read_back() -> Error {
    let message = "the codec postcard would not read the value back as it is, so it is not stored: serde skips a field or \
                   needs a self-describing format for it, or it is nested too deeply; use the codec messagepack";
    Error::new(ErrorKind::Codec, message).during("encode")
}

/// What can be done with the values of one type: the operations, with the type forgotten.
#[derive(Clone, Copy)]
pub struct ValueOps {
    type_name: fn() -> &'static str,
    adapt: fn(Value) -> Option<Value>,
    bytes: Option<ByteOps>,
}

#[derive(Clone, Copy)]
struct ByteOps {
    encode: fn(&Value, Codec, Refuse, &mut dyn io::Write) -> Result<()>,
    decode: fn(Codec, &[u8]) -> Option<Value>,
}

impl ValueOps {
    /// Operations for values that any backend can hold.
    #[must_use]
    pub const fn any<T: CacheValue, P: Packing<T>>() -> Self {
        let bytes = ByteOps { encode: encode::<T, P>, decode: decode::<T, P> };
        Self { type_name: std::any::type_name::<T>, adapt: P::adapt, bytes: Some(bytes) }
    }

    /// Operations for values that only in-process backends can hold.
    #[must_use]
    pub const fn local<T: LocalValue, P: Packing<T>>() -> Self {
        Self { type_name: std::any::type_name::<T>, adapt: P::adapt, bytes: None }
    }

    /// The value as values of this type are held; `None` if it is of another type.
    #[must_use]
    pub fn adapt(&self, value: Value) -> Option<Value> {
        (self.adapt)(value)
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
    /// [`ErrorKind::Codec`] when its `Serialize` fails, or when another value would be read back: a `Some` whose content
    /// is written as nil, `Some(())` and `Some(None)` for example, would be a `None` in MessagePack and JSON;
    /// [`ErrorKind::Unsupported`] when the function is `local`.
    pub fn encode(&self, value: &Value, codec: Codec) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let ops = self.bytes.as_ref().ok_or_else(|| {
            Error::new(
                ErrorKind::Unsupported,
                "the function is `local`: its values can only be in an in-process cache",
            )
        })?;
        (ops.encode)(value, codec, codec.refuses(), &mut bytes)?;
        if codec.is_proven_by_reading() && (ops.decode)(codec, &bytes).is_none() {
            return Err(not_read_back());
        }
        Ok(bytes)
    }

    /// The value that was encoded as `bytes`; `None` if nothing of this type was.
    #[must_use]
    pub fn decode(&self, codec: Codec, bytes: &[u8]) -> Option<Value> {
        (self.bytes.as_ref()?.decode)(codec, bytes)
    }

    /// The length of the value's encoding, bytes: a measure of its size that follows pointers.
    /// Nothing is refused here. `None` for `local` values.
    #[must_use]
    pub fn encoded_len(&self, value: &Value) -> Option<u64> {
        let mut count = Count(0);
        let encode = self.bytes.as_ref()?.encode;
        encode(value, Codec::MessagePack, Refuse::Nothing, &mut count).ok()?;
        Some(count.0)
    }
}

impl fmt::Debug for ValueOps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ValueOps({})", (self.type_name)())
    }
}

fn encode<T: CacheValue, P: Packing<T>>(
    value: &Value,
    codec: Codec,
    refuse: Refuse,
    out: &mut dyn io::Write,
) -> Result<()> {
    let mismatch = || Err(Error::new(ErrorKind::TypeMismatch, "the value is of another type"));
    P::with(value, |value| codec.write(value, refuse, out)).unwrap_or_else(mismatch)
}

fn decode<T: CacheValue, P: Packing<T>>(codec: Codec, bytes: &[u8]) -> Option<Value> {
    codec.read::<T>(bytes).map(P::pack)
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
mod tests;
