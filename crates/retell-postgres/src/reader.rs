//! What is read: streams, commits, the head, the list of streams.

use retell_store::{
    CheckedCommit, CommitId, Committed, InvalidCommit, ListStreams, Order, Page, PageBuilder, Position,
    ReadStream, StreamHead, StreamName, Timestamp, Version,
};
use tokio_postgres::Row;

use crate::batch::uuid;
use crate::columns::{tags_text, to_sql};
use crate::failure::Fault;
use crate::judge::Place;
use crate::link::Link;
use crate::row::{fill, integer, place, text, wanted};
use crate::sql::Q;

/// The position of the last event.
pub(crate) async fn head(link: &Link) -> Result<Position, Fault> {
    let rows = link.rows(Q::Head, &[]).await?;
    let row = rows.first().ok_or_else(|| Fault::Damaged("the head of the log is missing".to_owned()))?;
    Ok(Position::new(place(row, 0)?))
}

/// A page of a stream.
pub(crate) async fn stream_page(link: &Link, read: &ReadStream) -> Result<Page, Fault> {
    let q = match read.order {
        Order::Forward => Q::Stream,
        Order::Backward => Q::StreamBackward,
    };
    let (after, until) = (to_sql(read.after.get()), read.until.map_or(i64::MAX, |until| to_sql(until.get())));
    let (count, bytes) = wanted(read.limit, 0);
    let rows = link.rows(q, &[&read.stream.as_str(), &after, &until, &count, &bytes]).await?;
    let mut page = PageBuilder::new(read.limit);
    let more = fill(link, &rows, &mut page).await?;
    Ok(page.finish(more))
}

/// Looks a commit up.
pub(crate) async fn find(link: &Link, id: CommitId) -> Result<Option<Committed>, Fault> {
    let rows = link.rows(Q::Find, &[&uuid(id)]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let size: i32 = row.try_get(1)?;
    let recorded_at = Timestamp::from_micros(integer(row, 2)?);
    let place = Place { first: place(row, 0)?, size: u64::from(size.unsigned_abs()), recorded_at };
    committed(link, place, id).await.map(Some)
}

/// The stored commit, as a repeated append is answered.
async fn committed(link: &Link, place: Place, id: CommitId) -> Result<Committed, Fault> {
    let end = place.first + place.size;
    let rows = link.rows(Q::StreamsOfCommit, &[&to_sql(place.first), &to_sql(end)]).await?;
    Ok(Committed {
        id,
        first: Position::new(place.first),
        last: Position::new(end - 1),
        recorded_at: place.recorded_at,
        streams: rows.iter().map(stream_version).collect::<Result<_, _>>()?,
        already_stored: true,
    })
}

/// The commit that is stored at this place under the id of this one, if its
/// events are the same.
pub(crate) async fn repeated(
    link: &Link,
    commit: &CheckedCommit,
    place: Place,
) -> Result<Result<Committed, InvalidCommit>, Fault> {
    let taken = InvalidCommit::IdTaken(commit.id());
    if place.size != commit.event_count() as u64 {
        return Ok(Err(taken));
    }
    let end = place.first + place.size;
    let rows = link.rows(Q::Content, &[&to_sql(place.first), &to_sql(end)]).await?;
    if !has_content(&rows, commit)? {
        return Ok(Err(taken));
    }
    committed(link, place, commit.id()).await.map(Ok)
}

fn has_content(rows: &[Row], commit: &CheckedCommit) -> Result<bool, Fault> {
    let mut rows = rows.iter();
    for write in commit.writes() {
        for event in &write.events {
            let Some(row) = rows.next() else { return Ok(false) };
            let same = text(row, 0)? == write.stream.as_str()
                && text(row, 1)? == event.event_type.as_str()
                && integer(row, 2)? == i64::from(event.schema)
                && text(row, 3)? == event.payload.as_str()
                && row.try_get::<_, Option<&str>>(4)?.unwrap_or("") == tags_text(event)
                && row.try_get::<_, Option<i64>>(5)? == event.effective.map(Timestamp::as_micros);
            if !same {
                return Ok(false);
            }
        }
    }
    Ok(rows.next().is_none())
}

/// Lists streams by name.
pub(crate) async fn list_streams(link: &Link, list: &ListStreams) -> Result<Vec<StreamHead>, Fault> {
    let after = list.after.as_ref().map_or("", StreamName::as_str);
    let count = to_sql(list.count() as u64);
    let rows = match &list.category {
        None => link.rows(Q::List, &[&after, &count]).await?,
        // No stream has such a category.
        Some(category) if StreamName::check_category(category).is_err() => Vec::new(),
        // The names of a category are those from "category/" on, before
        // "category0": the digit comes right after the slash.
        Some(category) => {
            let (first, end) = (format!("{category}/"), format!("{category}0"));
            link.rows(Q::ListCategory, &[&after.max(first.as_str()), &count, &end]).await?
        }
    };
    let heads = rows.iter().map(stream_version);
    heads.map(|head| head.map(|(stream, version)| StreamHead { stream, version })).collect()
}

fn stream_version(row: &Row) -> Result<(StreamName, Version), Fault> {
    let name = text(row, 0)?;
    let name =
        name.parse().map_err(|error| Fault::Damaged(format!("a stream has a name that is none: {error}")))?;
    Ok((name, Version::new(place(row, 1)?)))
}
