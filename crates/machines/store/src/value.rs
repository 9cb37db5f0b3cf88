use std::borrow::Cow;

use base::{Id, Timestamp};

/// One argument of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// BIGINT.
    Int(Option<i64>),
    /// TEXT.
    Text(Option<Cow<'a, str>>),
    /// BYTEA.
    Bytes(Option<Cow<'a, [u8]>>),
}

/// What can be an argument of a statement.
pub trait Param {
    /// NULL of this type.
    const NULL: Value<'static>;
    /// The value to bind.
    fn value(&self) -> Value<'_>;
}

/// The arguments of a statement, by reference: `params![id, name, cx.now()]`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::Param::value(&$value)),*] as &[$crate::Value<'_>] };
}

impl<T: Param + ?Sized> Param for &T {
    const NULL: Value<'static> = T::NULL;
    fn value(&self) -> Value<'_> {
        T::value(self)
    }
}

impl<T: Param> Param for Option<T> {
    const NULL: Value<'static> = T::NULL;
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(T::NULL, T::value)
    }
}

macro_rules! whole {
    ($($t:ty),*) => { $(impl Param for $t {
        const NULL: Value<'static> = Value::Int(None);
        fn value(&self) -> Value<'_> {
            Value::Int(Some(i64::from(*self)))
        }
    })* };
}
whole!(i64, i32, u32, u16, u8, bool);

impl Param for Timestamp {
    const NULL: Value<'static> = Value::Int(None);
    fn value(&self) -> Value<'_> {
        Value::Int(Some(self.as_microsecond()))
    }
}

impl Param for str {
    const NULL: Value<'static> = Value::Text(None);
    fn value(&self) -> Value<'_> {
        Value::Text(Some(Cow::Borrowed(self)))
    }
}

impl Param for String {
    const NULL: Value<'static> = Value::Text(None);
    fn value(&self) -> Value<'_> {
        self.as_str().value()
    }
}

impl Param for Cow<'_, str> {
    const NULL: Value<'static> = Value::Text(None);
    fn value(&self) -> Value<'_> {
        self.as_ref().value()
    }
}

impl<T> Param for Id<T> {
    const NULL: Value<'static> = Value::Text(None);
    fn value(&self) -> Value<'_> {
        self.as_str().value()
    }
}

impl Param for serde_json::Value {
    const NULL: Value<'static> = Value::Text(None);
    fn value(&self) -> Value<'_> {
        Value::Text(Some(Cow::Owned(self.to_string())))
    }
}

impl Param for [u8] {
    const NULL: Value<'static> = Value::Bytes(None);
    fn value(&self) -> Value<'_> {
        Value::Bytes(Some(Cow::Borrowed(self)))
    }
}

impl Param for Vec<u8> {
    const NULL: Value<'static> = Value::Bytes(None);
    fn value(&self) -> Value<'_> {
        self.as_slice().value()
    }
}

impl<const N: usize> Param for [u8; N] {
    const NULL: Value<'static> = Value::Bytes(None);
    fn value(&self) -> Value<'_> {
        self.as_slice().value()
    }
}

impl Param for Value<'_> {
    const NULL: Value<'static> = Value::Text(None);
    fn value(&self) -> Value<'_> {
        self.clone()
    }
}
