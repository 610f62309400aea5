//! The promises, on PostgreSQL: the suite as every engine runs it.

mod support;

use std::sync::{Arc, OnceLock};

use retell_conformance::{Attempt, Engine, EngineError, Opening, Site};
use retell_postgres::PostgresOptions;
use retell_store::{BoxFuture, Clock, EventStore};
use support::Place;
use tokio::runtime::{Builder, Runtime};

#[derive(Debug, Clone)]
struct Postgres {
    server: String,
    /// Parameters of the URL.
    more: &'static str,
}

impl Engine for Postgres {
    fn name(&self) -> &str {
        "postgres"
    }

    fn fresh(&self) -> BoxFuture<'_, Result<Arc<dyn Site>, EngineError>> {
        Box::pin(async {
            let place = Place::at(self.server.clone());
            Ok(Arc::new(Schema { place, more: self.more }) as Arc<dyn Site>)
        })
    }
}

struct Schema {
    place: Arc<Place>,
    more: &'static str,
}

/// A runtime with input and output, on which the stores of all checks live;
/// the checks themselves run on the suite's own, which has none.
fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("the threads start")
    })
}

impl Schema {
    fn open_with(&self, options: PostgresOptions) -> Opening<'_> {
        Box::pin(async move {
            let store = runtime().spawn(options.open()).await??;
            Ok(Arc::new(store) as Arc<dyn EventStore>)
        })
    }
}

impl Site for Schema {
    fn open(&self) -> Opening<'_> {
        self.open_with(self.place.options(self.more))
    }

    fn open_with_clock(&self, clock: Arc<dyn Clock>) -> Option<Opening<'_>> {
        Some(self.open_with(self.place.options(self.more).clock(clock)))
    }

    fn tamper(&self) -> Option<BoxFuture<'_, Result<Vec<Attempt>, EngineError>>> {
        let place = Arc::clone(&self.place);
        let attempts = runtime().spawn(async move {
            let client = place.client().await;
            let schema = &place.schema;
            let mut attempts = Vec::new();
            for what in [
                format!("UPDATE {schema}.events SET payload = '{{}}'"),
                format!("DELETE FROM {schema}.events"),
                format!("TRUNCATE {schema}.events"),
                format!("UPDATE {schema}.tags SET tag = 'a:b'"),
                format!("DELETE FROM {schema}.tags"),
                format!("TRUNCATE {schema}.tags"),
                format!("DELETE FROM {schema}.head"),
                format!("TRUNCATE {schema}.store"),
                format!("UPDATE {schema}.store SET created_at = 0"),
            ] {
                let refused = client.batch_execute(&what).await.err().map(|error| error.to_string());
                attempts.push(Attempt { what, refused });
            }
            attempts
        });
        Some(Box::pin(async move { Ok(attempts.await?) }))
    }
}

/// As users get it.
mod named {
    use super::{Postgres, support};

    retell_conformance::suite!(match support::server() {
        Some(server) => Postgres { server, more: "" },
        None => return,
    });
}

/// As it is behind a pooler in transaction mode: no named statements, and
/// polling alone.
mod unnamed {
    use super::{Postgres, support};

    retell_conformance::suite!(match support::server() {
        Some(server) => Postgres { server, more: "&statements=unnamed" },
        None => return,
    });
}
