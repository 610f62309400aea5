//! The memory store under test, and the worked example of an [`Engine`].

use std::sync::Arc;

use retell_store::{BoxFuture, Clock, EventStore, MemoryStore};

use crate::{Engine, EngineError, Opening, Site};

/// The engine of [`MemoryStore`].
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryEngine;

impl Engine for MemoryEngine {
    fn name(&self) -> &str {
        "memory"
    }

    fn fresh(&self) -> BoxFuture<'_, Result<Arc<dyn Site>, EngineError>> {
        Box::pin(async { Ok(Arc::new(Memory) as Arc<dyn Site>) })
    }
}

/// A memory store is where its handle is, so every handle is a new store:
/// nothing is durable, and its capabilities say so.
struct Memory;

impl Site for Memory {
    fn open(&self) -> Opening<'_> {
        Box::pin(async { Ok(Arc::new(MemoryStore::new()) as Arc<dyn EventStore>) })
    }

    fn open_with_clock(&self, clock: Arc<dyn Clock>) -> Option<Opening<'_>> {
        Some(Box::pin(async { Ok(Arc::new(MemoryStore::with_clock(clock)) as Arc<dyn EventStore>) }))
    }
}
