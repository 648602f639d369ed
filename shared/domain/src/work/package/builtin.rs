//! The packages that come with the software, embedded so that a force can begin without
//! installing anything.

use std::sync::OnceLock;

use super::{Library, ModulePackage, PackageText};

/// One file: its path below `shared/modules`, and its text.
pub(super) type File = (&'static str, &'static str);

/// The files of one package.
pub(super) struct Source {
    pub(super) about: File,
    pub(super) maps: &'static [File],
    pub(super) forms: &'static [File],
    pub(super) code_lists: &'static [File],
}

macro_rules! file {
    ($path:literal) => {
        ($path, include_str!(concat!("../../../../modules/", $path)))
    };
}

/// Every embedded file. A test holds this equal to the folders.
pub(super) const SOURCES: [Source; 3] = [
    Source {
        about: file!("core/package.json"),
        maps: &[],
        forms: &[
            file!("core/forms/examination_conclusion.json"),
            file!("core/forms/exhibit_check.json"),
            file!("core/forms/result_preparation.json"),
        ],
        code_lists: &[
            file!("core/code_lists/authority_levels.json"),
            file!("core/code_lists/condition_codes.json"),
            file!("core/code_lists/disciplines.json"),
            file!("core/code_lists/exhibit_categories.json"),
            file!("core/code_lists/exhibit_kinds.json"),
            file!("core/code_lists/file_roles.json"),
            file!("core/code_lists/hazards.json"),
            file!("core/code_lists/legal_bases.json"),
            file!("core/code_lists/packaging_types.json"),
            file!("core/code_lists/pause_reasons.json"),
            file!("core/code_lists/refusal_reasons.json"),
            file!("core/code_lists/return_reasons.json"),
        ],
    },
    Source {
        about: file!("digital_device/package.json"),
        maps: &[file!("digital_device/maps/digital_device.json")],
        forms: &[
            file!("digital_device/forms/acquisition_verification.json"),
            file!("digital_device/forms/device_acquisition.json"),
            file!("digital_device/forms/device_analysis.json"),
            file!("digital_device/forms/device_identification.json"),
            file!("digital_device/forms/device_isolation.json"),
        ],
        code_lists: &[
            file!("digital_device/code_lists/acquisition_types.json"),
            file!("digital_device/code_lists/services.json"),
        ],
    },
    Source {
        about: file!("fingerprints/package.json"),
        maps: &[file!("fingerprints/maps/fingerprints.json")],
        forms: &[
            file!("fingerprints/forms/comparison_verification.json"),
            file!("fingerprints/forms/difference_resolution.json"),
            file!("fingerprints/forms/mark_capture.json"),
            file!("fingerprints/forms/mark_comparison.json"),
            file!("fingerprints/forms/treatment.json"),
            file!("fingerprints/forms/treatment_sequence.json"),
            file!("fingerprints/forms/visual_examination.json"),
        ],
        code_lists: &[
            file!("fingerprints/code_lists/comparison_outcomes.json"),
            file!("fingerprints/code_lists/light_sources.json"),
            file!("fingerprints/code_lists/services.json"),
            file!("fingerprints/code_lists/treatments.json"),
        ],
    },
];

fn texts(files: &[File]) -> Vec<&'static str> {
    files.iter().map(|(_, text)| *text).collect()
}

/// Reads the embedded packages afresh.
fn read() -> Result<Library, String> {
    let read_one = |source: &Source| {
        ModulePackage::from_texts(&PackageText {
            about: source.about.1,
            maps: texts(source.maps),
            forms: texts(source.forms),
            code_lists: texts(source.code_lists),
        })
        .map_err(|fault| format!("{}: {fault}", source.about.0))
    };
    let packages = SOURCES.iter().map(read_one).collect::<Result<Vec<ModulePackage>, String>>()?;
    Library::new(packages).map_err(|faults| format!("{faults:#?}"))
}

/// The library of built-in packages, read and checked once.
pub fn builtin() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY
        .get_or_init(|| read().expect("the embedded packages are part of the program and tested"))
}
