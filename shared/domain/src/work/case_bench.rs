//! What the tests of casework's rules share: a case with one examination, and people who do things to
//! it. What they decide is folded in, as the service does.

use crate::casework::case::{CaseOpened, Marking};
use crate::casework::submission::{MadeItem, Question, Submission, SubmissionMade};
use crate::context::Context;
use crate::document::Documents;
use crate::event::{Event, Recorded};
use crate::exhibits::exhibit::{Custodian, Declared, Exhibit};
use crate::files::{Announce, File, announce, judge, receive};
use crate::ids::{ExaminationId, FileId, FindingId, IdSupply, QuestionId, ResultId, SubmissionId};
use crate::people::{Caller, PersonRef, Role};
use crate::refusal::Refusal;
use crate::time::Timestamp;
use crate::work::examination::{Examination, ExaminationPlanned, StepCommand, advance, cancel};
use crate::work::finding::{self, Finding};
use crate::work::package::{Library, builtin};
use crate::work::result::{self, Prepare, ResultRecord, ReviewKind};
use ledger::hash::sha256;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The bytes of every file here.
pub(crate) const BYTES: &[u8] = b"abc";

/// A practitioner who may do everything a role can allow.
pub(crate) fn somebody(id: &str) -> Caller {
    let all = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Caller {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        number: "1".into(),
        force: "SMP".into(),
        unit: "Lab".into(),
        roles: BTreeSet::from([
            Role::Practitioner,
            Role::Reviewer,
            Role::ReportingScientist,
            Role::StoreOfficer,
            Role::ForensicManager,
        ]),
        disciplines: all(&["digital_forensics"]),
        competences: all(&["device_handling", "device_acquisition", "device_analysis"]),
        token_id: "t".into(),
        strength: "test".into(),
    }
}

/// The code of a refusal, or the first pointer and code of an invalid command.
pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, Refusal>) -> String {
    match answer.unwrap_err() {
        Refusal::Invalid(errors) => {
            let all = errors.iter().map(|error| format!("{} {}", error.pointer, error.code));
            all.collect::<Vec<_>>().join(", ")
        }
        Refusal::WrongState { code, .. } | Refusal::NotAllowed { code, .. } => code.to_owned(),
        Refusal::SecondPersonNeeded { .. } => "secondPersonNeeded".to_owned(),
        Refusal::NotFound => "notFound".to_owned(),
    }
}

/// A case with one examination of one handset in the store.
pub(crate) struct CaseBench {
    pub(crate) documents: Documents,
    pub(crate) events: Vec<Recorded>,
    pub(crate) examination: ExaminationId,
    pub(crate) submission: SubmissionId,
    pub(crate) question: QuestionId,
    library: &'static Library,
    exhibit: Exhibit,
    now: Timestamp,
    ids: IdSupply,
}

