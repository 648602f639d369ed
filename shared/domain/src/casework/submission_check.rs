//! What a submission may say: every bad field is named at once.

use super::submission::{
    EXHIBITS_MAX, Known, QUESTION_CHARS_MAX, QUESTIONS_MAX, SERVICES_MAX, Submit, SubmitItem,
};
use crate::exhibits::reference::References;
use crate::refusal::Refusal;
use crate::text::{Check, LINE_CHARS_MAX, PARAGRAPH_CHARS_MAX, REFERENCE_CHARS_MAX};
use crate::time::Timestamp;
use crate::work::package::Library;

pub(super) fn check(
    command: &Submit,
    known: Known<'_>,
    library: &Library,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut check = Check::new();
    let crime = command.crime_reference.as_deref();
    check.optional_line("/crimeReference", crime, REFERENCE_CHARS_MAX);
    check.optional_line("/operationName", command.operation_name.as_deref(), LINE_CHARS_MAX);
    check.optional_line("/offenceCode", command.offence_code.as_deref(), REFERENCE_CHARS_MAX);
    check.paragraphs("/circumstances", &command.circumstances, PARAGRAPH_CHARS_MAX);
    check.optional_line("/contact", command.contact.as_deref(), LINE_CHARS_MAX);
    check.require(
        library.has_code("legal_bases", &command.legal_basis),
        "/legalBasis",
        "unknownCode",
        "Choose a code from the list legal_bases.",
    );
    check_count(&mut check, "/questions", command.questions.len(), QUESTIONS_MAX);
    check_count(&mut check, "/exhibits", command.items.len(), EXHIBITS_MAX);
    for (n, (text, service)) in command.questions.iter().enumerate() {
        check.paragraphs(&format!("/questions/{n}/text"), text, QUESTION_CHARS_MAX);
        check_service(&mut check, &format!("/questions/{n}/service"), service, library);
    }
    let mut references = References::new(known.reference_is_taken);
    for (n, item) in command.items.iter().enumerate() {
        let at = format!("/exhibits/{n}/exhibit");
        check_item(&mut check, n, item, library, now);
        references.check(&mut check, &at, &item.details);
        check.require(
            item.details.seal.as_deref().is_none_or(|seal| !(known.seal_is_taken)(seal)),
            &format!("{at}/seal"),
            "sealInUse",
            "A live seal has this number. A seal is used once.",
        );
    }
    check.finish()
}

fn check_count(check: &mut Check, pointer: &str, count: usize, max: usize) {
    check.require(count >= 1, pointer, "required", "Give at least one.");
    check.require(count <= max, pointer, "tooMany", &format!("At most {max}."));
}

fn check_service(check: &mut Check, pointer: &str, service: &str, library: &Library) {
    check.require(
        library.has_code("services", service),
        pointer,
        "unknownCode",
        "Choose a code from the list services.",
    );
}

fn check_item(check: &mut Check, n: usize, item: &SubmitItem, library: &Library, now: Timestamp) {
    let at = format!("/exhibits/{n}");
    item.details.check(check, &format!("{at}/exhibit"), library, now);
    let condition = item.condition.as_deref();
    check.optional_paragraphs(&format!("{at}/condition"), condition, PARAGRAPH_CHARS_MAX);
    check_count(check, &format!("{at}/services"), item.services.len(), SERVICES_MAX);
    for (n, service) in item.services.iter().enumerate() {
        check_service(check, &format!("{at}/services/{n}"), service, library);
        check.require(
            !item.services[..n].contains(service),
            &format!("{at}/services/{n}"),
            "duplicate",
            "Ask for each service once.",
        );
    }
}
