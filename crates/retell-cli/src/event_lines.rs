//! Stored events, printed: a table for people, a line of JSON each for programs.

use std::io::{self, Write};

use retell::store::{Metadata, Page, Position, StoredEvent, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::escape::{JsonLine, Shown, short};
use crate::output::{Column, Table, write_json};

/// Prints events page by page.
pub(crate) struct EventLines<'o> {
    out: &'o mut dyn Write,
    /// The table for people.
    table: Option<Table>,
    /// Whether the table says where in the log an event stands, and in which stream.
    of_log: bool,
    /// The commit whose metadata was printed last.
    commit: Option<Position>,
    any: bool,
}

impl<'o> EventLines<'o> {
    /// For the events of one stream.
    pub(crate) fn of_stream(out: &'o mut dyn Write, json: bool) -> Self {
        Self::new(out, json, false)
    }

    /// For the events of many streams.
    pub(crate) fn of_log(out: &'o mut dyn Write, json: bool) -> Self {
        Self::new(out, json, true)
    }

    fn new(out: &'o mut dyn Write, json: bool, of_log: bool) -> Self {
        let place = [Column::right("position"), Column::left("stream")];
        let event = [
            Column::right("version"),
            Column::left("type"),
            Column::left("recorded"),
            Column::left("effective"),
        ];
        let columns: Vec<Column> = place.into_iter().filter(|_| of_log).chain(event).collect();
        Self { out, table: (!json).then(|| Table::new(columns)), of_log, commit: None, any: false }
    }

    /// Whether an event was printed.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// Prints the events of a page, and hands them to whoever reads the output.
    pub(crate) fn write(&mut self, page: &Page) -> io::Result<()> {
        for event in page.iter() {
            self.any = true;
            let Some(table) = &mut self.table else {
                write_json(self.out, &Line::new(&event))?;
                continue;
            };
            table.row(cells(&event, self.of_log));
            let commit = Some(event.commit().first);
            let begins = std::mem::replace(&mut self.commit, commit) != commit;
            notes(&event, begins).into_iter().for_each(|note| table.note(note));
        }
        if let Some(table) = &mut self.table {
            table.write(self.out)?;
        }
        self.out.flush()
    }

    /// Prints a sentence for people; programs get nothing.
    pub(crate) fn say(&mut self, sentence: &str) -> io::Result<()> {
        if self.table.is_none() { Ok(()) } else { writeln!(self.out, "{}", Shown(sentence)) }
    }
}

fn cells(event: &StoredEvent<'_>, of_log: bool) -> Vec<String> {
    let place = [event.position().to_string(), Shown(event.stream()).to_string()];
    let effective = event.effective().map_or_else(String::new, |time| time.to_string());
    let recorded = event.recorded_at().to_string();
    let said = [event.version().to_string(), Shown(event.event_type()).to_string(), recorded, effective];
    place.into_iter().filter(|_| of_log).chain(said).collect()
}

/// What is said below the row: the payload; and who, with the first event of a commit.
fn notes(event: &StoredEvent<'_>, begins: bool) -> Vec<String> {
    let mut notes = Vec::new();
    match raw(event.payload()) {
        Some(payload) if matches!(payload.get(), "{}" | "null") => {}
        Some(payload) => notes.push(JsonLine(payload.get()).to_string()),
        None => notes.push(format!("no JSON: {}", Shown(event.payload()))),
    }
    let tags: Vec<String> = event.tags().map(|tag| Shown(tag).to_string()).collect();
    let mut facts = Vec::new();
    if begins {
        let commit = event.commit();
        match commit.metadata() {
            Ok(metadata) => facts.extend(facts_of(&metadata)),
            Err(_) => facts.push(format!("metadata {}", Shown(commit.metadata))),
        }
    }
    if !tags.is_empty() {
        facts.push(format!("tags {}", tags.join(" ")));
    }
    if !facts.is_empty() {
        notes.push(facts.join(", "));
    }
    notes
}

fn facts_of(metadata: &Metadata) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(metadata.actor.as_ref().map(|actor| format!("by {}", Shown(actor.as_str()))));
    facts.extend(metadata.command.as_ref().map(|command| format!("command {}", Shown(&command.name))));
    facts.extend(metadata.reason.as_ref().map(|reason| format!("because: {}", Shown(reason))));
    facts
        .extend(metadata.extra.iter().map(|(key, value)| format!("{} {}", Shown(key), Shown(&short(value)))));
    facts
}

/// An event as JSON. The payload and the metadata stand in it as they are stored.
#[derive(Serialize)]
struct Line<'a> {
    position: u64,
    version: u64,
    stream: &'a str,
    r#type: &'a str,
    schema: u32,
    recorded_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_at: Option<Timestamp>,
    tags: Vec<&'a str>,
    commit: String,
    data: Option<&'a RawValue>,
    /// The payload, where it is no JSON: a store that was written by others.
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_data: Option<&'a str>,
    metadata: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    invalid_metadata: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn new(event: &StoredEvent<'a>) -> Self {
        let commit = event.commit();
        let (payload, metadata) = (event.payload(), commit.metadata);
        let (data, known) = (raw(payload), raw(metadata));
        Self {
            position: event.position().get(),
            version: event.version().get(),
            stream: event.stream(),
            r#type: event.event_type(),
            schema: event.schema(),
            recorded_at: event.recorded_at(),
            effective_at: event.effective(),
            tags: event.tags().collect(),
            commit: commit.id.to_string(),
            data,
            invalid_data: data.is_none().then_some(payload),
            metadata: known,
            invalid_metadata: known.is_none().then_some(metadata),
        }
    }
}

/// The text as it is, if it is JSON.
fn raw(text: &str) -> Option<&RawValue> {
    serde_json::from_str(text).ok()
}