impl CaseBench {
    /// Planned, and nobody has begun.
    pub(crate) fn new() -> CaseBench {
        let (now, mut ids) = (Timestamp::from_millis(1_795_339_920_000), IdSupply::new([3; 32]));
        let officer = somebody("officer");
        let mut context = Context { caller: &officer, now, ids: &mut ids };
        let case_id: crate::ids::CaseId = context.ids.random().into();
        let submission: SubmissionId = context.ids.ordered(now);
        let question: QuestionId = context.ids.ordered(now);
        let details = json!({"reference": "AP/1", "description": "A handset", "kind": "digital"});
        let exhibit = Declared::draw(serde_json::from_value(details).unwrap(), &mut context);
        let exhibit_id = exhibit.exhibit_id.clone();
        let opened = CaseOpened {
            case_id: case_id.clone(),
            lab_reference: "SMP-2026-0000001".into(),
            crime_reference: None,
            operation_name: None,
            offence_code: None,
            unit: "North".into(),
            officer_in_case: PersonRef { id: officer.id.clone(), name: "O".into() },
            marking: Marking::default(),
        };
        let service = "phone_examination".to_owned();
        let made = SubmissionMade {
            submission_id: submission.clone(),
            case_id,
            number: 1,
            unit: "North".into(),
            circumstances: Some("A robbery.".into()),
            questions: vec![Question { id: question.clone(), text: Some("Who?".into()), service }],
            legal_basis: "pace_s19".into(),
            contact: None,
            target_date: None,
            items: vec![MadeItem { exhibit, services: Vec::new(), condition: None }],
        };
        let mut documents = Documents::new();
        for (seq, event) in (0..).zip([Event::CaseOpened(opened), Event::SubmissionMade(made)]) {
            let recorded = Recorded { seq, time: now, actor: officer.actor(), event };
            documents.apply(&recorded).unwrap();
        }
        let mut held = documents.find::<Exhibit>(exhibit_id.as_str()).unwrap().clone();
        held.custodian = Custodian::Store { location: "Bay 1".into() };
        let mut bench = CaseBench {
            examination: ids.ordered(now),
            documents,
            events: Vec::new(),
            submission,
            question,
            library: builtin(),
            exhibit: held,
            now,
            ids,
        };
        let gatekeeper = somebody("gatekeeper");
        bench.decide(&gatekeeper, |bench, context| bench.plan(context)).unwrap();
        bench.examination =
            bench.documents.all::<Examination>().next().map(|found| found.id.clone()).unwrap();
        bench
    }

    fn plan(&self, context: &mut Context<'_>) -> Result<Vec<Event>, Refusal> {
        let submission: &Submission = self.documents.find(self.submission.as_str()).unwrap();
        let (exhibits, questions) = (vec![self.exhibit.id.clone()], vec![self.question.clone()]);
        let service = "phone_examination";
        let planned = ExaminationPlanned::draw(
            submission,
            service,
            exhibits,
            questions,
            self.library,
            context,
        )?;
        Ok(vec![Event::ExaminationPlanned(Box::new(planned))])
    }

