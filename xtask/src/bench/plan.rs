//! What is measured: every table with its cases.

use super::driver::Drivers;
use super::options::{ENGINES, Options, WORKLOADS};
use super::report::{Measured, Table};

/// A peer, with the engines and workloads that its driver has.
pub(super) struct Peer {
    /// The name of its folder in `bench/peers`.
    pub(super) name: &'static str,
    engines: &'static [&'static str],
    workloads: &'static [&'static str],
}

pub(super) const PEERS: [Peer; 3] = [
    Peer { name: "cqrs-es", engines: &["sqlite", "postgres"], workloads: &["W1", "W2", "W3", "W4", "W5"] },
    Peer { name: "eventcore", engines: &["sqlite", "postgres"], workloads: &["W1", "W2", "W4", "W5"] },
    Peer { name: "evento", engines: &["sqlite", "postgres"], workloads: &["W1", "W2", "W4", "W5"] },
];

/// What a store begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fill {
    kind: &'static str,
    pub(super) streams: u64,
    pub(super) events: u64,
}

/// One subject in one table.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) workload: &'static str,
    pub(super) engine: &'static str,
    pub(super) subject: &'static str,
    /// As the driver is told.
    pub(super) variant: String,
    /// As it is shown, where that is more.
    pub(super) shown: String,
    pub(super) fill: Fill,
    pub(super) callers: u64,
    pub(super) events: u64,
    pub(super) count: Option<u64>,
    pub(super) seconds: f64,
    /// Whether it leaves the store as it was, or nearly so.
    pub(super) in_place: bool,
    /// Whether the others are compared with it.
    pub(super) base: bool,
}

impl Case {
    /// Who prepares its store: the raw programs work on retell's.
    pub(super) fn owner(&self) -> &'static str {
        if self.subject == "raw" { "retell" } else { self.subject }
    }

    pub(super) fn on_postgres(&self) -> bool {
        self.engine == "postgres"
    }

    /// The name of its store: letters, digits and low lines.
    pub(super) fn fill_name(&self) -> String {
        let Fill { kind, streams, events } = self.fill;
        format!("{}_{}_{kind}_{streams}_{events}", self.engine, self.owner().replace('-', "_"))
    }

    fn base(mut self) -> Self {
        self.base = true;
        self
    }

    fn shown(mut self, shown: String) -> Self {
        self.shown = shown;
        self
    }
}

/// Everything that is asked for and can be run here.
pub(super) fn tables(options: &Options, drivers: &Drivers, postgres: bool) -> Vec<Table> {
    let mut tables = Vec::new();
    let engines = ENGINES.into_iter().filter(|engine| options.wants_engine(engine));
    for engine in engines.filter(|engine| postgres || *engine != "postgres") {
        let plan = Plan { options, drivers, engine };
        for workload in WORKLOADS.into_iter().filter(|workload| options.wants_workload(workload)) {
            tables.extend(match workload {
                "W1" => plan.commands(),
                "W2" => plan.replay(),
                "W3" => plan.catch_up(),
                "W4" => plan.import(),
                "W5" => plan.hot(),
                "W6" => plan.growth(),
                _ => plan.memory(),
            });
        }
    }
    tables
}

struct Plan<'a> {
    options: &'a Options,
    drivers: &'a Drivers,
    engine: &'static str,
}

