//! What `#[event(…)]` and `#[tag(…)]` may say.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, Field, Ident, LitInt, LitStr, Meta, Path, Token, Variant};

use crate::errors::Errors;
use crate::name;

/// `#[event("escalated", schema = 2, also = ["raised"])]` on a variant.
pub(crate) struct StoredAs {
    /// The name under which the variant is stored.
    pub(crate) name: LitStr,
    /// The version of the schema that the program writes.
    pub(crate) schema: u32,
    /// Further stored names that are read as the variant.
    pub(crate) also: Vec<LitStr>,
}

/// `#[tag]`, `#[tag("client")]`, `#[tag(with = "…")]` on a field.
pub(crate) struct Tagged {
    /// The key of the tag.
    pub(crate) key: String,
    /// The function that turns the field into a value.
    pub(crate) with: Option<Path>,
}

/// Where the generated code finds retell: `#[event(crate = "…")]` on the enum, else `::retell`.
pub(crate) fn crate_path(attributes: &[Attribute], errors: &mut Errors) -> Path {
    let mut path = None;
    for attribute in named("event", attributes) {
        let given = attribute.parse_args_with(|input: ParseStream<'_>| {
            if !input.peek(Token![crate]) {
                return Err(input.error(
                    "on the enum only `#[event(crate = \"…\")]` can stand: \
                     the stored name belongs on each variant",
                ));
            }
            input.parse::<Token![crate]>()?;
            input.parse::<Token![=]>()?;
            let path = input.parse::<LitStr>()?;
            end(input)?;
            path.parse_with(Path::parse_mod_style)
                .map_err(|_| syn::Error::new(path.span(), "`crate` takes a path, for example `\"::retell\"`"))
        });
        if path.is_some() {
            errors.on(attribute, "`#[event(crate = \"…\")]` stands twice: keep one");
        }
        path = errors.keep(given).or(path);
    }
    no_tag(attributes, errors);
    path.unwrap_or_else(|| syn::parse_quote!(::retell))
}

