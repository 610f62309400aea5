//! The derives of [retell](https://docs.rs/retell). Add `retell`, not this
//! crate: it re-exports everything here beside the traits.
//!
//! | to learn about | read |
//! |---|---|
//! | the derive itself | [`Event`](macro@Event) |
//! | what the attributes may say | `attributes.rs` |
//! | which serde attributes an event cannot have, and why | `representation.rs` |
//! | the alphabet of stored names | `name.rs` |
//!
//! What is deliberately absent: no code that writes or reads JSON. serde's own
//! derives do that; this one says under which names the variants are stored.
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod attributes;
mod errors;
mod event;
mod name;
mod representation;

use proc_macro::TokenStream;

/// Gives every variant of an enum the name under which it is stored.
///
/// ```
/// use retell::Event;
/// use serde::{Deserialize, Serialize};
///
/// # #[derive(Debug, Clone, Serialize, Deserialize)] #[serde(rename_all = "lowercase")]
/// # pub enum Priority { Low, High }
/// #[derive(Debug, Clone, Serialize, Deserialize, Event)]
/// pub enum TicketEvent {
///     #[event("opened")]
///     Opened {
///         #[tag]
///         customer: String,
///         priority: Priority,
///     },
///     #[event("escalated", schema = 2, also = ["raised"])]
///     Escalated { reason: String },
///     #[event("closed")]
///     Closed,
/// }
///
/// let opened = TicketEvent::Opened { customer: "7".into(), priority: Priority::High };
/// assert_eq!(opened.kind().name, "opened");
/// assert_eq!(opened.tags(), [("customer", "7".to_owned())]);
/// ```
///
/// The enum must also derive `Debug`, `Clone`, `Serialize` and `Deserialize`.
/// A variant has named fields, or one unnamed field whose type is a struct, or
/// no field at all. Its payload is the JSON object of its fields and nothing
/// else: `{"customer":"7","priority":"high"}`.
///
/// # `#[event("…")]` on every variant
///
/// The stored name is written out, never taken from the Rust name: renaming
/// the variant must not orphan what is stored. A name has 1 to 200 bytes, no
/// control or invisible characters, no white space at either end.
///
/// | after the name | meaning |
/// |---|---|
/// | `schema = 2` | the version of the schema that this program writes; the first, and the default, is 1 |
/// | `also = ["raised"]` | further stored names that are read as this variant: what it was called before |
///
/// # `#[tag]` on a field
///
/// Stores `customer:7` as a tag beside the event, so that a query finds it
/// across streams. The key is the name of the field, or the text in
/// `#[tag("client")]`. The field's type implements `TagValue`: text, whole
/// numbers, `bool`, `char`; an `Option` gives a tag where there is a value; a
/// `Vec`, slice or set gives one tag each. For a type of your own, implement
/// `TagValue`; for somebody else's, name a function which turns a reference to
/// the field into one of these: `#[tag(with = "uuid::Uuid::to_string")]`.
///
/// # `#[event(crate = "…")]` on the enum
///
/// Where the generated code finds retell, if it is not `::retell`: a crate
/// that was renamed in `Cargo.toml`, or one that re-exports it.
///
/// # serde's attributes
///
/// What shapes the fields just works: `rename`, `rename_all`, `default`,
/// `alias`, `with`, `flatten`, `skip_serializing_if` … What changes how the
/// enum itself is written (`tag`, `content`, `untagged`, `from`, `into` …) is
/// an error, as the stored name already says which variant it is; so is what
/// makes a variant unreadable (`skip` …), or swallows unknown events (`other`).
#[proc_macro_derive(Event, attributes(event, tag))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    event::derive(&input).into()
}
