//! Which control is seen by which checks.

use std::sync::Arc;
use std::time::Duration;

use retell_conformance::{Effort, Engine, Options, checks, run_all};

use crate::flawed::{Faultless, Wrong};
use crate::identity::*;
use crate::judging::*;
use crate::keeping::*;
use crate::reading::*;
use crate::sharing::{Shared, SharedEngine};
use crate::storing::*;

/// Runs the suite on an engine and fails unless exactly these checks fail.
/// Those that depend on a race or on a random choice may fail or not; for a
/// fault that hardly a check can overlook only the first ones are named.
#[expect(clippy::print_stdout, reason = "what a control shows is worth reading")]
fn is_seen_by(engine: Arc<dyn Engine>, must: &[&str], may: &[&str], and_others: bool) {
    // The same random choices every time: a control is about the check, not about luck.
    let seed = Options::default().seed.or(Some(7));
    let options = Options { effort: Effort::Quick, limit: Duration::from_secs(8), seed };
    let report = run_all(engine, options);
    let failed: Vec<&str> = report.failed().map(|row| row.check.name()).collect();
    println!("{}: seen by {}", report.engine, failed.join(", "));
    let missed: Vec<_> = must.iter().filter(|name| !failed.contains(name)).collect();
    let expected = |name: &&&str| and_others || must.contains(name) || may.contains(name);
    let others: Vec<_> = failed.iter().filter(|name| !expected(name)).collect();
    assert!(
        missed.is_empty() && others.is_empty(),
        "{}: these checks should have failed and did not: {missed:?}; these failed and should not have: {others:?}\n\
         {report}",
        report.engine
    );
}

macro_rules! controls {
    ($( $name:ident: $engine:ty => [$($must:ident)*] $(or [$($may:ident)*])? $(and $others:ident)?; )+) => {
        $(
            #[test]
            fn $name() {
                let may: &[&str] = &[$($(stringify!($may)),*)?];
                let others: &[&str] = &[$(stringify!($others))?];
                is_seen_by(Arc::new(<$engine>::default()), &[$(stringify!($must)),*], may, !others.is_empty());
            }
        )+
        const SEEN: &[&str] = &[$($(stringify!($must),)*)+];
    };
}

#[test]
fn every_check_fails_on_a_control() {
    let never: Vec<_> =
        checks().iter().map(|check| check.name()).filter(|name| !SEEN.contains(name)).collect();
    assert!(never.is_empty(), "these checks never failed, which proves nothing: {never:?}");
}

