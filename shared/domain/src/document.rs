//! Documents: what a case looks like after its events, kept so that nobody has to replay them.

use crate::casework::case::Case;
use crate::casework::submission::Submission;
use crate::exhibits::exhibit::{Claim, Exhibit};
use crate::exhibits::movement::Movement;
use crate::files::File;
use crate::records::export::Export;
use crate::work::examination::Examination;
use crate::work::finding::Finding;
use crate::work::note::Note;
use crate::work::result::ResultRecord;
use std::collections::BTreeMap;

/// A noun that is stored as a document.
pub trait Noun: Sized {
    /// The kind's word.
    const KIND: Kind;
    /// The document's name among those of its kind.
    fn document_id(&self) -> &str;
    /// As any document.
    fn into_document(self) -> Document;
    /// This noun, if the document is one.
    fn from_document(document: &Document) -> Option<&Self>;
    /// This noun to change, if the document is one.
    fn from_document_mut(document: &mut Document) -> Option<&mut Self>;
}

/// The stored text is not a document of its kind.
#[derive(Debug, thiserror::Error)]
#[error("not a document of kind {kind}: {source}")]
pub struct NotADocument {
    /// The kind it was stored as.
    pub kind: &'static str,
    /// What is wrong.
    source: serde_json::Error,
}

macro_rules! documents {
    ($($(#[$doc:meta])* $name:ident($noun:ty) = $kind:literal,)*) => {
        /// The kinds of document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Kind] = &[$(Kind::$name,)*];

            /// The kind's word in the store.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Kind::$name => $kind,)* }
            }

            /// The kind that a word names.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Kind> {
                match code { $($kind => Some(Kind::$name),)* _ => None }
            }
        }

        /// Any document.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Document { $($(#[$doc])* $name(Box<$noun>),)* }

        impl Document {
            /// Its kind.
            #[must_use]
            pub fn kind(&self) -> Kind {
                match self { $(Document::$name(_) => Kind::$name,)* }
            }

            /// Its name among those of its kind.
            #[must_use]
            pub fn id(&self) -> &str {
                match self { $(Document::$name(noun) => noun.document_id(),)* }
            }

            /// As stored.
            #[must_use]
            pub fn to_json(&self) -> String {
                let text = match self { $(Document::$name(noun) => serde_json::to_string(noun),)* };
                text.expect("documents hold plain values only")
            }

            /// As loaded.
            pub fn from_json(kind: Kind, text: &str) -> Result<Document, NotADocument> {
                match kind {
                    $(Kind::$name => serde_json::from_str(text).map(Document::$name),)*
                }
                .map_err(|source| NotADocument { kind: kind.code(), source })
            }
        }

        $(impl Noun for $noun {
            const KIND: Kind = Kind::$name;
            fn document_id(&self) -> &str {
                AsRef::<str>::as_ref(&self.id)
            }
            fn into_document(self) -> Document {
                Document::$name(Box::new(self))
            }
            fn from_document(document: &Document) -> Option<&Self> {
                match document { Document::$name(noun) => Some(noun), _ => None }
            }
            fn from_document_mut(document: &mut Document) -> Option<&mut Self> {
                match document { Document::$name(noun) => Some(noun), _ => None }
            }
        })*
    };
}

documents! {
    /// The case itself: one a stream.
    Case(Case) = "case",
    /// A request.
    Submission(Submission) = "submission",
    /// An exhibit.
    Exhibit(Exhibit) = "exhibit",
    /// A taken exhibit reference.
    Claim(Claim) = "claim",
    /// A line of an exhibit's continuity.
    Movement(Movement) = "movement",
    /// An examination with its work.
    Examination(Examination) = "examination",
    /// A contemporaneous note.
    Note(Note) = "note",
    /// A finding.
    Finding(Finding) = "finding",
    /// A file.
    File(File) = "file",
    /// A result.
    Result(ResultRecord) = "result",
    /// An export.
    Export(Export) = "export",
}

/// A document's name inside its stream.
pub type Name = (Kind, String);

/// A set of documents of one stream, some of them changed.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    held: BTreeMap<Name, Held>,
}

/// A document with what is known of its history here.
#[derive(Clone, Debug)]
pub struct Held {
    /// As it is now.
    pub now: Document,
    /// As it was loaded; `None` when it was made here.
    pub before: Option<Document>,
    /// The sequence number of the last event that changed it, plus one: its version.
    pub version: u64,
    /// Whether anything here changed it.
    pub changed: bool,
}

impl Documents {
    /// No documents.
    #[must_use]
    pub fn new() -> Documents {
        Documents::default()
    }

    /// Adds a document as loaded.
    pub fn insert_loaded(&mut self, document: Document, version: u64) {
        let name = (document.kind(), document.id().to_owned());
        let held = Held { before: Some(document.clone()), now: document, version, changed: false };
        self.held.insert(name, held);
    }

    /// A document of this name, if it is held.
    #[must_use]
    pub fn find<T: Noun>(&self, id: &str) -> Option<&T> {
        self.held.get(&(T::KIND, id.to_owned())).and_then(|held| T::from_document(&held.now))
    }

    /// A held document's version.
    #[must_use]
    pub fn version<T: Noun>(&self, id: &str) -> Option<u64> {
        self.held.get(&(T::KIND, id.to_owned())).map(|held| held.version)
    }

    /// Every held document of one kind, in order of name.
    pub fn all<T: Noun + 'static>(&self) -> impl Iterator<Item = &T> {
        self.held
            .iter()
            .filter(|((kind, _), _)| *kind == T::KIND)
            .filter_map(|(_, held)| T::from_document(&held.now))
    }

    /// Every held document, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (&Name, &Held)> {
        self.held.iter()
    }

    /// A document to change by the event numbered `seq`.
    pub(crate) fn change<T: Noun>(&mut self, id: &str, seq: u64) -> Option<&mut T> {
        let held = self.held.get_mut(&(T::KIND, id.to_owned()))?;
        held.version = seq + 1;
        held.changed = true;
        T::from_document_mut(&mut held.now)
    }

    /// A document made by the event numbered `seq`. False when the name is taken.
    pub(crate) fn create<T: Noun>(&mut self, noun: T, seq: u64) -> bool {
        let name = (T::KIND, noun.document_id().to_owned());
        if self.held.contains_key(&name) {
            return false;
        }
        let now = noun.into_document();
        self.held.insert(name, Held { now, before: None, version: seq + 1, changed: true });
        true
    }
}
