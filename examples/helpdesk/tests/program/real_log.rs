//! The real incident log.

use std::fs;

use super::kit::*;

#[test]
fn the_real_log_is_imported_once_however_often_it_is_run() {
    let Some(file) = real_log() else { return };
    let file = file.to_str().expect("UTF-8");
    let desk = Desk::new();
    // Four at once end as one.
    let running: Vec<_> = (0..4)
        .map(|_| {
            let mut command = desk.command(&["import", file]);
            command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
            command.spawn().expect("starts")
        })
        .collect();
    let mut new = 0;
    for process in running {
        let answer = Answer::of(&process.wait_with_output().expect("ends"));
        assert_eq!(answer.code, 0, "{}", answer.err);
        let line = answer.out.lines().find(|line| line.ends_with("of them new")).expect("a count").to_owned();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words[0], "8337");
        new += words[2].parse::<u64>().expect("a number");
        assert!(answer.out.contains("    4137 rows\n") && answer.out.contains("     600 tickets\n"));
        assert!(answer.out.contains("general corrections: 0.00 %"), "{}", answer.out);
    }
    assert_eq!(new, 8_337, "each event is stored by exactly one of them");
    let check = desk.run(&["import", "--check", file]);
    assert_eq!(check.code, 0, "{}", check.out);
    assert!(check.out.contains("600 tickets checked, 0 differ, 0 rows refused"), "{}", check.out);
}

#[test]
fn an_interrupted_import_is_continued() {
    let Some(file) = real_log() else { return };
    let file = file.to_str().expect("UTF-8");
    let desk = Desk::new();
    let mut killed = 0;
    for _ in 0..6 {
        let mut process =
            desk.command(&["import", file]).stdout(std::process::Stdio::null()).spawn().expect("starts");
        // Killed as soon as the store has grown since, or finished before.
        let store = desk.0.path().join("helpdesk.db-wal");
        let size = fs::metadata(&store).map_or(0, |file| file.len());
        while process.try_wait().expect("asks").is_none() {
            if fs::metadata(&store).map_or(0, |file| file.len()) > size + 100_000 {
                process.kill().expect("kills");
                killed += 1;
            }
        }
        process.wait().expect("ends");
    }
    assert!(killed > 0, "no import was interrupted");
    assert_eq!(desk.run(&["import", file]).code, 0);
    let check = desk.run(&["import", "--check", file]);
    assert_eq!(check.code, 0, "{}", check.out);
}
