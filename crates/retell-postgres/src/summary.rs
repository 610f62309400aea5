//! Counts what a store holds.

use retell_store::{Summary, Timestamp, TypeCount};

use crate::columns::to_sql;
use crate::failure::Fault;
use crate::link::Link;
use crate::reader::head;
use crate::row::{integer, place, text};
use crate::sql::Q;

/// Goes through the whole log.
pub(crate) async fn summary(link: &Link) -> Result<Summary, Fault> {
    let mut summary = Summary { head: head(link).await?, ..Summary::default() };
    for row in link.rows(Q::Summary, &[&to_sql(summary.head.get())]).await? {
        let count = place(&row, 1)?;
        summary.events += count;
        summary.commits += place(&row, 2)?;
        summary.streams += place(&row, 3)?;
        summary.payload_bytes += place(&row, 4)?;
        let (first, last) =
            (Timestamp::from_micros(integer(&row, 5)?), Timestamp::from_micros(integer(&row, 6)?));
        summary.first_recorded = Some(summary.first_recorded.map_or(first, |known| known.min(first)));
        summary.last_recorded = summary.last_recorded.max(Some(last));
        summary.types.push(TypeCount { event_type: text(&row, 0)?.to_owned(), count });
    }
    summary.types.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.event_type.cmp(&b.event_type)));
    Ok(summary)
}
