//! The access log: batches against their files, their events and one another.

use super::Fsck;
use crate::embedded::access::{batch_at, batch_numbers, batch_records};
use crate::embedded::access_files::{Position, Range, hours, ranges_between, read_lines};
use crate::error::StoreError;
use crate::model::AccessRecord;

impl Fsck<'_> {
    /// Every batch's records must have its root and count, and together the batches must cover the
    /// files from their beginning, without gap or overlap.
    pub(super) fn check_access(
        &mut self,
        disclosed: &[(Option<String>, Option<u64>)],
    ) -> Result<(), StoreError> {
        let folder = self.layout.access();
        let numbers = batch_numbers(&self.db)?;
        if !numbers.iter().copied().eq(0..disclosed.len() as u64) {
            self.report.problem("access log", "its batches are not numbered as their events are");
        }
        let mut end = Position::default();
        for seq in numbers {
            let here = format!("access batch {seq}");
            let stored = match batch_at(&self.db, seq) {
                Ok(Some(stored)) => stored,
                Ok(None) => {
                    self.report.problem(here, "it is missing");
                    continue;
                }
                Err(error) => {
                    self.report.problem(here, error);
                    continue;
                }
            };
            let said = usize::try_from(seq).ok().and_then(|seq| disclosed.get(seq));
            // An erased value is absent, and then there is nothing to compare.
            let differs = said.is_some_and(|(root, count)| {
                root.as_ref().is_some_and(|root| *root != stored.batch.root.to_string())
                    || count.is_some_and(|count| count != stored.batch.count)
            });
            if differs {
                self.report.problem(&here, "its event discloses another root or count");
            }
            let records = batch_records(&folder, &stored).map(drop);
            self.report.note(&here, records);
            if let Some(last) = stored.ranges.last() {
                let to = Position { file: last.file.clone(), offset: last.to };
                if ranges_between(&folder, &end, &to)? != stored.ranges {
                    self.report
                        .problem(here, "it leaves a gap after the last batch, or overlaps it");
                }
                end = to;
            }
        }
        self.check_unsealed(&end)
    }

    /// Records that no batch has closed yet can only be read.
    fn check_unsealed(&mut self, from: &Position) -> Result<(), StoreError> {
        let folder = self.layout.access();
        let Some(file) = hours(&folder)?.pop() else { return Ok(()) };
        let to = Position { file, offset: u64::MAX };
        for range in ranges_between(&folder, from, &to)? {
            let length = std::fs::metadata(folder.join(format!("{}.log", range.file)))?.len();
            let range = Range { to: range.to.min(length), ..range };
            if range.from >= range.to {
                continue;
            }
            let mut bad = 0_u64;
            let read = read_lines(&folder, std::slice::from_ref(&range), |_, line| {
                bad += u64::from(serde_json::from_slice::<AccessRecord>(line).is_err());
                true
            });
            let here = format!("access file {}", range.file);
            self.report.note(&here, read);
            if bad > 0 {
                self.report.problem(here, format!("{bad} unsealed records cannot be read"));
            }
        }
        Ok(())
    }
}
