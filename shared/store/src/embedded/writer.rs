//! The one thread that writes to the database, and the group commit it does.
//!
//! Everything that waits is put into one transaction, so that one `fdatasync` serves it all: each
//! piece of work under its own savepoint, so that one refusal does not spoil the others. Answers
//! leave only when the transaction is durable.

use crate::error::StoreError;
use rusqlite::Connection;
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The most pieces of work in one transaction: a bound on how long the first one waits.
pub(crate) const GROUP_MAX: usize = 256;
/// The most pieces of work that may queue; more are refused as unavailable, so that an overload
/// becomes visible instead of becoming memory.
pub(crate) const QUEUE_MAX: usize = 16_384;

/// A piece of work that waits for its group.
trait Job: Send {
    /// Does the work inside the open transaction. `false` asks for its changes to be undone.
    fn run(&mut self, db: &Connection) -> bool;
    /// Why its work failed, for a group that cannot go on after it.
    fn failure(&self) -> StoreError;
    /// Answers: with the work's own result if the group is durable, else with the group's failure.
    fn answer(self: Box<Self>, group: Result<(), StoreError>);
}

struct Task<T, F> {
    work: Option<F>,
    result: Option<Result<T, StoreError>>,
    to: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, db: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let result = work(db);
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn failure(&self) -> StoreError {
        match &self.result {
            Some(Err(error)) => again(error),
            _ => StoreError::unavailable("the transaction ended early"),
        }
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        let result = match (group, self.result) {
            (Ok(()), Some(result)) => result,
            (Err(error), _) => Err(error),
            (Ok(()), None) => Err(StoreError::unavailable("the work was not done")),
        };
        // The asker may have gone away; what was done stays done.
        let _ = self.to.send(result);
    }
}

/// The handle of the writing thread. Dropping it lets queued work finish, then closes the database.
pub(crate) struct Writer {
    queue: Option<mpsc::SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread on a connection that is ready for use.
    pub(crate) fn start(db: Connection) -> std::io::Result<Writer> {
        let (queue, jobs) = mpsc::sync_channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(&db, &jobs))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `work` in the next group and answers once its transaction is durable. An `Err` of the
    /// work undoes what it wrote and nothing else.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (to, answer) = oneshot::channel();
        let job = Box::new(Task { work: Some(work), result: None, to });
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.try_send(job).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // The last reference may die on the writer itself only if a job held one: none does.
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::unavailable("the database's writer has stopped or its queue is full")
}

fn serve(db: &Connection, jobs: &mpsc::Receiver<Box<dyn Job>>) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        while group.len() < GROUP_MAX {
            match jobs.try_recv() {
                Ok(job) => group.push(job),
                Err(_) => break,
            }
        }
        match transact(db, &mut group) {
            Ok(()) => group.into_iter().for_each(|job| job.answer(Ok(()))),
            Err(error) => {
                tracing::warn!(error = %error, jobs = group.len(), "a group of writes failed");
                for job in group {
                    job.answer(Err(again(&error)));
                }
            }
        }
    }
}

fn transact(db: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let done = attempt(db, group);
    if done.is_err() && !db.is_autocommit() {
        // A failed COMMIT leaves the transaction open; what it held must not leak into the next.
        db.prepare_cached("ROLLBACK")?.execute([])?;
    }
    done
}

fn attempt(db: &Connection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    db.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
    for job in group.iter_mut() {
        db.prepare_cached("SAVEPOINT job")?.execute([])?;
        let keep = job.run(db);
        // After a full disk or an I/O error SQLite itself may have undone the whole transaction.
        if db.is_autocommit() {
            return Err(job.failure());
        }
        if !keep {
            db.prepare_cached("ROLLBACK TO job")?.execute([])?;
        }
        db.prepare_cached("RELEASE job")?.execute([])?;
    }
    db.prepare_cached("COMMIT")?.execute([])?;
    Ok(())
}

/// The same failure for one more member of the group.
fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full => StoreError::Full,
        StoreError::Corrupt { what } => StoreError::corrupt(what.clone()),
        other => StoreError::unavailable(other.to_string()),
    }
}
