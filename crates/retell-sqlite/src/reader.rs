//! A connection that reads, and what is read with it.
//!
//! Every read is short: no snapshot outlives a call, so the write-ahead log
//! can always be taken in. A page that needs several statements begins with
//! the head; what stands up to there never changes, so the statements after
//! it see the same history.

use std::time::{Duration, Instant};

use retell_store::{
    CommitId, Committed, ListStreams, Order, Page, PageBuilder, Position, ReadStream, StreamHead, StreamName,
    Timestamp, Version,
};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::failure::Fault;
use crate::row::{copy, copy_of, integer, place, select_events, text, to_sql};
use crate::source::Source;

/// A connection that reads.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) connection: Connection,
}

/// How much is read on the caller's own thread, before the rest is handed to
/// a reader thread.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    rows: usize,
    until: Instant,
}

impl Patience {
    pub(crate) const ROWS: usize = 256;
    const TIME: Duration = Duration::from_millis(1);

    pub(crate) fn start() -> Self {
        Self { rows: Self::ROWS, until: Instant::now() + Self::TIME }
    }

    /// Whether that was enough; the clock is looked at now and then.
    fn ends(&mut self) -> bool {
        self.rows -= 1;
        self.rows == 0 || (self.rows.is_multiple_of(8) && Instant::now() >= self.until)
    }
}

/// A page of a stream that is being read.
#[derive(Debug)]
pub(crate) struct StreamPage {
    read: ReadStream,
    page: PageBuilder,
    more: bool,
}

const STREAM_ID: &str = "SELECT id FROM streams WHERE name = ?1";
const STREAM: &str = select_events!(
    "e.position",
    "NULL",
    "events e INDEXED BY events_by_stream WHERE e.stream = ?1 AND e.version > ?2 AND e.version <= ?3 \
     ORDER BY e.version"
);
const STREAM_BACKWARD: &str = select_events!(
    "e.position",
    "NULL",
    "events e INDEXED BY events_by_stream WHERE e.stream = ?1 AND e.version > ?2 AND e.version <= ?3 \
     ORDER BY e.version DESC"
);
const EVENT: &str = select_events!(
    "e.position",
    "s.name",
    "events e CROSS JOIN streams s ON s.id = e.stream WHERE e.position = ?1"
);
const HEAD: &str = "SELECT coalesce(max(position), 0) FROM events";
pub(crate) const FIND: &str = "SELECT position, commit_size, recorded_at FROM events INDEXED BY events_by_commit \
                    WHERE commit_id = ?1";
const STREAMS_OF_COMMIT: &str = "SELECT s.name, e.version FROM events e CROSS JOIN streams s ON s.id = e.stream \
                                 WHERE e.position >= ?1 AND e.position < ?2 ORDER BY e.position";
const LIST: &str = "SELECT s.name, (SELECT max(version) FROM events WHERE stream = s.id) FROM streams s \
                    WHERE s.name > ?1 ORDER BY s.name LIMIT ?2";
const LIST_CATEGORY: &str = "SELECT s.name, (SELECT max(version) FROM events WHERE stream = s.id) FROM streams s \
                             WHERE s.name > ?1 AND s.name < ?3 AND s.category = ?4 ORDER BY s.name LIMIT ?2";

