//! The person who asks, as their token says, and as the record remembers them.

use crate::ids::PersonId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        /// What a person is to the service (roles of the permission matrix).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Role {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Role {
            /// Every role, in the order of the matrix.
            pub const ALL: &'static [Role] = &[$(Role::$name,)*];

            /// The role's word in tokens and process maps.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Role::$name => $code,)* }
            }
        }

        impl FromStr for Role {
            type Err = UnknownRole;
            fn from_str(text: &str) -> Result<Role, UnknownRole> {
                match text { $($code => Ok(Role::$name),)* _ => Err(UnknownRole) }
            }
        }
    };
}

roles! {
    /// OIC: investigates, submits, follows, receives results.
    Officer = "officer",
    /// SUP: authorises submissions of their unit.
    Supervisor = "supervisor",
    /// SUB: the gatekeeper of the submissions unit.
    SubmissionsOfficer = "submissions_officer",
    /// CSI: examines scenes, uses kiosks.
    SceneExaminer = "scene_examiner",
    /// STO: keeps the exhibits store.
    StoreOfficer = "store_officer",
    /// PRA: undertakes forensic science activities.
    Practitioner = "practitioner",
    /// REV: reviews and verifies.
    Reviewer = "reviewer",
    /// REP: reports and signs.
    ReportingScientist = "reporting_scientist",
    /// MGR: manages the forensic unit.
    ForensicManager = "forensic_manager",
    /// QM: runs the quality management system.
    QualityManager = "quality_manager",
    /// PD: edits process maps.
    ProcessDesigner = "process_designer",
    /// DO: answers for disclosure.
    DisclosureOfficer = "disclosure_officer",
    /// REC: answers for retention.
    RecordsOfficer = "records_officer",
    /// MI: reads figures, not cases.
    Analyst = "analyst",
    /// AUD: reads, with log.
    Auditor = "auditor",
    /// EXT: an external provider.
    ExternalProvider = "external_provider",
    /// ADM: runs the system and never reads casework.
    Administrator = "administrator",
    /// SVC: another system.
    Integration = "integration",
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The word names no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such role")]
pub struct UnknownRole;

/// Who is asking: made from a validated token and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The directory's object id.
    pub id: PersonId,
    /// Display name.
    pub name: String,
    /// Rank and collar number, or staff number.
    pub number: String,
    /// The force, as the token says: it has been compared with ours.
    pub force: String,
    /// The organisational unit.
    pub unit: String,
    /// What they are.
    pub roles: BTreeSet<Role>,
    /// The disciplines they practise, by key.
    pub disciplines: BTreeSet<String>,
    /// The competences the directory vouches for, by key: what gates on process maps ask about.
    pub competences: BTreeSet<String>,
    /// The token's id, recorded with the act.
    pub token_id: String,
    /// How they signed in, as the token says.
    pub strength: String,
}

impl Caller {
    /// Whether they hold a role.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they hold any of the roles.
    #[must_use]
    pub fn is_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.is(*role))
    }

    /// Whether they work in the laboratory, so that taking an exhibit means the service has it.
    #[must_use]
    pub fn is_of_the_laboratory(&self) -> bool {
        self.is_any(&[Role::StoreOfficer, Role::Practitioner, Role::SubmissionsOfficer])
    }

    /// How the record remembers them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor {
            id: self.id.clone(),
            name: self.name.clone(),
            number: self.number.clone(),
            unit: self.unit.clone(),
        }
    }

    /// How a document names them.
    #[must_use]
    pub fn person(&self) -> PersonRef {
        PersonRef { id: self.id.clone(), name: self.name.clone() }
    }
}

/// Who did something, as disclosed with the event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The directory's object id.
    pub id: PersonId,
    /// Display name at that time.
    pub name: String,
    /// Rank and collar number, or staff number, at that time.
    pub number: String,
    /// Unit at that time.
    pub unit: String,
}

impl Actor {
    /// Continuity itself, when no person acted: the upload worker, a timer.
    #[must_use]
    pub fn service(part: &str) -> Actor {
        Actor {
            id: format!("service:{part}").parse().expect("part is a function's name"),
            name: "Continuity".to_owned(),
            number: String::new(),
            unit: String::new(),
        }
    }

    /// Somebody whose name has been lawfully erased.
    #[must_use]
    pub fn erased() -> Actor {
        Actor {
            id: "erased".parse().expect("a plain word"),
            name: String::new(),
            number: String::new(),
            unit: String::new(),
        }
    }

    /// How a document names them.
    #[must_use]
    pub fn person(&self) -> PersonRef {
        PersonRef { id: self.id.clone(), name: self.name.clone() }
    }
}

/// A person, named in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonRef {
    /// The directory's object id.
    pub id: PersonId,
    /// Display name.
    pub name: String,
}
