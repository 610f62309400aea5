//! Every statement that reads or writes, with the name of the schema in it.

use tokio_postgres::types::Type;

/// A statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Q {
    Lock,
    Versions,
    Ids,
    Broken,
    BrokenTagged,
    InsertEvents,
    InsertTags,
    MoveHead,
    MoveHeadAndNotify,
    Head,
    Log,
    LogBackward,
    LogItem,
    LogItemBackward,
    LogItems,
    LogItemsBackward,
    LogTagged,
    LogTaggedBackward,
    Stream,
    StreamBackward,
    At,
    FirstOfCommit,
    Find,
    StreamsOfCommit,
    Content,
    AfterVersion,
    Matching,
    MatchingTagged,
    List,
    ListCategory,
    Summary,
    GetRecord,
    ListRecords,
    ChangeRecord,
}

impl Q {
    pub(crate) const ALL: [Self; 34] = [
        Self::Lock,
        Self::Versions,
        Self::Ids,
        Self::Broken,
        Self::BrokenTagged,
        Self::InsertEvents,
        Self::InsertTags,
        Self::MoveHead,
        Self::MoveHeadAndNotify,
        Self::Head,
        Self::Log,
        Self::LogBackward,
        Self::LogItem,
        Self::LogItemBackward,
        Self::LogItems,
        Self::LogItemsBackward,
        Self::LogTagged,
        Self::LogTaggedBackward,
        Self::Stream,
        Self::StreamBackward,
        Self::At,
        Self::FirstOfCommit,
        Self::Find,
        Self::StreamsOfCommit,
        Self::Content,
        Self::AfterVersion,
        Self::Matching,
        Self::MatchingTagged,
        Self::List,
        Self::ListCategory,
        Self::Summary,
        Self::GetRecord,
        Self::ListRecords,
        Self::ChangeRecord,
    ];

    /// What a transaction that appends uses.
    pub(crate) const APPEND: [Self; 9] = [
        Self::Lock,
        Self::Versions,
        Self::Ids,
        Self::Broken,
        Self::BrokenTagged,
        Self::InsertEvents,
        Self::InsertTags,
        Self::MoveHead,
        Self::MoveHeadAndNotify,
    ];

