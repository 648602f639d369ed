//! `POST /api/v1/requests`: an officer asks for examinations of exhibits.
//!
//! 201 with the request; 404 if the case to add to is not one the caller may know; 422 if anything
//! in it breaks a rule, all of it at once. Without `caseId` a case is opened, whose identity comes
//! from the idempotency key, so that a retry finds it.

use crate::app::App;
use crate::http::{
    Access, BODY_BYTES_MAX, Body, Endpoint, Kind as ProblemKind, Method, Mutates, Problem, Reply,
    Request,
};
use crate::record::{Answered, Change, CommandIdentity, Outcome, change, name, seals_in_use};
use crate::view;
use contract::requests::{RequestView, SubmitRequest};
use domain::casework::case::{Case, lab_reference};
use domain::casework::submission::{
    EXHIBITS_MAX, Into, Known, Submission, Submit, SubmitItem, submit,
};
use domain::document::Kind;
use domain::exhibits::exhibit::Claim;
use domain::ids::CaseId;
use domain::people::{Act, may_anywhere};
use domain::text::fold;
use ledger::header::ChainId;

/// This function's line in the route table.
pub const ENDPOINT: Endpoint = Endpoint {
    name: "submit_request",
    method: Method::POST,
    route: "api/v1/requests",
    access: Access::SignedIn,
    mutates: Mutates::Create,
    query: &[],
    body_limit: BODY_BYTES_MAX,
    handle: |request, body| Box::pin(handle(request, body)),
    describe: |operation| {
        operation
            .says("Submit a request", "Opens a case, or adds to one when `caseId` is given.")
            .reads::<SubmitRequest>()
            .answers::<RequestView>(201, "The request is recorded")
            .refuses(&[ProblemKind::NotFound]);
    },
};

async fn handle(request: &Request, body: Body) -> Result<Reply, Problem> {
    let asked: SubmitRequest = body.json().await?;
    let identity = CommandIdentity::of(request, &asked)?;
    may_anywhere(request.caller()?, Act::Submit)?;
    match asked.case_id.clone() {
        Some(case) => {
            let case: ChainId = view::id::<CaseId>("/caseId", &case)?
                .as_str()
                .parse()
                .map_err(|_| Problem::not_found())?;
            record(request, &identity, case, None, command(asked)).await
        }
        None => {
            let case = ChainId::from_random(identity.seed);
            if let Some(before) = request.app.store.streams.command(&case, &identity.id).await? {
                return identity.replay(&before);
            }
            let reference = next_reference(&request.app, request.at).await?;
            record(request, &identity, case, Some(reference), command(asked)).await
        }
    }
}

async fn next_reference(app: &App, at: domain::time::Timestamp) -> Result<String, Problem> {
    let force = &app.edge.config.force;
    let year = at.year();
    let number = app.store.views.next_number(&format!("case:{force}:{year}")).await?;
    Ok(lab_reference(force, year, number))
}

fn command(asked: SubmitRequest) -> Submit {
    let items = asked.exhibits.into_iter().map(|item| SubmitItem {
        details: view::requests::details(item.exhibit),
        services: item.services,
        condition: item.condition,
    });
    Submit {
        crime_reference: asked.crime_reference,
        operation_name: asked.operation_name,
        offence_code: asked.offence_code,
        circumstances: asked.circumstances,
        questions: asked.questions.into_iter().map(|ask| (ask.text, ask.service)).collect(),
        legal_basis: asked.legal_basis,
        contact: asked.contact,
        target_date: asked.target_date.map(view::instant),
        items: items.collect(),
    }
}

async fn record(
    request: &Request,
    identity: &CommandIdentity,
    case: ChainId,
    opens: Option<String>,
    command: Submit,
) -> Result<Reply, Problem> {
    let case_id: CaseId = case.as_str().parse().map_err(|_| Problem::not_found())?;
    let claims: Vec<_> =
        command.items.iter().map(|item| name(Kind::Claim, item.details.claim_id())).collect();
    let seals = command.items.iter().filter_map(|item| item.details.seal.as_ref());
    let seals = seals_in_use(&request.app, seals.take(EXHIBITS_MAX)).await?;
    let decide = |documents: &domain::document::Documents,
                  context: &mut domain::context::Context<'_>| {
        let into = match (&opens, documents.find::<Case>(case_id.as_str())) {
            (Some(reference), None) => {
                Into::NewCase { case_id: case_id.clone(), lab_reference: reference.clone() }
            }
            (None, Some(case)) => Into::Case(case),
            (Some(_), Some(_)) | (None, None) => return Err(Problem::not_found()),
        };
        let known = Known {
            reference_is_taken: &|claim| documents.find::<Claim>(claim).is_some(),
            seal_is_taken: &|seal| seals.contains(&fold(seal)),
        };
        Ok(submit(&command, &into, known, request.app.library, context)?)
    };
    let answer = |outcome: &Outcome| {
        let (submission, version) = outcome.made::<Submission>()?;
        let location = format!("/api/v1/cases/{}/requests/{}", submission.case_id, submission.id);
        Answered::created(location, version, &view::requests::request(submission))
    };
    let act = opens.is_none().then_some(Act::Submit);
    let task = Change {
        case: case.clone(),
        act,
        load: claims,
        more: &|_| Vec::new(),
        decide: &decide,
        answer: &answer,
    };
    change(request, identity, task).await
}
