//! `Streams::commit`.

use super::Backend;
use super::samples::{Author, chain, command, key, row};
use ledger::hash::Hash;
use store::error::StoreError;
use store::model::{
    COMMIT_BYTES_MAX, COMMIT_OPERATIONS_MAX, Commit, Committed, DOCUMENT_BYTES_MAX, StoredDoc,
};
use store::ports::Store;

/// A valid commit that something is then done to.
fn broken(change: impl FnOnce(&mut Commit)) -> Commit {
    let mut commit = Author::new(1).commit(1);
    change(&mut commit);
    commit
}

async fn code(store: &Store, commit: Commit) -> &'static str {
    match store.streams.commit(commit).await {
        Err(StoreError::Mismatch { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

/// "… durably before it answers."
pub async fn a_commit_is_durable_when_it_answers<B: Backend>(backend: B) {
    let mut author = Author::new(1);
    author.fill(backend.store(), 1, 3).await;
    let backend = backend.reopen().await;
    let streams = &backend.store().streams;
    let loaded = streams.load(&author.chain, &[key("exhibit", "e")]).await.unwrap();
    assert_eq!(loaded.head.unwrap().last, author.last);
    assert_eq!(loaded.docs, [author.doc("exhibit", "e")]);
    assert_eq!(streams.events(&author.chain, 0, 10).await.unwrap().len(), 3);
    author.fill(backend.store(), 4, 1).await;
}

/// "Stores all of it or nothing."
pub async fn a_refused_commit_stores_nothing_at_all<B: Backend>(backend: B) {
    let store = backend.store();
    let stale = broken(|commit| commit.expected = 1);
    let gap = broken(|commit| commit.documents[0].version = 2);
    for commit in [stale, gap] {
        assert!(store.streams.commit(commit).await.is_err());
        let loaded = store.streams.load(&chain(1), &[key("exhibit", "e")]).await.unwrap();
        assert_eq!((loaded.head, loaded.docs.len()), (None, 0));
        assert_eq!(store.streams.command(&chain(1), &command(1)).await.unwrap(), None);
        assert_eq!(store.views.first("worklist", chain(1).as_str()).await.unwrap(), None);
        assert_eq!(store.log.pending(10).await.unwrap(), []);
        assert_eq!(store.streams.streams(None, 10).await.unwrap(), []);
    }
}

/// "A command already committed to the stream changes nothing and is answered with what was stored,
/// whatever else the commit says."
pub async fn a_command_committed_before_is_answered_as_then_whatever_else_is_said<B: Backend>(
    backend: B,
) {
    let store = backend.store();
    let mut author = Author::new(1);
    let first = author.commit(1);
    store.streams.commit(first.clone()).await.unwrap();
    author.fill(store, 2, 1).await;
    let mut other_words = author.clone().commit(1);
    other_words.command.answer.body = "{}".to_owned();
    other_words.command.fingerprint = Hash::ZERO;
    let mut malformed = first.clone();
    malformed.events.clear();
    for again in [first.clone(), other_words, malformed] {
        let answer = store.streams.commit(again).await.unwrap();
        assert_eq!(answer, Committed::Before(first.command.clone()));
    }
    let head = store.streams.load(&author.chain, &[]).await.unwrap().head.unwrap();
    assert_eq!(head.version, 2);
    // The same command on another stream is another command.
    Author::new(2).fill(store, 1, 1).await;
}

/// "Otherwise `expected` must be the stream's version, or `Stale`."
pub async fn expected_must_be_the_version_of_the_stream<B: Backend>(backend: B) {
    let store = backend.store();
    let mut author = Author::new(1);
    let behind = author.clone();
    author.fill(store, 1, 2).await;
    let mut ahead = author.clone();
    ahead.event(&command(3));
    for (mut author, expected) in [(behind, 0), (ahead, 3)] {
        match store.streams.commit(author.commit(4)).await {
            Err(StoreError::Stale { expected: said, found: 2 }) => assert_eq!(said, expected),
            other => panic!("{other:?}"),
        }
    }
}

/// "The events must continue the chain (sequence numbers, `prev`), or `Corrupt`."
pub async fn events_must_continue_the_chain<B: Backend>(backend: B) {
    let store = backend.store();
    let mut author = Author::new(1);
    author.fill(store, 1, 2).await;
    let mut forked = Author { last: Hash([7; 32]), ..author.clone() };
    let mut gap = author.clone();
    gap.event(&command(3));
    let mut gap = gap.commit(3);
    gap.expected = 2;
    gap.documents[0].version = 3;
    let mut swapped = author.clone().empty(3);
    let mut next = author.clone();
    swapped.events = vec![next.event(&command(3)), next.event(&command(3))];
    swapped.events.reverse();
    for commit in [forked.commit(3), gap, swapped] {
        let answer = store.streams.commit(commit).await;
        assert!(matches!(answer, Err(StoreError::Corrupt { .. })), "{answer:?}");
    }
    author.fill(store, 3, 1).await;
}

/// "… (stream) …, or `Corrupt`."
pub async fn an_event_of_another_stream_log_or_command_is_refused<B: Backend>(backend: B) {
    let other_stream = broken(|commit| commit.stream = chain(2));
    let access_stream = broken(|commit| commit.stream = chain(1).access());
    let other_command = broken(|commit| commit.command.id = command(2));
    let other_log = broken(|commit| {
        let mut header = commit.events[0].header.clone();
        header.log = "other.example/log".to_owned();
        commit.events[0].bytes = header.to_bytes();
    });
    let not_a_header = broken(|commit| commit.events[0].bytes.push(b' '));
    for commit in [other_stream, access_stream, other_command, other_log, not_a_header] {
        let answer = backend.store().streams.commit(commit).await;
        assert!(matches!(answer, Err(StoreError::Corrupt { .. })), "{answer:?}");
    }
}

/// What fsck would report later is refused now.
pub async fn a_disclosure_that_the_header_does_not_commit_to_is_refused<B: Backend>(backend: B) {
    let foreign = broken(|commit| commit.events[0].disclosures[0].push('A'));
    let answer = backend.store().streams.commit(foreign).await;
    assert!(matches!(answer, Err(StoreError::Corrupt { .. })), "{answer:?}");
    let withheld = broken(|commit| commit.events[0].disclosures.truncate(1));
    backend.store().streams.commit(withheld).await.unwrap();
}

/// "Limits are `COMMIT_OPERATIONS_MAX` …"
pub async fn a_hundred_operations_fit_and_one_more_does_not<B: Backend>(backend: B) {
    assert_eq!(code(backend.store(), broken(|c| c.events.clear())).await, "events");
    // One event, the head and the command record are operations too.
    for (documents, good) in [(COMMIT_OPERATIONS_MAX - 3, true), (COMMIT_OPERATIONS_MAX - 2, false)]
    {
        let mut author = Author::new(u8::from(good));
        let mut commit = author.commit(1);
        commit.documents = (0..documents).map(|n| author.doc("note", &format!("n{n}"))).collect();
        match good {
            true => {
                assert_eq!(backend.store().streams.commit(commit).await.unwrap(), Committed::Done)
            }
            false => assert_eq!(code(backend.store(), commit).await, "operations"),
        }
    }
}

/// "JSON text, at most `DOCUMENT_BYTES_MAX`."
pub async fn a_document_of_the_largest_size_fits_and_a_larger_one_does_not<B: Backend>(backend: B) {
    let large = broken(|commit| commit.documents[0].body = "x".repeat(DOCUMENT_BYTES_MAX + 1));
    assert_eq!(code(backend.store(), large).await, "bodyBytes");
    let large = broken(|commit| commit.rows_put[0].body = "x".repeat(DOCUMENT_BYTES_MAX + 1));
    assert_eq!(code(backend.store(), large).await, "bodyBytes");
    let largest = broken(|commit| commit.documents[0].body = "x".repeat(DOCUMENT_BYTES_MAX));
    backend.store().streams.commit(largest).await.unwrap();
}

/// "… and `COMMIT_BYTES_MAX`."
pub async fn a_batch_of_the_most_bytes_fits_and_one_byte_more_does_not<B: Backend>(backend: B) {
    for (over, good) in [(1, false), (0, true)] {
        let mut author = Author::new(1);
        let mut commit = author.empty(1);
        commit.events.push(author.event(&command(1)));
        let fixed = commit.events[0].bytes.len()
            + commit.events[0].disclosures.iter().map(String::len).sum::<usize>()
            + commit.command.answer.body.len();
        let mut left = COMMIT_BYTES_MAX + over - fixed;
        while left > 0 {
            let length = left.min(DOCUMENT_BYTES_MAX);
            let id = format!("n{left}");
            commit.documents.push(StoredDoc {
                key: key("note", &id),
                version: 1,
                body: "x".repeat(length),
            });
            left -= length;
        }
        match good {
            true => {
                assert_eq!(backend.store().streams.commit(commit).await.unwrap(), Committed::Done)
            }
            false => assert_eq!(code(backend.store(), commit).await, "bytes"),
        }
    }
}

/// The grammar of names, and "the sequence number of the last event that changed it, plus one".
pub async fn malformed_names_and_versions_are_refused<B: Backend>(backend: B) {
    let store = backend.store();
    let long = "x".repeat(97);
    for (kind, id) in [("", "e"), ("Note", "e"), ("note", ""), ("note", "E"), ("note", &*long)] {
        let commit = broken(|commit| commit.documents[0].key = key(kind, id));
        assert_eq!(code(store, commit).await, "documentKey", "{kind}/{id}");
    }
    let twice = broken(|commit| commit.documents.push(commit.documents[0].clone()));
    assert_eq!(code(store, twice).await, "documentKey");
    for version in [0, 2] {
        let commit = broken(|commit| commit.documents[0].version = version);
        assert_eq!(code(store, commit).await, "documentVersion");
    }
    let long = "x".repeat(201);
    for parts in [["v", &*long, "s", "i"], ["v", "k", &*long, "i"], ["v", "k", "s", ""]] {
        let [view, key, sort, id] = parts;
        let commit = broken(|commit| commit.rows_put[0] = row(view, key, sort, id, "{}"));
        assert_eq!(code(store, commit).await, "rowKey");
    }
}

/// "What was committed is read by every later call."
pub async fn what_was_committed_is_read_by_every_later_call<B: Backend>(backend: B) {
    let store = backend.store();
    let mut author = Author::new(1);
    for number in 1..=50 {
        author.fill(store, number, 1).await;
        let loaded = store.streams.load(&author.chain, &[key("exhibit", "e")]).await.unwrap();
        assert_eq!(loaded.head.unwrap().version, number);
        assert_eq!(loaded.docs[0].version, number);
        let row = store.views.first("worklist", author.chain.as_str()).await.unwrap().unwrap();
        assert_eq!(row.body, format!("{{\"v\":{number}}}"));
        assert!(store.streams.command(&author.chain, &command(number)).await.unwrap().is_some());
    }
}

/// Optimistic concurrency: no update is lost.
pub async fn of_commits_that_race_one_wins_and_the_others_are_stale<B: Backend>(backend: B) {
    let store = backend.store();
    let mut author = Author::new(1);
    for round in 0..10 {
        let racers: Vec<_> = (1..=8)
            .map(|number| {
                let (store, commit) = (store.clone(), author.clone().commit(round * 10 + number));
                tokio::spawn(async move { store.streams.commit(commit).await })
            })
            .collect();
        let mut won = 0;
        for racer in racers {
            match racer.await.unwrap() {
                Ok(Committed::Done) => won += 1,
                Err(StoreError::Stale { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(won, 1, "round {round}");
        let head = store.streams.load(&author.chain, &[]).await.unwrap().head.unwrap();
        (author.version, author.last) = (head.version, head.last);
    }
    assert_eq!(author.version, 10);
}

/// A client's retries that overtake its first request.
pub async fn the_same_command_sent_many_times_at_once_is_done_once<B: Backend>(backend: B) {
    let store = backend.store();
    let commit = Author::new(1).commit(1);
    let racers: Vec<_> = (0..8)
        .map(|_| {
            let (store, commit) = (store.clone(), commit.clone());
            tokio::spawn(async move { store.streams.commit(commit).await.unwrap() })
        })
        .collect();
    let mut done = 0;
    for racer in racers {
        match racer.await.unwrap() {
            Committed::Done => done += 1,
            Committed::Before(record) => assert_eq!(record, commit.command),
        }
    }
    assert_eq!(done, 1);
}

/// "A row both removed and put is put."
pub async fn a_row_both_removed_and_put_is_put<B: Backend>(backend: B) {
    let store = backend.store();
    let mut author = Author::new(1);
    author.fill(store, 1, 1).await;
    let mut both = author.commit(2);
    both.rows_removed = both.rows_put.iter().map(|row| row.key.clone()).collect();
    store.streams.commit(both).await.unwrap();
    let name = author.chain.to_string();
    let found = store.views.first("worklist", &name).await.unwrap().unwrap();
    assert_eq!(found.body, "{\"v\":2}");
    let mut removed = author.commit(3);
    removed.rows_removed = removed.rows_put.drain(..).map(|row| row.key).collect();
    store.streams.commit(removed).await.unwrap();
    assert_eq!(store.views.first("worklist", &name).await.unwrap(), None);
}