    /// The types of its parameters, which the server is told and not asked.
    pub(crate) fn types(self) -> &'static [Type] {
        const INT8: Type = Type::INT8;
        const TEXT: Type = Type::TEXT;
        const INT8S: Type = Type::INT8_ARRAY;
        const INT4S: Type = Type::INT4_ARRAY;
        const TEXTS: Type = Type::TEXT_ARRAY;
        const UUIDS: Type = Type::UUID_ARRAY;
        match self {
            Self::Lock | Self::Head => const { &[] },
            Self::Versions => const { &[TEXTS] },
            Self::Ids => const { &[UUIDS] },
            Self::Broken | Self::BrokenTagged => const { &[INT8, INT8, TEXT] },
            Self::InsertEvents => {
                const {
                    &[
                        INT8S, TEXTS, INT8S, TEXTS, INT8S, INT8S, INT8S, INT4S, INT4S, UUIDS, TEXTS, TEXTS,
                        TEXTS,
                    ]
                }
            }
            Self::InsertTags => const { &[TEXTS, INT8S] },
            Self::MoveHead => const { &[INT8, INT8] },
            Self::MoveHeadAndNotify => const { &[INT8, INT8, TEXT] },
            Self::Log | Self::LogBackward => const { &[INT8, INT8, INT8, INT8] },
            Self::LogItem | Self::LogItemBackward => const { &[INT8, INT8, INT8, INT8, TEXTS, TEXTS] },
            Self::LogItems | Self::LogItemsBackward | Self::LogTagged | Self::LogTaggedBackward => {
                const { &[INT8, INT8, INT8, INT8, TEXT] }
            }
            Self::Stream | Self::StreamBackward => const { &[TEXT, INT8, INT8, INT8, INT8] },
            Self::At => const { &[INT8S, INT8] },
            Self::FirstOfCommit => const { &[INT8S] },
            Self::Find => const { &[Type::UUID] },
            Self::StreamsOfCommit | Self::Content => const { &[INT8, INT8] },
            Self::AfterVersion => const { &[TEXTS, INT8S, INT8, INT8] },
            Self::Matching | Self::MatchingTagged => const { &[INT8, INT8, INT8, TEXT] },
            Self::List => const { &[TEXT, INT8] },
            Self::ListCategory => const { &[TEXT, INT8, TEXT] },
            Self::Summary => const { &[INT8] },
            Self::GetRecord => const { &[TEXT] },
            Self::ListRecords => const { &[TEXT, TEXT, TEXT, INT8] },
            Self::ChangeRecord => const { &[TEXT, Type::BYTEA, TEXT, INT8, TEXT, INT8] },
        }
    }

    fn template(self) -> String {
        let (forward, backward) = ("", " DESC");
        match self {
            Self::Lock => {
                "SELECT position, recorded_at, current_setting('transaction_isolation'), \
                 current_setting('retell.transaction', true) FROM {schema}.head FOR UPDATE"
                    .to_owned()
            }
            Self::Versions => "SELECT s.name, e.version FROM unnest($1) AS s (name) CROSS JOIN LATERAL ( \
                 SELECT version FROM {schema}.events WHERE stream = s.name ORDER BY version DESC LIMIT 1) e"
                .to_owned(),
            Self::Ids => {
                "SELECT commit_id, position, commit_size, recorded_at FROM {schema}.events WHERE commit_id = ANY($1)"
                    .to_owned()
            }
            Self::Broken => format!(
                "SELECT EXISTS (SELECT 1 FROM {{schema}}.events e WHERE e.position > $1 AND e.position <= $2 AND {})",
                matches_item("$3")
            ),
            Self::BrokenTagged => format!("SELECT EXISTS (SELECT 1 FROM ({}) p)", tagged("$3", "1", forward)),
            Self::InsertEvents => "INSERT INTO {schema}.events (position, stream, version, type, schema, \
                 effective_at, recorded_at, commit_index, commit_size, commit_id, tags, metadata, payload) \
                 SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
                .to_owned(),
            // A tag that is given twice counts once.
            Self::InsertTags => "INSERT INTO {schema}.tags (tag, position) SELECT * FROM unnest($1, $2) \
                 ON CONFLICT DO NOTHING"
                .to_owned(),
            Self::MoveHead => format!("{MOVE_HEAD} RETURNING position"),
            Self::MoveHeadAndNotify => {
                format!("WITH moved AS ({MOVE_HEAD} RETURNING position) SELECT pg_notify($3, '') FROM moved")
            }
            Self::Head => "SELECT position FROM {schema}.head".to_owned(),
            Self::Log => page(&log("TRUE", forward), "position", forward, "$4"),
            Self::LogBackward => page(&log("TRUE", backward), "position", backward, "$4"),
            Self::LogItem => page(&log(ONE_ITEM, forward), "position", forward, "$4"),
            Self::LogItemBackward => page(&log(ONE_ITEM, backward), "position", backward, "$4"),
            Self::LogItems => page(&log(&matches_item("$5"), forward), "position", forward, "$4"),
            Self::LogItemsBackward => page(&log(&matches_item("$5"), backward), "position", backward, "$4"),
            Self::LogTagged => page(&log_tagged(forward), "position", forward, "$4"),
            Self::LogTaggedBackward => page(&log_tagged(backward), "position", backward, "$4"),
            Self::Stream => page(&stream(forward), "version", forward, "$5"),
            Self::StreamBackward => page(&stream(backward), "version", backward, "$5"),
            Self::At => page("SELECT * FROM {schema}.events WHERE position = ANY($1)", "position", forward, "$2"),
            Self::FirstOfCommit => "SELECT position, commit_id, recorded_at, metadata FROM {schema}.events \
                 WHERE position = ANY($1)"
                .to_owned(),
            Self::Find => "SELECT position, commit_size, recorded_at FROM {schema}.events WHERE commit_id = $1".to_owned(),
            Self::StreamsOfCommit => "SELECT stream, max(version) FROM {schema}.events \
                 WHERE position >= $1 AND position < $2 GROUP BY stream ORDER BY min(position)"
                .to_owned(),
            Self::Content => "SELECT stream, type, schema, payload, tags, effective_at FROM {schema}.events \
                 WHERE position >= $1 AND position < $2 ORDER BY position"
                .to_owned(),
            Self::AfterVersion => "SELECT e.position FROM unnest($1, $2) AS s (name, base) CROSS JOIN LATERAL ( \
                 SELECT position FROM {schema}.events \
                 WHERE stream = s.name AND version > s.base AND position <= $3 ORDER BY version LIMIT $4) e"
                .to_owned(),
            Self::Matching => format!(
                "SELECT e.position FROM {{schema}}.events e WHERE e.position > $1 AND e.position <= $2 AND {} \
                 ORDER BY e.position LIMIT $3",
                matches_item("$4")
            ),
            Self::MatchingTagged => format!("SELECT p.position FROM ({}) p", tagged("$4", "$3", forward)),
            Self::List => list("stream > $1"),
            Self::ListCategory => list("stream > $1 AND stream < $3"),
            Self::Summary => "SELECT type, count(*), count(*) FILTER (WHERE commit_index = 0), \
                 count(*) FILTER (WHERE version = 1), sum(octet_length(payload))::int8, min(recorded_at), \
                 max(recorded_at) FROM {schema}.events WHERE position <= $1 GROUP BY type"
                .to_owned(),
            Self::GetRecord => "SELECT value, revision FROM {schema}.records WHERE key = $1".to_owned(),
            Self::ListRecords => "SELECT key, revision, CASE WHEN starts_with(key, $3) THEN value END \
                 FROM {schema}.records WHERE key >= $1 AND key <> $2 ORDER BY key LIMIT $4"
                .to_owned(),
            Self::ChangeRecord => {
                "SELECT outcome, current FROM {schema}.change_record($1, $2, $3, $4, $5, $6)".to_owned()
            }
        }
    }
}

