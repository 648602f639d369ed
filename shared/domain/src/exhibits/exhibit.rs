//! The exhibit: a thing or data produced in evidence.

use super::barcode::barcode;
use super::movement::Offer;
use super::reference::Reference;
use crate::context::Context;
use crate::ids::{CaseId, ExhibitId, SubmissionId};
use crate::people::PersonRef;
use crate::text::{Check, LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX, REFERENCE_CHARS_MAX};
use crate::time::Timestamp;
use crate::work::package::Library;
use serde::{Deserialize, Serialize};

/// The most hazards of one exhibit.
pub const HAZARDS_MAX: usize = 10;
/// The most seals of one exhibit: all of them are kept in its document, which has to stay small.
pub const SEALS_MAX: usize = 200;

/// What somebody says about an exhibit when it is first recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExhibitDetails {
    /// As labelled.
    pub reference: String,
    /// Tells two exhibits with one reference apart, when two producers share initials.
    #[serde(default)]
    pub disambiguator: Option<String>,
    /// What it is; `None` once erased.
    #[serde(default)]
    pub description: Option<String>,
    /// Code from the list `exhibit_kinds`.
    pub kind: String,
    /// Code from the list `exhibit_categories`.
    #[serde(default)]
    pub category: Option<String>,
    /// Who produces it.
    #[serde(default)]
    pub produced_by: Option<String>,
    /// When it was seized.
    #[serde(default)]
    pub seized_at: Option<Timestamp>,
    /// Where it was seized.
    #[serde(default)]
    pub seized_place: Option<String>,
    /// The number on its bag, if it is sealed.
    #[serde(default)]
    pub seal: Option<String>,
    /// Codes from the list `hazards`.
    #[serde(default)]
    pub hazards: Vec<String>,
    /// Whether it belongs to a victim or witness, whose loss of it counts.
    #[serde(default)]
    pub victim_or_witness_property: bool,
}

impl ExhibitDetails {
    /// The name under which the case remembers that the reference is taken.
    #[must_use]
    pub fn claim_id(&self) -> String {
        Reference::parse(&self.reference).claim_id(self.disambiguator.as_deref())
    }

    /// Checks what was said, with pointers below `at`.
    pub fn check(&self, check: &mut Check, at: &str, library: &Library, now: Timestamp) {
        let line = |name: &str| format!("{at}/{name}");
        check.line(&line("reference"), &self.reference, REFERENCE_CHARS_MAX);
        let disambiguator = self.disambiguator.as_deref();
        check.optional_line(&line("disambiguator"), disambiguator, REFERENCE_CHARS_MAX);
        let description = self.description.as_deref();
        check.require(description.is_some(), &line("description"), "required", "Say what it is.");
        check.optional_paragraphs(&line("description"), description, PARAGRAPH_CHARS_MAX);
        check.optional_line(&line("producedBy"), self.produced_by.as_deref(), LINE_CHARS_MAX);
        check.optional_line(&line("seizedPlace"), self.seized_place.as_deref(), LINE_CHARS_MAX);
        check.optional_line(&line("seal"), self.seal.as_deref(), REFERENCE_CHARS_MAX);
        check.require(
            self.seized_at.is_none_or(|at| !at.is_after_clock(now)),
            &line("seizedAt"),
            "inTheFuture",
            "This time lies in the future.",
        );
        let codes = [("kind", "exhibit_kinds", Some(&self.kind))].into_iter().chain([(
            "category",
            "exhibit_categories",
            self.category.as_ref(),
        )]);
        for (member, list, code) in codes {
            check.require(
                code.is_none_or(|code| library.has_code(list, code)),
                &line(member),
                "unknownCode",
                &format!("Choose a code from the list {list}."),
            );
        }
        check.require(self.hazards.len() <= HAZARDS_MAX, &line("hazards"), "tooMany", "Too many.");
        for (n, hazard) in self.hazards.iter().enumerate() {
            check.require(
                library.has_code("hazards", hazard),
                &format!("{at}/hazards/{n}"),
                "unknownCode",
                "Choose a code from the list hazards.",
            );
        }
    }
}

/// An exhibit as first recorded, with the identity the service gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The exhibit.
    pub exhibit_id: ExhibitId,
    /// Its system-unique label.
    pub barcode: String,
    /// What was said about it.
    pub details: ExhibitDetails,
}

impl Declared {
    /// Gives the exhibit an identity.
    pub fn draw(details: ExhibitDetails, context: &mut Context<'_>) -> Declared {
        let exhibit_id: ExhibitId = context.ids.ordered(context.now);
        Declared { barcode: barcode(&exhibit_id), exhibit_id, details }
    }
}

/// How a sub-exhibit came from its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Derivation {
    /// Taken out of it: a SIM from a handset.
    PartOf,
    /// A sample of it: a swab.
    SampleFrom,
    /// A forensic image of it.
    ImageOf,
    /// Data extracted from it.
    ExtractOf,
    /// A photograph of it.
    PhotoOf,
    /// A lift from it.
    LiftOf,
}

