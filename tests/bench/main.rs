//! Benchmarks, each beside a yardstick of the same run. One JSON line each: name, value, unit, and
//! where there is one, the yardstick and the ratio to it. Nothing here passes or fails.

#![allow(clippy::cast_precision_loss, reason = "rates do not need 53 bits")]

mod load;
mod scenes;
mod service;
mod yardstick;

use std::error::Error;
use std::time::Duration;

/// How long each rate is measured.
pub const TIME: Duration = Duration::from_secs(5);
/// How many clients ask at once.
pub const CLIENTS: usize = 32;

/// Prints one figure.
pub fn report(name: &str, value: f64, unit: &str, yardstick: Option<(&str, f64)>) {
    let mut line = serde_json::json!({"name": name, "value": round(value), "unit": unit});
    if let Some((what, figure)) = yardstick {
        line["yardstick"] = what.into();
        line["yardstickValue"] = round(figure).into();
        line["ratio"] = round(value / figure).into();
    }
    println!("{line}");
}

fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

/// Measures one thing and reports it.
type Scene = fn() -> Result<(), Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let scenes: &[(&str, Scene)] = &[
        ("start", scenes::start),
        ("status", scenes::status),
        ("submissions", scenes::submissions),
        ("continuity", scenes::continuity),
        ("upload", scenes::upload),
        ("growth", scenes::growth),
    ];
    for (name, scene) in scenes {
        if wanted.is_empty() || wanted.iter().any(|want| want == name) {
            scene()?;
        }
    }
    Ok(())
}
