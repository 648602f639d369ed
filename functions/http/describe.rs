//! The API's description, built from the same table that is served.

use super::{Access, Endpoint, Mutates, problem};
use std::collections::BTreeMap;
use utoipa::openapi::path::{OperationBuilder, ParameterBuilder, ParameterIn, PathItemBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, HttpMethod, InfoBuilder, OpenApi, OpenApiBuilder,
    PathsBuilder, Ref, RefOr, Required, ResponseBuilder,
};
use utoipa::{PartialSchema, ToSchema};

/// A content type and what it holds.
type Content = (&'static str, RefOr<Schema>);

/// What an endpoint says about itself.
#[derive(Default)]
pub struct Operation {
    summary: &'static str,
    text: &'static str,
    request: Option<Content>,
    answers: BTreeMap<u16, (String, Option<Content>)>,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Operation {
    /// One line and, if there is more to say, a paragraph.
    pub fn says(&mut self, summary: &'static str, text: &'static str) -> &mut Operation {
        self.summary = summary;
        self.text = text;
        self
    }

    /// The JSON body it reads.
    pub fn reads<T: ToSchema>(&mut self) -> &mut Operation {
        let schema = self.keep::<T>();
        self.request = Some(("application/json", schema));
        self
    }

    /// The JSON body it answers with.
    pub fn answers<T: ToSchema>(&mut self, status: u16, meaning: &str) -> &mut Operation {
        let schema = self.keep::<T>();
        self.answers.insert(status, (meaning.to_owned(), Some(("application/json", schema))));
        self
    }

    /// The page of a list it answers with: every list has the same two members, and each its own
    /// name among the schemas.
    pub fn answers_list<T: ToSchema>(&mut self, status: u16, meaning: &str) -> &mut Operation {
        let entry = self.keep::<T>();
        let text = ObjectBuilder::new().schema_type(Type::String).build();
        let page = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property("value", ArrayBuilder::new().items(entry))
            .required("value")
            .property("nextLink", text)
            .build();
        let name = format!("{}List", T::name());
        let schema = RefOr::Ref(Ref::from_schema_name(&name));
        self.schemas.push((name, RefOr::T(Schema::Object(page))));
        self.answers.insert(status, (meaning.to_owned(), Some(("application/json", schema))));
        self
    }

    /// An answer without a JSON body: none at all, bytes, or a page.
    pub fn answers_plain(&mut self, status: u16, meaning: &str) -> &mut Operation {
        self.answers.insert(status, (meaning.to_owned(), None));
        self
    }

    /// The problems it may answer with besides those that every endpoint of its kind may.
    pub fn refuses(&mut self, kinds: &[problem::Kind]) -> &mut Operation {
        for kind in kinds {
            self.refusal(kind.entry());
        }
        self
    }

    fn refusal(&mut self, entry: &problem::ProblemKind) {
        let schema = RefOr::Ref(Ref::from_schema_name("Problem"));
        let answer = self
            .answers
            .entry(entry.status)
            .or_insert_with(|| (String::new(), Some(("application/problem+json", schema))));
        if answer.0.split("; ").any(|known| known == entry.title) {
            return;
        }
        if !answer.0.is_empty() {
            answer.0.push_str("; ");
        }
        answer.0.push_str(entry.title);
    }

    fn keep<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), <T as PartialSchema>::schema()));
        T::schemas(&mut self.schemas);
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }
}

/// The OpenAPI 3.1 description of a table of endpoints.
#[must_use]
pub fn openapi<A: 'static>(endpoints: &[Endpoint<A>], title: &str, version: &str) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new().schema("Problem", problem_schema());
    let mut items: BTreeMap<String, PathItemBuilder> = BTreeMap::new();
    for endpoint in endpoints {
        let mut operation = Operation::default();
        (endpoint.describe)(&mut operation);
        common_refusals(endpoint, &mut operation);
        for (name, schema) in operation.schemas.drain(..) {
            components = components.schema(name, schema);
        }
        let Some(method) = method(&endpoint.method) else { continue };
        let path = format!("/{}", endpoint.route.replace("{*", "{"));
        let item = items.remove(&path).unwrap_or_default();
        items.insert(path, item.operation(method, build(endpoint, operation)));
    }
    for (path, item) in items {
        paths = paths.path(path, item.build());
    }
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = components.security_scheme("bearer", SecurityScheme::Http(bearer)).build();
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title(title).version(version).build())
        .paths(paths.build())
        .components(Some(components))
        .build()
}

