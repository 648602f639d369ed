//! What the tests of continuity share: an exhibit in a case, people, and acts made whole.

use super::{Act, Surroundings, decide};
use crate::casework::submission::{Into, Known, Submit, SubmitItem, submit};
use crate::context::Context;
use crate::document::Documents;
use crate::event::{Event, Recorded};
use crate::exhibits::exhibit::{Claim, Derivation, Exhibit, ExhibitDetails};
use crate::exhibits::movement::MovementKind;
use crate::ids::{ExhibitId, IdSupply};
use crate::people::{Caller, Role};
use crate::refusal::Refusal;
use crate::text::fold;
use crate::time::Timestamp;
use crate::work::package::builtin;
use std::collections::{BTreeMap, BTreeSet};

/// When the exhibit was seized: 19 November 2026.
pub(super) fn seized() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

/// An officer, who submits.
pub(super) const OLIVE: &str = "olive";
/// Another officer.
pub(super) const OTTO: &str = "otto";
/// A store officer.
pub(super) const STAN: &str = "stan";
/// A practitioner.
pub(super) const DORA: &str = "dora";
/// Everybody.
pub(super) const PEOPLE: [&str; 4] = [OLIVE, OTTO, STAN, DORA];

pub(super) fn caller(id: &str) -> Caller {
    let role = match id {
        STAN => Role::StoreOfficer,
        DORA => Role::Practitioner,
        _ => Role::Officer,
    };
    Caller {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        number: "1".to_owned(),
        force: "SMP".to_owned(),
        unit: "North".to_owned(),
        roles: BTreeSet::from([role]),
        disciplines: BTreeSet::new(),
        competences: BTreeSet::new(),
        token_id: "t".to_owned(),
        strength: "test".to_owned(),
    }
}

pub(super) fn details(reference: &str, seal: Option<&str>) -> ExhibitDetails {
    ExhibitDetails {
        reference: reference.to_owned(),
        disambiguator: None,
        description: Some("A thing".to_owned()),
        kind: "physical".to_owned(),
        category: None,
        produced_by: None,
        seized_at: None,
        seized_place: None,
        seal: seal.map(str::to_owned),
        hazards: Vec::new(),
        victim_or_witness_property: false,
    }
}

/// One case with one exhibit, `AP/1`, and what follows.
pub(super) struct Bench {
    pub(super) documents: Documents,
    pub(super) exhibit: ExhibitId,
    pub(super) now: Timestamp,
    pub(super) is_under_examination: bool,
    /// Live seals of exhibits elsewhere.
    pub(super) seals_elsewhere: BTreeSet<String>,
    ids: IdSupply,
    seq: u64,
}

impl Bench {
    /// Olive has submitted the exhibit.
    pub(super) fn new(seal: Option<&str>) -> Bench {
        let mut bench = Bench {
            documents: Documents::new(),
            exhibit: [0; 16].into(),
            now: seized().plus_millis(1_000_000),
            is_under_examination: false,
            seals_elsewhere: BTreeSet::new(),
            ids: IdSupply::new([5; 32]),
            seq: 0,
        };
        let mut what = details("AP/1", seal);
        what.seized_at = Some(seized());
        let services = vec!["mark_recovery".to_owned()];
        let command = Submit {
            crime_reference: None,
            operation_name: None,
            offence_code: None,
            circumstances: "Something happened.".to_owned(),
            questions: vec![("Who?".to_owned(), "mark_recovery".to_owned())],
            legal_basis: "pace_s19".to_owned(),
            contact: None,
            target_date: None,
            items: vec![SubmitItem { details: what, services, condition: None }],
        };
        let into = Into::NewCase { case_id: [9; 16].into(), lab_reference: "SMP-1".to_owned() };
        let olive = caller(OLIVE);
        let mut context = Context { caller: &olive, now: bench.now, ids: &mut bench.ids };
        let events = submit(
            &command,
            &into,
            Known { reference_is_taken: &|_| false, seal_is_taken: &|_| false },
            builtin(),
            &mut context,
        )
        .unwrap();
        bench.record(&olive, events);
        bench.exhibit = bench.documents.all::<Exhibit>().next().unwrap().id.clone();
        bench
    }