/// Who or what answers for an exhibit now. There is always exactly one (invariant 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Custodian {
    /// A person holds it.
    Person {
        /// Who.
        person: PersonRef,
        /// Whether they hold it for the laboratory.
        laboratory: bool,
    },
    /// The store holds it.
    Store {
        /// Where in the store.
        location: String,
    },
    /// It has left the service.
    Outside {
        /// To whom.
        recipient: String,
    },
}

/// An exhibit as its events have made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibit {
    /// The exhibit.
    pub id: ExhibitId,
    /// Its case.
    pub case_id: CaseId,
    /// The case's reference.
    pub lab_reference: String,
    /// The submission that brought it, or its parent.
    pub submission_id: SubmissionId,
    /// The exhibit it came from.
    pub parent: Option<ExhibitId>,
    /// How it came from it.
    pub derivation: Option<Derivation>,
    /// Its reference.
    pub reference: Reference,
    /// Its system-unique label.
    pub barcode: String,
    /// What was said about it.
    pub details: ExhibitDetails,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who answers for it.
    pub custodian: Custodian,
    /// The hand-over that waits for the other side.
    pub offer: Option<Offer>,
    /// The number of its live seal.
    pub seal: Option<String>,
    /// The numbers of its broken seals, oldest first: at most [`SEALS_MAX`].
    pub broken_seals: Vec<String>,
    /// When the laboratory took it.
    pub received_at: Option<Timestamp>,
    /// How many acts its continuity has.
    pub movements: u32,
    /// When the last of them happened, as its recorder said.
    pub last_occurred_at: Option<Timestamp>,
    /// How many exhibits came from it.
    pub children: u32,
}

/// What an exhibit's record entails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExhibitState {
    /// Announced; not yet in the laboratory.
    Declared,
    /// Somebody has offered it and the other has not answered.
    InTransit,
    /// In the store.
    InStore,
    /// With a person of the laboratory.
    Held,
    /// Back with the police: the laboratory had it and handed it over.
    HandedBack,
    /// It has left the service.
    ReleasedFromService,
}

impl Exhibit {
    /// What the recorded events entail.
    #[must_use]
    pub fn state(&self) -> ExhibitState {
        if self.offer.is_some() {
            return ExhibitState::InTransit;
        }
        match &self.custodian {
            Custodian::Outside { .. } => ExhibitState::ReleasedFromService,
            Custodian::Store { .. } => ExhibitState::InStore,
            Custodian::Person { laboratory: true, .. } => ExhibitState::Held,
            Custodian::Person { .. } if self.received_at.is_some() => ExhibitState::HandedBack,
            Custodian::Person { .. } => ExhibitState::Declared,
        }
    }

    /// Whether the forensic unit has it, so that it may be examined (invariant 7).
    #[must_use]
    pub fn is_held_by_the_unit(&self) -> bool {
        matches!(self.state(), ExhibitState::Held | ExhibitState::InStore)
    }

    /// Whether it has ever been sealed.
    #[must_use]
    pub fn was_ever_sealed(&self) -> bool {
        self.seal.is_some() || !self.broken_seals.is_empty()
    }

    /// Whether this person holds it.
    #[must_use]
    pub fn is_with(&self, person: &crate::ids::PersonId) -> bool {
        matches!(&self.custodian, Custodian::Person { person: holder, .. } if holder.id == *person)
    }

    /// The exhibit that a declaration makes, with whoever declared it answering for it.
    #[must_use]
    pub fn declared(declared: &Declared, origin: Origin, recorded_at: Timestamp) -> Exhibit {
        Exhibit {
            id: declared.exhibit_id.clone(),
            case_id: origin.case_id,
            lab_reference: origin.lab_reference,
            submission_id: origin.submission_id,
            parent: origin.parent,
            derivation: origin.derivation,
            reference: Reference::parse(&declared.details.reference),
            barcode: declared.barcode.clone(),
            seal: declared.details.seal.clone(),
            last_occurred_at: origin.occurred_at.max(declared.details.seized_at),
            details: declared.details.clone(),
            recorded_at,
            custodian: origin.custodian,
            offer: None,
            broken_seals: Vec::new(),
            received_at: origin.received_at,
            movements: 0,
            children: 0,
        }
    }
}

/// Where an exhibit comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Its case.
    pub case_id: CaseId,
    /// The case's reference.
    pub lab_reference: String,
    /// The submission that brought it.
    pub submission_id: SubmissionId,
    /// The exhibit it came from.
    pub parent: Option<ExhibitId>,
    /// How it came from it.
    pub derivation: Option<Derivation>,
    /// Who answers for it from the start.
    pub custodian: Custodian,
    /// When the laboratory took it, if it was made there.
    pub received_at: Option<Timestamp>,
    /// When the act that made it happened, if one did.
    pub occurred_at: Option<Timestamp>,
}

/// A case's memory that a reference is taken (invariant 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The claim's name.
    pub id: String,
    /// Whose reference it is.
    pub exhibit_id: ExhibitId,
}
