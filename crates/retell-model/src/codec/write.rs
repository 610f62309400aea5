//! Writes the content of a variant, and leaves out which variant it is.

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeStruct, SerializeStructVariant, Serializer};
use serde_json::Error;

use crate::Event;

use super::EncodeError;

type Json<'a> = &'a mut serde_json::Serializer<Vec<u8>>;

/// The payload of an event.
pub(super) fn content<E: Event>(event: &E, event_type: &'static str) -> Result<String, EncodeError> {
    let mut json = serde_json::Serializer::new(Vec::with_capacity(128));
    let refuse = |source| EncodeError::Payload { event_type, source };
    event.serialize(Content { index: event.kind_index(), json: &mut json }).map_err(refuse)?;
    let payload = String::from_utf8(json.into_inner()).map_err(|error| refuse(Error::custom(error)))?;
    match payload.chars().next() {
        Some('{') => Ok(payload),
        start => Err(EncodeError::NotAnObject { event_type, start: start.unwrap_or(' ') }),
    }
}

/// Takes a variant of an enum from serde's derived code, and nothing else.
struct Content<'a> {
    /// The index that the variant must have, so that it reads back as itself.
    index: usize,
    json: Json<'a>,
}

impl<'a> Content<'a> {
    fn of_variant(self, index: u32) -> Result<Json<'a>, Error> {
        if index as usize == self.index {
            Ok(self.json)
        } else {
            let expected = self.index;
            let message = format!("serde numbers the variant {index}, its `Event::kind_index` is {expected}");
            Err(Error::custom(message))
        }
    }
}

fn no_variant<T>() -> Result<T, Error> {
    Err(Error::custom("the type of an event must be an enum with serde's derived Serialize"))
}

macro_rules! no_variant {
    ($($method:ident($($argument:ty),*) -> $ok:ty;)*) => {$(
        fn $method(self, $(_: $argument),*) -> Result<$ok, Error> {
            no_variant()
        }
    )*};
}

impl<'a> Serializer for Content<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Fields<'a>;

    fn serialize_unit_variant(self, _: &'static str, index: u32, _: &'static str) -> Result<(), Error> {
        let json = self.of_variant(index)?;
        SerializeStruct::end(json.serialize_struct("", 0)?)
    }

    /// serde comes here for an unnamed field, and for named ones of which one is flattened.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        index: u32,
        _: &'static str,
        content: &T,
    ) -> Result<(), Error> {
        content.serialize(self.of_variant(index)?)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        _: &'static str,
        fields: usize,
    ) -> Result<Fields<'a>, Error> {
        let json = self.of_variant(index)?;
        json.serialize_struct(name, fields).map(Fields)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Error> {
        no_variant()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, _: &T) -> Result<(), Error> {
        no_variant()
    }

    no_variant! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
    }
}

/// The named fields of a variant, written as those of a struct.
struct Fields<'a>(<Json<'a> as Serializer>::SerializeStruct);

impl SerializeStructVariant for Fields<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        SerializeStruct::serialize_field(&mut self.0, name, value)
    }

    fn skip_field(&mut self, name: &'static str) -> Result<(), Error> {
        SerializeStruct::skip_field(&mut self.0, name)
    }

    fn end(self) -> Result<(), Error> {
        SerializeStruct::end(self.0)
    }
}
