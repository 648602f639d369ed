//! One warp filter, and behind it everything that all requests share.

use super::body::Broken;
use super::problem::ERROR_CODE;
use super::reply::ReplyBody;
use super::route::{Matched, Outcome};
use super::trace::{self, TraceContext};
use super::{Access, Body, Mutates, Problem, Reply, Request, Routes, State, urlencoded};
use crate::triggers::{self, HostCall};
use bytes::{Buf, Bytes};
use domain::time::Timestamp;
use futures::FutureExt as _;
use futures::stream::{BoxStream, Stream, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower::Service as _;
use uuid::Uuid;
use warp::filters::BoxedFilter;
use warp::{Filter as _, Reply as _};

/// How many query parameters a request may have.
pub const QUERY_PARAMETERS_MAX: usize = 64;

/// The header that carries our number for a request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The address a connection came in on, put on each request by the accept loop.
#[derive(Clone, Copy, Debug)]
pub struct LocalAddress(pub SocketAddr);

/// A complete answer, in warp's form.
pub type Response = warp::reply::Response;

/// The whole service: what the accept loop, the tests and other hosts call.
#[derive(Clone)]
pub struct EdgeService {
    filter: BoxedFilter<(Response,)>,
}

/// A request's parts as warp hands them over.
struct Parts {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    local: Option<LocalAddress>,
}

/// What stays the same while one request is answered.
struct Call<A: 'static> {
    app: Arc<A>,
    routes: Arc<Routes<A>>,
    parts: Parts,
    at: Timestamp,
    request_id: Uuid,
    trace: TraceContext,
    invocation_id: Option<Uuid>,
}

/// Which line of which table answered, for the access line.
#[derive(Clone, Copy)]
struct Answered {
    route: &'static str,
    endpoint: &'static str,
}

impl EdgeService {
    /// Serves a checked table.
    #[must_use]
    pub fn new<A: State>(app: Arc<A>, routes: Arc<Routes<A>>) -> EdgeService {
        let query = warp::query::raw().or(warp::any().map(String::new)).unify();
        let filter = warp::method()
            .and(warp::path::full())
            .and(query)
            .and(warp::header::headers_cloned())
            .and(warp::ext::optional::<LocalAddress>())
            .and(warp::body::stream())
            .then(move |method, path: warp::path::FullPath, query, headers, local, body| {
                let (app, routes) = (Arc::clone(&app), Arc::clone(&routes));
                let path = path.as_str().to_owned();
                let parts = Parts { method, path, query, headers, local };
                answer(app, routes, parts, pieces(body))
            });
        EdgeService { filter: filter.boxed() }
    }

