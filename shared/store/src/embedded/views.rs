//! [`Views`] on SQLite: rows are written by the commit that causes them, so they are never behind.

use super::database::Database;
use super::rows::{self, signed, unsigned};
use super::streams::check_limit;
use super::sum::{check, sum};
use crate::error::StoreError;
use crate::model::{Page, Row};
use crate::ports::Views;
use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::sync::Arc;

/// The views of one directory.
pub(crate) struct EmbeddedViews {
    pub(crate) db: Arc<Database>,
}

#[async_trait]
impl Views for EmbeddedViews {
    async fn first(&self, view: &str, key: &str) -> Result<Option<Row>, StoreError> {
        let mut rows = self.db.readers.read(|db| rows::view_rows(db, (view, key), ("", ""), 1))?;
        Ok(rows.pop())
    }

    async fn query(
        &self,
        view: &str,
        key: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Row>, StoreError> {
        check_limit(limit)?;
        let (sort, id) = after.map_or(Ok(("", "")), split_place)?;
        let mut items =
            self.db.readers.read(|db| rows::view_rows(db, (view, key), (sort, id), limit + 1))?;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|row| place(&row.key.sort, &row.key.id));
        Ok(Page { items, next })
    }

    async fn next_number(&self, series: &str) -> Result<u64, StoreError> {
        let series = series.to_owned();
        self.db.writer.write(move |db| take_number(db, &series)).await
    }
}

fn take_number(db: &Connection, series: &str) -> Result<u64, StoreError> {
    let found: Option<(i64, Vec<u8>)> = db
        .prepare_cached("SELECT value, sum FROM counter WHERE series = ?1")?
        .query_row([series], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let last = match found {
        None => 0,
        Some((value, stored)) => {
            let value = unsigned(value)?;
            check("counter", &[series.into(), value.into()], &stored)?;
            value
        }
    };
    let next = last + 1;
    let sum = sum("counter", &[series.into(), next.into()]);
    db.prepare_cached(
        "INSERT INTO counter (series, value, sum) VALUES (?1, ?2, ?3)
         ON CONFLICT (series) DO UPDATE SET value = excluded.value, sum = excluded.sum",
    )?
    .execute(params![series, signed(next)?, sum])?;
    Ok(next)
}

/// A place in a list as text: the length of the order, the order, the id.
fn place(sort: &str, id: &str) -> String {
    format!("{}:{sort}{id}", sort.len())
}

fn split_place(place: &str) -> Result<(&str, &str), StoreError> {
    let split = || {
        let (length, rest) = place.split_once(':')?;
        rest.split_at_checked(length.parse().ok()?)
    };
    split().ok_or_else(|| StoreError::Mismatch {
        code: "place",
        detail: "not a place this store gave out".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_survives_colons_and_letters_of_several_bytes() {
        for (sort, id) in [("", "x"), ("2:5", "a:b"), ("é", "ü")] {
            assert_eq!(split_place(&place(sort, id)).unwrap(), (sort, id));
        }
    }

    #[test]
    fn a_place_that_was_not_given_out_is_refused() {
        for bad in ["", "x", ":a", "9:abc", "1:é", "-1:a"] {
            assert!(matches!(split_place(bad), Err(StoreError::Mismatch { code: "place", .. })));
        }
    }
}
