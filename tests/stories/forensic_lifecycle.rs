//! Real input: the CASE community's example of a forensic lifecycle, replayed through the API.
//!
//! A handset is seized, received by a laboratory that labels it anew, imaged and parsed. Every
//! provenance record of the file becomes an exhibit or sub-exhibit under exactly the number it has
//! there; what is made from a thing is its sub-exhibit; who did it and when are kept. The file is
//! not ours: the story reads it where it lies beside the checkout.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use tests::support::casework::verified_bundle;
use tests::support::{TestApp, people};

const RECORD: &str = "case-investigation:ProvenanceRecord";

fn example() -> Option<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/case-examples/forensic_lifecycle.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            // The harness keeps what a passing test prints; this has to be heard.
            let _ = writeln!(
                std::io::stderr(),
                "NOT TESTED: the CASE example is not beside this checkout"
            );
            None
        }
    }
}

/// A node's text, plain or as a typed value.
fn text<'a>(node: &'a Value, name: &str) -> Option<&'a str> {
    let value = &node[name];
    value.as_str().or_else(|| value["@value"].as_str())
}

/// The nodes a member refers to, one or several.
fn refers(node: &Value, name: &str) -> Vec<String> {
    let id = |value: &Value| value["@id"].as_str().map(str::to_owned);
    match &node[name] {
        Value::Array(many) => many.iter().filter_map(id).collect(),
        one => id(one).into_iter().collect(),
    }
}

/// The story's state: which exhibit stands for which record and thing, and who holds it.
struct Replay<'a> {
    app: &'a TestApp,
    records: BTreeMap<String, Value>,
    case: String,
    exhibits: BTreeMap<String, String>,
    labels: Vec<String>,
    holder: BTreeMap<String, &'static str>,
    last: BTreeMap<String, String>,
}

impl Replay<'_> {
    /// The number of a record as labelled; one record of the file has none, and keeps its own name.
    fn label(record: &Value) -> String {
        let name = record["@id"].as_str().unwrap();
        let number = text(record, "case-investigation:exhibitNumber");
        number.unwrap_or_else(|| name.rsplit_once("record-").unwrap().1).to_owned()
    }

    fn described(record: &Value) -> Value {
        json!({
            "reference": Self::label(record),
            "description": text(record, "uco-core:description").unwrap_or("Not described"),
            "kind": "data",
        })
    }

    /// Remembers an exhibit under its record and under what the record is about.
    fn learn(&mut self, record: &str, exhibit: &str, holder: &'static str) {
        let node = self.records[record].clone();
        self.labels.push(Self::label(&node));
        self.exhibits.insert(record.to_owned(), exhibit.to_owned());
        for thing in refers(&node, "uco-core:object") {
            self.exhibits.insert(thing, exhibit.to_owned());
        }
        self.holder.insert(exhibit.to_owned(), holder);
    }

    async fn act(&mut self, person: &str, exhibit: &str, at: &str, body: Value) -> Value {
        let path = format!("{}/exhibits/{exhibit}", self.case);
        let read = self.app.person(person).get(&path).await.expect(200);
        let mut body = body;
        // The file's clock does not always go forwards; continuity does.
        let last = self.last.get(exhibit).map_or("", String::as_str);
        let at = if at < last { last } else { at }.to_owned();
        body["occurredAt"] = json!(at);
        let ask = self.app.person(person).if_match(&read.etag());
        let done = ask.post(&format!("{path}/continuity"), &body).await.expect(200);
        self.last.insert(exhibit.to_owned(), at);
        done.json()
    }

    /// The performer has to hold what they work on: it is handed over first.
    async fn give(&mut self, exhibit: &str, to: &'static str, at: &str) {
        let from = self.holder[exhibit];
        if from != to {
            self.act(from, exhibit, at, json!({"kind": "offered", "to": to})).await;
            self.act(to, exhibit, at, json!({"kind": "accepted"})).await;
            self.holder.insert(exhibit.to_owned(), to);
        }
    }

    /// Makes sub-exhibits of a thing, one for each record.
    async fn derive(
        &mut self,
        exhibit: &str,
        person: &'static str,
        at: &str,
        how: (&str, &str),
        records: &[String],
    ) {
        self.give(exhibit, person, at).await;
        let children: Vec<Value> = records
            .iter()
            .map(|record| {
                json!({"derivation": how.1, "exhibit": Self::described(&self.records[record])})
            })
            .collect();
        let body = json!({"kind": how.0, "children": children});
        let done = self.act(person, exhibit, at, body).await;
        let at = self.last[exhibit].clone();
        for (record, child) in records.iter().zip(done["act"]["children"].as_array().unwrap()) {
            let id = child["exhibitId"].as_str().unwrap();
            self.last.insert(id.to_owned(), at.clone());
            self.learn(record, id, person);
        }
    }
}

