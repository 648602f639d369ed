//! Which files somebody may see.

use crate::http::{Problem, Request};
use crate::record::{consult_as, name};
use domain::document::Kind;
use domain::files::File;
use domain::ids::FileId;
use domain::people::Act;

/// The file in the path, with its version, for a caller who may see it: those who see examinations
/// see every file, those who only see the status of a case see what a released result carries. The
/// consultation is recorded.
///
/// # Errors
/// 404 if there is none that the caller may know of.
pub async fn file(request: &Request) -> Result<(File, u64), Problem> {
    let (_, case) = super::case_of(request)?;
    let id: FileId = request.param("fileId")?;
    let acts = [Act::ReadExaminations, Act::ReadStatus];
    let (found, act) = consult_as(request, &case, &acts, &[name(Kind::File, &id)]).await?;
    let inside = act == Act::ReadExaminations;
    let file: &File = found
        .documents
        .find(id.as_str())
        .filter(|file: &&File| inside || file.released)
        .ok_or_else(Problem::not_found)?;
    let version = found.documents.version::<File>(id.as_str()).unwrap_or_default();
    Ok((file.clone(), version))
}
