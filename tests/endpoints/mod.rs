//! One file per endpoint, named like its folder.

mod advance_step;
mod download_bundle;
mod export_case;
mod get_examination;
mod get_status;
mod list_examinations;
mod list_findings;
mod list_notes;
mod list_work;
mod record_finding;
mod record_note;
mod resubmit_request;
mod submit_request;
mod triage_request;
mod withdraw_request;
