//! Files on the wire.

use super::{person, time, word};
use crate::http::etag_text;
use contract::files::{BlockRange, BlockReceipt, BlocksView, FileView, FoundView, UploadView};
use domain::files::File;
use store::model::{StoredBlock, UploadPlan};

/// A file as recorded.
#[must_use]
pub fn file(file: &File, version: u64) -> FileView {
    let found = file.found.as_ref().map(|found| FoundView {
        size_bytes: found.size,
        sha256: found.sha256.to_string(),
        media_type: found.media_type.clone(),
        at: time(found.at),
    });
    FileView {
        id: file.id.to_string(),
        case_id: file.case_id.to_string(),
        examination_id: file.examination_id.to_string(),
        name: file.name.clone(),
        role: file.role.clone(),
        state: word(&file.state),
        size_bytes: file.declared_size,
        sha256: file.declared_sha256.to_string(),
        uploaded_by: person(&file.uploaded_by),
        announced_at: time(file.announced_at),
        found,
        released: file.released,
        etag: etag_text(version),
    }
}

/// The plan that a file's announcement made.
#[must_use]
pub fn plan(file: &File) -> UploadPlan {
    UploadPlan { size: file.declared_size, block_size: file.block_size }
}

/// An upload that has begun.
#[must_use]
pub fn upload(announced: &File, version: u64) -> UploadView {
    let plan = plan(announced);
    UploadView {
        file: file(announced, version),
        block_size_bytes: plan.block_size,
        blocks: plan.blocks(),
        block_address: format!("{}/blocks/{{index}}", address(announced)),
    }
}

/// A file's own address.
#[must_use]
pub fn address(file: &File) -> String {
    format!("/api/v1/cases/{}/files/{}", file.case_id, file.id)
}

/// A stored block.
#[must_use]
pub fn receipt(block: &StoredBlock) -> BlockReceipt {
    BlockReceipt { index: block.index, size_bytes: block.size, sha256: block.sha256.to_string() }
}

/// How far an upload has got.
#[must_use]
pub fn blocks(file: &File, plan: &UploadPlan, stored: &[StoredBlock]) -> BlocksView {
    BlocksView {
        file_id: file.id.to_string(),
        size_bytes: plan.size,
        block_size_bytes: plan.block_size,
        blocks: plan.blocks(),
        stored: u32::try_from(stored.len()).unwrap_or(u32::MAX),
        missing: missing(plan, stored),
    }
}

/// The runs of blocks that are not stored. `stored` is in order.
#[must_use]
pub fn missing(plan: &UploadPlan, stored: &[StoredBlock]) -> Vec<BlockRange> {
    let mut runs = Vec::new();
    let mut next = 0;
    for block in stored {
        if block.index > next {
            runs.push(BlockRange { from: next, to: block.index - 1 });
        }
        next = block.index + 1;
    }
    if next < plan.blocks() {
        runs.push(BlockRange { from: next, to: plan.blocks() - 1 });
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use ledger::hash::Hash;

    fn runs(blocks: u64, stored: &[u32]) -> Vec<(u32, u32)> {
        let plan = UploadPlan { size: blocks * 10, block_size: 10 };
        let block = |index: &u32| StoredBlock { index: *index, size: 10, sha256: Hash::ZERO };
        let stored: Vec<StoredBlock> = stored.iter().map(block).collect();
        missing(&plan, &stored).iter().map(|run| (run.from, run.to)).collect()
    }

    #[test]
    fn missing_blocks_are_named_in_runs() {
        assert_eq!(runs(3, &[]), [(0, 2)]);
        assert_eq!(runs(3, &[0, 1, 2]), []);
        assert_eq!(runs(5, &[1, 3]), [(0, 0), (2, 2), (4, 4)]);
        assert_eq!(runs(5, &[2]), [(0, 1), (3, 4)]);
        assert_eq!(runs(1, &[]), [(0, 0)]);
    }
}
