//! The rows, and why one is refused.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};
use retell::StreamName;
use retell::store::{EventType, NewEvent, Payload, limits};

use super::layout::{Columns, json};
use super::{EventLog, Layout, LogError, LoggedEvent, LoggedStream, RefusedRow};
use crate::escape::short;

/// Reads the rows of a log.
pub(super) fn read(text: &str, layout: &Layout) -> Result<EventLog, LogError> {
    let columns = Columns::find(text, layout)?;
    let mut reader =
        ReaderBuilder::new().delimiter(columns.delimiter).flexible(true).from_reader(text.as_bytes());
    // The header was read before, and is skipped here.
    let _ = reader.headers();

    let mut log = EventLog::default();
    let mut places: HashMap<StreamName, usize> = HashMap::new();
    let mut lines = Lines { text, at: 0, line: 1 };
    let mut record = StringRecord::new();
    loop {
        let start = offset(reader.position());
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => return Ok(log),
            Err(error) => {
                // Text from memory, in UTF-8, with rows of any length: nothing is left to fail.
                log.refused.push(RefusedRow { line: lines.at(start), reason: error.to_string() });
                continue;
            }
        }
        let line = lines.at(start);
        let whole =
            offset(reader.position()) < text.len() || !opens_a_quote(&text[lines.at..], columns.delimiter);
        match event(&record, whole, &columns, layout) {
            Ok((stream, event)) => {
                let place = *places.entry(stream).or_insert_with_key(|stream| {
                    log.streams.push(LoggedStream { stream: stream.clone(), rows: Vec::new() });
                    log.streams.len() - 1
                });
                log.streams[place].rows.push(LoggedEvent { line, event });
            }
            Err(reason) => log.refused.push(RefusedRow { line, reason }),
        }
    }
}

fn event(
    record: &StringRecord,
    whole: bool,
    columns: &Columns,
    layout: &Layout,
) -> Result<(StreamName, NewEvent), String> {
    if !whole {
        let reason = "it opens a quote that is never closed, so the rest of the file was taken as this row: \
                      close the quote";
        return Err(reason.to_owned());
    }
    if record.len() != columns.count {
        let (has, wants) = (record.len(), columns.count);
        return Err(format!(
            "its columns are {has}, and the first line names {wants}: add what is missing, or quote what holds \
             the delimiter"
        ));
    }
    let cell = |at: usize| record.get(at).unwrap_or_default();
    let named = |column: &str, error: String| format!("column \"{}\": {error}", short(column));
    let stream = StreamName::new(&layout.category, cell(columns.stream).trim())
        .map_err(|error| named(&layout.stream_column, error.to_string()))?;
    let event_type = EventType::new(cell(columns.kind).trim())
        .map_err(|error| named(&layout.type_column, error.to_string()))?;
    let effective = layout
        .time_format
        .moment(cell(columns.time).trim())
        .map_err(|error| named(&layout.time_column, error))?;

    let fields = columns.others.iter().map(|(at, name)| format!("{name}:{}", json(cell(*at))));
    let payload = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
    let (bytes, limit) = (payload.len(), limits::PAYLOAD_BYTES);
    if bytes > limit {
        return Err(format!(
            "its other columns make a payload of {bytes} bytes: at most {limit} are allowed"
        ));
    }
    let payload = Payload::from_trusted_json(payload);
    Ok((stream, NewEvent::new(event_type, payload).effective(effective)))
}

fn offset(position: &csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

/// Counts lines, whatever ends them.
struct Lines<'a> {
    text: &'a str,
    /// A place in the text, and the line that it stands in.
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the row begins that is read from here on: what ends
    /// the row before, and empty lines, stand before it.
    fn at(&mut self, start: usize) -> u64 {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(self.at + 1) != Some(&b'\n'),
                _ => false,
            };
            if self.at >= start && !matches!(byte, b'\n' | b'\r') {
                break;
            }
            self.line += u64::from(ends_line);
            self.at += 1;
        }
        self.line
    }
}

/// Whether the last row of a file ends inside a quoted cell.
fn opens_a_quote(row: &str, delimiter: u8) -> bool {
    enum At {
        Start,
        Plain,
        Quoted,
        Quote,
    }
    let end = row.bytes().fold(At::Start, |at, byte| match (at, byte) {
        (At::Quoted, b'"') => At::Quote,
        (At::Quoted, _) | (At::Quote | At::Start, b'"') => At::Quoted,
        (_, byte) if byte == delimiter => At::Start,
        _ => At::Plain,
    });
    matches!(end, At::Quoted)
}
