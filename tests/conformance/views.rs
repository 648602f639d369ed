//! `Views`.

use super::Backend;
use super::samples::{Author, row};
use std::collections::BTreeSet;
use store::error::StoreError;

/// Rows whose order differs from that of numbers, of upper and lower case, and of characters.
const ROWS: [(&str, &str); 7] =
    [("10", "a"), ("9", "a"), ("9", "Z"), ("", "x"), ("é", "1"), ("z", "1"), ("9:", "a")];
const IN_ORDER: [(&str, &str); 7] =
    [("", "x"), ("10", "a"), ("9", "Z"), ("9", "a"), ("9:", "a"), ("z", "1"), ("é", "1")];

async fn filled<B: Backend>(backend: &B) {
    let mut author = Author::new(1);
    let mut commit = author.commit(1);
    commit.rows_put = ROWS.iter().map(|(sort, id)| row("list", "k", sort, id, "{}")).collect();
    commit.rows_put.push(row("list", "other", "0", "0", "{\"other\":1}"));
    commit.rows_put.push(row("lis", "tk", "0", "0", "{\"other\":2}"));
    backend.store().streams.commit(commit).await.unwrap();
}

/// "The first row of (view, key)."
pub async fn the_first_row_is_the_least_in_order<B: Backend>(backend: B) {
    filled(&backend).await;
    let views = &backend.store().views;
    let first = views.first("list", "k").await.unwrap().unwrap();
    assert_eq!((&*first.key.sort, &*first.key.id), IN_ORDER[0]);
    assert_eq!(views.first("list", "other").await.unwrap().unwrap().body, "{\"other\":1}");
    assert_eq!(views.first("list", "none").await.unwrap(), None);
}

/// "Rows of one (view, key) are ordered by `sort`, then by `id`, bytewise."
pub async fn rows_are_ordered_by_sort_then_id_bytewise<B: Backend>(backend: B) {
    filled(&backend).await;
    let page = backend.store().views.query("list", "k", None, 100).await.unwrap();
    let order: Vec<_> = page.items.iter().map(|r| (&*r.key.sort, &*r.key.id)).collect();
    assert_eq!(order, IN_ORDER);
    assert_eq!(page.next, None);
}

/// "… after the place `after`, at most `limit`."
pub async fn the_pages_of_a_query_join_to_the_whole<B: Backend>(backend: B) {
    filled(&backend).await;
    for limit in 1..=8 {
        let (mut rows, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = backend.store().views.query("list", "k", after.as_deref(), limit).await;
            let page = page.unwrap();
            assert!(page.items.len() <= limit && !page.items.is_empty());
            rows.extend(page.items.into_iter().map(|r| (r.key.sort, r.key.id)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert!(rows.iter().map(|(sort, id)| (&**sort, &**id)).eq(IN_ORDER), "pages of {limit}");
    }
}

/// A place is what an earlier page gave.
pub async fn a_place_that_was_not_given_out_is_refused<B: Backend>(backend: B) {
    let answer = backend.store().views.query("list", "k", Some("nonsense"), 1).await;
    assert!(matches!(answer, Err(StoreError::Mismatch { code: "place", .. })));
}

/// "The next number of a series, from 1. No number is given twice, ever."
pub async fn numbers_of_a_series_start_at_one_and_are_never_given_twice<B: Backend>(backend: B) {
    let views = &backend.store().views;
    assert_eq!(views.next_number("cases").await.unwrap(), 1);
    assert_eq!(views.next_number("exhibits").await.unwrap(), 1);
    let racers: Vec<_> = (0..50)
        .map(|_| {
            let store = backend.store().clone();
            tokio::spawn(async move { store.views.next_number("cases").await.unwrap() })
        })
        .collect();
    let mut given = BTreeSet::from([1]);
    for racer in racers {
        assert!(given.insert(racer.await.unwrap()), "a number was given twice");
    }
    let backend = backend.reopen().await;
    for _ in 0..3 {
        let number = backend.store().views.next_number("cases").await.unwrap();
        assert!(given.insert(number), "{number} was given again after opening");
    }
}
