//! What an endpoint's description says of its body: which members there may be, and which there must.

use serde_json::Value;
use tests::support::TestApp;

/// The description of one endpoint's body.
pub struct Schema {
    openapi: Value,
    root: Value,
    answers: Value,
}

/// A place in a body.
pub struct Place {
    /// Its pointer.
    pub pointer: String,
    /// Whether the description asks for it.
    pub required: bool,
    /// Whether it holds text.
    pub text: bool,
    /// What the sample has there.
    pub value: Option<Value>,
}

impl Schema {
    /// Reads it from the description that the service gives; nothing for one that reads no JSON.
    pub async fn of(app: &TestApp, endpoint: &str) -> Option<Schema> {
        let openapi = app.nobody().get("/api/v1/openapi.json").await.expect(200).json();
        let paths = openapi["paths"].as_object().unwrap().values();
        let mut operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let operation = operations.find(|found| found["operationId"] == endpoint).unwrap();
        let root = operation.pointer("/requestBody/content/application~1json/schema")?.clone();
        let answers = operation["responses"].clone();
        Some(Schema { openapi, root, answers })
    }

    /// Whether the description says that the endpoint may answer with this status.
    pub fn tells_of(&self, status: u16) -> bool {
        self.answers.get(status.to_string()).is_some()
    }

    /// Every member that an object of the body has or might have, and every entry of its lists.
    pub fn places(&self, body: &Value) -> Vec<Place> {
        let mut places = Vec::new();
        self.gather(body, &self.root, "", &mut places);
        places
    }

    fn gather(&self, value: &Value, schema: &Value, path: &str, places: &mut Vec<Place>) {
        let schema = self.resolved(schema);
        let mut found = |pointer: String, inner: &Value, required, value: Option<&Value>| {
            let text = is_text(self.resolved(inner));
            places.push(Place { pointer: pointer.clone(), required, text, value: value.cloned() });
            if let Some(value) = value {
                self.gather(value, inner, &pointer, places);
            }
        };
        match value {
            Value::Object(members) => {
                for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
                    let required = schema["required"].as_array();
                    let required = required.is_some_and(|names| names.iter().any(|n| n == name));
                    found(format!("{path}/{name}"), inner, required, members.get(name));
                }
            }
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    found(format!("{path}/{n}"), &schema["items"], false, Some(item));
                }
            }
            _ => {}
        }
    }

    fn resolved<'s>(&'s self, schema: &'s Value) -> &'s Value {
        match schema["$ref"].as_str() {
            Some(name) => self.openapi.pointer(name.trim_start_matches('#')).unwrap(),
            None => schema["oneOf"]
                .as_array()
                .and_then(|any| any.iter().find(|one| one.get("$ref").is_some()))
                .map_or(schema, |one| self.resolved(one)),
        }
    }
}

fn is_text(schema: &Value) -> bool {
    match &schema["type"] {
        Value::String(one) => one == "string",
        Value::Array(any) => any.iter().any(|one| one == "string"),
        _ => false,
    }
}