    /// Answers one request. Never fails: what goes wrong is an answer too.
    pub async fn call<B>(&self, request: http::Request<B>) -> Response
    where
        B: hyper::body::Body + Send + Sync + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if !is_origin_form(request.method(), request.uri()) {
            return turned_away(request.headers());
        }
        match warp::service(self.filter.clone()).call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Answers one request in process, through exactly the service that the network reaches.
pub async fn handle_once<A: State>(
    app: Arc<A>,
    routes: Arc<Routes<A>>,
    request: http::Request<Bytes>,
) -> http::Response<Bytes> {
    use http_body_util::{BodyExt as _, Full};
    let response = EdgeService::new(app, routes).call(request.map(Full::new)).await;
    let (parts, body) = response.into_parts();
    match body.collect().await {
        Ok(body) => http::Response::from_parts(parts, body.to_bytes()),
        Err(_) => {
            // On the network the connection would break here, so the status must not look whole.
            let mut broken = http::Response::new(Bytes::new());
            *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            broken
        }
    }
}

/// Whether a request's target is a plain path, the only form this service takes: `CONNECT`, the
/// absolute form and `*` are turned away before warp sees them, since it panics on some.
#[must_use]
pub fn is_origin_form(method: &Method, uri: &Uri) -> bool {
    let plain = uri.scheme().is_none() && uri.authority().is_none();
    method != Method::CONNECT && plain && uri.path().starts_with('/')
}

fn turned_away(headers: &HeaderMap) -> Response {
    let trace = TraceContext::from_headers(headers);
    let problem = Problem::bad_request("badTarget", "The request's target must be a path.");
    render(Err(problem), trace::random_uuid(), &trace, false).0
}

fn pieces<S, B>(body: S) -> BoxStream<'static, Result<Bytes, Broken>>
where
    S: Stream<Item = Result<B, warp::Error>> + Send + 'static,
    B: Buf,
{
    let piece = |piece: Result<B, warp::Error>| match piece {
        Ok(mut piece) => Ok(piece.copy_to_bytes(piece.remaining())),
        Err(_) => Err(Broken),
    };
    body.map(piece).boxed()
}

async fn answer<A: State>(
    app: Arc<A>,
    routes: Arc<Routes<A>>,
    parts: Parts,
    body: BoxStream<'static, Result<Bytes, Broken>>,
) -> Response {
    let started = Instant::now();
    let trace = TraceContext::from_headers(&parts.headers);
    if parts.path == "/" && matches!(parts.method, Method::GET | Method::HEAD) {
        // The host asks this until somebody answers, and again for as long as it lives.
        let pong = Reply::bytes(StatusCode::OK, "text/plain; charset=utf-8", "Continuity\n");
        let head = parts.method == Method::HEAD;
        return render(Ok(pong), trace::random_uuid(), &trace, head).0;
    }
    let at = (app.edge().clock)();
    let invocation_id = trace::invocation_id(&parts.headers);
    let request_id = trace::random_uuid();
    let mut call = Call { app, routes, parts, at, request_id, trace, invocation_id };
    let mut answered = Answered { route: "-", endpoint: "-" };
    let outcome = AssertUnwindSafe(call.run(body, &mut answered)).catch_unwind().await;
    let outcome = outcome.unwrap_or_else(|_| Err(Problem::internal("panic")));
    let cause = outcome.as_ref().err().and_then(Problem::cause).map(str::to_owned);
    let head = call.parts.method == Method::HEAD;
    let (response, code) = render(outcome, call.request_id, &call.trace, head);
    trace::write(&trace::Access {
        method: &call.parts.method,
        route: answered.route,
        endpoint: answered.endpoint,
        status: response.status(),
        duration: started.elapsed(),
        request_id: call.request_id,
        trace: &call.trace,
        invocation_id: call.invocation_id,
        code,
        cause: cause.as_deref(),
    });
    response
}

impl<A: State> Call<A> {
    async fn run(
        &mut self,
        body: BoxStream<'static, Result<Bytes, Broken>>,
        answered: &mut Answered,
    ) -> Result<Reply, Problem> {
        let Parts { method, path, .. } = &self.parts;
        if method == Method::POST
            && let Some(call) = self.host_call()
        {
            return self.fire(call, body, answered).await;
        }
        let found = match self.routes.find(method, path) {
            Outcome::Call(found) => found,
            Outcome::Refused(problem) => return Err(problem),
            Outcome::Options(allow) => {
                let reply = Reply::empty(StatusCode::NO_CONTENT);
                return Ok(reply.with_header(header::ALLOW, allow));
            }
        };
        let endpoint = found.endpoint;
        *answered = Answered { route: endpoint.route, endpoint: endpoint.name };
        let request = self.request(found).await?;
        request.check_preconditions()?;
        let limits = &self.app.edge().config.limits;
        let (limit, time) = match endpoint.mutates {
            Mutates::Bytes => (endpoint.body_limit, limits.upload),
            _ => (endpoint.body_limit.min(limits.body_bytes), limits.request),
        };
        let body = Body::new(body, &request.headers, limit, limits.stall);
        within(time, (endpoint.handle)(&request, body)).await
    }

    /// The request as its endpoint sees it. The headers move into it.
    async fn request(&mut self, found: Matched<A>) -> Result<Request<A>, Problem> {
        let Matched { endpoint, params } = found;
        let edge = self.app.edge();
        let caller = match endpoint.access {
            Access::Public => None,
            Access::SignedIn => Some(edge.tokens.authenticate(&self.parts.headers, self.at).await?),
        };
        let query = read_query(&self.parts.query, endpoint.query)?;
        let headers = std::mem::take(&mut self.parts.headers);
        Ok(Request {
            app: Arc::clone(&self.app),
            endpoint,
            method: self.parts.method.clone(),
            params,
            query,
            proxied: edge.config.hosted && triggers::is_proxied(&headers),
            headers,
            caller,
            at: self.at,
            request_id: self.request_id,
            trace: self.trace.clone(),
            invocation_id: self.invocation_id,
        })
    }