impl Plan<'_> {
    fn case(&self, workload: &'static str, subject: &'static str, variant: &str, fill: Fill) -> Case {
        Case {
            workload,
            engine: self.engine,
            subject,
            variant: variant.into(),
            shown: variant.into(),
            fill,
            callers: 1,
            events: fill.events,
            count: None,
            seconds: self.options.seconds(),
            in_place: false,
            base: false,
        }
    }

    /// The peers that were built and have this workload on this engine.
    fn peers(&self, workload: &str) -> impl Iterator<Item = &'static str> {
        PEERS
            .iter()
            .filter(move |peer| peer.engines.contains(&self.engine) && peer.workloads.contains(&workload))
            .filter(|peer| self.drivers.has(peer.name))
            .map(|peer| peer.name)
    }

    fn table(&self, title: String, unit: &'static str, cases: Vec<Case>) -> Table {
        let workload = cases.first().map_or("", |case| case.workload);
        let title = format!("{workload}, {}: {title}", self.engine);
        Table { title, unit, against: "raw", cases: cases.into_iter().map(Measured::new).collect() }
    }

    fn commands(&self) -> Vec<Table> {
        let fill = log(self.options.size(30_000, 150_000));
        let peers_fill = log(self.options.size(4_000, 25_000));
        let callers: &[u64] = if self.options.quick { &[1, 64] } else { &[1, 8, 64, 512] };
        let table = |callers: &u64| {
            let mut cases = vec![self.case("W1", "retell", "no cache", fill)];
            cases.push(self.case("W1", "retell", "cache", fill));
            if *callers == 1 {
                cases.push(self.case("W1", "raw", "1 per transaction", fill).base());
                if self.engine == "sqlite" {
                    cases.push(self.case("W1", "raw", "1 per transaction, no triggers", fill));
                }
            } else {
                cases.push(self.case("W1", "raw", "64 per transaction", fill).base());
                if self.engine == "sqlite" {
                    cases.push(self.case("W1", "raw", "64 per transaction, no triggers", fill));
                }
            }
            cases.extend(self.peers("W1").map(|peer| self.case("W1", peer, "", peers_fill)));
            cases.iter_mut().for_each(|case| case.callers = *callers);
            self.table(format!("commands on distinct tickets, {callers} callers"), "commands/s", cases)
        };
        callers.iter().map(table).collect()
    }

    fn replay(&self) -> Vec<Table> {
        let table = |events: u64| {
            let fill = Fill { kind: "long", streams: 1, events };
            // The versions of evento have 16 bits.
            let peers = self.peers("W2").filter(|peer| *peer != "evento" || events < 65_535);
            let subjects = ["retell", "raw"].into_iter().chain(peers);
            let case = |subject| {
                let case = self.case("W2", subject, "", fill);
                if subject == "raw" { case.base() } else { case }
            };
            let mut cases: Vec<Case> = subjects.map(case).collect();
            cases.iter_mut().for_each(|case| case.in_place = true);
            self.table(format!("load and fold a ticket of {} events", number(events)), "events/s", cases)
        };
        vec![table(1_000), table(self.options.size(20_000, 100_000))]
    }

    fn catch_up(&self) -> Vec<Table> {
        let events = self.options.size(200_000, 1_000_000);
        let fill = log(events / 5);
        let peers_fill = log(self.options.size(20_000, 200_000));
        let table = |variant: &'static str, peers: bool| {
            let mut cases = vec![self.case("W3", "retell", variant, fill)];
            cases.push(self.case("W3", "raw", variant, fill).base());
            if peers {
                cases.extend(self.peers("W3").map(|peer| self.case("W3", peer, variant, peers_fill)));
            }
            cases.iter_mut().for_each(|case| case.in_place = true);
            let title = format!("count {} events per type, {variant}", number(events));
            self.table(title, "events/s", cases)
        };
        vec![table("typed", true), table("types only", false)]
    }

    fn import(&self) -> Vec<Table> {
        let events = self.options.size(200_000, 1_000_000);
        let peers_events = self.options.size(20_000, 200_000);
        let fill = Fill { kind: "empty", streams: 0, events: 0 };
        let subjects = ["retell", "raw"].into_iter().chain(self.peers("W4"));
        let case = |subject| {
            let mut case = self.case("W4", subject, "", fill);
            let is_peer = !matches!(subject, "retell" | "raw");
            case.events = if is_peer { peers_events } else { events };
            if is_peer {
                case.shown = format!("{} events", number(peers_events));
            }
            if subject == "raw" { case.base() } else { case }
        };
        let title = format!("import {} events, 100 per commit, 1 caller", number(events));
        vec![self.table(title, "events/s", subjects.map(case).collect())]
    }

    fn hot(&self) -> Vec<Table> {
        let fill = Fill { kind: "long", streams: 1, events: 5 };
        let mut cases =
            vec![self.case("W5", "retell", "cache", fill), self.case("W5", "retell", "no cache", fill)];
        cases.extend(self.peers("W5").map(|peer| self.case("W5", peer, "", fill)));
        for case in &mut cases {
            case.callers = 64;
            case.count = Some(self.options.size(2_000, 10_000));
        }
        vec![self.table("64 callers on one ticket".into(), "commands/s", cases)]
    }

    fn growth(&self) -> Vec<Table> {
        let sizes: &[u64] =
            if self.options.quick { &[10_000, 200_000] } else { &[10_000, 1_000_000, 10_000_000] };
        let table = |title: &str, unit, variant: &str, callers: u64| {
            let case = |events: &u64| {
                let mut case = self.case("W6", "retell", variant, log(events / 5));
                case.callers = callers;
                // A large store is not copied; a run changes it little.
                case.in_place = variant == "cold load" || *events > 200_000;
                case.base = *events == sizes[0];
                case.shown(format!("{variant}, {} events stored", number(*events)))
            };
            let mut table = self.table(title.into(), unit, sizes.iter().map(case).collect());
            table.against = "smallest";
            table
        };
        vec![
            table("commands, 1 caller", "commands/s", "no cache", 1),
            table("commands, 64 callers", "commands/s", "no cache", 64),
            table("loads of tickets not seen before, 1 caller", "loads/s", "cold load", 1),
        ]
    }

    fn memory(&self) -> Vec<Table> {
        let replayed = self.options.size(200_000, 1_000_000);
        let projected = self.options.size(200_000, 10_000_000);
        let long = Fill { kind: "long", streams: 1, events: replayed };
        let mut cases = vec![
            self.case("W7", "retell", "replay", long)
                .shown(format!("replay a ticket of {} events", number(replayed))),
            self.case("W7", "retell", "project", log(projected / 5))
                .shown(format!("project {} events", number(projected))),
        ];
        cases.iter_mut().for_each(|case| case.in_place = true);
        vec![self.table("peak memory above the baseline".into(), "events/s", cases)]
    }
}

/// So many tickets of five events.
fn log(streams: u64) -> Fill {
    Fill { kind: "log", streams, events: 5 }
}

/// A number with commas.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_commas() {
        assert_eq!(super::number(0), "0");
        assert_eq!(super::number(999), "999");
        assert_eq!(super::number(10_000_000), "10,000,000");
    }
}
