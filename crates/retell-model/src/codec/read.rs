//! Reads the content of a variant whose index is already known.

use serde::Deserializer as _;
use serde::de::{
    Deserialize, DeserializeSeed, EnumAccess, Error as _, IgnoredAny, IntoDeserializer, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Error;
use serde_json::de::StrRead;

/// The event of variant `index` that has this payload.
pub(super) fn content<'de, E: Deserialize<'de>>(index: usize, payload: &'de str) -> Result<E, Error> {
    let mut json = serde_json::Deserializer::from_str(payload);
    let event = E::deserialize(Content { index, payload, json: &mut json })?;
    json.end()?;
    Ok(event)
}

/// Plays an enum to serde's derived code: the variant is given by its index,
/// the content is parsed from the payload.
struct Content<'a, 'de> {
    index: usize,
    payload: &'de str,
    json: &'a mut serde_json::Deserializer<StrRead<'de>>,
}

impl<'de> serde::Deserializer<'de> for Content<'_, 'de> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("the type of an event must be an enum with serde's derived Deserialize"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Content<'_, 'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let variant = seed.deserialize((self.index as u64).into_deserializer())?;
        Ok((variant, self))
    }
}

impl<'de> VariantAccess<'de> for Content<'_, 'de> {
    type Error = Error;

    /// Skips the fields that an older program may have written.
    fn unit_variant(self) -> Result<(), Error> {
        self.json.deserialize_map(IgnoredAny).map(|IgnoredAny| ())
    }

    /// serde comes here for an unnamed field, and for named ones of which one is flattened.
    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        // A struct would also read from a list of its values.
        if self.payload.trim_ascii_start().starts_with('{') {
            seed.deserialize(self.json)
        } else {
            Err(Error::custom("the payload is not a JSON object"))
        }
    }

    fn tuple_variant<V: Visitor<'de>>(self, _len: usize, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("a variant of an event has named fields, or one unnamed field"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // Not `deserialize_struct`, which would also read a list of the values.
        self.json.deserialize_map(visitor)
    }
}
