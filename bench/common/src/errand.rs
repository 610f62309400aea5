//! What a driver is asked to do: its command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::Failure;

/// Prepare or run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Store what the workload begins with.
    Prepare,
    /// Measure, and print a row.
    Run,
}

/// Which workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Commands on distinct tickets.
    Command,
    /// Load and fold one long ticket.
    Replay,
    /// A projection over the log.
    CatchUp,
    /// Many events, 100 per commit.
    Import,
    /// All callers on one ticket.
    Hot,
    /// Commands and loads in a store of some size.
    Growth,
    /// Peak memory.
    Memory,
}

impl Workload {
    /// Its name on the command line and in rows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Command => "W1",
            Self::Replay => "W2",
            Self::CatchUp => "W3",
            Self::Import => "W4",
            Self::Hot => "W5",
            Self::Growth => "W6",
            Self::Memory => "W7",
        }
    }

    fn of(name: &str) -> Option<Self> {
        let all =
            [Self::Command, Self::Replay, Self::CatchUp, Self::Import, Self::Hot, Self::Growth, Self::Memory];
        all.into_iter().find(|workload| workload.name().eq_ignore_ascii_case(name))
    }
}

/// What a driver is asked to do.
#[derive(Debug, Clone)]
pub struct Errand {
    pub action: Action,
    pub workload: Workload,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// What of the subject is measured, in the driver's words.
    pub variant: String,
    /// The folder of a SQLite database; it has the file `store.db`.
    pub dir: PathBuf,
    /// The address of a PostgreSQL database.
    pub url: String,
    pub callers: u64,
    /// How long at most.
    pub time: Duration,
    /// How many tickets were prepared.
    pub streams: u64,
    /// How many events each of them has, or how many are imported.
    pub events: u64,
    /// The most commands.
    pub count: u64,
}

impl Errand {
    /// Reads the command line of this process.
    ///
    /// # Errors
    /// When it is none.
    pub fn from_command_line() -> Result<Self, Failure> {
        let mut words = std::env::args().skip(1);
        let action = match words.next().as_deref() {
            Some("prepare") => Action::Prepare,
            Some("run") => Action::Run,
            other => return Err(format!("prepare or run, not {other:?}").into()),
        };
        let name = words.next().unwrap_or_default();
        let workload = Workload::of(&name).ok_or_else(|| format!("there is no workload {name:?}"))?;
        let mut errand = Self {
            action,
            workload,
            engine: "sqlite".into(),
            variant: String::new(),
            dir: ".".into(),
            url: String::new(),
            callers: 1,
            time: Duration::from_secs(1),
            streams: 1,
            events: crate::FIRST_EVENTS,
            count: u64::MAX,
        };
        while let Some(option) = words.next() {
            let value = words.next().ok_or_else(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--engine" => errand.engine = value,
                "--variant" => errand.variant = value,
                "--dir" => errand.dir = value.into(),
                "--url" => errand.url = value,
                "--callers" => errand.callers = value.parse()?,
                "--seconds" => errand.time = Duration::from_secs_f64(value.parse()?),
                "--streams" => errand.streams = value.parse()?,
                "--events" => errand.events = value.parse()?,
                "--count" => errand.count = value.parse()?,
                _ => return Err(format!("there is no option {option}").into()),
            }
        }
        Ok(errand)
    }

    /// The SQLite database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.dir.join("store.db")
    }

    /// The file that keeps how far a projection came, or whatever a subject
    /// wants to keep beside its database.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Whether the engine is PostgreSQL.
    #[must_use]
    pub fn on_postgres(&self) -> bool {
        self.engine == "postgres"
    }

    /// What a driver says that cannot do it.
    #[must_use]
    pub fn unknown(&self) -> Failure {
        let Self { workload, engine, variant, .. } = self;
        format!("this driver has no {} on {engine} with the variant {variant:?}", workload.name()).into()
    }
}