    /// Decides and folds in.
    pub(crate) fn decide(
        &mut self,
        who: &Caller,
        decide: impl FnOnce(&CaseBench, &mut Context<'_>) -> Result<Vec<Event>, Refusal>,
    ) -> Result<(), Refusal> {
        self.now = self.now.plus_millis(1_000);
        let mut ids = self.ids.clone();
        let events = decide(self, &mut Context { caller: who, now: self.now, ids: &mut ids })?;
        self.ids = ids;
        for event in events {
            let seq = 2 + self.events.len() as u64;
            let recorded = Recorded { seq, time: self.now, actor: who.actor(), event };
            self.documents.apply(&recorded).unwrap();
            self.events.push(recorded);
        }
        Ok(())
    }

    pub(crate) fn examination(&self) -> &Examination {
        self.documents.find(self.examination.as_str()).unwrap()
    }

    pub(crate) fn submission(&self) -> &Submission {
        self.documents.find(self.submission.as_str()).unwrap()
    }

    pub(crate) fn step(
        &mut self,
        who: &Caller,
        step: &str,
        command: &StepCommand,
    ) -> Result<(), Refusal> {
        self.decide(who, |bench, context| {
            let exhibits = [&bench.exhibit];
            advance(bench.examination(), step, command, &exhibits, bench.library, context)
        })
    }

    /// Completes a step with answers that lead straight to the result.
    pub(crate) fn complete(&mut self, who: &Caller, step: &str) -> Result<(), Refusal> {
        let command = StepCommand::Complete { values: answers(step), witness: None };
        self.step(who, step, &command)
    }

    pub(crate) fn do_step(&mut self, who: &Caller, step: &str) {
        self.step(who, step, &StepCommand::Claim).unwrap();
        self.step(who, step, &StepCommand::Start).unwrap();
        self.complete(who, step).unwrap();
    }

    /// The work has come to the step that prepares the result, which `who` has begun.
    pub(crate) fn preparing(who: &Caller) -> CaseBench {
        let mut bench = CaseBench::new();
        for step in ["receive", "isolate", "identify"] {
            bench.do_step(who, step);
        }
        bench.step(who, "prepare_result", &StepCommand::Claim).unwrap();
        bench.step(who, "prepare_result", &StepCommand::Start).unwrap();
        bench
    }

    pub(crate) fn cancel(&mut self, who: &Caller) -> Result<(), Refusal> {
        self.decide(who, |bench, _| cancel(bench.examination(), "Withdrawn.", bench.library))
    }

    pub(crate) fn find(&mut self, who: &Caller) -> Result<FindingId, Refusal> {
        let command = finding::Record {
            question_id: self.question.clone(),
            exhibit_id: None,
            statement: "Nothing can be read.".into(),
            opinion: false,
            limitations: Vec::new(),
        };
        self.decide(who, |bench, context| finding::record(bench.examination(), &command, context))?;
        let last = self.documents.all::<Finding>().last().unwrap();
        Ok(last.finding.finding_id.clone())
    }

    pub(crate) fn announce(&mut self, who: &Caller, size: u64) -> Result<FileId, Refusal> {
        let command = Announce {
            name: "a.txt".into(),
            size,
            sha256: sha256(BYTES).to_string(),
            role: "photograph".into(),
        };
        self.decide(who, |bench, context| {
            announce(bench.examination(), &command, bench.library, context)
        })?;
        Ok(self.documents.all::<File>().last().unwrap().id.clone())
    }

    pub(crate) fn receive(&mut self, who: &Caller, file: &FileId) -> Result<(), Refusal> {
        self.decide(who, |bench, context| receive(bench.file(file), context))
    }

    pub(crate) fn judge(&mut self, file: &FileId) {
        let service = somebody("service:process_upload");
        self.decide(&service, |bench, _| {
            Ok(judge(bench.file(file), BYTES.len() as u64, sha256(BYTES), "text/plain"))
        })
        .unwrap();
    }

    pub(crate) fn file(&self, file: &FileId) -> &File {
        self.documents.find(file.as_str()).unwrap()
    }

    pub(crate) fn prepare(
        &mut self,
        who: &Caller,
        findings: Vec<FindingId>,
        files: Vec<FileId>,
    ) -> Result<ResultId, Refusal> {
        let question_id = self.question.clone();
        let command = Prepare { question_id, conclusion: "No data.".into(), findings, files };
        self.decide(who, |bench, context| {
            let found: Vec<&Finding> = bench.documents.all::<Finding>().collect();
            let files: Vec<&File> = bench.documents.all::<File>().collect();
            result::prepare(bench.examination(), &command, &found, &files, context)
        })?;
        Ok(self.documents.all::<ResultRecord>().last().unwrap().id.clone())
    }

    pub(crate) fn result(&self, id: &ResultId) -> &ResultRecord {
        self.documents.find(id.as_str()).unwrap()
    }

    pub(crate) fn review(
        &mut self,
        who: &Caller,
        id: &ResultId,
        kind: ReviewKind,
        passed: bool,
    ) -> Result<(), Refusal> {
        let comments = (!passed).then_some("Which board?");
        self.decide(who, |bench, context| {
            let (result, examination) = (bench.result(id), bench.examination());
            result::review(result, examination, kind, passed, comments, context)
        })
    }

    pub(crate) fn release(&mut self, who: &Caller, id: &ResultId) -> Result<(), Refusal> {
        self.decide(who, |bench, context| {
            result::release(bench.result(id), bench.examination(), context)
        })
    }
}

fn answers(step: &str) -> Map<String, Value> {
    let answers = match step {
        "receive" => json!({"seals_match": true, "references_match": true,
                            "condition": "as_described", "packaging": "envelope"}),
        "isolate" => json!({"isolation": "faraday_box", "power_state": "off",
                            "isolated_at": "2026-11-22T09:00:00Z"}),
        "identify" => json!({"device_type": "phone", "make": "Sample", "model": "One",
                             "condition": "as_described", "locked": true, "examinable": false}),
        "prepare_result" => json!({"questions_answered": "All.", "deviation": false}),
        "conclude" => json!({"exhibits_next": "retain", "resealed": true}),
        _ => json!({}),
    };
    answers.as_object().cloned().unwrap_or_default()
}
