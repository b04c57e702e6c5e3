//! How an argument's value is written into a key: integers and strings fast, the rest by `Display` (or `Debug`).
//!
//! Which one is decided at compile time by the number of references in front of the receiver ("autoref specialisation",
//! <https://github.com/dtolnay/case-studies/tree/master/autoref-specialization>): `(&&&Field(&x)).render(…)` finds the
//! most specific of the three traits that fits `x`.

use super::KeyBuf;
use std::borrow::Cow;
use std::fmt::{Debug, Display, Write};
use std::rc::Rc;
use std::sync::Arc;

/// An argument about to be written.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros build it")]
pub struct Field<'a, T: ?Sized>(pub &'a T);

/// Values that need no formatter.
pub trait FastField {
    /// Writes the value, escaped; `until` is the character that ends the field in its template.
    fn write(&self, key: &mut KeyBuf, until: Option<char>);

    /// The integer that it is, if it is one and not negative.
    #[inline]
    fn number(&self) -> Option<u64> {
        None
    }
}

macro_rules! unsigned {
    ($($integer:ty),*) => {$(
        impl FastField for $integer {
            #[inline]
            fn write(&self, key: &mut KeyBuf, _: Option<char>) {
                // No escape can be needed: the template's grammar refuses digits as the end of a field.
                key.unsigned(u64::from(*self));
            }

            #[inline]
            fn number(&self) -> Option<u64> {
                Some(u64::from(*self))
            }
        }
    )*};
}
unsigned!(u8, u16, u32, u64);

impl FastField for usize {
    #[inline]
    fn write(&self, key: &mut KeyBuf, _: Option<char>) {
        key.unsigned(*self as u64);
    }

    #[inline]
    fn number(&self) -> Option<u64> {
        Some(*self as u64)
    }
}

macro_rules! signed {
    ($($integer:ty),*) => {$(
        impl FastField for $integer {
            #[inline]
            fn write(&self, key: &mut KeyBuf, until: Option<char>) {
                match u64::try_from(*self) {
                    Ok(number) => key.unsigned(number),
                    Err(_) => key.escaped(itoa::Buffer::new().format(*self), until),
                }
            }

            #[inline]
            fn number(&self) -> Option<u64> {
                u64::try_from(*self).ok()
            }
        }
    )*};
}
signed!(i8, i16, i32, i64, isize);

impl FastField for str {
    #[inline]
    fn write(&self, key: &mut KeyBuf, until: Option<char>) {
        key.escaped(self, until);
    }
}

impl FastField for String {
    #[inline]
    fn write(&self, key: &mut KeyBuf, until: Option<char>) {
        key.escaped(self, until);
    }
}

impl FastField for Cow<'_, str> {
    #[inline]
    fn write(&self, key: &mut KeyBuf, until: Option<char>) {
        key.escaped(self, until);
    }
}

impl FastField for bool {
    #[inline]
    fn write(&self, key: &mut KeyBuf, until: Option<char>) {
        key.escaped(if *self { "true" } else { "false" }, until);
    }
}

macro_rules! through {
    ($($pointer:ty),*) => {$(
        impl<T: FastField + ?Sized> FastField for $pointer {
            #[inline]
            fn write(&self, key: &mut KeyBuf, until: Option<char>) {
                (**self).write(key, until);
            }

            #[inline]
            fn number(&self) -> Option<u64> {
                (**self).number()
            }
        }
    )*};
}
through!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

/// Finds integers. First choice.
pub trait NumberFast {
    /// The integer that the value is.
    fn number(&self) -> Option<u64>;
}

impl<T: FastField + ?Sized> NumberFast for &Field<'_, T> {
    #[inline]
    fn number(&self) -> Option<u64> {
        self.0.number()
    }
}

/// What is no integer. Last choice.
pub trait NumberNothing {
    /// None.
    fn number(&self) -> Option<u64>;
}

impl<T: ?Sized> NumberNothing for Field<'_, T> {
    #[inline]
    fn number(&self) -> Option<u64> {
        None
    }
}

/// Writes integers and strings. First choice.
pub trait RenderFast {
    /// Writes the value.
    fn render(&self, key: &mut KeyBuf, until: Option<char>);
}