/// The stored name of a variant.
pub(crate) fn stored_as(variant: &Variant, errors: &mut Errors) -> Option<StoredAs> {
    let suggestion = name::kebab_case(&variant.ident.unraw().to_string());
    no_tag(&variant.attrs, errors);
    let mut attributes = named("event", &variant.attrs);
    let Some(attribute) = attributes.next() else {
        errors.at(
            variant.ident.span(),
            format!(
                "`{}` has no stored name, which is needed so that renaming the Rust variant \
                 never orphans stored events: add `#[event(\"{suggestion}\")]`",
                variant.ident
            ),
        );
        return None;
    };
    for second in attributes {
        errors.on(
            second,
            "a variant has one `#[event(…)]`: names it was stored under before go into `also = [\"…\"]`",
        );
    }
    if !matches!(attribute.meta, Meta::List(_)) {
        errors.on(attribute, name_first(&suggestion));
        return None;
    }
    let stored = errors
        .keep(attribute.parse_args_with(|input: ParseStream<'_>| parse_stored_as(input, &suggestion)))?;
    for name in std::iter::once(&stored.name).chain(&stored.also) {
        if let Some(problem) = name::problem(&name.value(), name::EVENT_MAX) {
            errors.at(name.span(), format!("the stored name {problem}"));
        }
    }
    Some(stored)
}

fn name_first(suggestion: &str) -> String {
    format!("the stored name comes first, as text: `#[event(\"{suggestion}\")]`")
}

fn parse_stored_as(input: ParseStream<'_>, suggestion: &str) -> syn::Result<StoredAs> {
    if !input.peek(LitStr) {
        return Err(syn::Error::new(input.span(), name_first(suggestion)));
    }
    let name = input.parse()?;
    let (mut schema, mut also) = (None, None);
    while !input.is_empty() {
        input.parse::<Token![,]>()?;
        if input.is_empty() {
            break;
        }
        let key = input.call(Ident::parse_any)?;
        input.parse::<Token![=]>()?;
        if key == "schema" {
            once(&mut schema, &key, parse_schema(input)?)?;
        } else if key == "also" {
            once(&mut also, &key, parse_names(input)?)?;
        } else {
            let message = format!(
                "`{key}` is unknown here: after the stored name come `schema = 2` and `also = [\"…\"]`"
            );
            return Err(syn::Error::new(key.span(), message));
        }
    }
    Ok(StoredAs { name, schema: schema.unwrap_or(1), also: also.unwrap_or_default() })
}

fn parse_schema(input: ParseStream<'_>) -> syn::Result<u32> {
    let message = "`schema` takes a whole number; the first schema of an event is 1";
    let number = input.parse::<LitInt>().map_err(|error| syn::Error::new(error.span(), message))?;
    match number.base10_parse() {
        Ok(schema) if schema >= 1 => Ok(schema),
        _ => Err(syn::Error::new(number.span(), message)),
    }
}

fn parse_names(input: ParseStream<'_>) -> syn::Result<Vec<LitStr>> {
    if !input.peek(syn::token::Bracket) {
        return Err(input.error("`also` takes a list of stored names: `also = [\"raised\"]`"));
    }
    let names;
    syn::bracketed!(names in input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&names)?.into_iter().collect())
}

/// The tag that a field gives, if it gives one.
pub(crate) fn tagged(field: &Field, errors: &mut Errors) -> Option<Tagged> {
    for attribute in named("event", &field.attrs) {
        errors.on(attribute, "`#[event(…)]` belongs on a variant; on a field stands `#[tag]`");
    }
    let mut attributes = named("tag", &field.attrs);
    let attribute = attributes.next()?;
    for second in attributes {
        errors.on(second, "a field gives one tag: keep one `#[tag]`");
    }
    let (key, with) = match &attribute.meta {
        Meta::Path(_) => (None, None),
        Meta::List(_) => errors.keep(attribute.parse_args_with(parse_tag))?,
        Meta::NameValue(_) => {
            errors.on(attribute, "the key of a tag stands in parentheses: `#[tag(\"customer\")]`");
            return None;
        }
    };
    let (key, span) = match (key, &field.ident) {
        (Some(key), _) => (key.value(), key.span()),
        (None, Some(ident)) => (ident.unraw().to_string(), ident.span()),
        (None, None) => {
            errors.on(attribute, "a field without a name needs a key for its tag: `#[tag(\"customer\")]`");
            return None;
        }
    };
    check_key(&key, span, errors);
    Some(Tagged { key, with })
}

fn check_key(key: &str, span: Span, errors: &mut Errors) {
    if let Some(problem) = name::problem(key, name::KEY_MAX) {
        errors.at(span, format!("the key of the tag {problem}"));
    } else if key.contains(':') {
        errors.at(span, "the key of the tag holds a colon: the colon separates key and value");
    }
}

fn parse_tag(input: ParseStream<'_>) -> syn::Result<(Option<LitStr>, Option<Path>)> {
    let (mut key, mut with) = (None, None);
    while !input.is_empty() {
        if input.peek(LitStr) && key.is_none() && with.is_none() {
            key = Some(input.parse()?);
        } else if input.peek(Ident::peek_any) {
            let word = input.call(Ident::parse_any)?;
            if word != "with" {
                let message = format!(
                    "`{word}` is unknown here: a tag takes a key, and `with = \"path::to::function\"`"
                );
                return Err(syn::Error::new(word.span(), message));
            }
            input.parse::<Token![=]>()?;
            let path = input.parse::<LitStr>()?;
            let function = path.parse().map_err(|_| {
                syn::Error::new(
                    path.span(),
                    "`with` takes the path of a function, for example `\"uuid::Uuid::to_string\"`",
                )
            })?;
            once(&mut with, &word, function)?;
        } else {
            return Err(input.error("a tag takes a key, as text, and `with = \"path::to::function\"`"));
        }
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok((key, with))
}

/// Notes a `#[tag]` that stands elsewhere than on a field.
fn no_tag(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in named("tag", attributes) {
        errors.on(attribute, "`#[tag]` belongs on the field whose value becomes the tag");
    }
}

fn named<'a>(name: &'static str, attributes: &'a [Attribute]) -> impl Iterator<Item = &'a Attribute> {
    attributes.iter().filter(move |attribute| attribute.path().is_ident(name))
}

fn once<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if slot.replace(value).is_some() {
        return Err(syn::Error::new(key.span(), format!("`{key}` stands twice: keep one")));
    }
    Ok(())
}

fn end(input: ParseStream<'_>) -> syn::Result<()> {
    input.parse::<Option<Token![,]>>()?;
    if input.is_empty() { Ok(()) } else { Err(input.error("nothing more can stand here")) }
}