impl Reader {
    pub(crate) fn open(source: &Source, patience: Duration) -> Result<Self, Fault> {
        Ok(Self::new(source.reader(patience)?))
    }

    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection }
    }

    /// The position of the last event.
    pub(crate) fn head(&self) -> Result<Position, Fault> {
        head(&self.connection)
    }

    /// Reads on where the page stands; tells whether it is whole now. With a
    /// patience it may stop before that.
    pub(crate) fn read_stream(
        &mut self,
        on: &mut StreamPage,
        mut patience: Option<Patience>,
    ) -> Result<bool, Fault> {
        let connection = &self.connection;
        let StreamPage { read, page, more } = on;
        let stream = read.stream.clone();
        let id: Option<i64> = connection
            .prepare_cached(STREAM_ID)?
            .query_row([stream.as_str()], |row| row.get(0))
            .optional()?;
        let Some(id) = id else { return Ok(true) };
        let (after, until) = (to_sql(read.after.get()), read.until.map_or(i64::MAX, |v| to_sql(v.get())));
        let mut statement = connection.prepare_cached(match read.order {
            Order::Forward => STREAM,
            Order::Backward => STREAM_BACKWARD,
        })?;
        let mut rows = statement.query([id, after, until])?;
        while let Some(row) = rows.next()? {
            if page.is_full() {
                *more = true;
                return Ok(true);
            }
            copy_of(connection, row, stream.as_str(), page)?;
            let version = Version::new(place(row, 2)?);
            match read.order {
                Order::Forward => read.after = version,
                Order::Backward => read.until = Some(Version::new(version.get().saturating_sub(1))),
            }
            if patience.as_mut().is_some_and(Patience::ends) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Looks a commit up, unless it has more events than this.
    pub(crate) fn find(
        &mut self,
        id: CommitId,
        most: Option<usize>,
    ) -> Result<Result<Option<Committed>, TooMany>, Fault> {
        let found = {
            let mut statement = self.connection.prepare_cached(FIND)?;
            let mut rows = statement.query([id.as_bytes()])?;
            rows.next()?.map(place_of_row).transpose()?
        };
        let Some(place) = found else { return Ok(Ok(None)) };
        if most.is_some_and(|most| place.size > most as u64) {
            return Ok(Err(TooMany));
        }
        place.committed(&self.connection, id).map(|committed| Ok(Some(committed)))
    }

    /// Lists streams by name.
    pub(crate) fn list_streams(&mut self, list: &ListStreams) -> Result<Vec<StreamHead>, Fault> {
        let after = list.after.as_ref().map_or("", StreamName::as_str);
        let count = to_sql(list.count() as u64);
        let mut statement;
        let mut rows = match &list.category {
            None => {
                statement = self.connection.prepare_cached(LIST)?;
                statement.query(params![after, count])?
            }
            // The names of a category are those from "category/" on, before
            // "category0": the digit comes right after the slash.
            Some(category) => {
                statement = self.connection.prepare_cached(LIST_CATEGORY)?;
                let (first, end) = (format!("{category}/"), format!("{category}0"));
                statement.query(params![after.max(first.as_str()), count, end, category])?
            }
        };
        let mut heads = Vec::new();
        while let Some(row) = rows.next()? {
            let version = Version::new(place(row, 1)?);
            heads.push(StreamHead { stream: stream_name(text(row, 0, "name")?)?, version });
        }
        Ok(heads)
    }
}

/// A commit with more events than were asked for.
#[derive(Debug)]
pub(crate) struct TooMany;

impl StreamPage {
    pub(crate) fn new(read: ReadStream) -> Self {
        let page = PageBuilder::new(read.limit);
        Self { read, page, more: false }
    }

    pub(crate) fn finish(self) -> Page {
        self.page.finish(self.more)
    }
}

/// The position of the last event.
pub(crate) fn head(connection: &Connection) -> Result<Position, Fault> {
    let head: i64 = connection.prepare_cached(HEAD)?.query_row([], |row| row.get(0))?;
    Ok(Position::new(head.unsigned_abs()))
}

/// Where a commit stands in the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CommitPlace {
    pub(crate) first: u64,
    pub(crate) size: u64,
    recorded_at: Timestamp,
}

/// The place that a row of [`FIND`] tells.
pub(crate) fn place_of_row(row: &Row<'_>) -> Result<CommitPlace, Fault> {
    let recorded_at = Timestamp::from_micros(integer(row, 2)?);
    Ok(CommitPlace { first: place(row, 0)?, size: place(row, 1)?, recorded_at })
}

impl CommitPlace {
    /// The stored commit, as a repeated append is answered.
    pub(crate) fn committed(&self, connection: &Connection, id: CommitId) -> Result<Committed, Fault> {
        let mut statement = connection.prepare_cached(STREAMS_OF_COMMIT)?;
        let mut rows = statement.query([to_sql(self.first), to_sql(self.first + self.size)])?;
        // The events of a stream stand together; the last tells its version.
        let mut streams: Vec<(StreamName, Version)> = Vec::new();
        while let Some(row) = rows.next()? {
            let (name, version) = (text(row, 0, "name")?, Version::new(place(row, 1)?));
            match streams.last_mut() {
                Some(last) if last.0.as_str() == name => last.1 = version,
                _ => streams.push((stream_name(name)?, version)),
            }
        }
        Ok(Committed {
            id,
            first: Position::new(self.first),
            last: Position::new(self.first + self.size - 1),
            recorded_at: self.recorded_at,
            streams,
            already_stored: true,
        })
    }
}

fn stream_name(text: &str) -> Result<StreamName, Fault> {
    text.parse().map_err(|error| Fault::Damaged(format!("a stream has a name that is none: {error}")))
}

/// Reads an event by its position into the page.
pub(crate) fn copy_at(connection: &Connection, position: u64, page: &mut PageBuilder) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(EVENT)?;
    let mut rows = statement.query([to_sql(position)])?;
    let Some(row) = rows.next()? else {
        return Err(Fault::Damaged(format!("there is no event at position {position}")));
    };
    copy(connection, row, page)
}