impl<T: FastField + ?Sized> RenderFast for &&Field<'_, T> {
    #[inline]
    fn render(&self, key: &mut KeyBuf, until: Option<char>) {
        self.0.write(key, until);
    }
}

/// Writes by `Display`. Second choice.
pub trait RenderDisplay {
    /// Writes the value.
    fn render(&self, key: &mut KeyBuf, until: Option<char>);
}

impl<T: Display + ?Sized> RenderDisplay for &Field<'_, T> {
    #[inline]
    fn render(&self, key: &mut KeyBuf, until: Option<char>) {
        display(key, self.0, until);
    }
}

/// Writes by `Debug`. Last choice, for automatic keys.
pub trait RenderDebug {
    /// Writes the value.
    fn render(&self, key: &mut KeyBuf, until: Option<char>);
}

impl<T: Debug + ?Sized> RenderDebug for Field<'_, T> {
    #[inline]
    fn render(&self, key: &mut KeyBuf, until: Option<char>) {
        debug(key, self.0, until);
    }
}

/// What can be written into a key as it is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a key",
    label = "`{Self}` has no `Display`",
    note = "write `<name:?>` to use `Debug`, name a field that has `Display`, or leave the argument out by `ignore = [name]`"
)]
pub trait Writable {}

impl<T: Display + ?Sized> Writable for T {}

/// Explains what is missing. Never chosen for a type that can be written.
pub trait RenderNothing {
    /// The type in question.
    type Value: ?Sized;

    /// Never called.
    fn render(&self, key: &mut KeyBuf, until: Option<char>)
    where
        Self::Value: Writable;
}

impl<T: ?Sized> RenderNothing for Field<'_, T> {
    type Value = T;

    fn render(&self, _: &mut KeyBuf, _: Option<char>)
    where
        T: Writable,
    {
    }
}

/// Writes `value` by `Display`, escaped.
pub fn display<T: Display + ?Sized>(key: &mut KeyBuf, value: &T, until: Option<char>) {
    let mut writer = Escaping { key, until };
    // A `Display` that fails has written what it could; the key stays a function of the value.
    let _ = write!(writer, "{value}");
}

/// Writes `value` by `Debug`, escaped.
pub fn debug<T: Debug + ?Sized>(key: &mut KeyBuf, value: &T, until: Option<char>) {
    let mut writer = Escaping { key, until };
    let _ = write!(writer, "{value:?}");
}

struct Escaping<'a> {
    key: &'a mut KeyBuf,
    until: Option<char>,
}

impl Write for Escaping<'_> {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        self.key.escaped(s, self.until);
        Ok(())
    }
}

/// Writes a field by the fastest way its type has, or by `Display`; a type without either is a compile error.
#[doc(hidden)]
#[macro_export]
macro_rules! __field {
    ($key:expr, $value:expr, $until:expr) => {{
        #[allow(
            unused_imports,
            clippy::allow_attributes,
            reason = "which of them is used depends on the type"
        )]
        use $crate::key::field::{RenderDisplay as _, RenderFast as _, RenderNothing as _};
        (&&&$crate::key::field::Field(&$value)).render($key, $until)
    }};
}

/// The integer that a field is, if it is one.
#[doc(hidden)]
#[macro_export]
macro_rules! __number {
    ($value:expr) => {{
        #[allow(
            unused_imports,
            clippy::allow_attributes,
            reason = "which of them is used depends on the type"
        )]
        use $crate::key::field::{NumberFast as _, NumberNothing as _};
        (&&$crate::key::field::Field(&$value)).number()
    }};
}

/// Writes a field by `Debug`.
#[doc(hidden)]
#[macro_export]
macro_rules! __field_debug {
    ($key:expr, $value:expr, $until:expr) => {
        $crate::key::field::debug($key, &$value, $until)
    };
}

/// Writes a field by the fastest way its type has, by `Display`, or by `Debug`.
#[doc(hidden)]
#[macro_export]
macro_rules! __field_auto {
    ($key:expr, $value:expr, $until:expr) => {{
        #[allow(
            unused_imports,
            clippy::allow_attributes,
            reason = "which of them is used depends on the type"
        )]
        use $crate::key::field::{RenderDebug as _, RenderDisplay as _, RenderFast as _};
        (&&&$crate::key::field::Field(&$value)).render($key, $until)
    }};
}
