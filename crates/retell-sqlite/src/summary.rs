//! Counts what a store holds.

use std::collections::HashMap;

use retell_store::{Position, Summary, Timestamp, TypeCount};

use crate::failure::Fault;
use crate::reader::Reader;
use crate::row::{integer, place, text, to_sql};

/// How many events are counted in one snapshot.
const STRETCH: u64 = 100_000;

const SIZE: &str = "SELECT (SELECT coalesce(max(position), 0) FROM events), (SELECT count(*) FROM streams)";
const PART: &str = "SELECT type, octet_length(payload), commit_index, recorded_at FROM events \
                    WHERE position > ?1 AND position <= ?2 ORDER BY position";

impl Reader {
    /// Goes through the whole log, a part at a time.
    pub(crate) fn summary(&mut self) -> Result<Summary, Fault> {
        let mut summary = Summary::default();
        let head = self.connection.prepare_cached(SIZE)?.query_row([], |row| {
            summary.streams = row.get::<_, i64>(1)?.unsigned_abs();
            Ok(row.get::<_, i64>(0)?.unsigned_abs())
        })?;
        summary.head = Position::new(head);
        let mut counts: HashMap<String, u64> = HashMap::new();
        let mut after = 0;
        while after < head {
            let until = head.min(after + STRETCH);
            let mut statement = self.connection.prepare_cached(PART)?;
            let mut rows = statement.query([to_sql(after), to_sql(until)])?;
            while let Some(row) = rows.next()? {
                let recorded = Timestamp::from_micros(integer(row, 3)?);
                summary.events += 1;
                summary.payload_bytes += place(row, 1)?;
                summary.commits += u64::from(integer(row, 2)? == 0);
                summary.first_recorded.get_or_insert(recorded);
                summary.last_recorded = Some(recorded);
                let event_type = text(row, 0, "type")?;
                match counts.get_mut(event_type) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(event_type.to_owned(), 1);
                    }
                }
            }
            after = until;
        }
        summary.types =
            counts.into_iter().map(|(event_type, count)| TypeCount { event_type, count }).collect();
        summary.types.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.event_type.cmp(&b.event_type)));
        Ok(summary)
    }
}
