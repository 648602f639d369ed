//! Changing the record: load, decide, fold, seal, commit, answer.

use super::working::{Author, Outcome, Working, load};
use super::{Answered, CommandIdentity, Name};
use crate::app::App;
use crate::http::{Problem, Reply, Request};
use domain::casework::case::Case;
use domain::context::Context;
use domain::document::{Documents, Kind};
use domain::event::Event;
use domain::people::{Act, Actor, may};
use domain::time::Timestamp;
use ledger::header::ChainId;
use store::error::StoreError;
use store::model::Committed;

/// How often a command is decided anew because somebody else committed first.
const TRIES_MAX: usize = 5;
/// How often a decision may ask for more documents.
const ROUNDS_MAX: usize = 4;

/// What a decision works on, besides its documents.
pub type Decide<'a> =
    dyn Fn(&Documents, &mut Context<'_>) -> Result<Vec<Event>, Problem> + Send + Sync + 'a;

/// One change to one case.
pub struct Change<'a> {
    /// The case.
    pub case: ChainId,
    /// What `may` has to allow; `None` when the case does not exist yet.
    pub act: Option<Act>,
    /// The documents to load; the case's own is always loaded.
    pub load: Vec<Name>,
    /// More documents to load, seeing what has been loaded; asked until nothing new comes.
    pub more: &'a (dyn Fn(&Documents) -> Vec<Name> + Send + Sync),
    /// The decision.
    pub decide: &'a Decide<'a>,
    /// The answer, once it is decided.
    pub answer: &'a (dyn Fn(&Outcome) -> Result<Answered, Problem> + Send + Sync),
}

/// Carries a caller's change out, once, however often it is asked under the same key.
pub async fn change(
    request: &Request,
    identity: &CommandIdentity,
    change: Change<'_>,
) -> Result<Reply, Problem> {
    let caller = request.caller()?;
    let app = &*request.app;
    refuse_when_read_only(app)?;
    for _ in 0..TRIES_MAX {
        let author =
            Author { app, stream: &change.case, actor: caller.actor(), now: request.at, identity };
        let mut ids = app.ids();
        let mut context = Context { caller, now: request.at, ids: &mut ids };
        let decided = decide(app, &change, &mut context).await;
        let (working, events) = match decided {
            Ok(decided) => decided,
            Err(problem) => return before_or(app, &change.case, identity, problem).await,
        };
        let (head, outcome) = author.fold(working, events)?;
        let answered = (change.answer)(&outcome)?;
        let commit = author.commit(head.as_ref(), &outcome, &mut ids, answered.stored())?;
        match app.store.streams.commit(commit).await {
            Ok(Committed::Done) => {
                app.log_bell.notify_one();
                return answered.reply();
            }
            Ok(Committed::Before(before)) => return identity.replay(&before),
            Err(StoreError::Stale { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Problem::unavailable("others kept committing to this case first"))
}

async fn decide(
    app: &App,
    change: &Change<'_>,
    context: &mut Context<'_>,
) -> Result<(Working, Vec<Event>), Problem> {
    let working = load_enough(app, change).await?;
    if let Some(act) = change.act {
        let case =
            working.documents.find::<Case>(change.case.as_str()).ok_or_else(Problem::not_found)?;
        may(context.caller, act, &case.scope)?;
    }
    let events = (change.decide)(&working.documents, context)?;
    Ok((working, events))
}

/// Loads what the change names, then what it asks for on seeing that, all as of one version.
async fn load_enough(app: &App, change: &Change<'_>) -> Result<Working, Problem> {
    let mut names = change.load.clone();
    names.push((Kind::Case, change.case.to_string()));
    for _ in 0..ROUNDS_MAX {
        let working = load(app, &change.case, &names).await?;
        let mut more = (change.more)(&working.documents);
        more.retain(|name| !names.contains(name));
        if more.is_empty() {
            return Ok(working);
        }
        names.extend(more);
    }
    Err(Problem::internal("a decision keeps asking for documents"))
}

/// A refusal counts only if the command was not carried out before: a retry often finds the state
/// that its first try made.
async fn before_or(
    app: &App,
    case: &ChainId,
    identity: &CommandIdentity,
    problem: Problem,
) -> Result<Reply, Problem> {
    match app.store.streams.command(case, &identity.id).await? {
        Some(before) => identity.replay(&before),
        None => Err(problem),
    }
}

/// Carries out work that the service itself does, such as judging a received file. A decision of no
/// events commits nothing.
pub async fn change_by_service(
    app: &App,
    part: &str,
    now: Timestamp,
    case: &ChainId,
    identity: &CommandIdentity,
    names: &[Name],
    decide: &(dyn Fn(&Documents) -> Result<Vec<Event>, Problem> + Send + Sync),
) -> Result<(), Problem> {
    refuse_when_read_only(app)?;
    for _ in 0..TRIES_MAX {
        let author = Author { app, stream: case, actor: Actor::service(part), now, identity };
        let working = load(app, case, names).await?;
        let events = decide(&working.documents)?;
        if events.is_empty() {
            return Ok(());
        }
        let (head, outcome) = author.fold(working, events)?;
        let answer = Answered::ok(0, &serde_json::json!({}))?.stored();
        let commit = author.commit(head.as_ref(), &outcome, &mut app.ids(), answer)?;
        match app.store.streams.commit(commit).await {
            Ok(_) => {
                app.log_bell.notify_one();
                return Ok(());
            }
            Err(StoreError::Stale { .. }) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Err(Problem::unavailable("others kept committing to this case first"))
}

fn refuse_when_read_only(app: &App) -> Result<(), Problem> {
    if !app.is_read_only() {
        return Ok(());
    }
    Err(Problem::unavailable("read-only: the anchor is ahead of the database"))
}
