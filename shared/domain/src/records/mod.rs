//! What leaves the service, and what becomes of records.

pub mod export;
