//! How the enum is written is retell's to say.

use retell::Event;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[serde(rename_all = "lowercase", tag = "type", content = "data")]
enum Adjacent {
    #[event("opened")]
    Opened,
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[serde(untagged)]
enum Untagged {
    #[event("opened")]
    Opened { customer: String },
}

#[derive(Debug, Clone, Serialize, Deserialize, Event)]
#[serde(try_from = "String", into = "String")]
enum AsText {
    #[event("opened")]
    Opened,
}

impl TryFrom<String> for AsText {
    type Error = String;

    fn try_from(_: String) -> Result<Self, String> {
        Ok(Self::Opened)
    }
}

impl From<AsText> for String {
    fn from(_: AsText) -> Self {
        Self::from("opened")
    }
}

fn main() {}
