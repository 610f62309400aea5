//! `streams`: the list of streams.

use std::io::Write;

use clap::Args;
use retell::EventStore;
use retell::store::{ListStreams, StreamName};
use serde::Serialize;

use crate::Failure;
use crate::escape::Shown;
use crate::output::{Column, Table, write_json};
use crate::store_args::open_to_read;

/// List the streams and their versions, ordered by name
#[derive(Debug, Clone, Default, Args)]
pub struct StreamsArgs {
    /// Only this category: the part of the name before the slash
    #[arg(long, value_name = "CATEGORY")]
    pub category: Option<String>,
    /// Only names after this one: the last of a list goes on here
    #[arg(long, value_name = "STREAM")]
    pub after: Option<String>,
    /// At most this many streams [default: all]
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Print a JSON object a line
    #[arg(long)]
    pub json: bool,
}

impl StreamsArgs {
    /// Opens the store of this URL and carries the command out.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn run(&self, url: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let list = self.list()?;
        let store = open_to_read(url).await?;
        let outcome = self.write(&*store, out, list).await;
        store.close().await;
        outcome
    }

    fn list(&self) -> Result<ListStreams, Failure> {
        if let Some(category) = &self.category {
            StreamName::check_category(category)?;
        }
        let after = self.after.as_deref().map(str::parse).transpose()?;
        Ok(ListStreams { category: self.category.clone(), after, limit: 0 })
    }

    async fn write(
        &self,
        store: &dyn EventStore,
        out: &mut dyn Write,
        mut list: ListStreams,
    ) -> Result<(), Failure> {
        const PAGE: u64 = 1_000;
        let mut table = Table::new([Column::right("version"), Column::left("stream")]);
        let mut left = self.limit.unwrap_or(u64::MAX);
        let mut none = true;
        while left > 0 {
            let asked = left.min(PAGE);
            list.limit = usize::try_from(asked).unwrap_or(usize::MAX);
            let heads = store.list_streams(list.clone()).await?;
            for head in &heads {
                let (stream, version) = (head.stream.as_str(), head.version);
                if self.json {
                    write_json(out, &Line { stream, version: version.get() })?;
                } else {
                    table.row([version.to_string(), Shown(stream).to_string()]);
                }
            }
            table.write(out)?;
            none &= heads.is_empty();
            left -= asked;
            match heads.last() {
                Some(last) if heads.len() as u64 == asked => list.after = Some(last.stream.clone()),
                _ => break,
            }
        }
        if none && !self.json {
            writeln!(out, "no streams")?;
        }
        Ok(())
    }
}

/// Lists streams.
///
/// # Errors
/// [`Failure`].
pub async fn streams(store: &dyn EventStore, out: &mut dyn Write, args: &StreamsArgs) -> Result<(), Failure> {
    args.write(store, out, args.list()?).await
}

#[derive(Serialize)]
struct Line<'a> {
    stream: &'a str,
    version: u64,
}
