//! The promises on the memory store.

retell_conformance::suite!(retell_conformance::MemoryEngine);
