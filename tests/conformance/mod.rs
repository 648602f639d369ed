//! The conformance suite: one test for each sentence of the ports' documentation, run on every
//! backend. A new backend implements [`Backend`] and is named in one line at the end of this file.
#![allow(clippy::unwrap_used, reason = "these functions are tests, whatever module they stand in")]

pub mod access;
pub mod anchor;
pub mod backends;
pub mod commits;
pub mod files;
pub mod log;
pub mod samples;
pub mod streams;
pub mod uploads;
pub mod views;

use std::future::Future;
use store::ports::Store;

/// A place to keep things, under test.
pub trait Backend: Sized + Send {
    /// Makes an empty store that nobody else uses, of the log [`samples::ORIGIN`].
    fn fresh() -> impl Future<Output = Self> + Send;
    /// Ends it as a crash of the service would, as far as that can be had, and opens it again.
    fn reopen(self) -> impl Future<Output = Self> + Send;
    /// The ports.
    fn store(&self) -> &Store;
}

/// Makes every test of the suite for one backend.
macro_rules! conformance {
    ($name:ident, $backend:ty) => {
        conformance! { @cases $name, $backend;
            streams: [
                a_load_answers_with_the_head_and_the_documents_that_exist_in_the_order_asked,
                an_unknown_stream_is_not_an_error_and_has_no_head,
                a_load_is_of_one_instant,
                a_list_holds_one_kind_with_the_prefix_in_order_of_id,
                the_pages_of_a_list_join_to_the_whole,
                a_page_holds_one_to_a_thousand,
                events_come_in_order_from_where_asked_without_gaps,
                the_answer_to_a_command_is_kept_for_its_stream_only,
                streams_are_named_in_order_after_the_one_given,
            ];
            commits: [
                a_commit_is_durable_when_it_answers,
                a_refused_commit_stores_nothing_at_all,
                a_command_committed_before_is_answered_as_then_whatever_else_is_said,
                expected_must_be_the_version_of_the_stream,
                events_must_continue_the_chain,
                an_event_of_another_stream_log_or_command_is_refused,
                a_disclosure_that_the_header_does_not_commit_to_is_refused,
                a_hundred_operations_fit_and_one_more_does_not,
                a_document_of_the_largest_size_fits_and_a_larger_one_does_not,
                a_batch_of_the_most_bytes_fits_and_one_byte_more_does_not,
                malformed_names_and_versions_are_refused,
                what_was_committed_is_read_by_every_later_call,
                of_commits_that_race_one_wins_and_the_others_are_stale,
                the_same_command_sent_many_times_at_once_is_done_once,
                a_row_both_removed_and_put_is_put,
            ];
            views: [
                the_first_row_is_the_least_in_order,
                rows_are_ordered_by_sort_then_id_bytewise,
                the_pages_of_a_query_join_to_the_whole,
                a_place_that_was_not_given_out_is_refused,
                numbers_of_a_series_start_at_one_and_are_never_given_twice,
            ];
            log: [
                a_new_log_is_empty,
                pending_events_come_each_chain_in_order_within_the_limit,
                a_sequence_is_fixed_only_from_where_the_log_ends,
                an_event_has_one_place_for_ever,
                an_event_before_its_predecessor_is_refused_and_changes_nothing,
                entries_are_the_headers_in_the_order_fixed_and_fewer_past_the_end,
                events_know_their_place_once_they_have_one,
                what_is_published_never_goes_back,
            ];
            anchor: [
                an_object_is_created_once_and_read_back,
                the_same_bytes_again_are_the_same_success,
                other_bytes_are_refused_and_change_nothing,
                the_last_path_is_the_greatest_bytewise_with_the_prefix,
                paths_outside_the_grammar_are_refused,
                of_two_who_create_at_once_one_wins,
                objects_are_there_after_opening_again,
                the_signature_is_the_one_of_the_public_key_and_stays_so,
            ];
            access: [
                nothing_to_close_is_no_batch,
                a_batch_holds_the_exact_bytes_in_order_under_its_root,
                each_record_is_in_exactly_one_batch,
                a_record_is_durable_when_it_answers,
                a_sealed_batch_waits_for_its_place_in_the_log,
                a_record_of_the_largest_size_fits_and_a_larger_one_does_not,
                an_unknown_batch_is_not_found,
            ];
            uploads: [
                the_same_plan_again_is_the_same_success_and_another_is_refused,
                plans_beyond_the_limits_are_refused,
                a_block_of_another_length_is_refused_and_nothing_kept,
                the_same_bytes_again_are_the_same_success_and_others_change_nothing,
                a_block_outside_the_plan_is_refused,
                a_block_whose_bytes_break_off_is_not_kept,
                one_block_sent_many_times_at_once_is_stored_once,
                blocks_are_durable_and_listed_in_order_with_the_plan,
                an_upload_with_blocks_missing_does_not_close_and_names_them,
                a_closed_upload_waits_to_be_examined_and_closing_again_is_the_same,
                an_unknown_upload_is_not_found,
            ];
            files: [
                examining_tells_size_hash_and_type_from_the_bytes,
                a_settled_file_can_be_examined_and_no_longer_waits,
                settling_again_is_the_same_and_the_other_shelf_is_refused,
                evidence_is_read_from_any_place_for_any_length,
                a_file_in_quarantine_is_not_found,
                a_file_that_is_not_complete_is_neither_examined_nor_settled,
                settled_files_are_there_after_opening_again,
            ];
        }
    };
    (@cases $name:ident, $backend:ty; $($area:ident: [$($case:ident,)*];)*) => {
        #[cfg(test)]
        mod $name {
            $(mod $area {
                $(
                    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                    async fn $case() {
                        use crate::conformance::Backend as _;
                        let backend = <$backend>::fresh().await;
                        crate::conformance::$area::$case(backend).await;
                    }
                )*
            })*
        }
    };
}

conformance!(embedded, crate::conformance::backends::EmbeddedBackend);
conformance!(embedded_behind_a_wrapper, crate::conformance::backends::WrappedBackend);
