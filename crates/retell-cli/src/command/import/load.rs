//! Storing an event log: each row once, whatever was stored before.
//!
//! For each stream of the log: read what it holds, find out which rows are not
//! among it, and append those on the version that was read. Where somebody
//! was faster the append is refused, and the stream is read again. Many
//! streams are under way at a time; within a stream one commit follows the
//! other, so the order of the file is kept.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use retell::EventStore;
use retell::store::{
    AppendError, CommandRecord, Commit, CommitId, Committed, Expected, Metadata, NewEvent, ReadStream,
    StoredEvent, Timestamp, Version,
};

use super::ImportReport;
use crate::event_log::{LoggedEvent, LoggedStream};
use crate::{EventLog, Failure, Progress, RefusedRow};

/// How many streams are under way at a time.
const STREAMS: usize = 64;
/// How many events go into a commit, and how many bytes of payload.
const EVENTS: usize = 1_000;
const BYTES: usize = 1 << 20;
/// How often a stream is read anew because somebody else wrote to it.
const READINGS: u32 = 100;
/// How often an append is repeated that found the store busy or lost its answer.
const REPEATS: u32 = 30;

/// Stores what is not stored yet.
pub(super) async fn load(
    store: &dyn EventStore,
    log: &EventLog,
    progress: &Progress,
) -> Result<ImportReport, Failure> {
    let mut report = ImportReport::of(log);
    let loader = Loader { store, file: &log.file, progress };
    let mut streams = stream::iter(&log.streams).map(|one| loader.stream(one)).buffer_unordered(STREAMS);
    while let Some(outcome) = streams.next().await {
        let Loaded { added, refused, failure, .. } = outcome;
        report.added += added;
        report.refused.extend(refused);
        if let Some(cause) = failure {
            return Err(Failure::ImportStopped { added: report.added, cause: Box::new(cause) });
        }
    }
    report.already_there = report.rows - report.added - report.refused.len() as u64;
    report.refused.sort();
    Ok(report)
}

struct Loader<'a> {
    store: &'a dyn EventStore,
    file: &'a str,
    progress: &'a Progress,
}

/// What became of a stream.
#[derive(Default)]
struct Loaded {
    added: u64,
    refused: Vec<RefusedRow>,
    failure: Option<Failure>,
    /// How many of its rows the progress bar counts.
    counted: usize,
}

