//! `stats`: what a store holds, in figures.

use std::io::Write;

use clap::Args;
use retell::EventStore;
use retell::store::{StoreInfo, Summary, Timestamp};
use serde::Serialize;

use crate::Failure;
use crate::escape::Shown;
use crate::output::{Column, Table, write_json};
use crate::store_args::open_to_read;

/// Count what the store holds: events, streams, commits, types
#[derive(Debug, Clone, Default, Args)]
pub struct StatsArgs {
    /// Print one JSON object
    #[arg(long)]
    pub json: bool,
}

impl StatsArgs {
    /// Opens the store of this URL and carries the command out.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn run(&self, url: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let store = open_to_read(url).await?;
        let outcome = stats(&*store, out, self.json).await;
        store.close().await;
        outcome
    }
}

/// Counts what a store holds.
///
/// # Errors
/// [`Failure`].
pub async fn stats(store: &dyn EventStore, out: &mut dyn Write, json: bool) -> Result<(), Failure> {
    let (info, summary) = (store.info(), store.summary().await?);
    if json {
        return Ok(write_json(out, &Stats::new(&info, &summary))?);
    }
    let StoreInfo { id, engine, format, location } = &info;
    writeln!(out, "store     {}", Shown(location))?;
    writeln!(out, "engine    {engine}, format {format}")?;
    writeln!(out, "id        {id}")?;
    writeln!(out, "events    {}", summary.events)?;
    writeln!(out, "streams   {}", summary.streams)?;
    writeln!(out, "commits   {}", summary.commits)?;
    writeln!(out, "payloads  {} bytes", summary.payload_bytes)?;
    writeln!(out, "head      {}", summary.head)?;
    match (summary.first_recorded, summary.last_recorded) {
        (Some(first), Some(last)) => writeln!(out, "recorded  {first} to {last}")?,
        _ => writeln!(out, "recorded  nothing yet")?,
    }
    if !summary.types.is_empty() {
        writeln!(out)?;
        let mut table = Table::new([Column::right("count"), Column::left("type")]);
        for of_type in &summary.types {
            table.row([of_type.count.to_string(), Shown(&of_type.event_type).to_string()]);
        }
        table.write(out)?;
    }
    Ok(())
}

/// The figures as JSON.
#[derive(Serialize)]
struct Stats<'a> {
    location: &'a str,
    engine: &'a str,
    format: u32,
    id: String,
    events: u64,
    streams: u64,
    commits: u64,
    payload_bytes: u64,
    head: u64,
    first_recorded: Option<Timestamp>,
    last_recorded: Option<Timestamp>,
    types: Vec<OfType<'a>>,
}

#[derive(Serialize)]
struct OfType<'a> {
    r#type: &'a str,
    count: u64,
}

impl<'a> Stats<'a> {
    fn new(info: &'a StoreInfo, summary: &'a Summary) -> Self {
        let types =
            summary.types.iter().map(|of| OfType { r#type: &of.event_type, count: of.count }).collect();
        Self {
            location: &info.location,
            engine: info.engine,
            format: info.format,
            id: info.id.to_string(),
            events: summary.events,
            streams: summary.streams,
            commits: summary.commits,
            payload_bytes: summary.payload_bytes,
            head: summary.head.get(),
            first_recorded: summary.first_recorded,
            last_recorded: summary.last_recorded,
            types,
        }
    }
}
