//! The keyed values of the store in memory.

use super::{MemoryStore, State, ready};
use crate::BoxFuture;
use crate::records::{Expect, Fence, Record, RecordError, RecordKey, Records, Revision};

impl State {
    /// Judges a change, and gives it its number.
    fn change(
        &mut self,
        key: &RecordKey,
        expect: Expect,
        fence: Option<Fence>,
    ) -> Result<Revision, RecordError> {
        if self.closed {
            return Err(RecordError::Stopped { reason: "the store was closed".to_owned() });
        }
        let revision_of = |key: &RecordKey| self.records.get(key).map(|record| record.revision);
        if let Some(Fence { lease, revision }) = fence
            && revision_of(&lease) != Some(revision)
        {
            return Err(RecordError::Fenced { lease });
        }
        let current = revision_of(key);
        let holds = match expect {
            Expect::Any => true,
            Expect::Absent => current.is_none(),
            Expect::Revision(revision) => current == Some(revision),
        };
        if !holds {
            return Err(RecordError::Changed { key: key.clone(), current });
        }
        self.revision += 1;
        Ok(Revision::new(self.revision))
    }
}

impl Records for MemoryStore {
    fn get<'a>(&'a self, key: &'a RecordKey) -> BoxFuture<'a, Result<Option<Record>, RecordError>> {
        ready(Ok(self.state().records.get(key).cloned()))
    }

    fn put<'a>(
        &'a self,
        key: &'a RecordKey,
        value: Vec<u8>,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<Revision, RecordError>> {
        Box::pin(async move {
            <dyn Records>::check_size(&value)?;
            let mut state = self.state();
            let revision = state.change(key, expect, fence)?;
            state.records.insert(key.clone(), Record { key: key.clone(), value, revision });
            Ok(revision)
        })
    }

    fn delete<'a>(
        &'a self,
        key: &'a RecordKey,
        expect: Expect,
        fence: Option<Fence>,
    ) -> BoxFuture<'a, Result<(), RecordError>> {
        Box::pin(async move {
            let mut state = self.state();
            state.change(key, expect, fence)?;
            state.records.remove(key);
            Ok(())
        })
    }

    fn list<'a>(
        &'a self,
        prefix: &'a str,
        after: Option<&'a RecordKey>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<Record>, RecordError>> {
        let state = self.state();
        let matching = state.records.values().filter(|record| {
            record.key.as_str().starts_with(prefix) && after.is_none_or(|after| &record.key > after)
        });
        ready(Ok(matching.take(limit).cloned().collect()))
    }
}
