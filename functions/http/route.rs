//! Which endpoint a path belongs to. Matches raw segments; decoding comes after.

use super::urlencoded;
use super::{Endpoint, Method, Problem, State};
use crate::triggers::Trigger;
use http::HeaderValue;
use http::header;
use std::collections::{BTreeSet, HashMap};

/// The route table, checked and sorted, most specific first.
pub struct Routes<A: 'static = crate::app::App> {
    lines: Vec<Line<A>>,
    triggers: HashMap<&'static str, &'static Trigger<A>>,
}

struct Line<A: 'static> {
    endpoint: &'static Endpoint<A>,
    pattern: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Literal(&'static str),
    Name(&'static str),
    Rest(&'static str),
}

impl Part {
    /// What counts for order and sameness: literals before names before the rest.
    fn shape(self) -> (u8, &'static str) {
        match self {
            Part::Literal(text) => (0, text),
            Part::Name(_) => (1, ""),
            Part::Rest(_) => (2, ""),
        }
    }
}

/// An endpoint and the values its path gave.
pub struct Matched<A: 'static> {
    /// The endpoint.
    pub endpoint: &'static Endpoint<A>,
    /// Its path parameters, decoded once.
    pub params: Vec<(&'static str, String)>,
}

/// What a method and a path lead to.
pub enum Outcome<A: 'static> {
    /// An endpoint is called.
    Call(Matched<A>),
    /// `OPTIONS` on a known path: the methods it takes.
    Options(HeaderValue),
    /// 400, 404 or 405.
    Refused(Problem),
}

impl<A: State> Routes<A> {
    /// Checks and sorts the tables.
    ///
    /// # Errors
    /// All faults at once: a repeated name, two endpoints for one method and shape, a parameter
    /// named twice, a rest that is not last, a route the host refuses, or a trigger that an
    /// outsider could reach because a route begins with its name.
    pub fn new(
        endpoints: &'static [Endpoint<A>],
        triggers: &'static [Trigger<A>],
    ) -> Result<Routes<A>, Vec<String>> {
        let mut lines: Vec<Line<A>> = endpoints
            .iter()
            .map(|endpoint| Line { endpoint, pattern: parse(endpoint.route) })
            .collect();
        lines.sort_by(|a, b| {
            let shape = |line: &Line<A>| line.pattern.iter().map(|p| p.shape()).collect::<Vec<_>>();
            shape(a).cmp(&shape(b)).then_with(|| a.endpoint.name.cmp(b.endpoint.name))
        });
        let faults = faults(&lines, triggers);
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Routes { lines, triggers: triggers.iter().map(|t| (t.name, t)).collect() })
    }

    /// The trigger of this name.
    #[must_use]
    pub fn trigger(&self, name: &str) -> Option<&'static Trigger<A>> {
        self.triggers.get(name).copied()
    }

    /// The endpoint of this name.
    #[must_use]
    pub fn endpoint_named(&self, name: &str) -> Option<&'static Endpoint<A>> {
        self.lines.iter().map(|line| line.endpoint).find(|endpoint| endpoint.name == name)
    }

    /// Finds what a method and a raw path lead to. A trailing slash is another path.
    #[must_use]
    pub fn find(&self, method: &Method, path: &str) -> Outcome<A> {
        let Some(path) = path.strip_prefix('/') else {
            return Outcome::Refused(Problem::not_found());
        };
        let segments: Vec<&str> = path.split('/').collect();
        let Some(best) = self.lines.iter().find(|line| fits(&line.pattern, &segments)) else {
            return Outcome::Refused(Problem::not_found());
        };
        let wanted = if method == Method::HEAD { &Method::GET } else { method };
        let same: Vec<&Line<A>> =
            self.lines.iter().filter(|line| have_one_shape(&line.pattern, &best.pattern)).collect();
        if let Some(line) = same.iter().find(|line| line.endpoint.method == *wanted) {
            return match params(&line.pattern, &segments) {
                Ok(params) => Outcome::Call(Matched { endpoint: line.endpoint, params }),
                Err(problem) => Outcome::Refused(problem),
            };
        }
        let allow = allow(same.iter().map(|line| &line.endpoint.method));
        if method == Method::OPTIONS {
            return Outcome::Options(allow);
        }
        let problem = Problem::new(
            super::Kind::MethodNotAllowed,
            "methodNotAllowed",
            "`Allow` lists the methods this address takes.",
        );
        Outcome::Refused(problem.with_header(header::ALLOW, allow))
    }
}

