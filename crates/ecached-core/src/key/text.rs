//! Text that stays on the stack while it is short.

use arrayvec::ArrayString;

/// Bytes that fit on the stack.
const INLINE_BYTES: usize = 96;

/// A string on the stack, which moves to the heap when it grows over [`INLINE_BYTES`].
#[derive(Clone)]
pub(super) enum Text {
    Inline(ArrayString<INLINE_BYTES>),
    Heap(String),
}

impl Text {
    #[inline]
    pub(super) fn new() -> Self {
        Self::Inline(ArrayString::new_const())
    }

    #[inline]
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Inline(text) => text.as_str(),
            Self::Heap(text) => text.as_str(),
        }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.as_str().len()
    }

    #[inline(always)]
    pub(super) fn push_str(&mut self, more: &str) {
        if let Self::Inline(text) = self
            && text.try_push_str(more).is_ok()
        {
            return;
        }
        self.on_heap().push_str(more);
    }

    /// Appends `value` escaped; on the heap only if it has something to escape or does not fit.
    pub(super) fn push_escaped(&mut self, value: &str, until: Option<char>) {
        if ecached_template::needs_escape(value, until) {
            ecached_template::escape_into(self.on_heap(), value, until);
        } else {
            self.push_str(value);
        }
    }

    #[cold]
    fn on_heap(&mut self) -> &mut String {
        if let Self::Inline(text) = self {
            let mut heap = String::with_capacity(text.len() * 2 + INLINE_BYTES);
            heap.push_str(text.as_str());
            *self = Self::Heap(heap);
        }
        match self {
            Self::Heap(text) => text,
            Self::Inline(_) => unreachable!("moved to the heap above"),
        }
    }
}
