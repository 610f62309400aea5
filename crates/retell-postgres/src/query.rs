//! From a query to the values of a statement.

use retell_store::{Query, QueryItem, StreamName};
use serde_json::{Map, Value, json};

/// How the events that match a query are found.
#[derive(Debug, PartialEq)]
pub(crate) enum Search<'q> {
    /// Nothing can match.
    Nothing,
    /// Everything matches.
    Everything,
    /// One item without tags.
    Item { types: Option<Vec<&'q str>>, categories: Option<Vec<&'q str>> },
    /// Several items, as JSON: the log is gone through.
    Items(String),
    /// Items that all ask for tags, as JSON: they are looked up in the index.
    Tagged(String),
}

impl<'q> Search<'q> {
    pub(crate) fn new(query: &'q Query) -> Self {
        if query.is_all() {
            return Self::Everything;
        }
        let items: Vec<&QueryItem> = query.items.iter().filter(|item| can_match(item)).collect();
        let is_open =
            |item: &&QueryItem| item.types.is_empty() && item.categories.is_empty() && item.tags.is_empty();
        if items.iter().any(is_open) {
            return Self::Everything;
        }
        match items[..] {
            [] => Self::Nothing,
            [item] if item.tags.is_empty() => Self::Item { types: types(item), categories: categories(item) },
            _ if items.iter().all(|item| !item.tags.is_empty()) => Self::Tagged(json(&items)),
            _ => Self::Items(json(&items)),
        }
    }

    /// The items as JSON, whatever they ask for; nothing where there are none.
    pub(crate) fn as_json(&self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Everything => Some("[{}]".to_owned()),
            Self::Item { types, categories } => {
                let mut item = Map::new();
                put(&mut item, "types", types.clone());
                put(&mut item, "categories", categories.clone());
                Some(json!([item]).to_string())
            }
            Self::Items(json) | Self::Tagged(json) => Some(json.clone()),
        }
    }

    pub(crate) fn is_tagged(&self) -> bool {
        matches!(self, Self::Tagged(_))
    }
}

/// A category that no stream can have may hold what the server does not take.
fn can_match(item: &QueryItem) -> bool {
    item.categories.is_empty() || categories(item).is_some_and(|left| !left.is_empty())
}

fn types(item: &QueryItem) -> Option<Vec<&str>> {
    (!item.types.is_empty()).then(|| item.types.iter().map(|of| of.as_str()).collect())
}

fn categories(item: &QueryItem) -> Option<Vec<&str>> {
    let real = |name: &&str| StreamName::check_category(name).is_ok();
    (!item.categories.is_empty()).then(|| item.categories.iter().map(String::as_str).filter(real).collect())
}

fn json(items: &[&QueryItem]) -> String {
    let one = |item: &&QueryItem| {
        let mut object = Map::new();
        put(&mut object, "types", types(item));
        put(&mut object, "categories", categories(item));
        let tags = (!item.tags.is_empty()).then(|| item.tags.iter().map(|tag| tag.as_str()).collect());
        put(&mut object, "tags", tags);
        Value::Object(object)
    };
    Value::Array(items.iter().map(one).collect()).to_string()
}

fn put(object: &mut Map<String, Value>, name: &str, values: Option<Vec<&str>>) {
    if let Some(values) = values {
        object.insert(name.to_owned(), json!(values));
    }
}

#[cfg(test)]
mod tests;