controls! {
    faultless: Wrong<Faultless> => [];
    shared: SharedEngine<Shared> => [];
    obeys_tampering: Wrong<Faultless, true> => [
        p07_the_engine_refuses_changes_past_the_contract
    ];
    loses_a_commit: Wrong<LosesACommit> => [
        p03_versions_count_from_one p03_versions_under_contention p06_a_commit_is_found_by_its_id
        p08_a_dropped_append_is_whole_or_absent p12_a_flood_is_refused_in_part_and_passes
        reads_of_a_commit_agree_while_writers_run
    ] and others;
    repeats_a_version: Wrong<RepeatsAVersion> => [
        p03_versions_count_from_one p03_versions_under_contention
        p03_every_retry_after_a_conflict_gets_its_own_version reads_of_a_stream_add_up
        records_lose_no_update_beside_appends
    ] and others;
    skips_a_position: Wrong<SkipsAPosition> => [
        p04_a_reader_has_seen_all_before_what_it_saw p10_it_catches_up_then_follows
    ] or [
        p04_the_head_can_be_read p08_a_dropped_append_is_whole_or_absent p08_an_append_outlives_its_caller
        p08_retries_of_an_append_whose_answer_was_lost_store_it_once p10_a_dropped_wait_loses_nothing
        p10_it_begins_anywhere_while_writers_run p10_it_delivers_what_the_query_asks_for
        p10_it_goes_on_from_its_position
    ];
    shows_half: Wrong<ShowsHalf> => [
        p02_readers_never_see_half_a_commit
    ] or [
        p10_it_delivers_what_the_query_asks_for
    ];
    cuts_long_commits: Wrong<CutsLongCommits> => [
        p02_a_commit_is_stored_whole p05_competing_events_are_cut_at_a_thousand
        p11_what_is_just_within_the_limits_is_stored
    ];
    forgets_the_third_stream: Wrong<ForgetsTheThirdStream> => [
        p02_several_streams_are_stored_together p02_one_broken_expectation_refuses_all_streams
        p02_readers_never_see_half_a_commit p05_a_conflict_names_each_stream_and_merges_what_competes
        p11_what_is_just_within_the_limits_is_stored
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    stores_half_of_a_refused_commit: Wrong<StoresHalfOfARefusedCommit> => [
        p02_one_broken_expectation_refuses_all_streams p02_a_write_without_events_only_asks
        p09_a_condition_holds_or_breaks p09_one_of_many_conditions_lets_one_commit_in
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    leaves_a_trace: Wrong<LeavesATrace> => [
        p02_a_refused_commit_leaves_nothing p02_one_broken_expectation_refuses_all_streams
    ] and others;
    says_busy_and_stores: Wrong<SaysBusyAndStores> => [
        p12_closing_stores_what_was_taken_in p12_a_flood_is_refused_in_part_and_passes
    ];
    spoils_the_group: Wrong<SpoilsTheGroup> => [
        p11_what_makes_no_commit_is_refused p13_bad_commits_do_not_spoil_their_group
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    takes_them_out_of_order: Wrong<TakesThemOutOfOrder> => [
        p13_a_group_in_order_is_judged_in_that_order
    ];
    takes_any_payload: Wrong<TakesAnyPayload> => [
        p11_what_is_too_large_is_refused p13_bad_commits_do_not_spoil_their_group
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    refuses_the_largest: Wrong<RefusesTheLargest> => [
        p11_what_is_too_large_is_refused p11_what_is_just_within_the_limits_is_stored
    ];
    takes_empty_commits: Wrong<TakesEmptyCommits> => [
        p06_a_refused_commit_does_not_take_its_id p11_what_makes_no_commit_is_refused
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    folds_case: Wrong<FoldsCase> => [
        p11_names_of_real_logs_are_kept
    ];
    is_not_empty: Wrong<IsNotEmpty> => [
        p11_malformed_payloads_are_refused p12_a_closed_store_says_so reads_of_an_empty_store_give_nothing
        reads_give_everything_that_was_stored
    ] and others;
    tells_a_wrong_position: Wrong<TellsAWrongPosition> => [
        p04_positions_rise_in_commit_order p04_what_is_acknowledged_comes_before_what_begins_later
        p06_a_commit_is_found_by_its_id p08_a_dropped_append_is_whole_or_absent
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    forgets_a_commit_id: Wrong<ForgetsACommitId> => [
        p02_a_write_without_events_only_asks p06_the_same_commit_again_is_stored_once
        p06_the_id_is_looked_at_before_any_expectation p06_many_callers_with_one_commit_store_it_once
        p08_a_dropped_append_is_whole_or_absent p08_an_append_outlives_its_caller
        p08_retries_of_an_append_whose_answer_was_lost_store_it_once
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    takes_other_content: Wrong<TakesOtherContent> => [
        p06_other_content_under_a_stored_id_is_refused p06_of_many_contents_under_one_id_one_is_stored
        p06_a_refused_commit_does_not_take_its_id p07_what_is_stored_stays_as_it_is
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    judges_before_the_id: Wrong<JudgesBeforeTheId> => [
        p06_the_same_commit_again_is_stored_once p06_the_id_is_looked_at_before_any_expectation
        p06_other_content_under_a_stored_id_is_refused p06_many_callers_with_one_commit_store_it_once
        p06_a_refused_commit_does_not_take_its_id
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    finds_nothing: Wrong<FindsNothing> => [
        p06_a_commit_is_found_by_its_id p08_a_dropped_append_is_whole_or_absent
        reads_of_a_commit_agree_while_writers_run
    ];
    remembers_the_refused: Wrong<RemembersTheRefused> => [
        p02_a_refused_commit_can_be_stored_later p06_a_refused_commit_does_not_take_its_id
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    writes_the_id_later: Wrong<WritesTheIdLater> => [
        p06_many_callers_with_one_commit_store_it_once p08_a_dropped_append_is_whole_or_absent
        p08_retries_of_an_append_whose_answer_was_lost_store_it_once
    ] or [
        p06_of_many_contents_under_one_id_one_is_stored p08_an_append_outlives_its_caller
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
    ];
    lets_two_win: Wrong<LetsTwoWin> => [
        p03_every_retry_after_a_conflict_gets_its_own_version p05_exactly_one_winner
        p05_exactly_one_creates_a_stream p09_one_of_many_conditions_lets_one_commit_in
    ] and others;
    takes_the_future: Wrong<TakesTheFuture> => [
        p02_a_refused_commit_leaves_nothing p02_a_write_without_events_only_asks
        p05_expectations_mean_what_they_say p11_huge_versions_and_positions_are_answered
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    ignores_the_condition: Wrong<IgnoresTheCondition> => [
        p09_a_condition_holds_or_breaks p09_any_query_can_be_a_condition
        p09_one_of_many_conditions_lets_one_commit_in p09_condition_and_expectation_are_told_together
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    forgets_a_competing_event: Wrong<ForgetsACompetingEvent> => [
        p05_exactly_one_winner p05_exactly_one_creates_a_stream p05_losers_get_the_competing_events
        p05_expectations_mean_what_they_say p05_a_conflict_names_each_stream_and_merges_what_competes
        p05_competing_events_are_cut_at_a_thousand p05_competing_events_are_cut_at_a_mebibyte
        p09_a_condition_holds_or_breaks p09_any_query_can_be_a_condition
        p09_one_of_many_conditions_lets_one_commit_in p09_condition_and_expectation_are_told_together
        p13_every_answer_is_that_of_the_model p13_a_group_in_order_is_judged_in_that_order
        p13_a_group_at_once_is_judged_in_some_order
    ];
    sorts_by_stream: Wrong<SortsByStream> => [
        p05_a_conflict_names_each_stream_and_merges_what_competes p09_any_query_can_be_a_condition
        p09_condition_and_expectation_are_told_together
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    cuts_in_silence: Wrong<CutsInSilence> => [
        p05_competing_events_are_cut_at_a_thousand p05_competing_events_are_cut_at_a_mebibyte
    ];
    carries_everything: Wrong<CarriesEverything> => [
        p05_competing_events_are_cut_at_a_thousand p05_competing_events_are_cut_at_a_mebibyte
    ];
    claims_too_little: Wrong<ClaimsTooLittle> => [
        p02_several_streams_or_a_typed_refusal p09_conditions_or_a_typed_refusal
    ];
    delivers_twice: Wrong<DeliversTwice> => [
        p10_it_catches_up_then_follows p10_it_begins_anywhere_while_writers_run
        p10_it_goes_on_from_its_position p10_a_dropped_wait_loses_nothing p10_a_slow_follower_holds_nobody_up
        reads_of_the_log_add_up_for_any_query reads_cover_no_more_than_they_looked_through
        reads_are_bounded_in_bytes
    ] or [
        p02_readers_never_see_half_a_commit
        p04_a_reader_has_seen_all_before_what_it_saw p08_a_dropped_append_is_whole_or_absent
        p10_it_delivers_what_the_query_asks_for p11_what_is_just_within_the_limits_is_stored
        p12_closing_stores_what_was_taken_in
    ];
    ignores_the_query: Wrong<IgnoresTheQuery> => [
        p10_it_delivers_what_the_query_asks_for p10_it_looks_through_what_does_not_match_once
        p11_names_of_real_logs_are_kept reads_of_the_log_add_up_for_any_query
        reads_by_query_match_as_the_contract_says reads_cover_no_more_than_they_looked_through
    ];
    covers_too_little: Wrong<CoversTooLittle> => [
        p10_it_looks_through_what_does_not_match_once reads_cover_no_more_than_they_looked_through
    ];
    covers_too_much: Wrong<CoversTooMuch> => [
        p10_it_looks_through_what_does_not_match_once p11_huge_versions_and_positions_are_answered
        reads_of_an_empty_store_give_nothing reads_cover_no_more_than_they_looked_through
    ] or [
        p02_readers_never_see_half_a_commit
        p10_a_dropped_wait_loses_nothing p10_a_slow_follower_holds_nobody_up
        p10_it_begins_anywhere_while_writers_run p10_it_catches_up_then_follows
        p10_it_goes_on_from_its_position
    ];
    forgets_the_rest: Wrong<ForgetsTheRest> => [
        p05_competing_events_are_cut_at_a_mebibyte p08_a_dropped_append_is_whole_or_absent
        p11_what_is_just_within_the_limits_is_stored p11_extreme_limits_are_answered
        reads_of_the_log_add_up_for_any_query reads_cover_no_more_than_they_looked_through
        reads_of_a_stream_add_up reads_are_bounded_in_bytes
    ] or [
        p04_a_reader_has_seen_all_before_what_it_saw p12_closing_stores_what_was_taken_in
    ];
    ignores_the_bytes: Wrong<IgnoresTheBytes> => [
        p11_extreme_limits_are_answered reads_of_the_log_add_up_for_any_query reads_are_bounded_in_bytes
    ];
    gives_nothing: Wrong<GivesNothing> => [
        p11_extreme_limits_are_answered
    ];
    leaves_the_end_out: Wrong<LeavesTheEndOut> => [
        reads_of_a_stream_add_up
    ];
    forgets_tags: Wrong<ForgetsTags> => [
        p02_a_commit_is_stored_whole p02_several_streams_are_stored_together p09_a_condition_holds_or_breaks
        p09_any_query_can_be_a_condition p09_one_of_many_conditions_lets_one_commit_in
        p09_condition_and_expectation_are_told_together p10_it_delivers_what_the_query_asks_for
        p11_names_of_real_logs_are_kept p11_what_is_just_within_the_limits_is_stored
        reads_give_everything_that_was_stored reads_of_the_log_add_up_for_any_query
        reads_by_query_match_as_the_contract_says reads_cover_no_more_than_they_looked_through
    ] or [
        p13_a_group_at_once_is_judged_in_some_order p13_a_group_in_order_is_judged_in_that_order
        p13_every_answer_is_that_of_the_model
    ];
    knows_no_past: Wrong<KnowsNoPast> => [
        p11_extreme_times_and_schema_versions_are_kept
    ];
    writes_json_anew: Wrong<WritesJsonAnew> => [
        p11_payloads_come_back_to_the_byte
    ];
    ignores_the_category: Wrong<IgnoresTheCategory> => [
        p11_hostile_names_are_refused reads_list_every_stream_by_name
    ];
    head_lags_behind: Wrong<HeadLagsBehind> => [
        p04_positions_rise_in_commit_order p04_the_head_can_be_read
    ] and others;
    head_runs_ahead: Wrong<HeadRunsAhead> => [
        p04_positions_rise_in_commit_order p04_the_head_can_be_read
    ] and others;
    miscounts: Wrong<Miscounts> => [
        reads_sum_up_what_is_stored
    ];
    rewrites_history: Wrong<RewritesHistory> => [
        p07_what_is_stored_stays_as_it_is records_are_no_events
    ];
    holds_itself: Wrong<HoldsItself> => [
        p10_dropping_it_frees_everything
    ];
    wakes_nobody: Wrong<WakesNobody> => [
        p10_closing_the_store_ends_a_wait
    ];
    loses_updates: Wrong<LosesUpdates> => [
        records_change_by_compare_and_set records_are_fenced_by_a_lease records_have_one_winner
        records_lose_no_update_beside_appends
    ];
    ignores_the_fence: Wrong<IgnoresTheFence> => [
        records_are_fenced_by_a_lease
    ];
    reuses_revisions: Wrong<ReusesRevisions> => [
        records_never_use_a_revision_twice records_are_listed_by_prefix_in_pages
    ];
    cuts_values: Wrong<CutsValues> => [
        records_hold_bytes_up_to_the_limit
    ];
    lists_by_pattern: Wrong<ListsByPattern> => [
        records_are_listed_by_prefix_in_pages
    ];
    rounds_time: Wrong<RoundsTime> => [
        reads_sum_up_what_is_stored time_is_stamped_by_the_store
    ];
    goes_back_in_time: Wrong<GoesBackInTime> => [
        time_is_stamped_by_the_store time_never_goes_back
    ] or [
        reads_sum_up_what_is_stored
    ];
    is_deaf_to_closing: Wrong<IsDeafToClosing> => [
        p10_closing_the_store_ends_a_wait p12_closing_stores_what_was_taken_in p12_a_closed_store_says_so
    ];
    loses_the_last_commit: SharedEngine<LosesTheLastCommit> => [
        p01_acknowledged_commits_survive_reopening p01_acknowledged_commits_survive_an_unclosed_handle
        p01_commit_ids_survive_reopening p12_closing_stores_what_was_taken_in
        p12_a_dropped_handle_leaves_commits_whole time_never_goes_back_over_reopening
    ];
    forgets_ids_when_closed: SharedEngine<ForgetsIdsWhenClosed> => [
        p01_acknowledged_commits_survive_reopening p01_acknowledged_commits_survive_an_unclosed_handle
        p01_commit_ids_survive_reopening p12_closing_stores_what_was_taken_in
        p12_a_dropped_handle_leaves_commits_whole time_never_goes_back_over_reopening
    ];
    forgets_records_when_closed: SharedEngine<ForgetsRecordsWhenClosed> => [
        p01_records_survive_reopening
    ];
    sees_only_itself: SharedEngine<SeesOnlyItself> => [
        p01_acknowledged_commits_are_seen_by_other_handles p10_it_follows_other_handles
    ];
    hears_only_itself: SharedEngine<HearsOnlyItself> => [
        p10_it_follows_other_handles
    ];
    forgets_the_time: SharedEngine<ForgetsTheTime> => [
        p01_acknowledged_commits_survive_reopening p01_commit_ids_survive_reopening
        p12_closing_stores_what_was_taken_in time_never_goes_back_over_reopening
    ];
}
