//! A store whose calls fail on demand, for tests: what a dropped connection, a full disk or a lost
//! answer looks like from above.

use crate::error::StoreError;
use crate::model::{
    AccessBatch, AccessRecord, CommandRecord, Commit, Committed, DocKey, Examined, Loaded, LogHead,
    Page, Pending, Row, Shelf, StoredBlock, StoredDoc, StoredEvent, StreamId, UploadPlan,
};
use crate::ports::{
    AccessLog, Anchor, ByteStream, Files, Log, Signer, Store, Streams, Uploads, Views,
};
use async_trait::async_trait;
use domain::time::Timestamp;
use ledger::header::CommandId;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How the chosen call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// [`StoreError::Unavailable`] before anything was done.
    Before,
    /// [`StoreError::Unavailable`] after everything was done: a lost answer.
    After,
    /// [`StoreError::Full`] before anything was done.
    Full,
}

/// Wraps every port of a store around one shared count of calls and fails one of them.
#[derive(Clone)]
pub struct FailNth {
    plan: Arc<Plan>,
}

struct Plan {
    calls: AtomicU64,
    nth: u64,
    fault: Fault,
}

impl FailNth {
    /// A store that behaves like `inner`, but for its call number `nth` (from 1; 0 never), and the
    /// handle that counts.
    #[must_use]
    pub fn wrap(inner: Store, nth: u64, fault: Fault) -> (Store, FailNth) {
        let plan = Arc::new(Plan { calls: AtomicU64::new(0), nth, fault });
        let faulty = |plan: &Arc<Plan>| Arc::clone(plan);
        let store = Store {
            streams: Arc::new(Faulty { inner: inner.streams, plan: faulty(&plan) }),
            views: Arc::new(Faulty { inner: inner.views, plan: faulty(&plan) }),
            log: Arc::new(Faulty { inner: inner.log, plan: faulty(&plan) }),
            anchor: Arc::new(Faulty { inner: inner.anchor, plan: faulty(&plan) }),
            signer: Arc::new(Faulty { inner: inner.signer, plan: faulty(&plan) }),
            access: Arc::new(Faulty { inner: inner.access, plan: faulty(&plan) }),
            uploads: Arc::new(Faulty { inner: inner.uploads, plan: faulty(&plan) }),
            files: Arc::new(Faulty { inner: inner.files, plan: faulty(&plan) }),
        };
        (store, FailNth { plan })
    }

    /// How many calls there have been on all ports together.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.plan.calls.load(Ordering::SeqCst)
    }

    /// Whether the chosen call has come and failed.
    #[must_use]
    pub fn fired(&self) -> bool {
        self.plan.nth != 0 && self.calls() >= self.plan.nth
    }
}

impl Plan {
    async fn call<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if call != self.nth {
            return work.await;
        }
        match self.fault {
            Fault::Before => Err(StoreError::unavailable("made to fail before the work")),
            Fault::Full => Err(StoreError::Full),
            Fault::After => {
                // The work's own refusal is lost like its success.
                let _ = work.await;
                Err(StoreError::unavailable("made to fail after the work"))
            }
        }
    }
}

struct Faulty<P: ?Sized> {
    inner: Arc<P>,
    plan: Arc<Plan>,
}

