//! What is shown holds nothing hidden, and says the same.

use proptest::prelude::*;

use super::*;

#[test]
fn what_a_terminal_would_act_on_is_written_out() {
    for (text, shown) in [
        ("ticket/42", "ticket/42"),
        ("Straße 東京 é", "Straße 東京 é"),
        ("\u{1b}[2J\u{7}", r"\u{1b}[2J\u{7}"),
        ("\u{7f}\u{9b}31m", r"\u{7f}\u{9b}31m"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("user\u{202e}gpj.exe", r"user\u{202e}gpj.exe"),
        ("\u{61c}\u{200b}\u{2066}\u{feff}", r"\u{61c}\u{200b}\u{2066}\u{feff}"),
        ("a\u{e0041}", r"a\u{e0041}"),
    ] {
        assert_eq!(Shown(text).to_string(), shown);
    }
}

#[test]
fn json_stays_the_same_json() {
    let text = "{\n  \"a\": \"\u{7f}\u{9b}\u{202e}\u{e0041}\",\r\n\t\"b\": \"\\n\\u001b\"\n}";
    let line = JsonLine(text).to_string();
    assert_eq!(line, r#"{   "a": "\u007f\u009b\u202e\udb40\udc41",   "b": "\n\u001b" }"#);
    let (before, after) = (parsed(text), parsed(&line));
    assert_eq!(before, after);
}

fn parsed(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

proptest! {
    #[test]
    fn nothing_hidden_is_left(text in "\\PC*|[\\x00-\\x{2100}]*|.*") {
        prop_assert!(!Shown(&text).to_string().contains(is_hidden));
        let json = serde_json::to_string_pretty(&[&text]).expect("JSON");
        let line = JsonLine(&json).to_string();
        prop_assert!(!line.contains(is_hidden));
        prop_assert_eq!(parsed(&line), parsed(&json));
    }
}
