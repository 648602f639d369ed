//! `POST /api/v1/cases/{caseId}/examinations/{examinationId}/notes`: a contemporaneous note. It is never
//! altered; its author corrects it by another note.
//!
//! 201 with the note; 403 for those who have begun no step of the examination; 404 if there is no
//! examination the caller may know of; 409 if it has not begun or is over; 422 for what breaks a rule.

use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name};
use crate::view;
use contract::examinations::{NoteView, RecordNote};
use domain::document::Kind;
use domain::ids::{ExaminationId, NoteId};
use domain::people::Act;
use domain::work::examination::Examination;
use domain::work::note::{self, Note};

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "record_note",
    method: Method::POST,
    route: "api/v1/cases/{caseId}/examinations/{examinationId}/notes",
    access: Access::SignedIn,
    mutates: Mutates::Create,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Record a note", "By somebody who has begun a step of the examination.")
            .reads::<RecordNote>()
            .answers::<NoteView>(201, "The note is recorded")
            .refuses(&[ProblemKind::WrongState]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: RecordNote = body.json().await?;
    let (case_id, case) = view::case_of(request)?;
    let id: ExaminationId = request.param("examinationId")?;
    let identity = CommandIdentity::of(request, &asked)?;
    let corrects: Option<NoteId> =
        asked.corrects.as_deref().map(|note| view::id("/corrects", note)).transpose()?;
    let occurred_at = asked.occurred_at.map_or(request.at, view::instant);
    let corrected = corrects.as_ref().map(|note| Note::document_id(&id, note));
    let mut load = vec![name(Kind::Examination, &id)];
    load.extend(corrected.iter().map(|note| name(Kind::Note, note)));
    let task = Change {
        case,
        act: Some(Act::DoWork),
        load,
        more: &|_| Vec::new(),
        decide: &|documents, context| {
            let examination: &Examination =
                documents.find(id.as_str()).ok_or_else(Problem::not_found)?;
            let found = corrected.as_deref().and_then(|note| documents.find::<Note>(note));
            let corrects = corrects.as_ref().map(|note| (note, found));
            Ok(note::record(examination, &asked.text, occurred_at, corrects, context)?)
        },
        answer: &|outcome: &Outcome| {
            let (note, version) = outcome.made::<Note>()?;
            let location = format!("/api/v1/cases/{case_id}/examinations/{id}/notes");
            Answered::created(location, version, &view::examinations::note(note))
        },
    };
    change(request, &identity, task).await
}
