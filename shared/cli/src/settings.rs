//! The service's settings, as the service reads them: the same variables, the same defaults.

use crate::outcome::{Failure, Outcome};
use functions::config::{AZURE_SIGNS, Config};
use std::collections::BTreeMap;
use std::path::Path;

/// The variable that carries a bearer token to this program. It is no setting of the service, which
/// refuses variables of its kind that it does not know.
pub(crate) const TOKEN_VARIABLE: &str = "CONTINUITY_TOKEN";

/// What an argument says instead of the environment: the setting's name and the argument's value.
pub(crate) type Override<'a> = (&'static str, Option<&'a Path>);

/// The settings of the environment, with what the arguments say put over them.
///
/// # Errors
/// Every problem with a setting, each on a line naming it.
pub(crate) fn config(overrides: &[Override<'_>]) -> Outcome<Config> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    read(environment, overrides)
}

fn read(
    environment: impl Iterator<Item = (String, String)>,
    overrides: &[Override<'_>],
) -> Outcome<Config> {
    let ours = |name: &str| name.starts_with("CONTINUITY_") || AZURE_SIGNS.contains(&name);
    let mut variables: BTreeMap<String, String> =
        environment.filter(|(name, _)| ours(name) && name != TOKEN_VARIABLE).collect();
    for (name, value) in overrides {
        if let Some(path) = value {
            let text = path.to_str().ok_or_else(|| {
                Failure::unusable(format_args!("{}: is not valid UTF-8", path.display()))
            })?;
            variables.insert((*name).to_owned(), text.to_owned());
        }
    }
    Config::from_env(&variables).map_err(|problems| {
        let lines = problems.0.iter().map(|line| crate::outcome::printable(line)).collect();
        Failure { exit: crate::outcome::Exit::Unusable, lines }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn environment(pairs: &[(&str, &str)]) -> std::vec::IntoIter<(String, String)> {
        let owned: Vec<_> = pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        owned.into_iter()
    }

    #[test]
    fn an_argument_wins_over_the_environment_and_moves_what_depends_on_it() {
        let variables = environment(&[("CONTINUITY_DATA", "/there"), ("HOME", "/home/x")]);
        let config = read(variables, &[("CONTINUITY_DATA", Some(Path::new("/here")))]).unwrap();
        assert_eq!(config.data, PathBuf::from("/here"));
        assert_eq!(config.keys, PathBuf::from("/here/keys"));
        assert_eq!(config.anchor, PathBuf::from("/here/anchor"));
    }

    #[test]
    fn keys_named_in_the_environment_are_kept_when_only_the_data_moves() {
        let variables = environment(&[("CONTINUITY_KEYS", "/keys")]);
        let config = read(variables, &[("CONTINUITY_DATA", Some(Path::new("/here")))]).unwrap();
        assert_eq!(config.keys, PathBuf::from("/keys"));
    }

    #[test]
    fn the_token_variable_is_not_mistaken_for_a_setting_but_a_slip_is_named() {
        assert!(read(environment(&[(TOKEN_VARIABLE, "x")]), &[]).is_ok());
        let failure = read(environment(&[("CONTINUITY_DATE", "x")]), &[]).unwrap_err();
        assert!(failure.lines[0].contains("CONTINUITY_DATE"), "{:?}", failure.lines);
    }
}
