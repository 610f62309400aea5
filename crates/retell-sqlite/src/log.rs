//! Pages of the log.

use std::ops::ControlFlow;

use retell_store::{Order, Page, PageBuilder, PageLimit, Position, Query, ReadLog};
use rusqlite::Connection;

use crate::failure::Fault;
use crate::reader::Reader;
use crate::row::{copy, place};
use crate::select::{Give, Select};

/// How far one statement looks: what it costs grows with the stretch when it
/// goes through the log, and with the number of tagged events when it uses the
/// index of tags. So that no snapshot is held for long.
const STRETCH: u64 = 50_000;
const STRETCH_OF_TAGS: u64 = 1_000_000;

/// After so many stretches without a full page, a page is given as it is.
const STRETCHES: usize = 4;

impl Reader {
    /// Reads a page of the log.
    pub(crate) fn log_page(&mut self, read: &ReadLog) -> Result<Page, Fault> {
        let head = self.head()?;
        let end = read.until.unwrap_or(head).min(head);
        let covered = end.max(read.after);
        let mut page = PageBuilder::new(read.limit);
        let select = Select::new(&read.query, Give::Event, read.order);
        let stretch = match &select {
            Some(_) if read.query.is_all() => u64::MAX,
            Some(select) if !select.scans() => STRETCH_OF_TAGS,
            _ => STRETCH,
        };
        let mut rest = (read.after.get(), end.get());
        let mut stretches = 0;
        while rest.0 < rest.1 {
            let part = match read.order {
                Order::Forward => (rest.0, rest.1.min(rest.0.saturating_add(stretch))),
                Order::Backward => (rest.0.max(rest.1.saturating_sub(stretch)), rest.1),
            };
            let full = match &select {
                Some(select) => read_part(&self.connection, select, part, &mut page)?,
                None => filter_part(&self.connection, read, part, &mut page)?,
            };
            if full.is_break() {
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
}

fn covering(mut page: Page, covered: Position) -> Page {
    page.covered = covered;
    page
}

/// Reads the matching events of a part of the log; breaks off where the page
/// is full and there is more.
fn read_part(
    connection: &Connection,
    select: &Select<'_>,
    (after, until): (u64, u64),
    page: &mut PageBuilder,
) -> Result<ControlFlow<()>, Fault> {
    let mut statement = select.prepare(connection, after, until)?;
    let mut rows = statement.rows();
    let mut last = None;
    while let Some(row) = rows.next()? {
        let position = place(row, 0)?;
        if last == Some(position) {
            continue;
        }
        last = Some(position);
        if page.is_full() {
            return Ok(ControlFlow::Break(()));
        }
        copy(connection, row, page)?;
    }
    Ok(ControlFlow::Continue(()))
}

/// The same for a query that is too large for a statement: looks at every event.
fn filter_part(
    connection: &Connection,
    read: &ReadLog,
    part: (u64, u64),
    page: &mut PageBuilder,
) -> Result<ControlFlow<()>, Fault> {
    each_match(connection, &read.query, read.order, part, |event| {
        if page.is_full() {
            return ControlFlow::Break(());
        }
        page.push_stored(event);
        ControlFlow::Continue(())
    })
}

/// Looks at every event of a part of the log and hands over what matches.
pub(crate) fn each_match(
    connection: &Connection,
    query: &Query,
    order: Order,
    (mut after, mut until): (u64, u64),
    mut found: impl FnMut(&retell_store::StoredEvent<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Fault> {
    let all = Query::all();
    let Some(select) = Select::new(&all, Give::Event, order) else { return Ok(ControlFlow::Continue(())) };
    loop {
        let mut page = PageBuilder::new(PageLimit::default());
        let more = read_part(connection, &select, (after, until), &mut page)?.is_break();
        let page = page.finish(more);
        for event in page.iter().filter(|event| query.matches(event)) {
            if found(&event).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        match page.last() {
            Some(last) if more && order == Order::Forward => after = last.position().get(),
            Some(last) if more => until = last.position().get() - 1,
            _ => return Ok(ControlFlow::Continue(())),
        }
    }
}
