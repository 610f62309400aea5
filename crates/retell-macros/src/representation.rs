//! The serde attributes that an event cannot have, each with its reason.
//!
//! What is malformed is left to serde's derives, which report it better.

use proc_macro2::{Span, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Field, Ident, Token, Type};

use crate::errors::Errors;

/// Why an enum of events cannot have a serde attribute.
fn against_enum(key: &str) -> Option<&'static str> {
    Some(match key {
        "tag" | "content" | "untagged" => {
            "the stored name already says which variant it is, and the payload holds its fields alone: remove it"
        }
        "from" | "try_from" | "into" | "transparent" | "remote" => {
            "events are stored by their variants, not as another type: remove it, \
             and convert inside a field or a variant's struct"
        }
        "field_identifier" | "variant_identifier" => {
            "events are stored with their fields, not as an identifier: remove it"
        }
        _ => return None,
    })
}

/// Why a variant cannot have a serde attribute.
fn against_variant(key: &str) -> Option<&'static str> {
    Some(match key {
        "skip" | "skip_serializing" | "skip_deserializing" => {
            "an event that is not written, or not read back, would be lost: remove it; \
             a kind that is no longer used keeps its variant for the events that are stored"
        }
        "other" => {
            "an unknown kind of event is an error that names it, and is never swallowed by a variant: remove it"
        }
        "untagged" => "the stored name says which variant it is: remove it",
        _ => return None,
    })
}

/// Notes what serde attributes of the enum stand in the way.
pub(crate) fn check_enum(attributes: &[Attribute], errors: &mut Errors) {
    refuse(attributes, against_enum, errors);
}

/// Notes what serde attributes of a variant stand in the way.
pub(crate) fn check_variant(attributes: &[Attribute], errors: &mut Errors) {
    refuse(attributes, against_variant, errors);
}

/// Notes a field that would be left out and then missed on reading.
pub(crate) fn check_field(field: &Field, errors: &mut Errors) {
    let keys = keys(&field.attrs);
    let has = |wanted: &str| keys.iter().any(|(key, _)| key == wanted);
    let custom = has("with") || has("deserialize_with");
    let may_be_missing = has("default")
        || has("flatten")
        || has("skip")
        || has("skip_deserializing")
        || (is_option(&field.ty) && !custom);
    if may_be_missing {
        return;
    }
    for (key, span) in &keys {
        if key == "skip_serializing" || key == "skip_serializing_if" {
            errors.at(
                *span,
                format!(
                    "`{key}` leaves the field out of the stored event, which could then not be read: \
                     add `default` to this `#[serde(…)]`"
                ),
            );
        }
    }
}

fn refuse(attributes: &[Attribute], against: fn(&str) -> Option<&'static str>, errors: &mut Errors) {
    for (key, span) in keys(attributes) {
        if let Some(reason) = against(&key) {
            errors.at(span, format!("`#[serde({key})]` does not go with `Event`: {reason}"));
        }
    }
}

/// The keys in all `#[serde(…)]`, and where they stand.
fn keys(attributes: &[Attribute]) -> Vec<(String, Span)> {
    let mut keys = Vec::new();
    for attribute in attributes {
        if let syn::Meta::List(list) = &attribute.meta
            && list.path.is_ident("serde")
        {
            let collect = |input: ParseStream<'_>| collect(input, &mut keys);
            // What does not parse is serde's to report.
            let _ = collect.parse2(list.tokens.clone());
        }
    }
    keys
}

fn collect(input: ParseStream<'_>, keys: &mut Vec<(String, Span)>) -> syn::Result<()> {
    while !input.is_empty() {
        let key = input.call(<Ident as syn::ext::IdentExt>::parse_any)?;
        keys.push((key.to_string(), key.span()));
        while !input.is_empty() && !input.peek(Token![,]) {
            input.parse::<TokenTree>()?;
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        Type::Group(group) => is_option(&group.elem),
        Type::Paren(paren) => is_option(&paren.elem),
        _ => false,
    }
}