/// What the service does for an action of the file: the act, and how its products derive.
fn meaning(action: &str) -> (&'static str, &'static str) {
    match action {
        "custody-receive" => ("divided", "part_of"),
        "imaged" => ("acquired", "image_of"),
        _ => ("acquired", "extract_of"),
    }
}

async fn seized(app: &TestApp, record: &Value, at: &str) -> (String, String) {
    let mut described = Replay::described(record);
    described["seizedAt"] = json!(at);
    described["kind"] = json!("digital");
    let body = json!({
        "circumstances": "Replayed from the CASE example of a forensic lifecycle.",
        "questions": [{"text": "What was exchanged?", "service": "phone_examination"}],
        "legalBasis": "other",
        "exhibits": [{"exhibit": described, "services": ["phone_examination"]}]
    });
    let made = app.person(people::OFFICER).post("/api/v1/requests", &body).await.expect(201);
    let request = made.header("location").to_owned();
    let exhibit = made.text("/exhibits/0/exhibitId");
    let case = format!("/api/v1/cases/{}", made.text("/caseId"));
    let yes = json!({"authorised": true, "level": "supervisor"});
    let ask = app.person(people::SUPERVISOR).if_match(&made.etag());
    let made = ask.post(&format!("{request}/authority"), &yes).await.expect(200);
    let accept = json!({
        "outcome": "accept", "exhibits": [{"exhibitId": exhibit, "accepted": true}]
    });
    let ask = app.person(people::GATEKEEPER).if_match(&made.etag());
    let _ = ask.post(&format!("{request}/triage"), &accept).await.expect(200);
    (case, exhibit)
}

#[tokio::test]
async fn the_forensic_lifecycle_keeps_its_references_and_verifies() {
    let Some(example) = example() else { return };
    let graph = example["@graph"].as_array().unwrap();
    let records: BTreeMap<String, Value> = graph
        .iter()
        .filter(|node| node["@type"] == RECORD)
        .map(|node| (node["@id"].as_str().unwrap().to_owned(), node.clone()))
        .collect();
    assert_eq!(records.len(), 22);
    let mut actions: Vec<&Value> = graph
        .iter()
        .filter(|node| node["@type"] == "case-investigation:InvestigativeAction")
        .collect();
    actions.sort_by_key(|action| text(action, "uco-action:startTime").unwrap().to_owned());

    let app = TestApp::new();
    let first = actions.remove(0);
    assert_eq!(text(first, "uco-core:name"), Some("seized"));
    let at = text(first, "uco-action:startTime").unwrap();
    let record = refers(first, "uco-action:result").remove(0);
    let (case, exhibit) = seized(&app, &records[&record], at).await;
    let mut replay = Replay {
        app: &app,
        records: records.clone(),
        case,
        exhibits: BTreeMap::new(),
        labels: Vec::new(),
        holder: BTreeMap::new(),
        last: BTreeMap::from([(exhibit.clone(), at.to_owned())]),
    };
    replay.learn(&record, &exhibit, people::OFFICER);
    let mut examiners: Vec<String> = Vec::new();
    for action in actions {
        let performer = refers(action, "uco-action:performer").remove(0);
        if !examiners.contains(&performer) {
            examiners.push(performer.clone());
        }
        let people = [people::DIGITAL, people::OTHER_DIGITAL];
        let person = people[examiners.iter().position(|known| *known == performer).unwrap()];
        let thing = refers(action, "uco-action:object").remove(0);
        let source = replay.exhibits[&thing].clone();
        let how = meaning(text(action, "uco-core:name").unwrap());
        let at = text(action, "uco-action:startTime").unwrap();
        // One product of the file is a relationship, which is no thing and has no record as a product.
        let mut made = refers(action, "uco-action:result");
        made.retain(|product| records.contains_key(product));
        replay.derive(&source, person, at, how, &made).await;
    }

    // What no action of the file makes is still on record there: it belongs to what was seized.
    let mut rest: Vec<String> = records.keys().cloned().collect();
    rest.retain(|record| !replay.exhibits.contains_key(record));
    if !rest.is_empty() {
        let holder = replay.holder[&exhibit];
        replay.derive(&exhibit, holder, "", ("acquired", "extract_of"), &rest).await;
    }

    let mut wanted: Vec<String> = records.values().map(Replay::label).collect();
    wanted.sort();
    replay.labels.sort();
    assert_eq!(replay.labels, wanted, "every record became an exhibit under its own number");
    let listed = format!("{}/exhibits?maxpagesize=200", replay.case);
    let listed = app.person(people::AUDITOR).get(&listed).await.expect(200).json();
    let listed = listed["value"].as_array().unwrap().iter();
    let mut kept: Vec<String> =
        listed.map(|exhibit| exhibit["reference"].as_str().unwrap().to_owned()).collect();
    kept.sort();
    assert_eq!(kept, wanted, "the service keeps every number as labelled");
    let report = verified_bundle(&app, &replay.case).await;
    assert_eq!((report.events, report.withheld), (15, 0));
}
