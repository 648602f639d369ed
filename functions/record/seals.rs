//! Which seals are in use, across cases.

use crate::app::App;
use crate::http::Problem;
use domain::text::fold;
use domain::views::{self, key};
use std::collections::BTreeSet;

/// Those of the seals that an exhibit carries now, folded as seals are compared. One point read
/// each. Two commands at one instant may both find a seal free: the second is seen by whoever looks
/// for the seal next, since the view then has two rows.
pub async fn seals_in_use<'a>(
    app: &App,
    seals: impl Iterator<Item = &'a String>,
) -> Result<BTreeSet<String>, Problem> {
    let mut taken = BTreeSet::new();
    for seal in seals {
        if app.store.views.first(views::SEALS, &key::seal(seal)).await?.is_some() {
            taken.insert(fold(seal));
        }
    }
    Ok(taken)
}