#[async_trait]
impl Streams for Faulty<dyn Streams> {
    async fn load(&self, stream: &StreamId, keys: &[DocKey]) -> Result<Loaded, StoreError> {
        self.plan.call(self.inner.load(stream, keys)).await
    }
    async fn list(
        &self,
        stream: &StreamId,
        kind: &str,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<StoredDoc>, StoreError> {
        self.plan.call(self.inner.list(stream, kind, prefix, after, limit)).await
    }
    async fn events(
        &self,
        stream: &StreamId,
        from_seq: u64,
        limit: usize,
    ) -> Result<Vec<StoredEvent>, StoreError> {
        self.plan.call(self.inner.events(stream, from_seq, limit)).await
    }
    async fn command(
        &self,
        stream: &StreamId,
        id: &CommandId,
    ) -> Result<Option<CommandRecord>, StoreError> {
        self.plan.call(self.inner.command(stream, id)).await
    }
    async fn commit(&self, commit: Commit) -> Result<Committed, StoreError> {
        self.plan.call(self.inner.commit(commit)).await
    }
    async fn streams(
        &self,
        after: Option<&StreamId>,
        limit: usize,
    ) -> Result<Vec<StreamId>, StoreError> {
        self.plan.call(self.inner.streams(after, limit)).await
    }
}

#[async_trait]
impl Views for Faulty<dyn Views> {
    async fn first(&self, view: &str, key: &str) -> Result<Option<Row>, StoreError> {
        self.plan.call(self.inner.first(view, key)).await
    }
    async fn query(
        &self,
        view: &str,
        key: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Row>, StoreError> {
        self.plan.call(self.inner.query(view, key, after, limit)).await
    }
    async fn next_number(&self, series: &str) -> Result<u64, StoreError> {
        self.plan.call(self.inner.next_number(series)).await
    }
}

#[async_trait]
impl Log for Faulty<dyn Log> {
    async fn head(&self) -> Result<LogHead, StoreError> {
        self.plan.call(self.inner.head()).await
    }
    async fn pending(&self, limit: usize) -> Result<Vec<Pending>, StoreError> {
        self.plan.call(self.inner.pending(limit)).await
    }
    async fn sequence(&self, from: u64, entries: &[Pending]) -> Result<(), StoreError> {
        self.plan.call(self.inner.sequence(from, entries)).await
    }
    async fn entries(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        self.plan.call(self.inner.entries(from, to)).await
    }
    async fn publish(&self, size: u64) -> Result<(), StoreError> {
        self.plan.call(self.inner.publish(size)).await
    }
}

#[async_trait]
impl Anchor for Faulty<dyn Anchor> {
    async fn create(&self, path: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.plan.call(self.inner.create(path, bytes)).await
    }
    async fn read(&self, path: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.plan.call(self.inner.read(path)).await
    }
    async fn last(&self, prefix: &str) -> Result<Option<String>, StoreError> {
        self.plan.call(self.inner.last(prefix)).await
    }
}

#[async_trait]
impl Signer for Faulty<dyn Signer> {
    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
        self.plan.call(self.inner.sign(bytes)).await
    }
    fn public_key_pem(&self) -> &str {
        self.inner.public_key_pem()
    }
}

#[async_trait]
impl AccessLog for Faulty<dyn AccessLog> {
    async fn record(&self, record: AccessRecord) -> Result<(), StoreError> {
        self.plan.call(self.inner.record(record)).await
    }
    async fn seal(&self, now: Timestamp) -> Result<Option<AccessBatch>, StoreError> {
        self.plan.call(self.inner.seal(now)).await
    }
    async fn batch(&self, seq: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        self.plan.call(self.inner.batch(seq)).await
    }
}

#[async_trait]
impl Uploads for Faulty<dyn Uploads> {
    async fn begin(&self, id: &str, plan: UploadPlan) -> Result<(), StoreError> {
        self.plan.call(self.inner.begin(id, plan)).await
    }
    async fn put_block(
        &self,
        id: &str,
        index: u32,
        bytes: ByteStream,
    ) -> Result<StoredBlock, StoreError> {
        self.plan.call(self.inner.put_block(id, index, bytes)).await
    }
    async fn blocks(&self, id: &str) -> Result<(UploadPlan, Vec<StoredBlock>), StoreError> {
        self.plan.call(self.inner.blocks(id)).await
    }
    async fn complete(&self, id: &str) -> Result<(), StoreError> {
        self.plan.call(self.inner.complete(id)).await
    }
    async fn waiting(&self, limit: usize) -> Result<Vec<String>, StoreError> {
        self.plan.call(self.inner.waiting(limit)).await
    }
}

#[async_trait]
impl Files for Faulty<dyn Files> {
    async fn examine(&self, id: &str) -> Result<Examined, StoreError> {
        self.plan.call(self.inner.examine(id)).await
    }
    async fn settle(&self, id: &str, shelf: Shelf) -> Result<(), StoreError> {
        self.plan.call(self.inner.settle(id, shelf)).await
    }
    async fn read(&self, id: &str, start: u64, len: u64) -> Result<ByteStream, StoreError> {
        self.plan.call(self.inner.read(id, start, len)).await
    }
}
