//! Exhibits and their continuity.

pub mod barcode;
pub mod continuity;
pub mod exhibit;
pub mod movement;
pub mod reference;
