//! `tail`: the end of the log, and what comes.

use std::future::Future;
use std::io::Write;
use std::pin::pin;
use std::sync::Arc;

use clap::Args;
use retell::store::{EventType, Query, QueryItem, ReadLog, StreamName};
use retell::{EventStore, Position, Subscription};

use crate::Failure;
use crate::event_lines::EventLines;
use crate::store_args::open_to_read;

/// Print the last events of the log, and follow it
///
/// With filters, the last events that match. An event matches that has one of
/// the categories, one of the types, and all of the tags. Following ends with
/// Ctrl-C, and the exit code is then 0.
#[derive(Debug, Clone, Args)]
pub struct TailArgs {
    /// How many of the events that are there
    #[arg(short = 'n', long, value_name = "N", default_value_t = 10)]
    pub limit: u64,
    /// Go on with the events that come, also those of other processes
    #[arg(short, long)]
    pub follow: bool,
    /// Only streams of this category; may be repeated
    #[arg(long, value_name = "CATEGORY")]
    pub category: Vec<String>,
    /// Only events of this type; may be repeated
    #[arg(long = "type", value_name = "TYPE")]
    pub types: Vec<String>,
    /// Only events with this tag, for example customer:7; may be repeated
    #[arg(long, value_name = "KEY:VALUE")]
    pub tag: Vec<String>,
    /// Print a JSON object a line
    #[arg(long)]
    pub json: bool,
}

impl Default for TailArgs {
    fn default() -> Self {
        Self {
            limit: 10,
            follow: false,
            category: Vec::new(),
            types: Vec::new(),
            tag: Vec::new(),
            json: false,
        }
    }
}

impl TailArgs {
    /// Opens the store of this URL and carries the command out, until Ctrl-C
    /// where it follows.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn run(&self, url: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let query = self.query()?;
        let store = open_to_read(url).await?;
        let outcome = self.write(Arc::clone(&store), out, query, interrupted()).await;
        store.close().await;
        outcome
    }

    fn query(&self) -> Result<Query, Failure> {
        self.category.iter().try_for_each(|category| StreamName::check_category(category))?;
        let types: Result<_, _> = self.types.iter().map(|name| EventType::new(name)).collect();
        let tags: Result<_, _> = self.tag.iter().map(|tag| tag.parse()).collect();
        let item = QueryItem { categories: self.category.clone(), types: types?, tags: tags? };
        Ok(if item == QueryItem::default() { Query::all() } else { Query::item(item) })
    }

    async fn write(
        &self,
        store: Arc<dyn EventStore>,
        out: &mut dyn Write,
        query: Query,
        stop: impl Future<Output = ()>,
    ) -> Result<(), Failure> {
        let head = store.head().await?;
        let mut lines = EventLines::of_log(out, self.json);
        let after = before_last(&*store, &query, head, self.limit).await?;
        let mut read = ReadLog::new().matching(query.clone()).after(after).until(head);
        while read.after < head {
            let page = store.read_log(read.clone()).await?;
            lines.write(&page)?;
            if !page.more {
                break;
            }
            read.after = page.covered;
        }
        if self.follow {
            return follow(Subscription::new(store, query, head), &mut lines, stop).await;
        }
        if !lines.any() && self.limit > 0 {
            lines.say(if query.is_all() { "no events" } else { "no events that match" })?;
        }
        Ok(())
    }
}

/// Prints the last events of the log; where it is to follow, also those that
/// come, until `stop` is ready.
///
/// # Errors
/// [`Failure`].
pub async fn tail(
    store: Arc<dyn EventStore>,
    out: &mut dyn Write,
    args: &TailArgs,
    stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    args.write(store, out, args.query()?, stop).await
}

/// The position after which the last `count` events that match stand.
async fn before_last(
    store: &dyn EventStore,
    query: &Query,
    head: Position,
    count: u64,
) -> Result<Position, Failure> {
    if count == 0 {
        return Ok(head);
    }
    let mut read = ReadLog::new().matching(query.clone()).until(head).backward();
    let mut left = count;
    loop {
        read.limit = super::page_of(left);
        let page = store.read_log(read.clone()).await?;
        left -= page.len() as u64;
        let Some(earliest) = page.last().map(|event| event.position()) else { return Ok(Position::START) };
        // Positions are whole numbers: this one stands before the event, and after all earlier ones.
        let before = Position::new(earliest.get() - 1);
        if left == 0 {
            return Ok(before);
        }
        if !page.more {
            return Ok(Position::START);
        }
        read.until = Some(before);
    }
}

/// Prints the events that come, until `stop` is ready.
async fn follow(
    mut events: Subscription,
    lines: &mut EventLines<'_>,
    stop: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => return Ok(()),
            page = events.next() => lines.write(&page?)?,
        }
    }
}

/// Waits for Ctrl-C; for ever, where the system cannot tell of it.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
