//! `show`: the events of a stream.

use std::io::Write;

use clap::Args;
use retell::EventStore;
use retell::store::{Order, Page, PageLimit, ReadStream, StreamName, Version};

use crate::Failure;
use crate::event_lines::EventLines;
use crate::store_args::open_to_read;

/// Print the events of a stream
///
/// For people, a row an event: its version in the stream, its type, when it
/// was recorded, and when it took effect where that was said; below it the
/// payload, who did it through what, and the tags. The rest (position, commit,
/// schema, causes) is in --json.
#[derive(Debug, Clone, Default, Args)]
pub struct ShowArgs {
    /// The stream, for example ticket/42
    #[arg(value_name = "STREAM")]
    pub stream: String,
    /// Only events with a higher version than this
    #[arg(long, value_name = "VERSION", default_value_t = 0)]
    pub after: u64,
    /// At most this many events [default: all]
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Newest first
    #[arg(long)]
    pub backward: bool,
    /// Print a JSON object a line
    #[arg(long)]
    pub json: bool,
}

impl ShowArgs {
    /// Opens the store of this URL and carries the command out.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn run(&self, url: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let stream = self.stream.parse()?;
        let store = open_to_read(url).await?;
        let outcome = self.write(&*store, out, stream).await;
        store.close().await;
        outcome
    }

    async fn write(
        &self,
        store: &dyn EventStore,
        out: &mut dyn Write,
        stream: StreamName,
    ) -> Result<(), Failure> {
        let head = head(store, &stream).await?.ok_or(Failure::NoStream { stream: stream.clone() })?;
        let mut lines = EventLines::of_stream(out, self.json);
        let mut read = ReadStream::new(stream.clone()).after(Version::new(self.after));
        read.order = if self.backward { Order::Backward } else { Order::Forward };
        let mut left = self.limit.unwrap_or(u64::MAX);
        while left > 0 {
            read.limit = super::page_of(left);
            let page = store.read_stream(read.clone()).await?;
            lines.write(&page)?;
            left -= page.len() as u64;
            let Some(last) = page.last().filter(|_| page.more).map(|last| last.version()) else { break };
            match read.order {
                Order::Forward => read.after = last,
                Order::Backward => read.until = Some(Version::new(last.get() - 1)),
            }
        }
        if !lines.any() && self.limit != Some(0) {
            let after = self.after;
            lines.say(&format!("{stream} has no events after version {after}: it is at version {head}"))?;
        }
        Ok(())
    }
}

/// Prints the events of a stream.
///
/// # Errors
/// [`Failure`]; [`Failure::NoStream`] where the stream has no events.
pub async fn show(store: &dyn EventStore, out: &mut dyn Write, args: &ShowArgs) -> Result<(), Failure> {
    args.write(store, out, args.stream.parse()?).await
}

/// The version of a stream, or nothing where it has no events.
async fn head(store: &dyn EventStore, stream: &StreamName) -> Result<Option<Version>, Failure> {
    let newest = ReadStream::new(stream.clone()).backward().limit(PageLimit { events: 1, bytes: 1 });
    let page: Page = store.read_stream(newest).await?;
    Ok(page.first().map(|event| event.version()))
}