/// Only onto an event that is there, so that a head never stands alone.
const MOVE_HEAD: &str = "UPDATE {schema}.head SET position = $1, recorded_at = $2 \
    WHERE EXISTS (SELECT 1 FROM {schema}.events e WHERE e.position = $1)";

const CATEGORY: &str = "split_part(e.stream, '/', 1)";

/// The one item of a query, without tags: types and categories as parameters.
const ONE_ITEM: &str = "($5::text[] IS NULL OR e.type = ANY($5)) \
    AND ($6::text[] IS NULL OR split_part(e.stream, '/', 1) = ANY($6))";

/// The items of a query as a table. OFFSET keeps the planner from making a
/// join of it, and so from sorting the log.
fn items(parameter: &str) -> String {
    format!(
        "jsonb_to_recordset(({parameter}::text)::jsonb) AS i (types text[], categories text[], tags text[])"
    )
}

fn type_and_category() -> String {
    format!(
        "(i.types IS NULL OR e.type = ANY(i.types)) AND (i.categories IS NULL OR {CATEGORY} = ANY(i.categories))"
    )
}

/// Whether the event `e` matches one of the items.
fn matches_item(parameter: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM {} WHERE {} AND (i.tags IS NULL OR i.tags <@ string_to_array(e.tags, E'\\n')) OFFSET 0)",
        items(parameter),
        type_and_category()
    )
}

/// The positions of the events that match one of the items, all of which ask
/// for tags: looked up in the index of tags.
fn tagged(parameter: &str, limit: &str, direction: &str) -> String {
    format!(
        "SELECT DISTINCT t.position FROM {} CROSS JOIN LATERAL ( \
         SELECT t.position FROM {{schema}}.tags t JOIN {{schema}}.events e ON e.position = t.position \
         WHERE t.tag = i.tags[1] AND t.position > $1 AND t.position <= $2 AND {} \
         AND (i.tags[2] IS NULL OR i.tags <@ string_to_array(e.tags, E'\\n')) \
         ORDER BY t.position{direction} LIMIT {limit}) t ORDER BY t.position{direction} LIMIT {limit}",
        items(parameter),
        type_and_category()
    )
}

fn log(condition: &str, direction: &str) -> String {
    format!(
        "SELECT e.* FROM {{schema}}.events e WHERE e.position > $1 AND e.position <= $2 AND {condition} \
         ORDER BY e.position{direction} LIMIT $3"
    )
}

fn log_tagged(direction: &str) -> String {
    format!(
        "SELECT e.* FROM ({}) p JOIN {{schema}}.events e ON e.position = p.position",
        tagged("$5", "$3", direction)
    )
}

fn stream(direction: &str) -> String {
    format!(
        "SELECT e.* FROM {{schema}}.events e WHERE e.stream = $1 AND e.version > $2 AND e.version <= $3 \
         ORDER BY e.version{direction} LIMIT $4"
    )
}

/// The streams, each found by a step through the index, and their versions.
fn list(condition: &str) -> String {
    let next =
        format!("SELECT e.stream FROM {{schema}}.events e WHERE e.{condition} ORDER BY e.stream LIMIT 1");
    format!(
        "WITH RECURSIVE names (stream) AS (({next}) UNION ALL SELECT ({}) FROM names n WHERE n.stream IS NOT NULL) \
         SELECT n.stream, (SELECT e.version FROM {{schema}}.events e WHERE e.stream = n.stream \
         ORDER BY e.version DESC LIMIT 1) FROM names n WHERE n.stream IS NOT NULL LIMIT $2",
        next.replace("$1", "n.stream")
    )
}

/// The rows of a page, of which no more are sent than the page can take in
/// bytes, and one more, which tells that there is more.
fn page(source: &str, order: &str, direction: &str, bytes: &str) -> String {
    format!(
        "SELECT position, stream, version, type, schema, effective_at, recorded_at, commit_index, commit_id, \
         tags, metadata, payload FROM (SELECT source.*, \
         sum(octet_length(payload) + coalesce(octet_length(metadata), 0)) \
         OVER (ORDER BY {order}{direction} ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS before \
         FROM ({source}) AS source) AS page WHERE coalesce(before, 0) < {bytes} ORDER BY {order}{direction}"
    )
}

/// The statements of a store.
#[derive(Debug)]
pub(crate) struct Sql(Vec<String>);

impl Sql {
    pub(crate) fn new(schema: &str) -> Self {
        Self(Q::ALL.iter().map(|q| q.template().replace("{schema}", schema)).collect())
    }

    pub(crate) fn text(&self, q: Q) -> &str {
        &self.0[q as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_statement_stands_at_its_place_and_names_the_schema() {
        let sql = Sql::new("tickets");
        for (index, q) in Q::ALL.into_iter().enumerate() {
            assert_eq!(q as usize, index);
            assert!(!sql.text(q).contains("{schema}"), "{q:?}");
            assert!(sql.text(q).contains("tickets."), "{q:?}");
            for parameter in 1..=q.types().len() {
                assert!(sql.text(q).contains(&format!("${parameter}")), "{q:?} has no ${parameter}");
            }
        }
    }
}
