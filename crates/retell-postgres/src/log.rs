//! Pages of the log, and the positions of what matches a query.

use futures_util::future::try_join;
use retell_store::{Order, Page, PageBuilder, Position, ReadLog};
use tokio_postgres::Row;

use crate::columns::to_sql;
use crate::failure::Fault;
use crate::link::Link;
use crate::query::Search;
use crate::reader::head;
use crate::row::{fill, place, wanted};
use crate::sql::Q;

/// How far one statement looks: what it costs grows with the stretch when it
/// goes through the log, and with the number of tagged events when it uses the
/// index of tags.
const STRETCH: u64 = 50_000;
const STRETCH_OF_TAGS: u64 = 1_000_000;

/// After so many stretches without a full page, a page is given as it is.
const STRETCHES: usize = 4;

/// A page of the log.
pub(crate) async fn log_page(link: &Link, read: &ReadLog) -> Result<Page, Fault> {
    match Search::new(&read.query) {
        Search::Everything => everything(link, read).await,
        search => matching(link, read, &search).await,
    }
}

/// In one round trip. The head is asked for first, so that everything up to
/// it is seen by the statement that reads the rows.
async fn everything(link: &Link, read: &ReadLog) -> Result<Page, Fault> {
    let (after, until) = (to_sql(read.after.get()), read.until.map_or(i64::MAX, |until| to_sql(until.get())));
    let (count, bytes) = wanted(read.limit, 0);
    let q = match read.order {
        Order::Forward => Q::Log,
        Order::Backward => Q::LogBackward,
    };
    link.prepare(&[Q::Head, q]).await?;
    let (head, rows) = try_join(head(link), link.rows(q, &[&after, &until, &count, &bytes])).await?;
    let mut page = PageBuilder::new(read.limit);
    let more = fill(link, &rows, &mut page).await?;
    let mut page = page.finish(more);
    if !more {
        let end = read.until.unwrap_or(Position::MAX).min(head);
        page.covered = page.covered.max(end).max(read.after);
    }
    Ok(page)
}

async fn matching(link: &Link, read: &ReadLog, search: &Search<'_>) -> Result<Page, Fault> {
    let head = head(link).await?;
    let end = read.until.unwrap_or(head).min(head);
    let covered = end.max(read.after);
    let mut page = PageBuilder::new(read.limit);
    let stretch = if search.is_tagged() { STRETCH_OF_TAGS } else { STRETCH };
    let mut rest = (read.after.get(), end.get());
    let mut stretches = 0;
    while rest.0 < rest.1 && *search != Search::Nothing {
        let part = match read.order {
            Order::Forward => (rest.0, rest.1.min(rest.0.saturating_add(stretch))),
            Order::Backward => (rest.0.max(rest.1.saturating_sub(stretch)), rest.1),
        };
        let rows = rows(link, search, read, part, page.len()).await?;
        if fill(link, &rows, &mut page).await? {
            return Ok(page.finish(true));
        }
        match read.order {
            Order::Forward => rest.0 = part.1,
            Order::Backward => rest.1 = part.0,
        }
        stretches += 1;
        // Newest first cannot tell how far it looked, so it looks on.
        if read.order == Order::Forward && rest.0 < rest.1 && (page.is_full() || stretches == STRETCHES) {
            return Ok(covering(page.finish(true), Position::new(rest.0)));
        }
    }
    Ok(covering(page.finish(false), covered))
}

fn covering(mut page: Page, covered: Position) -> Page {
    page.covered = covered;
    page
}

async fn rows(
    link: &Link,
    search: &Search<'_>,
    read: &ReadLog,
    part: (u64, u64),
    have: usize,
) -> Result<Vec<Row>, Fault> {
    let (after, until) = (to_sql(part.0), to_sql(part.1));
    let (count, bytes) = wanted(read.limit, have);
    let forward = read.order == Order::Forward;
    match search {
        Search::Nothing | Search::Everything => Ok(Vec::new()),
        Search::Item { types, categories } => {
            let q = if forward { Q::LogItem } else { Q::LogItemBackward };
            link.rows(q, &[&after, &until, &count, &bytes, types, categories]).await
        }
        Search::Items(items) => {
            let q = if forward { Q::LogItems } else { Q::LogItemsBackward };
            link.rows(q, &[&after, &until, &count, &bytes, items]).await
        }
        Search::Tagged(items) => {
            let q = if forward { Q::LogTagged } else { Q::LogTaggedBackward };
            link.rows(q, &[&after, &until, &count, &bytes, items]).await
        }
    }
}

/// The earliest positions after one and up to another that match.
pub(crate) async fn positions(
    link: &Link,
    search: &Search<'_>,
    after: Position,
    until: Position,
    most: i64,
) -> Result<Vec<i64>, Fault> {
    let Some(items) = search.as_json() else { return Ok(Vec::new()) };
    let q = if search.is_tagged() { Q::MatchingTagged } else { Q::Matching };
    let rows = link.rows(q, &[&to_sql(after.get()), &to_sql(until.get()), &most, &items]).await?;
    rows.iter().map(|row| place(row, 0).map(to_sql)).collect()
}
