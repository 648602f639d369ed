//! Which discipline's list a caller asks for, and whether it is theirs to see.

use crate::http::{Kind, Parameter, Problem, Request};
use domain::people::{Act, listed_disciplines, may_anywhere, may_everywhere};

/// The query parameter of lists that are kept by discipline.
pub const DISCIPLINE_PARAMETER: Parameter = Parameter {
    name: "discipline",
    meaning: "The key of a discipline: needed by those who practise several; others than their own \
              only for those whose roles reach the whole force.",
};

/// The discipline whose list is asked for, one the caller may see by `act`; `None` when none was
/// named and the caller may see all of them.
///
/// # Errors
/// 403 without a role for it or for a discipline that is not theirs; 400 `disciplineNeeded` when they
/// practise several and named none.
pub fn discipline(request: &Request, act: Act) -> Result<Option<String>, Problem> {
    let caller = request.caller()?;
    may_anywhere(caller, act)?;
    let own = listed_disciplines(caller, act);
    let everywhere = may_everywhere(caller, act);
    match request.query("discipline") {
        Some(named) if everywhere || own.contains(named) => Ok(Some(named.to_owned())),
        Some(_) => Err(not_theirs()),
        None if everywhere => Ok(None),
        None if own.len() == 1 => Ok(own.into_iter().next()),
        None if own.is_empty() => Err(not_theirs()),
        None => Err(needed()),
    }
}

/// 400: a discipline has to be named.
#[must_use]
pub fn needed() -> Problem {
    Problem::bad_request("disciplineNeeded", "Say whose work you mean with discipline=…")
}

fn not_theirs() -> Problem {
    let detail = "Your roles do not let you see this discipline's list.";
    Problem::new(Kind::Forbidden, "disciplineNotYours", detail)
}