impl Loader<'_> {
    async fn stream(&self, logged: &LoggedStream) -> Loaded {
        let mut loaded = Loaded::default();
        loaded.failure = self.try_stream(logged, &mut loaded).await.err();
        loaded
    }

    async fn try_stream(&self, logged: &LoggedStream, loaded: &mut Loaded) -> Result<(), Failure> {
        let mut readings = 1;
        loop {
            let (version, mut missing) = self.missing(logged).await?;
            missing.retain(|row| loaded.refused.iter().all(|refused| refused.line != row.line));
            match self.append_all(logged, version, missing, loaded).await {
                Err(AppendError::Conflict(_)) if readings < READINGS => readings += 1,
                other => return Ok(other?),
            }
        }
    }

    /// Appends rows in as many commits as it takes; stops when the stream has
    /// another version than the rows before have made.
    async fn append_all(
        &self,
        logged: &LoggedStream,
        mut version: Version,
        mut missing: Vec<&LoggedEvent>,
        loaded: &mut Loaded,
    ) -> Result<(), AppendError> {
        let mut most = EVENTS;
        loop {
            let done = logged.rows.len() - missing.len();
            self.progress.add(done.saturating_sub(loaded.counted) as u64);
            loaded.counted = loaded.counted.max(done);
            let Some(first) = missing.first() else { return Ok(()) };

            let count = count(&missing, most);
            match self.append(self.commit(logged, version, &missing[..count])).await {
                Ok(committed) => {
                    version = committed.version_of(&logged.stream).unwrap_or(version.plus(count as u64));
                    loaded.added += if committed.already_stored { 0 } else { count as u64 };
                    missing.drain(..count);
                }
                Err(AppendError::Invalid(reason)) if count == 1 => {
                    loaded.refused.push(RefusedRow { line: first.line, reason: reason.to_string() });
                    missing.remove(0);
                }
                // One of them is refused: find out which.
                Err(AppendError::Invalid(_)) => most = 1,
                Err(error) => return Err(error),
            }
        }
    }

    /// The version of a stream, and the rows that are not among its events:
    /// of equal rows, as many as there are more of them than of equal events.
    async fn missing<'l>(
        &self,
        logged: &'l LoggedStream,
    ) -> Result<(Version, Vec<&'l LoggedEvent>), Failure> {
        let mut read = ReadStream::new(logged.stream.clone());
        let mut page = self.store.read_stream(read.clone()).await?;
        if page.is_empty() {
            return Ok((Version::NONE, logged.rows.iter().collect()));
        }
        // By their hash: the rows live longer than a page, and cannot be looked up by what borrows from it.
        let hasher = RandomState::new();
        let mut wanted: HashMap<u64, VecDeque<usize>> = HashMap::new();
        let said: Vec<Said<'_>> = logged.rows.iter().map(|row| Said::by_row(&row.event)).collect();
        for (at, said) in said.iter().enumerate() {
            wanted.entry(hasher.hash_one(said)).or_default().push_back(at);
        }
        let mut stored = vec![false; logged.rows.len()];
        loop {
            for event in page.iter() {
                let event_said = Said::by_event(&event);
                if let Some(rows) = wanted.get_mut(&hasher.hash_one(&event_said))
                    && let Some(first) = rows.iter().position(|at| said[*at] == event_said)
                    && let Some(at) = rows.remove(first)
                {
                    stored[at] = true;
                }
                read.after = event.version();
            }
            if !page.more {
                break;
            }
            page = self.store.read_stream(read.clone()).await?;
        }
        let missing = logged.rows.iter().zip(stored).filter(|(_, stored)| !stored).map(|(row, _)| row);
        Ok((read.after, missing.collect()))
    }

    /// A commit whose id stands for its place and its content: whoever stores
    /// the same rows at the same place makes the same commit.
    fn commit(&self, logged: &LoggedStream, version: Version, rows: &[&LoggedEvent]) -> Commit {
        let mut name = format!("{}@{version}", logged.stream);
        for LoggedEvent { event, .. } in rows {
            let micros = event.effective.map_or(0, |time| time.as_micros());
            // Neither types nor payloads hold a line end or a tabulator.
            let _ = write!(name, "\n{}\t{micros}\t{}", event.event_type, event.payload.as_str());
        }
        let command = Some(CommandRecord { name: "import".to_owned(), content: None });
        let extra = [("file", self.file.to_owned()), ("lines", lines(rows))];
        let extra = extra.map(|(key, value)| (key.to_owned(), value)).into_iter().collect();
        let events = rows.iter().map(|row| row.event.clone()).collect();
        Commit::with_id(CommitId::named("import", &name))
            .write(logged.stream.clone(), Expected::Exact(version), events)
            .metadata(Metadata { command, extra, ..Metadata::default() })
    }

    /// Appends; again, where the store was busy or it is unknown what it did.
    async fn append(&self, commit: Commit) -> Result<Committed, AppendError> {
        let mut repeats = 0;
        loop {
            let error = match self.store.append(commit.clone()).await {
                Err(error @ (AppendError::TooBusy { .. } | AppendError::OutcomeUnknown { .. })) => error,
                other => return other,
            };
            repeats += 1;
            if repeats > REPEATS {
                return Err(error);
            }
            tokio::time::sleep(pause(repeats)).await;
        }
    }
}

/// What a row or an event says.
#[derive(PartialEq, Eq, Hash)]
struct Said<'a> {
    event_type: &'a str,
    effective: Option<Timestamp>,
    payload: &'a str,
}

impl<'a> Said<'a> {
    fn by_row(event: &'a NewEvent) -> Self {
        let (event_type, payload) = (event.event_type.as_str(), event.payload.as_str());
        Self { event_type, effective: event.effective, payload }
    }

    fn by_event(event: &StoredEvent<'a>) -> Self {
        let (event_type, payload) = (event.event_type(), event.payload());
        Self { event_type, effective: event.effective(), payload }
    }
}

/// How long to wait before an append is repeated: at first 10 milliseconds,
/// at last one second.
fn pause(repeats: u32) -> Duration {
    Duration::from_millis(10 << repeats.min(7)).min(Duration::from_secs(1))
}

/// How many of the rows go into the next commit.
fn count(rows: &[&LoggedEvent], most: usize) -> usize {
    let mut bytes = 0;
    let fits = |row: &&&LoggedEvent| {
        bytes += row.event.payload.as_str().len();
        bytes <= BYTES
    };
    rows.iter().take(most).take_while(fits).count().max(1)
}

/// The lines of the file from which the rows come, as `2-5,9`.
fn lines(rows: &[&LoggedEvent]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for line in rows.iter().map(|row| row.line) {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => ranges.push((line, line)),
        }
    }
    let written = ranges.iter().map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    });
    written.collect::<Vec<_>>().join(",")
}
