//! A row of the log, and how its words map to the desk's.

use std::collections::BTreeMap;

use csv::StringRecord;
use retell::{Actor, Timestamp};

use crate::domain::{Hold, Link, Priority, Status, TicketId};

/// The columns without which there is nothing to import.
pub const REQUIRED: [&str; 11] = [
    "number",
    "incident_state",
    "priority",
    "assignment_group",
    "assigned_to",
    "reassignment_count",
    "reopen_count",
    "caller_id",
    "opened_at",
    "sys_updated_by",
    "sys_updated_at",
];

/// The columns that are read where they are there.
pub const OPTIONAL: [&str; 19] = [
    "opened_by",
    "contact_type",
    "location",
    "category",
    "subcategory",
    "u_symptom",
    "impact",
    "urgency",
    "u_priority_confirmation",
    "problem_id",
    "rfc",
    "caused_by",
    "cmdb_ci",
    "vendor",
    "knowledge",
    "notify",
    "made_sla",
    "closed_code",
    "resolved_by",
];

/// A whole incident after somebody saved it.
///
/// Nothing stands for what the log marks as missing: a `?` or an empty cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the file on which the row begins; the header is on line 1.
    pub line: u64,
    /// Which row of its ticket this is in the file, counted from 1.
    pub ordinal: u32,
    /// The incident number.
    pub ticket: TicketId,
    /// Who saved it, in the log's own words.
    pub updated_by: Option<String>,
    /// When it was saved.
    pub updated_at: Timestamp,
    /// Where it stands.
    pub status: Status,
    /// How urgent it is.
    pub priority: Priority,
    /// Which group has it.
    pub group: Option<String>,
    /// Which agent has it.
    pub assignee: Option<String>,
    /// How often the log says it was reassigned.
    pub reassignment_count: Option<u32>,
    /// How often the log says it was reopened.
    pub reopen_count: Option<u32>,
    /// Whose ticket it is.
    pub customer: Option<String>,
    /// Who wrote it down.
    pub opened_by: Option<String>,
    /// When it was opened.
    pub opened_at: Option<Timestamp>,
    /// How it reached the desk.
    pub channel: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// The category.
    pub category: Option<String>,
    /// The part of the category.
    pub subcategory: Option<String>,
    /// What the customer sees of it.
    pub symptom: Option<String>,
    /// How much is affected.
    pub impact: Option<String>,
    /// How soon it has to be solved.
    pub urgency: Option<String>,
    /// Whether somebody confirmed the priority.
    pub priority_confirmed: Option<bool>,
    /// What it is linked to.
    pub links: BTreeMap<Link, String>,
    /// Whether a document of the knowledge base helped.
    pub knowledge_used: Option<bool>,
    /// How the customer is told about changes; nothing when the log says that
    /// the customer is not.
    pub notification: Option<String>,
    /// Whether the log's service level agreement is kept so far.
    pub sla_met: Option<bool>,
    /// What kind of solution it was. Filled in at the end in all rows of an
    /// incident, so it is to be believed only where the ticket is closed.
    pub closing_code: Option<String>,
    /// Who solved it; to be believed only where the ticket is closed.
    pub resolver: Option<String>,
}

impl Row {
    /// Who saved it, as an actor: an agent with the log's own name.
    ///
    /// Nobody is named when the log names nobody, or when the name holds what
    /// no actor's name may.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        let name = self.updated_by.as_deref()?;
        Actor::new(&format!("agent/{name}")).ok()
    }

    /// Whether the row shows a closed ticket.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.status == Status::Closed
    }

    /// Reads a row, whose number was read already.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn read(cells: &Cells<'_>, ticket: TicketId, line: u64, ordinal: u32) -> Result<Self, String> {
        let updated_at = cells.time("sys_updated_at")?.ok_or("sys_updated_at is missing")?;
        Ok(Self {
            line,
            ordinal,
            ticket,
            updated_by: cells.text("sys_updated_by"),
            updated_at,
            status: status(cells.get("incident_state").unwrap_or(MISSING)),
            priority: priority(cells.get("priority").unwrap_or(MISSING)),
            group: cells.text("assignment_group"),
            assignee: cells.text("assigned_to"),
            reassignment_count: cells.number("reassignment_count")?,
            reopen_count: cells.number("reopen_count")?,
            customer: cells.text("caller_id"),
            opened_by: cells.text("opened_by"),
            opened_at: cells.time("opened_at")?,
            channel: cells.text("contact_type"),
            location: cells.text("location"),
            category: cells.text("category"),
            subcategory: cells.text("subcategory"),
            symptom: cells.text("u_symptom"),
            impact: cells.text("impact"),
            urgency: cells.text("urgency"),
            priority_confirmed: cells.truth("u_priority_confirmation")?,
            links: LINKS.iter().filter_map(|(what, column)| Some((*what, cells.text(column)?))).collect(),
            knowledge_used: cells.truth("knowledge")?,
            notification: cells.text("notify").filter(|choice| !choice.eq_ignore_ascii_case("do not notify")),
            sla_met: cells.truth("made_sla")?,
            closing_code: cells.text("closed_code"),
            resolver: cells.text("resolved_by"),
        })
    }
}

