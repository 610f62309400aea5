//! `#[derive(Event)]`: checks the enum, then writes the implementation.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DeriveInput, Fields, GenericParam, Ident, Index, Member, Path, Variant};

use crate::attributes::{self, StoredAs, Tagged};
use crate::errors::Errors;
use crate::{name, representation};

/// A variant that was found to be in order.
struct Kind<'a> {
    variant: &'a Ident,
    stored: StoredAs,
    tags: Vec<Tag>,
}

/// A field that gives a tag.
struct Tag {
    member: Member,
    /// Where an error about the field's type is shown.
    span: Span,
    tagged: Tagged,
}

/// The implementation of `Event`, or the errors.
pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::default();
    let Some(data) = the_enum(input, &mut errors) else {
        return errors.into_code().unwrap_or_default();
    };
    let krate = attributes::crate_path(&input.attrs, &mut errors);
    representation::check_enum(&input.attrs, &mut errors);
    let kinds: Vec<Kind<'_>> =
        data.variants.iter().filter_map(|variant| kind(variant, &mut errors)).collect();
    check_names(&kinds, &mut errors);
    match errors.into_code() {
        None => implementation(&krate, &input.ident, &kinds),
        // With an implementation beside them, the errors are not followed by
        // "the trait `Event` is not implemented" wherever the enum is used.
        Some(errors) => [errors, implementation(&krate, &input.ident, &[])].into_iter().collect(),
    }
}

/// The enum that the derive stands on; anything else is an error.
fn the_enum<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<&'a DataEnum> {
    let ident = &input.ident;
    let data = match &input.data {
        Data::Enum(data) => data,
        Data::Struct(_) => {
            errors.on(
                ident,
                format!(
                    "`Event` is derived on the enum of all events of an aggregate, one variant a kind: \
                     write `enum TicketEvent {{ #[event(\"{}\")] {ident}({ident}) }}`, \
                     and derive only serde's traits on the struct",
                    name::kebab_case(&ident.unraw().to_string())
                ),
            );
            return None;
        }
        Data::Union(_) => {
            errors.on(
                ident,
                "`Event` is derived on an enum, one variant a kind: \
                 write `enum TicketEvent { #[event(\"opened\")] Opened { customer: String } }`",
            );
            return None;
        }
    };
    if let Some(parameter) = input.generics.params.first() {
        let advice = match parameter {
            GenericParam::Lifetime(_) => {
                "outlive the page they are read from: let its fields own what they hold, as `String`"
            }
            _ => "are read back as one type: write the type itself in its fields",
        };
        errors.on(parameter, format!("`{ident}` has a generic parameter, but events {advice}"));
        return None;
    }
    if data.variants.is_empty() {
        errors.on(
            ident,
            format!(
                "`{ident}` has no variants, so nothing could happen: add one, `#[event(\"opened\")] Opened`"
            ),
        );
        return None;
    }
    Some(data)
}

fn kind<'a>(variant: &'a Variant, errors: &mut Errors) -> Option<Kind<'a>> {
    let ident = &variant.ident;
    representation::check_variant(&variant.attrs, errors);
    if let Fields::Unnamed(fields) = &variant.fields
        && fields.unnamed.len() != 1
    {
        let advice = match fields.unnamed.len() {
            0 => format!("write `{ident}`, without the parentheses"),
            _ => format!(
                "name the fields, `{ident} {{ … }}`: the payload is a JSON object, whose fields have names"
            ),
        };
        errors.on(&variant.fields, advice);
    }
    let mut tags = Vec::new();
    for (index, field) in variant.fields.iter().enumerate() {
        representation::check_field(field, errors);
        if let Some(tagged) = attributes::tagged(field, errors) {
            let member = match &field.ident {
                Some(ident) => Member::Named(ident.clone()),
                None => Member::Unnamed(Index::from(index)),
            };
            tags.push(Tag { member, span: field.ty.span(), tagged });
        }
    }
    let stored = attributes::stored_as(variant, errors)?;
    Some(Kind { variant: ident, stored, tags })
}

/// Notes the names that two variants claim, or one claims twice.
fn check_names(kinds: &[Kind<'_>], errors: &mut Errors) {
    let mut owners = HashMap::new();
    for kind in kinds {
        for name in std::iter::once(&kind.stored.name).chain(&kind.stored.also) {
            if let Some(owner) = owners.insert(name.value(), kind.variant) {
                errors.on(
                    name,
                    format!("the name is taken by `{owner}`: a stored name belongs to one variant, and stands once"),
                );
            }
        }
    }
}

fn implementation(krate: &Path, ident: &Ident, kinds: &[Kind<'_>]) -> TokenStream {
    let descriptions = kinds.iter().map(|kind| {
        let StoredAs { name, schema, also } = &kind.stored;
        let also = (!also.is_empty()).then(|| quote!(.also(&[#(#also),*])));
        quote!(#krate::EventKind::new(#name, #schema) #also)
    });
    let kind_index = kind_index(kinds);
    let index_of = kinds.iter().enumerate().map(|(index, kind)| {
        let StoredAs { name, also, .. } = &kind.stored;
        quote!(#name #(| #also)* => ::core::option::Option::Some(#index),)
    });
    let tags = tags(krate, kinds);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #krate::Event for #ident {
            const KINDS: &'static [#krate::EventKind] = &[#(#descriptions),*];

            fn kind_index(&self) -> usize {
                #kind_index
            }

            fn index_of(name: &str) -> ::core::option::Option<usize> {
                match name {
                    #(#index_of)*
                    _ => ::core::option::Option::None,
                }
            }

            #tags
        }
    }
}

fn kind_index(kinds: &[Kind<'_>]) -> TokenStream {
    if kinds.is_empty() {
        return quote!(0);
    }
    let arms = kinds.iter().enumerate().map(|(index, kind)| {
        let variant = kind.variant;
        quote!(Self::#variant { .. } => #index,)
    });
    quote!(match self { #(#arms)* })
}

/// The method `tags`; nothing when no field is tagged, as the trait's own then does.
fn tags(krate: &Path, kinds: &[Kind<'_>]) -> Option<TokenStream> {
    let arms: Vec<TokenStream> =
        kinds.iter().filter(|kind| !kind.tags.is_empty()).map(|kind| tags_of_variant(krate, kind)).collect();
    let rest = (arms.len() < kinds.len()).then(|| quote!(_ => {}));
    (!arms.is_empty()).then(|| {
        quote! {
            fn tags(&self) -> ::std::vec::Vec<(&'static str, ::std::string::String)> {
                let mut tags = ::std::vec::Vec::new();
                match self {
                    #(#arms)*
                    #rest
                }
                tags
            }
        }
    })
}

fn tags_of_variant(krate: &Path, kind: &Kind<'_>) -> TokenStream {
    let variant = kind.variant;
    let members = kind.tags.iter().map(|tag| &tag.member);
    // Spanned at the field's type, so that a type which gives no tag is shown there.
    let fields: Vec<Ident> = kind
        .tags
        .iter()
        .enumerate()
        .map(|(index, tag)| Ident::new(&format!("field{index}"), tag.span.resolved_at(Span::call_site())))
        .collect();
    let pushes = kind.tags.iter().zip(&fields).map(|(tag, field)| {
        let Tagged { key, with } = &tag.tagged;
        let value = match with {
            Some(function) => quote!(&#function(#field)),
            None => quote!(#field),
        };
        quote!(#krate::TagValue::each(#value, &mut |value| tags.push((#key, value)));)
    });
    quote! {
        Self::#variant { #(#members: #fields,)* .. } => { #(#pushes)* }
    }
}
