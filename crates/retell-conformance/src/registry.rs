//! The table of contents: every check, once. The list of [`checks`] and the
//! tests of [`suite!`](crate::suite) are both made from it, so that none of
//! them can forget one.

use crate::promises::*;
use crate::{Check, Need, Promise};

macro_rules! registry {
    (
        ($d:tt)
        $( $promise:ident {
            $( $module:ident: $( $( #[doc = $text:literal] )+ $name:ident [$($need:ident),*]; )+ )+
        } )+
    ) => {
        static CHECKS: &[Check] = &[
            $( $( $( Check {
                promise: Promise::$promise,
                name: stringify!($name),
                text: concat!($($text),+),
                needs: &[$(Need::$need),*],
                run: |trial| Box::pin($module::$name(trial)),
            }, )+ )+ )+
        ];

        /// Makes a test of every check, for one engine.
        ///
        /// The argument is an expression that gives an
        /// [`Engine`](crate::Engine); it is evaluated in each test.
        ///
        /// ```
        /// mod memory {
        ///     retell_conformance::suite!(retell_conformance::MemoryEngine);
        /// }
        /// ```
        #[macro_export]
        macro_rules! suite {
            ($d engine:expr) => {
                $( $( $(
                    $( #[doc = $text] )+
                    #[test]
                    fn $name() {
                        $d crate::run_test($d engine, stringify!($name));
                    }
                )+ )+ )+
            };
        }
    };
}

/// Every check, in the order of the promises.
#[must_use]
pub fn checks() -> &'static [Check] {
    CHECKS
}

registry! {
    ($)
    P1 {
        p01_durable:
        /// A store that was closed and opened again holds every commit, to the byte, and goes on.
        p01_acknowledged_commits_survive_reopening [Durable];
        /// So does one whose last handle was only dropped.
        p01_acknowledged_commits_survive_an_unclosed_handle [Durable];
        /// What one handle acknowledged, another sees at once.
        p01_acknowledged_commits_are_seen_by_other_handles [Durable, SeveralProcesses];
        /// Keyed values survive too, and their revisions are not used again.
        p01_records_survive_reopening [Durable];
        /// A commit that is appended again after reopening is answered with the stored one.
        p01_commit_ids_survive_reopening [Durable];
    }
    P2 {
        p02_atomic:
        /// A commit of many events is stored whole, in order, with its metadata.
        p02_a_commit_is_stored_whole [];
        /// A commit over three streams is stored whole.
        p02_several_streams_are_stored_together [SeveralStreams];
        /// A refused commit leaves no event, no stream, no id, no figure.
        p02_a_refused_commit_leaves_nothing [];
        /// One stream that is not as expected refuses the others with it, wherever it stands.
        p02_one_broken_expectation_refuses_all_streams [SeveralStreams];
        /// A write without events asks for a version and creates no stream.
        p02_a_write_without_events_only_asks [SeveralStreams];
        /// Readers beside 64 writers never see a part of a commit.
        p02_readers_never_see_half_a_commit [];
        /// What an engine cannot do it refuses with a typed error.
        p02_several_streams_or_a_typed_refusal [];
        /// A commit that was refused can be stored under the same id once it is right.
        p02_a_refused_commit_can_be_stored_later [];
    }
    P3 {
        p03_versions:
        /// Versions count from one, and the store tells them.
        p03_versions_count_from_one [];
        /// 64 writers on four streams: 1..n in each, and each writer was told its own.
        p03_versions_under_contention [];
        /// 64 writers on one stream that decide again after each conflict: no version twice, none left out.
        p03_every_retry_after_a_conflict_gets_its_own_version [];
    }
    P4 {
        p04_order:
        /// One after the other: positions rise, and the head is the last one.
        p04_positions_rise_in_commit_order [];
        /// Whatever is acknowledged before an append begins has a lower position.
        p04_what_is_acknowledged_comes_before_what_begins_later [];
        /// Readers that follow 64 writers find, read again, exactly what they saw in passing.
        p04_a_reader_has_seen_all_before_what_it_saw [];
        /// The head never goes back, and whoever sees it can read up to it.
        p04_the_head_can_be_read [];
    }
    P5 {
        p05_conflict:
        /// 64 writers expect the same version: one wins, each of the others is told exactly what it missed.
        p05_exactly_one_winner [];
        /// 64 writers create the same stream: one does.
        p05_exactly_one_creates_a_stream [];
        /// From whatever version: the events after it, in order, with their metadata.
        p05_losers_get_the_competing_events [];
        /// Any, absent and exact versions, of the past and of the future.
        p05_expectations_mean_what_they_say [];
        /// A conflict over several streams names each, and merges what competes in log order.
        p05_a_conflict_names_each_stream_and_merges_what_competes [SeveralStreams];
        /// A thousand competing events are carried, the next is cut, and the conflict says so.
        p05_competing_events_are_cut_at_a_thousand [];
        /// A mebibyte of competing events is carried, the rest is cut; one large event is not.
        p05_competing_events_are_cut_at_a_mebibyte [];
    }
    P6 {
        p06_idempotence:
        /// The same commit again is answered with the stored one; nothing is stored.
        p06_the_same_commit_again_is_stored_once [];
        /// So it is when expectation, metadata or condition have changed or no longer hold.
        p06_the_id_is_looked_at_before_any_expectation [];
        /// Other content under a stored id is refused, in every way that content can differ.
        p06_other_content_under_a_stored_id_is_refused [];
        /// A commit is found by its id, as it was acknowledged; an unknown id finds nothing.
        p06_a_commit_is_found_by_its_id [];
        /// 64 callers append the same commit at once: it is stored once, all get the same answer.
        p06_many_callers_with_one_commit_store_it_once [];
        /// 64 callers append different events under one id at once: one is stored, the others are refused.
        p06_of_many_contents_under_one_id_one_is_stored [];
        /// A commit that was refused leaves its id free.
        p06_a_refused_commit_does_not_take_its_id [];
    }
    P7 {
        p07_history:
        /// Nothing that the contract offers changes what is stored.
        p07_what_is_stored_stays_as_it_is [];
        /// Changes past the contract are refused by the engine itself.
        p07_the_engine_refuses_changes_past_the_contract [Tampering];
    }
    P8 {
        p08_dropped:
        /// 10,000 appends dropped at random points: each is whole or absent, found by its id, stored once by a retry.
        p08_a_dropped_append_is_whole_or_absent [];
        /// An append that was begun and dropped is stored whole or not at all.
        p08_an_append_outlives_its_caller [];
        /// Appends that are given up and repeated many times are stored once.
        p08_retries_of_an_append_whose_answer_was_lost_store_it_once [];
    }
    P9 {
        p09_condition:
        /// A condition breaks by what matches after its position, and by nothing else.
        p09_a_condition_holds_or_breaks [Conditions];
        /// Random queries as conditions are judged as the contract says.
        p09_any_query_can_be_a_condition [Conditions];
        /// 64 writers on streams of their own with one condition: one wins.
        p09_one_of_many_conditions_lets_one_commit_in [Conditions];
        /// Stale streams and a broken condition are told together, each competing event once.
        p09_condition_and_expectation_are_told_together [Conditions];
        /// What an engine cannot do it refuses with a typed error.
        p09_conditions_or_a_typed_refusal [];
    }
    P10 {
        p10_subscription:
        /// Subscriptions catch up, then follow 64 writers: the whole log, in order, once.
        p10_it_catches_up_then_follows [];
        /// Subscriptions that begin at different times while writers run get all after their beginning.
        p10_it_begins_anywhere_while_writers_run [];
        /// A follower that restarts from its position gets everything, once.
        p10_it_goes_on_from_its_position [];
        /// A wait that is given up has taken nothing.
        p10_a_dropped_wait_loses_nothing [];
        /// By category, type and tag: what matches, all of it, nothing else.
        p10_it_delivers_what_the_query_asks_for [];
        /// What does not match is looked through once: the position moves on.
        p10_it_looks_through_what_does_not_match_once [];
        /// Dropping subscriptions, waiting ones too, frees the store.
        p10_dropping_it_frees_everything [];
        /// Closing the store ends a waiting subscription with an error.
        p10_closing_the_store_ends_a_wait [];
        /// It follows other handles on the same store; how fast is measured.
        p10_it_follows_other_handles [SeveralProcesses];
        /// A follower that holds its page holds no writer up.
        p10_a_slow_follower_holds_nobody_up [];
    }
    P11 {
        p11_input:
        /// Empty, overlong, untrimmed names and names with control or invisible characters are refused.
        p11_hostile_names_are_refused [];
        /// Spaces, colons, slashes, quotes, every script, lookalikes: kept to the byte and kept apart.
        p11_names_of_real_logs_are_kept [];
        /// Payloads and metadata come back as they were given, to the byte.
        p11_payloads_come_back_to_the_byte [];
        /// What is no JSON is refused.
        p11_malformed_payloads_are_refused [];
        /// Too large a payload, commit, metadata, too many events, streams, tags: refused, nothing stored.
        p11_what_is_too_large_is_refused [];
        /// The largest of each that is allowed is stored.
        p11_what_is_just_within_the_limits_is_stored [];
        /// An empty commit, a stream named twice, a schema version of zero: refused, nothing stored.
        p11_what_makes_no_commit_is_refused [];
        p11_range:
        /// Versions and positions up to 2^64 - 1 are answered rightly or refused with a typed error.
        p11_huge_versions_and_positions_are_answered [];
        /// Limits of nothing and of everything.
        p11_extreme_limits_are_answered [];
        /// Effective times and schema versions at the ends of their range.
        p11_extreme_times_and_schema_versions_are_kept [];
    }
    P12 {
        p12_closing:
        /// Closing under load: what was acknowledged is stored, what was answered as stopped is not.
        p12_closing_stores_what_was_taken_in [];
        /// A closed store answers every change as stopped.
        p12_a_closed_store_says_so [];
        /// Handles that are dropped with appends under way leave them whole or absent.
        p12_a_dropped_handle_leaves_commits_whole [Durable];
        /// 12,800 appends begun at once are stored or told to come later, and the store goes on.
        p12_a_flood_is_refused_in_part_and_passes [];
    }
    P13 {
        p13_group:
        /// Random mixed commits, one by one: every answer is that of the sequential model.
        p13_every_answer_is_that_of_the_model [];
        /// Handed in by one task without waiting: the answers are those of that order.
        p13_a_group_in_order_is_judged_in_that_order [];
        /// Handed in by many tasks at once: there is an order that gives these answers.
        p13_a_group_at_once_is_judged_in_some_order [];
        /// Oversized, malformed and stale commits do not harm the good ones beside them.
        p13_bad_commits_do_not_spoil_their_group [];
    }
    Reads {
        reads:
        /// An empty store reads as empty, everywhere.
        reads_of_an_empty_store_give_nothing [];
        /// Everything that an event and its commit had is there.
        reads_give_everything_that_was_stored [];
        /// Random stretches, queries, directions and page sizes add up to the whole.
        reads_of_the_log_add_up_for_any_query [];
        /// Random queries give what `Query::matches` gives.
        reads_by_query_match_as_the_contract_says [];
        /// A page covers what it looked through, all of it and no more.
        reads_cover_no_more_than_they_looked_through [];
        /// Random stretches of a stream add up to the whole.
        reads_of_a_stream_add_up [];
        /// A page holds no more bytes than asked for, except by its last event.
        reads_are_bounded_in_bytes [];
        /// Streams are listed by name, by category, page by page.
        reads_list_every_stream_by_name [];
        /// The summary is what a scan counts.
        reads_sum_up_what_is_stored [];
        /// A caller reads what was acknowledged to it, while others write.
        reads_of_a_commit_agree_while_writers_run [];
    }
    Records {
        records:
        /// Absent, any, a revision: a change happens as expected or is refused with the revision there is.
        records_change_by_compare_and_set [];
        /// A revision rises with every change and is not used again after a delete.
        records_never_use_a_revision_twice [];
        /// A change under a lease that has moved on is refused.
        records_are_fenced_by_a_lease [];
        /// 64 callers change one revision: one does.
        records_have_one_winner [];
        /// 64 callers count up beside appends: no update is lost.
        records_lose_no_update_beside_appends [];
        /// Listed by prefix and page, whatever characters the keys hold.
        records_are_listed_by_prefix_in_pages [];
        /// Values are bytes, up to 16 MiB.
        records_hold_bytes_up_to_the_limit [];
        /// Records leave the log alone.
        records_are_no_events [];
    }
    Time {
        time:
        /// The store stamps every commit, to the microsecond.
        time_is_stamped_by_the_store [Clock];
        /// A clock that goes back does not take recorded time with it.
        time_never_goes_back [Clock];
        /// Nor does it over reopening.
        time_never_goes_back_over_reopening [Clock, Durable];
    }
}
