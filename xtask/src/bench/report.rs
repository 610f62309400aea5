//! The tables, and the rows as JSON.

use serde_json::{Value, json};

use super::plan::{Case, number};

/// A workload on an engine, with every subject.
pub(super) struct Table {
    pub(super) title: String,
    pub(super) unit: &'static str,
    /// What the base is called.
    pub(super) against: &'static str,
    pub(super) cases: Vec<Measured>,
}

/// A case with what was measured, one row a round.
pub(super) struct Measured {
    pub(super) case: Case,
    pub(super) rows: Vec<Value>,
    pub(super) failed: Option<String>,
}

impl Measured {
    pub(super) fn new(case: Case) -> Self {
        Self { case, rows: Vec::new(), failed: None }
    }

    /// A figure of all rounds, from the lowest to the highest.
    fn figures(&self, name: &str) -> Vec<f64> {
        let found = |row: &Value| row.get(name).or_else(|| row.get("extra")?.get(name))?.as_f64();
        let mut figures: Vec<f64> = self.rows.iter().filter_map(found).collect();
        figures.sort_by(f64::total_cmp);
        figures
    }

    fn median(&self, name: &str) -> Option<f64> {
        let figures = self.figures(name);
        figures.get(figures.len() / 2).copied()
    }

    /// The median of a figure of a round against the same round of another case, so that a drift
    /// of the machine between the rounds does not count.
    fn ratio(&self, other: &Self) -> Option<f64> {
        let rate = |row: &Value| row.get("rate").and_then(Value::as_f64);
        let mut ratios: Vec<f64> = self
            .rows
            .iter()
            .zip(&other.rows)
            .filter_map(|(one, other)| Some(rate(one)? / rate(other)?))
            .collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied()
    }

    fn is_peer(&self) -> bool {
        !matches!(self.case.subject, "retell" | "raw")
    }

    fn name(&self) -> String {
        match self.case.shown.as_str() {
            "" => self.case.subject.to_owned(),
            shown => format!("{}, {shown}", self.case.subject),
        }
    }

    /// Other figures, as they are shown.
    fn notes(&self) -> String {
        const SHOWN: [(&str, &str); 5] = [
            ("conflicts_per_command", "conflicts per command"),
            ("worst_attempts", "attempts at worst"),
            ("largest_share", "largest share / median"),
            ("peak_mib", "MiB above the baseline"),
            ("errors", "failed"),
        ];
        let mut notes = Vec::new();
        for (name, shown) in SHOWN {
            // The worst of all rounds: these are bounds, not rates.
            if let Some(value) = self.figures(name).last().filter(|value| name != "errors" || **value > 0.0) {
                notes.push(format!("{} {shown}", short(*value)));
            }
        }
        notes.join(", ")
    }
}

impl Table {
    fn base(&self) -> Option<&Measured> {
        self.cases.iter().find(|one| one.case.base && !one.rows.is_empty())
    }

    fn best_peer(&self) -> Option<&Measured> {
        let peers = self.cases.iter().filter(|one| one.is_peer());
        let rated = peers.filter_map(|one| one.median("rate").map(|rate| (rate, one)));
        rated.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, one)| one)
    }

    /// Prints it as Markdown, so that it can be pasted.
    pub(super) fn print(&self) {
        println!("\n### {}\n", self.title);
        println!(
            "| subject | {} (median) | min to max | to {} | to best peer | p50 ms | p99 ms | |",
            self.unit, self.against
        );
        println!("| --- | ---: | --- | ---: | ---: | ---: | ---: | --- |");
        let (base, best) = (self.base(), self.best_peer());
        for one in &self.cases {
            if let Some(reason) = &one.failed {
                println!("| {} | | | | | | | failed: {reason} |", one.name());
                continue;
            }
            let rates = one.figures("rate");
            let whole = |rate: Option<&f64>| rate.map_or(String::new(), |rate| number(*rate as u64));
            let ratio = |other: Option<&Measured>| other.and_then(|other| one.ratio(other));
            let percent = |ratio: f64| format!("{:.0} %", 100.0 * ratio);
            let times = |ratio: f64| format!("{ratio:.1}×");
            println!(
                "| {} | {} | {} to {} | {} | {} | {} | {} | {} |",
                one.name(),
                whole(rates.get(rates.len() / 2)),
                whole(rates.first()),
                whole(rates.last()),
                ratio(base).map_or(String::new(), percent),
                ratio(best).map_or(String::new(), times),
                one.median("p50_ms").map_or(String::new(), short),
                one.median("p99_ms").map_or(String::new(), short),
                one.notes(),
            );
        }
    }

    /// One row of JSON a line.
    pub(super) fn json(&self) -> String {
        let (base, best) = (self.base(), self.best_peer());
        let mut lines = String::new();
        for one in self.cases.iter().filter(|one| !one.rows.is_empty()) {
            let rates = one.figures("rate");
            let line = json!({
                "workload": one.case.workload,
                "engine": one.case.engine,
                "subject": one.case.subject,
                "variant": one.case.shown,
                "callers": one.case.callers,
                "unit": self.unit,
                "rate": one.median("rate"),
                "rate_min": rates.first(),
                "rate_max": rates.last(),
                "p50_ms": one.median("p50_ms"),
                "p99_ms": one.median("p99_ms"),
                "p999_ms": one.median("p999_ms"),
                "to_base": base.and_then(|base| one.ratio(base)),
                "base": self.against,
                "to_best_peer": best.and_then(|best| one.ratio(best)),
                "table": self.title,
                "rounds": one.rows,
            });
            lines.push_str(&format!("{line}\n"));
        }
        lines
    }
}

fn short(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short() {
        assert_eq!([short(0.123), short(12.34), short(123.4)], ["0.12", "12.3", "123"]);
    }
}
