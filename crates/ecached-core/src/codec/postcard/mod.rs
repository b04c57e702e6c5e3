//! The codec `postcard`: the postcard format, then 8 bytes that say which shape the value had. Format:
//! <https://postcard.jamesmunns.com/wire-format>
//!
//! postcard writes fields without their names and values without their types, so bytes of one shape can be read as another
//! without an error: fields swapped after a change of the code, a field filled with its neighbour's bytes because serde
//! skipped it. A cache must not serve that (P5). So the calls that the value's `Serialize` makes are hashed as they pass
//! by, and those of `Deserialize` likewise: names of types, fields and variants, and the sorts of values. If the hashes
//! differ, the bytes are no value. A change of the type costs a computation, never a wrong value.

mod read;
mod write;

use serde::de::DeserializeOwned;
use serde::{Serialize, de};
use std::cell::Cell;
use std::io;
use xxhash_rust::xxh3::xxh3_64;

/// Levels of nesting that are read, options and newtypes included: foreign bytes must not be able to exhaust the stack.
const MAX_DEPTH: u32 = 128;

/// Values that a byte may stand for, and a head start: units and empty structs have no bytes, so a list of them could claim
/// any length. What claims more is refused when it is written.
const STEPS_PER_BYTE: u64 = 64;
const FREE_STEPS: u64 = 4096;

/// Bytes of the hash behind the value.
const SHAPE_BYTES: usize = 8;

/// The sorts of values that are told apart. The numbers are part of the stored form.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Sort {
    Bool = 1,
    I8,
    I16,
    I32,
    I64,
    I128,
    U8,
    U16,
    U32,
    U64,
    U128,
    F32,
    F64,
    Char,
    Str,
    Bytes,
    None,
    Some,
    Unit,
    UnitStruct,
    Newtype,
    Seq,
    Tuple,
    TupleStruct,
    Map,
    Struct,
    Enum,
    UnitVariant,
    NewtypeVariant,
    TupleVariant,
    StructVariant,
    /// Ends what holds several values.
    End,
}

/// The hash of what passed by, and the limits for reading.
struct Shape {
    hash: Cell<u64>,
    depth: Cell<u32>,
    steps: Cell<u64>,
}

impl Shape {
    fn new(len: usize) -> Self {
        let steps = (len as u64).saturating_mul(STEPS_PER_BYTE).saturating_add(FREE_STEPS);
        Self {
            hash: Cell::new(0x243f_6a88_85a3_08d3),
            depth: Cell::new(0),
            steps: Cell::new(steps),
        }
    }

    /// Not against attackers, who could as well choose the hash: against changes of the code.
    #[inline]
    fn add(&self, number: u64) {
        let mixed = u128::from(self.hash.get().rotate_left(29) ^ number) * 0xa409_3822_299f_31d1;
        self.hash.set((mixed as u64) ^ ((mixed >> 64) as u64));
    }

    #[inline]
    fn sort(&self, sort: Sort) {
        self.add(sort as u64);
    }

    #[inline]
    fn name(&self, name: &str) {
        self.add(xxh3_64(name.as_bytes()));
    }

    /// Another value of many is going to be read.
    #[inline]
    fn step<E: de::Error>(&self) -> Result<(), E> {
        let steps = self.steps.get().checked_sub(1);
        self.steps.set(steps.ok_or_else(|| E::custom("more values than bytes for them"))?);
        Ok(())
    }

    /// Reads what is one level deeper.
    #[inline]
    fn deeper<T, E: de::Error>(&self, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let depth = self.depth.get();
        if depth >= MAX_DEPTH {
            return Err(E::custom("nested too deeply"));
        }
        self.depth.set(depth + 1);
        let read = read();
        self.depth.set(depth);
        read
    }
}

/// Something that a value passes on its way, and what is noted of it.
struct Noted<'s, X> {
    inner: X,
    shape: &'s Shape,
}

impl<'s, X> Noted<'s, X> {
    #[inline]
    const fn new(inner: X, shape: &'s Shape) -> Self {
        Self { inner, shape }
    }
}

/// Where postcard writes to, byte by byte: not a `dyn Write`, which would cost more than all the rest.
struct Out(Vec<u8>);

impl postcard::ser_flavors::Flavor for Out {
    type Output = Vec<u8>;

    #[inline]
    fn try_push(&mut self, data: u8) -> postcard::Result<()> {
        self.0.push(data);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, data: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(data);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

/// Writes `value` and its shape.
pub(super) fn write<T: Serialize>(value: &T, out: &mut dyn io::Write) -> postcard::Result<()> {
    let shape = Shape::new(0);
    let mut writer = postcard::Serializer { output: Out(Vec::new()) };
    value.serialize(Noted::new(&mut writer, &shape))?;
    let mut bytes = writer.output.0;
    bytes.extend_from_slice(&shape.hash.get().to_be_bytes());
    out.write_all(&bytes).map_err(|_| postcard::Error::SerializeBufferFull)
}

/// Reads what [`write`] wrote for a type of the same shape, and nothing else.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let (bytes, hash) = bytes.split_at_checked(bytes.len().checked_sub(SHAPE_BYTES)?)?;
    let shape = Shape::new(bytes.len());
    let mut reader = postcard::Deserializer::from_bytes(bytes);
    let value = T::deserialize(Noted::new(&mut reader, &shape)).ok()?;
    let rest = reader.finalize().ok()?;
    (rest.is_empty() && shape.hash.get().to_be_bytes() == hash).then_some(value)
}

/// The name at `index`, of those that a type declares.
fn name_at<E: de::Error>(names: &[&'static str], index: usize) -> Result<&'static str, E> {
    names.get(index).copied().ok_or_else(|| E::custom("no such name"))
}

#[cfg(test)]
mod tests;
