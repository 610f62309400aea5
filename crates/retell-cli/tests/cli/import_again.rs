//! `import`: again, interrupted, grown, twice at once, on a store that fails.

use std::path::PathBuf;
use std::sync::Mutex;

use retell::store::{
    BoxFuture, Capabilities, Commit, Committed, HeadWatch, ListStreams, Page, ReadLog, ReadStream, Records,
    StoreInfo, StreamHead, Summary,
};
use retell::{AppendError, CommitId, EventStore, MemoryStore, Metadata, Position, ReadError};
use retell_cli::{EventLog, Exit, Layout, Progress, import};

use crate::desk::{append, event, printed, told, tried};

fn read(rows: &str) -> EventLog {
    let layout = Layout::new("ticket", "case", "what", "when");
    let log = EventLog::parse(format!("case,what,when,note\n{rows}").as_bytes(), &layout);
    log.unwrap_or_else(|error| panic!("{error}"))
}

/// Rows added, and rows that were there already.
async fn adds(store: &dyn EventStore, log: &EventLog) -> (u64, u64) {
    let text = printed(async |out| import(store, out, log, true, &Progress::none()).await).await;
    let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |name: &str| report[name].as_u64().expect("a number");
    (number("added"), number("already_there"))
}

/// The types of the events of a stream, in their order.
async fn types(store: &dyn EventStore, stream: &str) -> String {
    let page =
        store.read_stream(ReadStream::new(stream.parse().expect("a name"))).await.expect("it can be read");
    page.iter().map(|event| event.event_type().to_owned()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_second_run_adds_nothing() {
    let store = MemoryStore::new();
    let log = read("7,a,2010-01-04,\n8,b,2010-01-04,\n7,c,2010-01-03,\n");
    assert_eq!(adds(&store, &log).await, (3, 0));
    assert_eq!(adds(&store, &log).await, (0, 3));
    assert_eq!(types(&store, "ticket/7").await, "a c");
}

#[tokio::test]
async fn equal_rows_are_as_many_events() {
    let store = MemoryStore::new();
    let log = read("7,a,2010-01-04,\n7,a,2010-01-04,\n7,a,2010-01-04,x\n");
    assert_eq!(adds(&store, &log).await, (3, 0));
    assert_eq!(adds(&store, &log).await, (0, 3));
    let more = read("7,a,2010-01-04,\n7,a,2010-01-04,\n7,a,2010-01-04,\n7,a,2010-01-04,x\n");
    assert_eq!(adds(&store, &more).await, (1, 3));
    assert_eq!(adds(&store, &more).await, (0, 4));
}

#[tokio::test]
async fn a_file_that_has_grown_adds_what_is_new() {
    let store = MemoryStore::new();
    assert_eq!(adds(&store, &read("7,a,2010-01-04,\n7,b,2010-01-04,\n")).await, (2, 0));
    // The ticket went on in the application.
    append(&store, "1", "ticket/7", vec![event("own", "{}")], Metadata::default()).await;
    let grown = read("7,a,2010-01-04,\n7,b,2010-01-04,\n7,c,2010-01-05,\n9,a,2010-01-05,\n");
    assert_eq!(adds(&store, &grown).await, (2, 2));
    assert_eq!(types(&store, "ticket/7").await, "a b own c");
    // Next month's file begins where this one ended.
    assert_eq!(adds(&store, &read("7,c,2010-01-05,\n7,d,2010-02-01,\n")).await, (1, 1));
    assert_eq!(types(&store, "ticket/7").await, "a b own c d");
}

#[tokio::test]
async fn a_row_that_was_mended_is_added() {
    let store = MemoryStore::new();
    let broken = read("7,a,2010-01-04,\n7,b,never,\n7,c,2010-01-04,\n");
    let (_, outcome) = tried(async |out| import(&store, out, &broken, false, &Progress::none()).await).await;
    assert_eq!(outcome.expect_err("a row was refused").exit(), Exit::Refused);
    assert_eq!(types(&store, "ticket/7").await, "a c");
    assert_eq!(adds(&store, &read("7,a,2010-01-04,\n7,b,2010-01-04,\n7,c,2010-01-04,\n")).await, (1, 2));
    assert_eq!(types(&store, "ticket/7").await, "a c b");
}

#[tokio::test]
async fn a_long_case_is_stored_in_parts() {
    let store = MemoryStore::new();
    let rows: String = (0..2_500).map(|number| format!("7,a,2010-01-04,{number}\n")).collect();
    let log = read(&rows);
    assert_eq!(adds(&store, &log).await, (2_500, 0));
    assert_eq!(store.summary().await.expect("figures").commits, 3);
    let large: String =
        (0..40).map(|number| format!("8,a,2010-01-04,{number}{}\n", "x".repeat(100_000))).collect();
    assert_eq!(adds(&store, &read(&large)).await, (40, 0));
    assert_eq!(store.summary().await.expect("figures").commits, 7);
    assert_eq!(adds(&store, &read(&large)).await, (0, 40));
}

/// A store whose appends go wrong in turn, as a script says.
struct Faulty {
    store: MemoryStore,
    script: Mutex<Vec<Fault>>,
}

enum Fault {
    Busy,
    /// It is stored, and nobody learns of it.
    StoredUnknown,
    /// It is not stored, and nobody learns of it.
    LostUnknown,
    /// Somebody else was faster.
    Overtaken,
    /// The disk is full.
    Full,
    None,
}

impl Faulty {
    fn new(script: impl IntoIterator<Item = Fault>) -> Self {
        let mut script: Vec<Fault> = script.into_iter().collect();
        script.reverse();
        Self { store: MemoryStore::new(), script: Mutex::new(script) }
    }
}

impl EventStore for Faulty {
    fn append(&self, commit: Commit) -> BoxFuture<'_, Result<Committed, AppendError>> {
        let fault = self.script.lock().expect("no panic").pop().unwrap_or(Fault::None);
        Box::pin(async move {
            let (id, reason) = (commit.id, "as the script says".to_owned());
            match fault {
                Fault::None => self.store.append(commit).await,
                Fault::Busy => Err(AppendError::TooBusy { reason }),
                Fault::Full => Err(AppendError::Unavailable { reason }),
                Fault::LostUnknown => Err(AppendError::OutcomeUnknown { commit: id, reason }),
                Fault::StoredUnknown => {
                    self.store.append(commit).await?;
                    Err(AppendError::OutcomeUnknown { commit: id, reason })
                }
                Fault::Overtaken => {
                    let stream = commit.writes[0].stream.to_string();
                    append(
                        &self.store,
                        &id.to_string(),
                        &stream,
                        vec![event("own", "{}")],
                        Metadata::default(),
                    )
                    .await;
                    self.store.append(commit).await
                }
            }
        })
    }

    fn find(&self, id: CommitId) -> BoxFuture<'_, Result<Option<Committed>, ReadError>> {
        self.store.find(id)
    }

    fn read_stream(&self, read: ReadStream) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.store.read_stream(read)
    }

    fn read_log(&self, read: ReadLog) -> BoxFuture<'_, Result<Page, ReadError>> {
        self.store.read_log(read)
    }

    fn list_streams(&self, list: ListStreams) -> BoxFuture<'_, Result<Vec<StreamHead>, ReadError>> {
        self.store.list_streams(list)
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        self.store.head()
    }

    fn summary(&self) -> BoxFuture<'_, Result<Summary, ReadError>> {
        self.store.summary()
    }

    fn watch(&self) -> HeadWatch {
        self.store.watch()
    }

    fn records(&self) -> &dyn Records {
        self.store.records()
    }

    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    fn info(&self) -> StoreInfo {
        self.store.info()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.store.close()
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_store_is_tried_again() {
    let store = Faulty::new([Fault::Busy, Fault::Busy, Fault::LostUnknown, Fault::StoredUnknown]);
    let log = read("7,a,2010-01-04,\n7,b,2010-01-04,\n");
    // What was stored without an answer is found by its commit id.
    assert_eq!(adds(&store, &log).await, (0, 2));
    assert_eq!(types(&store, "ticket/7").await, "a b");

    let store = Faulty::new((0..100).map(|_| Fault::Busy));
    let (text, outcome) = tried(async |out| import(&store, out, &log, false, &Progress::none()).await).await;
    let failure = outcome.expect_err("it gives up");
    assert_eq!((text.as_str(), failure.exit()), ("", Exit::Again));
}

#[tokio::test]
async fn somebody_else_may_be_faster() {
    let store = Faulty::new([Fault::Overtaken, Fault::Overtaken]);
    let log = read("7,a,2010-01-04,\n7,b,2010-01-04,\n");
    assert_eq!(adds(&store, &log).await, (2, 0));
    assert_eq!(types(&store, "ticket/7").await, "own own a b");
}

#[tokio::test]
async fn an_import_that_stops_is_continued() {
    let store = Faulty::new([Fault::None, Fault::None, Fault::Full]);
    let rows: String = (0..200).map(|number| format!("{number},a,2010-01-04,\n")).collect();
    let log = read(&rows);
    let (text, outcome) = tried(async |out| import(&store, out, &log, false, &Progress::none()).await).await;
    let failure = outcome.expect_err("the disk is full");
    assert_eq!((text.as_str(), failure.exit()), ("", Exit::Failed));
    assert_eq!(
        told(&failure),
        "error: the import stopped after storing at least 2 events: the store cannot take the commit: as the script \
         says\nhint: run it again when the cause is mended: it goes on where it stopped, and stores nothing twice\n"
    );
    let (added, there) = adds(&store, &log).await;
    assert_eq!(added + there, 200);
    assert_eq!(store.summary().await.expect("figures").events, 200);
}

#[test]
fn four_at_once_end_as_one() {
    let store = MemoryStore::new();
    let rows: String = (0..3_000).map(|row| format!("{},a{row},2010-01-04,\n", row % 50)).collect();
    let log = read(&rows);
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(adds(&store, &log)).0
    };
    let added: u64 = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).sum()
    });
    assert_eq!(added, 3_000);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let summary = runtime.block_on(store.summary()).expect("figures");
    assert_eq!((summary.events, summary.streams), (3_000, 50));
}

/// The real log of a help desk, where it is at hand.
#[tokio::test]
async fn the_real_log() {
    let folder = std::env::var_os("RETELL_DATA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")),
        PathBuf::from,
    );
    let file = folder.join("helpdesk.csv");
    if !file.exists() {
        let path = file.display();
        skipped(&format!("{path} is not there; set RETELL_DATA to the folder that has helpdesk.csv"));
        return;
    }
    let layout = Layout::new("ticket", "case_id", "activity", "timestamp");
    let log = EventLog::read(&file, &layout).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((log.row_count(), log.stream_count(), log.refused().len()), (21_348, 4_580, 0));
    let store = MemoryStore::new();
    assert_eq!(adds(&store, &log).await, (21_348, 0));
    assert_eq!(adds(&store, &log).await, (0, 21_348));
    let summary = store.summary().await.expect("figures");
    assert_eq!((summary.events, summary.streams), (21_348, 4_580));
    let first = types(&store, "ticket/0").await;
    assert_eq!(first, "0 5 1 2 3");
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests is told what was left out")]
fn skipped(reason: &str) {
    eprintln!("skipped: {reason}");
}
