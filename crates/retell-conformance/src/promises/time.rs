//! Recorded time never goes back.

use std::sync::Arc;
use std::time::Duration;

use retell_store::{ManualClock, Timestamp};

use crate::kit::{WRITERS, any, is_sound, put, race, stream, whole_log};
use crate::trial::{Checked, Trial, ensure, ensure_eq, open, open_with_clock};

pub(crate) async fn time_is_stamped_by_the_store(t: Arc<Trial>) -> Checked {
    let noon = Timestamp::from_seconds(1_456_708_560);
    let clock = Arc::new(ManualClock::at(noon));
    let store = open_with_clock(&*t.site().await?, Arc::clone(&clock) as _).await?;
    for n in 0..10 {
        clock.set(noon + Duration::from_micros(n));
        let stored = put(&*store, &any(&stream(1), n)).await?;
        ensure_eq!(
            stored.recorded_at,
            noon + Duration::from_micros(n),
            "the time of recording that was told"
        );
    }
    let log = whole_log(&*store).await?;
    for (event, n) in log.iter().zip(0..) {
        ensure_eq!(event.recorded_at, noon + Duration::from_micros(n), "the stored time of recording");
    }
    let summary = store.summary().await?;
    let ends = (Some(noon), Some(noon + Duration::from_micros(9)));
    ensure_eq!((summary.first_recorded, summary.last_recorded), ends, "the first and last time of recording");
    Ok(())
}

pub(crate) async fn time_never_goes_back(t: Arc<Trial>) -> Checked {
    let noon = Timestamp::from_seconds(1_456_708_560);
    let clock = Arc::new(ManualClock::at(noon));
    let store = open_with_clock(&*t.site().await?, Arc::clone(&clock) as _).await?;
    put(&*store, &any(&stream(1), "at noon")).await?;
    for back in [1, 3_600, 400 * 86_400] {
        clock.set(noon - Duration::from_secs(back));
        let stored = put(&*store, &any(&stream(1), back)).await?;
        ensure_eq!(stored.recorded_at, noon, "the time of recording after the clock went back by {back} s");
    }
    clock.set(noon + Duration::from_secs(1));
    let stored = put(&*store, &any(&stream(1), "later")).await?;
    ensure_eq!(stored.recorded_at, noon + Duration::from_secs(1), "the time of recording when time goes on");

    // Many writers and a clock that jumps about.
    let mut rng = t.rng();
    race(WRITERS, |writer| {
        let (store, clock, mut rng) = (Arc::clone(&store), Arc::clone(&clock), rng.fork());
        async move {
            for n in 0..5 {
                clock.set(noon + Duration::from_secs(rng.among(0..1_000) as u64));
                put(&*store, &any(&stream(writer), n)).await?;
            }
            Ok(())
        }
    })
    .await?;
    let log = is_sound(&*store).await?;
    let back = log.windows(2).find(|pair| pair[1].recorded_at < pair[0].recorded_at);
    ensure!(back.is_none(), "recorded time goes back: {back:?}");
    Ok(())
}

pub(crate) async fn time_never_goes_back_over_reopening(t: Arc<Trial>) -> Checked {
    let noon = Timestamp::from_seconds(4_000_000_000);
    let site = t.site().await?;
    let store = open_with_clock(&*site, Arc::new(ManualClock::at(noon))).await?;
    put(&*store, &any(&stream(1), "in the far future")).await?;
    store.close().await;
    drop(store);
    // The machine's own clock is behind what was recorded.
    let store = open(&*site).await?;
    let stored = put(&*store, &any(&stream(1), "now")).await?;
    ensure_eq!(stored.recorded_at, noon, "the time of recording after reopening");
    Ok(())
}
