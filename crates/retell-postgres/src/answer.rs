//! The answers that take reading: what stood in the way of a commit, and what
//! is stored under its id. They are read after the lock was let go: history
//! does not change.

use std::collections::BTreeSet;

use retell_store::{
    AppendError, CheckedCommit, Committed, Conflict, PageBuilder, PageLimit, StreamConflict, Version, limits,
};

use crate::columns::to_sql;
use crate::failure::Fault;
use crate::judge::{Place, Standing};
use crate::link::Link;
use crate::log::positions;
use crate::query::Search;
use crate::reader;
use crate::readers::{Pool, reading};
use crate::row::{fill, integer, wanted};
use crate::sql::Q;

/// Answers a commit whose id is stored already.
pub(crate) async fn repeated(
    pool: &Pool,
    commit: &CheckedCommit,
    place: Place,
) -> Result<Committed, AppendError> {
    match reading!(pool, |link| reader::repeated(link, commit, place)) {
        Ok(answer) => answer.map_err(AppendError::Invalid),
        Err(fault) => Err(unread(&fault)),
    }
}

/// Answers a commit that something stood in the way of.
pub(crate) async fn refused(pool: &Pool, commit: &CheckedCommit, standing: Standing) -> AppendError {
    match reading!(pool, |link| conflict(link, commit, &standing)) {
        Ok(conflict) => AppendError::Conflict(Box::new(conflict)),
        Err(fault) => unread(&fault),
    }
}

/// It was judged, but the judgement cannot be explained. Nothing was stored
/// by this append.
fn unread(fault: &Fault) -> AppendError {
    match fault {
        Fault::Closed => fault.not_stored(),
        _ => AppendError::Unavailable { reason: fault.to_string() },
    }
}

async fn conflict(link: &Link, commit: &CheckedCommit, standing: &Standing) -> Result<Conflict, Fault> {
    // As many as a conflict carries, and one more, which tells that there are more.
    let most = to_sql(limits::COMPETING_EVENTS as u64 + 1);
    let mut competing: BTreeSet<i64> = after_versions(link, standing, most).await?.into_iter().collect();
    if standing.condition
        && let Some(condition) = commit.condition()
    {
        let search = Search::new(&condition.query);
        competing.extend(positions(link, &search, condition.after, standing.head, most).await?);
    }
    let chosen: Vec<i64> = competing.iter().copied().take(limits::COMPETING_EVENTS).collect();
    let limit = PageLimit { events: limits::COMPETING_EVENTS, bytes: limits::COMPETING_BYTES };
    let mut page = PageBuilder::new(limit);
    let rows = link.rows(Q::At, &[&chosen, &wanted(limit, 0).1]).await?;
    fill(link, &rows, &mut page).await?;
    let truncated = page.len() < competing.len();
    Ok(Conflict {
        streams: standing.streams.clone(),
        condition: standing.condition,
        competing: page.finish(truncated),
        truncated,
        head: standing.head,
    })
}

/// The earliest positions of the events of the streams after what was expected.
async fn after_versions(link: &Link, standing: &Standing, most: i64) -> Result<Vec<i64>, Fault> {
    if standing.streams.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = standing.streams.iter().map(|conflict| conflict.stream.as_str()).collect();
    let base = |conflict: &StreamConflict| to_sql(conflict.expected.base().unwrap_or(Version::NONE).get());
    let bases: Vec<i64> = standing.streams.iter().map(base).collect();
    let head = to_sql(standing.head.get());
    let rows = link.rows(Q::AfterVersion, &[&names, &bases, &head, &most]).await?;
    rows.iter().map(|row| integer(row, 0)).collect()
}