fn parse(route: &'static str) -> Vec<Part> {
    route
        .split('/')
        .map(|segment| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            None => Part::Literal(segment),
            Some(name) => match name.strip_prefix('*') {
                None => Part::Name(name),
                Some(name) => Part::Rest(name),
            },
        })
        .collect()
}

/// Whether two patterns take the same paths.
fn have_one_shape(one: &[Part], other: &[Part]) -> bool {
    one.iter().map(|part| part.shape()).eq(other.iter().map(|part| part.shape()))
}

fn fits(pattern: &[Part], segments: &[&str]) -> bool {
    match (pattern.split_first(), segments.split_first()) {
        (Some((Part::Rest(_), _)), _) => true,
        (Some((Part::Literal(text), pattern)), Some((segment, segments))) => {
            text == segment && fits(pattern, segments)
        }
        (Some((Part::Name(_), pattern)), Some((segment, segments))) => {
            !segment.is_empty() && fits(pattern, segments)
        }
        (None, None) => true,
        _ => false,
    }
}

fn params(pattern: &[Part], segments: &[&str]) -> Result<Vec<(&'static str, String)>, Problem> {
    let mut params = Vec::new();
    for (index, part) in pattern.iter().enumerate() {
        match part {
            Part::Literal(_) => {}
            Part::Rest(name) => {
                let rest = segments.get(index..).unwrap_or_default().join("/");
                params.push((*name, rest));
            }
            Part::Name(name) => {
                let value = urlencoded::decode(segments[index]).map_err(|_| {
                    Problem::bad_request("badPath", "The path is not properly percent-encoded.")
                })?;
                params.push((*name, value));
            }
        }
    }
    Ok(params)
}

fn allow<'m>(methods: impl Iterator<Item = &'m Method>) -> HeaderValue {
    let mut names: BTreeSet<&str> = methods.map(Method::as_str).collect();
    names.insert("OPTIONS");
    if names.contains("GET") {
        names.insert("HEAD");
    }
    let text = names.into_iter().collect::<Vec<_>>().join(", ");
    HeaderValue::from_str(&text).expect("method names are header values")
}

fn faults<A>(lines: &[Line<A>], triggers: &[Trigger<A>]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names = BTreeSet::new();
    for name in lines.iter().map(|line| line.endpoint.name).chain(triggers.iter().map(|t| t.name)) {
        if !names.insert(name) {
            faults.push(format!("the name {name} is used twice"));
        }
    }
    let mut taken = BTreeSet::new();
    for Line { endpoint, pattern } in lines {
        let name = endpoint.name;
        let shape: Vec<_> = pattern.iter().map(|part| part.shape()).collect();
        if !taken.insert((endpoint.method.to_string(), shape)) {
            faults.push(format!("{name}: another endpoint has this method and path"));
        }
        let rests = pattern.iter().rev().skip(1).any(|part| matches!(part, Part::Rest(_)));
        if rests {
            faults.push(format!("{name}: what takes the rest must come last"));
        }
        let mut own = BTreeSet::new();
        for part in pattern {
            if let Part::Name(param) | Part::Rest(param) = part
                && !own.insert(*param)
            {
                faults.push(format!("{name}: {{{param}}} is named twice"));
            }
        }
        match pattern.first() {
            Some(Part::Literal(first)) => {
                if first.is_empty() || first.starts_with("admin") || first.starts_with("runtime") {
                    faults.push(format!("{name}: the host refuses a route that begins so"));
                }
                if triggers.iter().any(|trigger| trigger.name == *first) {
                    faults.push(format!("{name}: outsiders could reach the trigger {first}"));
                }
            }
            _ => faults.push(format!("{name}: a route begins with a fixed word")),
        }
    }
    faults
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
