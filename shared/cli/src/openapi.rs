//! `continuity openapi`: the description of the API that this build serves.

use crate::outcome::{Exit, Failure, Outcome};
use functions::ENDPOINTS;
use functions::http::describe::openapi;
use std::io::Write;

/// The document's title.
const TITLE: &str = "Continuity";

/// Prints the OpenAPI 3.1 document, made from the same table that is served.
///
/// # Errors
/// Unusable: the output cannot be written.
pub(crate) fn run(out: &mut dyn Write) -> Outcome {
    let document = openapi(ENDPOINTS, TITLE, env!("CARGO_PKG_VERSION"));
    let text = serde_json::to_string_pretty(&document).map_err(Failure::unusable)?;
    writeln!(out, "{text}")?;
    Ok(Exit::Done)
}
