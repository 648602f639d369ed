//! The sign-in page and the public keys, as endpoint functions.
//!
//! The pages work without script. They answer only under a loopback name: otherwise a
//! web site could point its own name at this machine and read a token from the page.

use super::{Issuer, Person};
use crate::http::html::{escape, page};
use crate::http::{Body, Kind, Problem, Reply, Request, State};
use futures::future::BoxFuture;
use http::{HeaderMap, StatusCode, header};
use std::fmt::Write as _;

/// The names under which this machine reaches itself.
const LOOPBACK_NAMES: &[&str] = &["127.0.0.1", "localhost", "[::1]"];

/// `GET` of the sign-in page: everybody who can sign in, each with a button.
pub fn get_sign_in<A: State>(
    request: &Request<A>,
    _: Body,
) -> BoxFuture<'_, Result<Reply, Problem>> {
    Box::pin(async move {
        let issuer = issuer(request)?;
        let action = format!("/{}", request.endpoint.route);
        Ok(Reply::html(StatusCode::OK, people_page(issuer.people(), &action)))
    })
}

/// `POST` of the sign-in page's form: a page with a token for the person in the field `person`.
pub fn post_sign_in<A: State>(
    request: &Request<A>,
    body: Body,
) -> BoxFuture<'_, Result<Reply, Problem>> {
    Box::pin(async move {
        let issuer = issuer(request)?;
        let form = body.form().await?;
        let [(name, id)] = form.as_slice() else { return Err(unknown_person()) };
        let person = issuer.person(id).filter(|_| name == "person").ok_or_else(unknown_person)?;
        let token = issuer.token(person, request.at, issuer.life());
        let minutes = issuer.life().as_secs() / 60;
        let host = host(&request.headers).unwrap_or("127.0.0.1");
        Ok(Reply::html(StatusCode::OK, token_page(person, &token, minutes, host)))
    })
}

/// `GET` of the public keys, as a JSON Web Key Set.
pub fn get_keys<A: State>(request: &Request<A>, _: Body) -> BoxFuture<'_, Result<Reply, Problem>> {
    Box::pin(async move {
        let issuer = request.app.edge().issuer.as_ref().ok_or_else(Problem::not_found)?;
        Reply::ok(&issuer.jwks())
    })
}

fn unknown_person() -> Problem {
    Problem::bad_request("unknownPerson", "Choose one of the people on the sign-in page.")
}

/// The issuer, if there is one and the browser used a loopback name.
fn issuer<A: State>(request: &Request<A>) -> Result<&Issuer, Problem> {
    let issuer = request.app.edge().issuer.as_deref().ok_or_else(Problem::not_found)?;
    let name = host(&request.headers).map(without_port);
    if !name.is_some_and(|name| LOOPBACK_NAMES.contains(&name)) {
        let detail = "Sign in under 127.0.0.1 or localhost.";
        return Err(Problem::new(Kind::Forbidden, "notLoopback", detail));
    }
    let from_elsewhere = request
        .headers
        .get("sec-fetch-site")
        .is_some_and(|site| site != "same-origin" && site != "none");
    if from_elsewhere && request.method == http::Method::POST {
        let detail = "Use the form of the sign-in page.";
        return Err(Problem::new(Kind::Forbidden, "otherOrigin", detail));
    }
    Ok(issuer)
}

fn host(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::HOST).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

pub(super) fn people_page(people: &[Person], action: &str) -> String {
    let mut content = String::from(
        "<p>This is the embedded sign-in of one machine. There are no passwords: choose whom to \
         be.</p>\n<ul>\n",
    );
    for person in people {
        let roles: Vec<_> = person.roles.iter().map(|role| role.code().replace('_', " ")).collect();
        let (id, name) = (escape(person.id.as_str()), escape(&person.name));
        let about = escape(&format!("{}, {}, {}", person.number, roles.join(", "), person.unit));
        // Writing to a String cannot fail.
        let _ = write!(
            content,
            "<li>\n<form method=\"post\" action=\"{action}\">\n\
             <button name=\"person\" value=\"{id}\">Sign in as {name}</button>\n\
             <span>{about}</span>\n</form>\n</li>\n"
        );
    }
    content.push_str("</ul>\n");
    page("Sign in", &content)
}

fn token_page(person: &Person, token: &str, minutes: u64, host: &str) -> String {
    let (name, host) = (escape(&person.name), escape(host));
    let content = format!(
        "<p>You are {name}. The token below is valid for {minutes} minutes.</p>\n\
         <p><label for=\"token\">Bearer token</label></p>\n\
         <p><textarea id=\"token\" rows=\"8\" cols=\"64\" readonly>{token}</textarea></p>\n\
         <h2>Use it</h2>\n\
         <pre><code>curl -H 'Authorization: Bearer {token}' http://{host}/api/v1</code></pre>\n"
    );
    page("Signed in", &content)
}
