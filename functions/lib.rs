//! The function app: every folder with a `function.json` is one endpoint or trigger, and
//! [`ENDPOINTS`] and [`TRIGGERS`] list them, one line each.

pub mod app;
pub mod config;
pub mod http;
pub mod intake;
pub mod issuer;
pub mod record;
pub mod secrets;
pub mod standalone;
pub mod triggers;
pub mod view;

mod advance_step;
mod begin_upload;
mod complete_upload;
mod decide_authority;
mod describe_api;
mod download_bundle;
mod download_file;
mod export_case;
mod get_case;
mod get_checkpoint;
mod get_code_list;
mod get_examination;
mod get_exhibit;
mod get_file;
mod get_log;
mod get_log_key;
mod get_openapi;
mod get_process_map;
mod get_request;
mod get_result;
mod get_signing_keys;
mod get_status;
mod health_live;
mod health_ready;
mod list_blocks;
mod list_code_lists;
mod list_continuity;
mod list_custody;
mod list_examinations;
mod list_exhibits;
mod list_files;
mod list_findings;
mod list_notes;
mod list_process_maps;
mod list_requests;
mod list_results;
mod list_work;
mod prepare_result;
mod process_upload;
mod record_continuity;
mod record_finding;
mod record_note;
mod release_result;
mod resubmit_request;
mod review_result;
mod seal_access;
mod sequence_log;
mod show_sign_in;
mod sign_in;
mod submit_request;
mod sweep_uploads;
mod triage_request;
mod upload_block;
mod withdraw_request;

use crate::http::Endpoint;

/// The whole API.
pub static ENDPOINTS: &[Endpoint] = &[
    describe_api::ENDPOINT,
    get_openapi::ENDPOINT,
    health_live::ENDPOINT,
    health_ready::ENDPOINT,
    show_sign_in::ENDPOINT,
    sign_in::ENDPOINT,
    get_signing_keys::ENDPOINT,
    get_checkpoint::ENDPOINT,
    get_log_key::ENDPOINT,
    list_code_lists::ENDPOINT,
    get_code_list::ENDPOINT,
    list_process_maps::ENDPOINT,
    get_process_map::ENDPOINT,
    submit_request::ENDPOINT,
    list_requests::ENDPOINT,
    get_request::ENDPOINT,
    decide_authority::ENDPOINT,
    triage_request::ENDPOINT,
    resubmit_request::ENDPOINT,
    withdraw_request::ENDPOINT,
    get_status::ENDPOINT,
    get_case::ENDPOINT,
    get_log::ENDPOINT,
    list_exhibits::ENDPOINT,
    get_exhibit::ENDPOINT,
    record_continuity::ENDPOINT,
    list_continuity::ENDPOINT,
    list_custody::ENDPOINT,
    export_case::ENDPOINT,
    download_bundle::ENDPOINT,
    list_work::ENDPOINT,
    list_examinations::ENDPOINT,
    get_examination::ENDPOINT,
    advance_step::ENDPOINT,
    record_note::ENDPOINT,
    list_notes::ENDPOINT,
    record_finding::ENDPOINT,
    list_findings::ENDPOINT,
    begin_upload::ENDPOINT,
    upload_block::ENDPOINT,
    list_blocks::ENDPOINT,
    complete_upload::ENDPOINT,
    list_files::ENDPOINT,
    get_file::ENDPOINT,
    download_file::ENDPOINT,
    prepare_result::ENDPOINT,
    get_result::ENDPOINT,
    list_results::ENDPOINT,
    review_result::ENDPOINT,
    release_result::ENDPOINT,
];

/// Everything that is called by something other than a person.
pub static TRIGGERS: &[triggers::Trigger] =
    &[sequence_log::TRIGGER, seal_access::TRIGGER, process_upload::TRIGGER, sweep_uploads::TRIGGER];