/// What the log writes where it knows nothing.
const MISSING: &str = "?";

/// The columns of the kinds of links.
const LINKS: [(Link, &str); 5] = [
    (Link::Problem, "problem_id"),
    (Link::Change, "rfc"),
    (Link::CausedBy, "caused_by"),
    (Link::ConfigurationItem, "cmdb_ci"),
    (Link::Vendor, "vendor"),
];

/// The desk's status for the log's word; a word that the desk does not know is kept.
#[must_use]
pub fn status(word: &str) -> Status {
    match word.to_ascii_lowercase().as_str() {
        "new" => Status::New,
        "active" => Status::Active,
        "awaiting user info" => Status::Awaiting(Hold::User),
        "awaiting vendor" => Status::Awaiting(Hold::Vendor),
        "awaiting problem" => Status::Awaiting(Hold::Problem),
        "resolved" => Status::Resolved,
        "closed" => Status::Closed,
        _ => Status::Other(word.to_owned()),
    }
}

/// The desk's priority for the log's word; a word that the desk does not know is kept.
#[must_use]
pub fn priority(word: &str) -> Priority {
    match word.to_ascii_lowercase().as_str() {
        "1 - critical" => Priority::Urgent,
        "2 - high" => Priority::High,
        "3 - moderate" => Priority::Medium,
        "4 - low" => Priority::Low,
        _ => Priority::from_word(word),
    }
}

/// The moment that `29-02-2016 01:16` means, in UTC, as the log names no zone.
fn moment(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once(' ')?;
    let mut date = date.split('-');
    let (day, month, year) = (date.next()?, date.next()?, date.next()?);
    let (hour, minute) = time.split_once(':')?;
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let shaped =
        digits(day, 2) && digits(month, 2) && digits(year, 4) && digits(hour, 2) && digits(minute, 2);
    if !shaped || date.next().is_some() {
        return None;
    }
    format!("{year}-{month}-{day}T{hour}:{minute}:00Z").parse().ok()
}

/// Where each column stands in the file.
#[derive(Debug)]
pub(super) struct Columns {
    places: BTreeMap<&'static str, usize>,
    count: usize,
}

impl Columns {
    /// Finds the columns by the header.
    ///
    /// # Errors
    /// The required columns that are not there.
    pub(super) fn find(header: &StringRecord) -> Result<Self, Vec<&'static str>> {
        let place = |name: &str| header.iter().position(|cell| cell.trim() == name);
        let missing: Vec<_> = REQUIRED.into_iter().filter(|name| place(name).is_none()).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        let known = REQUIRED.into_iter().chain(OPTIONAL);
        Ok(Self {
            places: known.filter_map(|name| Some((name, place(name)?))).collect(),
            count: header.len(),
        })
    }
}

/// The cells of one row, by column.
#[derive(Debug)]
pub(super) struct Cells<'a> {
    columns: &'a Columns,
    record: &'a StringRecord,
}

impl<'a> Cells<'a> {
    pub(super) fn new(columns: &'a Columns, record: &'a StringRecord) -> Self {
        Self { columns, record }
    }

    /// Refuses a row with more or fewer cells than the header.
    pub(super) fn must_fit(&self) -> Result<(), String> {
        let (found, wanted) = (self.record.len(), self.columns.count);
        if found == wanted {
            return Ok(());
        }
        let advice = if self.record.iter().any(|cell| cell.contains('\n')) {
            "; a quotation mark seems to be missing"
        } else {
            ""
        };
        Err(format!("it has {found} cells, the header has {wanted}{advice}"))
    }

    /// The cell, without white space around it; nothing when it is missing.
    pub(super) fn get(&self, column: &str) -> Option<&'a str> {
        let cell = self.record.get(*self.columns.places.get(column)?)?.trim();
        (!cell.is_empty() && cell != MISSING).then_some(cell)
    }

    fn text(&self, column: &str) -> Option<String> {
        self.get(column).map(str::to_owned)
    }

    fn number(&self, column: &str) -> Result<Option<u32>, String> {
        self.parsed(column, "a whole number", |cell| cell.parse().ok())
    }

    fn truth(&self, column: &str) -> Result<Option<bool>, String> {
        self.parsed(column, "TRUE or FALSE", |cell| match cell.to_ascii_lowercase().as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    fn time(&self, column: &str) -> Result<Option<Timestamp>, String> {
        self.parsed(column, "a time like 29-02-2016 01:16", moment)
    }

    fn parsed<T>(
        &self,
        column: &str,
        wanted: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let Some(cell) = self.get(column) else { return Ok(None) };
        match parse(cell) {
            Some(value) => Ok(Some(value)),
            None => Err(format!("{column} is \"{}\", not {wanted}", shown(cell))),
        }
    }
}

/// A cell as it is shown in a message: escaped, and cut to 40 characters.
pub(super) fn shown(cell: &str) -> String {
    let mut shown: String = cell.chars().take(40).flat_map(char::escape_debug).collect();
    if cell.chars().nth(40).is_some() {
        shown.push('…');
    }
    shown
}
