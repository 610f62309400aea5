//! What a field marked `#[tag]` may hold.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// A value that becomes the tags of an event.
///
/// Text, whole numbers, `bool` and `char` give one tag. An [`Option`] gives a
/// tag where there is a value. A [`Vec`], slice, array or set gives one tag
/// for each element. Numbers with a fraction are left out on purpose: what is
/// searched for must be equal to the letter.
///
/// For a type of your own, hand on what it holds:
///
/// ```
/// use retell_model::TagValue;
///
/// struct CustomerId(u64);
///
/// impl TagValue for CustomerId {
///     fn each(&self, tag: &mut dyn FnMut(String)) {
///         self.0.each(tag);
///     }
/// }
/// # let mut tags = Vec::new();
/// # Some(CustomerId(7)).each(&mut |value| tags.push(value));
/// # assert_eq!(tags, ["7"]);
/// ```
///
/// For somebody else's type, name a function on the field:
/// `#[tag(with = "uuid::Uuid::to_string")]`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be a tag",
    label = "marked `#[tag]`, but does not implement `TagValue`",
    note = "implement `TagValue` for a type of your own; for another one name a function that turns a reference to it into text: `#[tag(with = \"path::to::function\")]`"
)]
pub trait TagValue {
    /// Calls `tag` once for each value.
    fn each(&self, tag: &mut dyn FnMut(String));
}

macro_rules! one_tag {
    ($($ty:ty),*) => {$(
        impl TagValue for $ty {
            fn each(&self, tag: &mut dyn FnMut(String)) {
                tag(self.to_string());
            }
        }
    )*};
}
one_tag!(str, String, Cow<'_, str>, char, bool);
one_tag!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

macro_rules! of_what_it_holds {
    ($($ty:ty),*) => {$(
        impl<T: TagValue + ?Sized> TagValue for $ty {
            fn each(&self, tag: &mut dyn FnMut(String)) {
                (**self).each(tag);
            }
        }
    )*};
}
of_what_it_holds!(&T, Box<T>, Arc<T>);

macro_rules! of_each_element {
    ($(<$($generic:ident),+ $(; const $size:ident)?> $ty:ty),* $(,)?) => {$(
        impl<$($generic),+ $(, const $size: usize)?> TagValue for $ty
        where
            T: TagValue,
        {
            fn each(&self, tag: &mut dyn FnMut(String)) {
                self.iter().for_each(|value| value.each(tag));
            }
        }
    )*};
}
of_each_element!(
    <T> Option<T>,
    <T> Vec<T>,
    <T> [T],
    <T; const N> [T; N],
    <T> BTreeSet<T>,
    <T, S> HashSet<T, S>,
);
