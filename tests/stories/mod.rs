//! Whole journeys.

mod forensic_lifecycle;