fn common_refusals<A: 'static>(endpoint: &Endpoint<A>, operation: &mut Operation) {
    use problem::Kind;
    let mut kinds = vec![Kind::Malformed, Kind::Internal, Kind::Unavailable, Kind::TooSlow];
    if endpoint.access == Access::SignedIn {
        // Reading needs room too: who looked is recorded first.
        kinds.extend([Kind::Unauthenticated, Kind::Forbidden, Kind::Full]);
    }
    if endpoint.route.contains('{') {
        kinds.push(Kind::NotFound);
    }
    if endpoint.mutates == Mutates::Change {
        kinds.extend([Kind::Stale, Kind::PreconditionRequired]);
    }
    if operation.request.is_some() {
        kinds.extend([Kind::Timeout, Kind::TooLarge, Kind::UnsupportedMedia, Kind::Invalid]);
    }
    if matches!(endpoint.mutates, Mutates::Create | Mutates::Change) {
        kinds.push(Kind::KeyReuse);
    }
    operation.refuses(&kinds);
}

fn build<A: 'static>(endpoint: &Endpoint<A>, operation: Operation) -> OperationBuilder {
    let mut built = OperationBuilder::new()
        .operation_id(Some(endpoint.name))
        .summary(Some(operation.summary))
        .description((!operation.text.is_empty()).then_some(operation.text));
    for segment in endpoint.route.split('/') {
        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let name = name.trim_start_matches('*');
            built = built.parameter(parameter(name, "", ParameterIn::Path, true));
        }
    }
    for query in endpoint.query {
        built = built.parameter(parameter(query.name, query.meaning, ParameterIn::Query, false));
    }
    if matches!(endpoint.mutates, Mutates::Create | Mutates::Change) {
        let meaning = "1 to 64 visible ASCII characters, new for each new request.";
        built = built.parameter(required_header("Idempotency-Key", meaning, "^[!-~]{1,64}$"));
    }
    if endpoint.mutates == Mutates::Change {
        let meaning = "The ETag of the version this change is based on.";
        let pattern = "^\"(0|[1-9][0-9]{0,18})\"$";
        built = built.parameter(required_header("If-Match", meaning, pattern));
    }
    if endpoint.access == Access::SignedIn {
        built = built.security(SecurityRequirement::new("bearer", [""; 0]));
    }
    if let Some((content_type, schema)) = operation.request {
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content(content_type, content);
        built = built.request_body(Some(body.required(Some(Required::True)).build()));
    }
    for (status, (meaning, body)) in operation.answers {
        let mut answer = ResponseBuilder::new().description(meaning);
        if let Some((content_type, schema)) = body {
            answer =
                answer.content(content_type, ContentBuilder::new().schema(Some(schema)).build());
        }
        built = built.response(status.to_string(), answer.build());
    }
    built
}

fn parameter(name: &str, meaning: &str, place: ParameterIn, required: bool) -> ParameterBuilder {
    let required = if required { Required::True } else { Required::False };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description((!meaning.is_empty()).then_some(meaning))
        .schema(Some(Object::with_type(Type::String)))
}

fn required_header(name: &str, meaning: &str, pattern: &str) -> ParameterBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    parameter(name, meaning, ParameterIn::Header, true).schema(Some(text.build()))
}

fn method(method: &http::Method) -> Option<HttpMethod> {
    match method.as_str() {
        "GET" => Some(HttpMethod::Get),
        "POST" => Some(HttpMethod::Post),
        "PUT" => Some(HttpMethod::Put),
        "PATCH" => Some(HttpMethod::Patch),
        "DELETE" => Some(HttpMethod::Delete),
        _ => None,
    }
}

/// The schema of every problem (RFC 9457 and our members).
fn problem_schema() -> Schema {
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder};
    let text = || Object::with_type(Type::String);
    let field = ObjectBuilder::new()
        .property("pointer", text())
        .property("code", text())
        .property("detail", text());
    ObjectBuilder::new()
        .property("type", text())
        .property("title", text())
        .property("status", Object::with_type(Type::Integer))
        .property("detail", text())
        .property("instance", text())
        .property("code", text())
        .property("traceId", text())
        .property("errors", ArrayBuilder::new().items(field))
        .required("type")
        .required("title")
        .required("status")
        .required("code")
        .build()
        .into()
}