    /// Whether this is the host calling one of our functions by name. Anybody else who posts to
    /// such a path is answered as if there were none.
    fn host_call(&self) -> Option<HostCall<A>> {
        let config = &self.app.edge().config;
        let name = self.parts.path.strip_prefix('/')?;
        if !config.hosted {
            return None;
        }
        let port = self.parts.local.map_or(config.port, |local| local.0.port());
        if !triggers::is_from_host(&self.parts.headers, port) {
            return None;
        }
        if let Some(trigger) = self.routes.trigger(name) {
            return Some(HostCall::Trigger(trigger));
        }
        self.routes.endpoint_named(name).map(HostCall::NotProxied)
    }

    async fn fire(
        &self,
        call: HostCall<A>,
        body: BoxStream<'static, Result<Bytes, Broken>>,
        answered: &mut Answered,
    ) -> Result<Reply, Problem> {
        let trigger = match call {
            HostCall::Trigger(trigger) => trigger,
            HostCall::NotProxied(endpoint) => {
                *answered = Answered { route: endpoint.route, endpoint: endpoint.name };
                return Err(Problem::internal(
                    "the host ignores enableProxyingHttpRequest: it is too old for this service",
                ));
            }
        };
        *answered = Answered { route: trigger.name, endpoint: trigger.name };
        let limits = &self.app.edge().config.limits;
        let limit = triggers::PAYLOAD_BYTES_MAX;
        let body = Body::new(body, &self.parts.headers, limit, limits.stall).bytes().await?;
        let payload = triggers::decode(trigger.kind, &body)?;
        let firing = triggers::Firing {
            app: Arc::clone(&self.app),
            payload,
            at: self.at,
            invocation_id: self.invocation_id,
            trace: self.trace.clone(),
        };
        within(limits.trigger, (trigger.handle)(&firing)).await?;
        Ok(triggers::success())
    }
}

async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    match tokio::time::timeout(time, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Problem::new(
            super::Kind::TooSlow,
            "timeout",
            "It took too long. Try again with the same Idempotency-Key.",
        )),
    }
}

/// Reads the query; only parameters of the endpoint, each at most once. `api-version` may be
/// there, as habit has it with Azure services, and means nothing.
fn read_query(text: &str, known: &[super::Parameter]) -> Result<Vec<(String, String)>, Problem> {
    let mut pairs = urlencoded::pairs(text)
        .map_err(|_| Problem::bad_request("badQuery", "The query is not properly encoded."))?;
    if pairs.len() > QUERY_PARAMETERS_MAX {
        return Err(Problem::bad_request("badQuery", "The query has too many parameters."));
    }
    pairs.retain(|(name, _)| name != "api-version");
    for (index, (name, _)) in pairs.iter().enumerate() {
        if !known.iter().any(|parameter| parameter.name == name) {
            let names: Vec<_> = known.iter().map(|parameter| parameter.name).collect();
            let detail = match names.as_slice() {
                [] => "This address takes no parameters.".to_owned(),
                names => format!("This address takes only: {}.", names.join(", ")),
            };
            return Err(Problem::bad_request("unknownParameter", detail));
        }
        if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
            return Err(Problem::bad_request("repeatedParameter", "A parameter is repeated."));
        }
    }
    Ok(pairs)
}

/// The answer with everything that every answer has, and the problem's code for the log.
fn render(
    outcome: Result<Reply, Problem>,
    request_id: Uuid,
    trace: &TraceContext,
    head: bool,
) -> (Response, Option<&'static str>) {
    let (reply, code) = match outcome {
        Ok(reply) => (reply, None),
        Err(problem) => (problem_reply(&problem, request_id, trace), Some(problem.code())),
    };
    let Reply { status, mut headers, body } = reply;
    if head && let ReplyBody::Bytes(bytes) = &body {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    let mut response = match body {
        _ if head => Response::new(Bytes::new().into()),
        ReplyBody::Bytes(bytes) => Response::new(bytes.into()),
        ReplyBody::Stream(stream) => warp::reply::stream(stream).into_response(),
    };
    *response.status_mut() = status;
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let id = HeaderValue::from_str(&request_id.to_string()).expect("a UUID is a header value");
    headers.insert(REQUEST_ID, id);
    *response.headers_mut() = headers;
    (response, code)
}

fn problem_reply(problem: &Problem, request_id: Uuid, trace: &TraceContext) -> Reply {
    let body = problem.body(request_id, &trace.trace_id).to_string();
    let mut reply = Reply::bytes(problem.status(), "application/problem+json", body);
    for (name, value) in problem.headers() {
        reply = reply.with_header(name.clone(), value.clone());
    }
    reply.with_header(ERROR_CODE, HeaderValue::from_static(problem.code()))
}
