//! The rules of forensic casework. Pure: no I/O, no clock, no randomness, no async.
//!
//! A command is decided in three steps that never mix: the caller loads documents, a `decide`
//! function of a noun answers with [`event::Event`]s or a [`refusal::Refusal`], and
//! [`document::Documents::apply`] folds the events into the documents. Nothing else changes a
//! document, and `fsck` replays the same fold.
//!
//! The words are the field's own. A **case** is the service's file for one investigation; a
//! **submission** asks for examinations of **exhibits** with questions; **continuity** is the
//! unbroken account of who had an exhibit, where and how sealed; an **examination** is one
//! discipline's work along a **process map**; **notes** are made at the time; **findings** are
//! observations, **results** are reviewed outcomes, and **release** makes them available outside
//! the unit. What anybody sees as a status is computed from recorded events, never stored as a word.

pub mod casework;
pub mod context;
pub mod document;
pub mod event;
pub mod exhibits;
pub mod files;
pub mod fold;
pub mod ids;
pub mod people;
pub mod records;
pub mod refusal;
pub mod replay;
pub mod status;
pub mod text;
pub mod time;
pub mod views;
pub mod work;
