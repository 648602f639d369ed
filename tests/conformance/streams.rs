//! `Streams`, but for its commits.

use super::Backend;
use super::samples::{Author, at, chain, command, key};
use store::error::StoreError;
use store::model::{Head, PAGE_MAX};

/// "The head and those of the documents that exist."
pub async fn a_load_answers_with_the_head_and_the_documents_that_exist_in_the_order_asked<
    B: Backend,
>(
    backend: B,
) {
    let streams = &backend.store().streams;
    let mut author = Author::new(1);
    let mut commit = author.commit(1);
    commit.documents.push(author.doc("case", "c"));
    streams.commit(commit).await.unwrap();
    let keys = [key("exhibit", "e"), key("exhibit", "none"), key("case", "c")];
    let loaded = streams.load(&author.chain, &keys).await.unwrap();
    assert_eq!(loaded.head, Some(Head { version: 1, last: author.last, time: at(0) }));
    assert_eq!(loaded.docs, [author.doc("exhibit", "e"), author.doc("case", "c")]);
}

/// "An unknown stream is not an error: it has no head."
pub async fn an_unknown_stream_is_not_an_error_and_has_no_head<B: Backend>(backend: B) {
    let streams = &backend.store().streams;
    let loaded = streams.load(&chain(9), &[key("case", "c")]).await.unwrap();
    assert_eq!((loaded.head, loaded.docs.len()), (None, 0));
    assert_eq!(streams.list(&chain(9), "case", "", None, 1).await.unwrap().items.len(), 0);
    assert_eq!(streams.events(&chain(9), 0, 1).await.unwrap().len(), 0);
    assert_eq!(streams.command(&chain(9), &command(1)).await.unwrap(), None);
}

/// "… as of one instant."
pub async fn a_load_is_of_one_instant<B: Backend>(backend: B) {
    let store = backend.store().clone();
    let writer = tokio::spawn(async move {
        let mut author = Author::new(1);
        for number in 1..=100 {
            let mut commit = author.commit(number);
            commit.documents.push(author.doc("case", "c"));
            store.streams.commit(commit).await.unwrap();
        }
    });
    let keys = [key("case", "c"), key("exhibit", "e")];
    while !writer.is_finished() {
        let loaded = backend.store().streams.load(&chain(1), &keys).await.unwrap();
        let version = loaded.head.map_or(0, |head| head.version);
        assert!(loaded.docs.iter().all(|doc| doc.version == version), "torn at {version}");
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}

async fn listed<B: Backend>(backend: &B) -> Author {
    let mut author = Author::new(1);
    let mut commit = author.commit(1);
    for id in ["b-2", "a-1", "b-10", "b", "b.z", "c"] {
        commit.documents.push(author.doc("note", id));
    }
    backend.store().streams.commit(commit).await.unwrap();
    author
}

/// "The stream's documents of one kind whose id starts with `prefix`, in order of id."
pub async fn a_list_holds_one_kind_with_the_prefix_in_order_of_id<B: Backend>(backend: B) {
    let author = listed(&backend).await;
    let list = async |kind: &str, prefix: &str| -> Vec<String> {
        let page = backend.store().streams.list(&author.chain, kind, prefix, None, 100).await;
        page.unwrap().items.into_iter().map(|doc| doc.key.id).collect()
    };
    assert_eq!(list("note", "b").await, ["b", "b-10", "b-2", "b.z"]);
    assert_eq!(list("note", "").await, ["a-1", "b", "b-10", "b-2", "b.z", "c"]);
    assert_eq!(list("exhibit", "").await, ["e"]);
    assert_eq!(list("note", "d").await, [""; 0]);
}

/// "… after the place `after`, at most `limit`."
pub async fn the_pages_of_a_list_join_to_the_whole<B: Backend>(backend: B) {
    let author = listed(&backend).await;
    for limit in 1..=7 {
        let (mut ids, mut after) = (Vec::new(), None::<String>);
        loop {
            let streams = &backend.store().streams;
            let page = streams.list(&author.chain, "note", "", after.as_deref(), limit).await;
            let page = page.unwrap();
            assert!(page.items.len() <= limit && !page.items.is_empty());
            ids.extend(page.items.into_iter().map(|doc| doc.key.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(ids, ["a-1", "b", "b-10", "b-2", "b.z", "c"], "pages of {limit}");
    }
}

/// "… at most `limit` (1 to 1,000)."
pub async fn a_page_holds_one_to_a_thousand<B: Backend>(backend: B) {
    let store = backend.store();
    for (limit, good) in [(0, false), (1, true), (PAGE_MAX, true), (PAGE_MAX + 1, false)] {
        let refused = |result: Result<(), StoreError>| match result {
            Ok(()) => false,
            Err(StoreError::Mismatch { code: "limit", .. }) => true,
            Err(other) => panic!("{other}"),
        };
        let chain = chain(1);
        let list = store.streams.list(&chain, "note", "", None, limit).await.map(drop);
        let events = store.streams.events(&chain, 0, limit).await.map(drop);
        let streams = store.streams.streams(None, limit).await.map(drop);
        let query = store.views.query("worklist", "k", None, limit).await.map(drop);
        for result in [list, events, streams, query] {
            assert_eq!(refused(result), !good, "limit {limit}");
        }
    }
}

/// "The stream's events from `from_seq` on, in order, without gaps, at most `limit`."
pub async fn events_come_in_order_from_where_asked_without_gaps<B: Backend>(backend: B) {
    let mut author = Author::new(1);
    let mut sealed = Vec::new();
    for number in 1..=5 {
        let commit = author.commit(number);
        sealed.extend(commit.events.iter().map(|e| (e.bytes.clone(), e.disclosures.clone())));
        backend.store().streams.commit(commit).await.unwrap();
    }
    let events = backend.store().streams.events(&author.chain, 1, 3).await.unwrap();
    assert_eq!(events.iter().map(|e| e.seq).collect::<Vec<_>>(), [1, 2, 3]);
    for event in &events {
        let (bytes, disclosures) = &sealed[usize::try_from(event.seq).unwrap()];
        assert_eq!((&event.header, &event.disclosures), (bytes, disclosures));
        assert_eq!(event.log_index, None);
    }
    assert_eq!(backend.store().streams.events(&author.chain, 5, 3).await.unwrap(), []);
}

/// "What was answered to a command, if it was ever committed to this stream."
pub async fn the_answer_to_a_command_is_kept_for_its_stream_only<B: Backend>(backend: B) {
    let streams = &backend.store().streams;
    let mut author = Author::new(1);
    let commit = author.commit(7);
    let record = commit.command.clone();
    streams.commit(commit).await.unwrap();
    Author::new(2).fill(backend.store(), 8, 1).await;
    assert_eq!(streams.command(&author.chain, &command(7)).await.unwrap(), Some(record));
    assert_eq!(streams.command(&author.chain, &command(8)).await.unwrap(), None);
    assert_eq!(streams.command(&chain(2), &command(7)).await.unwrap(), None);
}

/// "The names of all streams, in order, at most `limit`."
pub async fn streams_are_named_in_order_after_the_one_given<B: Backend>(backend: B) {
    for number in [5, 1, 3] {
        Author::new(number).fill(backend.store(), 1, 1).await;
    }
    let streams = &backend.store().streams;
    assert_eq!(streams.streams(None, 10).await.unwrap(), [chain(1), chain(3), chain(5)]);
    assert_eq!(streams.streams(Some(&chain(1)), 1).await.unwrap(), [chain(3)]);
    assert_eq!(streams.streams(Some(&chain(5)), 10).await.unwrap(), []);
}