    /// An act of this kind, now, with the members it needs and no others.
    pub(super) fn whole(&self, kind: MovementKind) -> Act {
        use MovementKind as K;
        let some = |wanted: bool, text: &str| wanted.then(|| text.to_owned());
        let fresh = format!("N{}", self.seq);
        let makes = matches!(kind, K::Divided | K::Acquired);
        let child = details(&format!("AP/1/{}", self.seq), None);
        Act {
            kind,
            occurred_at: self.now,
            to: (kind == K::Offered).then(|| STAN.parse().unwrap()),
            to_name: some(kind == K::Returned, "The owner"),
            location: some(matches!(kind, K::BookedIn | K::Moved), "Bay 1"),
            seal: some(matches!(kind, K::Sealed | K::Resealed), &fresh),
            condition: some(kind == K::ConditionNoted, "Whole"),
            witness: None,
            reason: some(
                matches!(kind, K::Returned | K::Refused | K::OfferWithdrawn | K::Unsealed)
                    || kind == K::Viewed,
                "Because",
            ),
            children: if makes { vec![(Derivation::PartOf, child)] } else { Vec::new() },
        }
    }

    /// Decides and records an act on an exhibit.
    pub(super) fn act_on(&mut self, who: &str, id: &ExhibitId, act: &Act) -> Result<(), Refusal> {
        let exhibit = self.documents.find::<Exhibit>(id.as_str()).unwrap().clone();
        let mut seals: BTreeSet<String> =
            self.documents.all::<Exhibit>().filter_map(|e| e.seal.as_deref().map(fold)).collect();
        seals.extend(self.seals_elsewhere.iter().map(|seal| fold(seal)));
        let claims: BTreeSet<String> =
            self.documents.all::<Claim>().map(|claim| claim.id.clone()).collect();
        let surroundings = Surroundings {
            seal_is_taken: &|seal| seals.contains(&fold(seal)),
            reference_is_taken: &|claim| claims.contains(claim),
            is_under_examination: self.is_under_examination,
        };
        let who = caller(who);
        let mut context = Context { caller: &who, now: self.now, ids: &mut self.ids };
        let events = decide(&exhibit, act, surroundings, builtin(), &mut context)?;
        self.record(&who, events);
        Ok(())
    }

    pub(super) fn act(&mut self, who: &str, act: &Act) -> Result<(), Refusal> {
        let id = self.exhibit.clone();
        self.act_on(who, &id, act)
    }

    /// An act of this kind made whole.
    pub(super) fn try_kind(&mut self, who: &str, kind: MovementKind) -> Result<(), Refusal> {
        let act = self.whole(kind);
        self.act(who, &act)
    }

    /// An act that has to succeed.
    #[track_caller]
    pub(super) fn does(&mut self, who: &str, kind: MovementKind) {
        if let Err(refusal) = self.try_kind(who, kind) {
            panic!("{who} {kind:?}: {refusal}");
        }
    }

    /// One person offers to another, who accepts.
    #[track_caller]
    pub(super) fn hand_over(&mut self, from: &str, to: &str) {
        let mut act = self.whole(MovementKind::Offered);
        act.to = Some(to.parse().unwrap());
        self.act(from, &act).unwrap();
        self.does(to, MovementKind::Accepted);
    }

    pub(super) fn it(&self) -> &Exhibit {
        self.documents.find(self.exhibit.as_str()).unwrap()
    }

    fn record(&mut self, who: &Caller, events: Vec<Event>) {
        for event in events {
            let recorded = Recorded { seq: self.seq, time: self.now, actor: who.actor(), event };
            self.documents.apply(&recorded).unwrap();
            self.seq += 1;
        }
        self.now = self.now.plus_millis(1_000);
    }
}

/// What a refusal says, in a word; for fields, each pointer with its code.
pub(super) fn code(answer: Result<(), Refusal>) -> BTreeMap<String, String> {
    match answer {
        Ok(()) => BTreeMap::new(),
        Err(Refusal::Invalid(errors)) => {
            errors.into_iter().map(|e| (e.pointer, e.code.into_owned())).collect()
        }
        Err(Refusal::WrongState { code, .. } | Refusal::NotAllowed { code, .. }) => {
            BTreeMap::from([(String::new(), code.to_owned())])
        }
        Err(other) => panic!("{other}"),
    }
}

/// A refusal by state or person.
pub(super) fn refused(word: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(String::new(), word.to_owned())])
}

/// A refusal of one field.
pub(super) fn wrong(pointer: &str, word: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(pointer.to_owned(), word.to_owned())])
}
