use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Value, JsonError> {
    parse(text.as_bytes(), &Limits::default())
}

#[test]
fn values_and_their_places() {
    let text = " {\"a\": [1, -2.5e3, true, null], \"b\":\"\\u0101\\ud83d\\ude00\\n\"} ";
    let value = read(text).expect("JSON");
    let array = value.get("a").expect("a");
    assert_eq!(&text[array.span.clone()], "[1, -2.5e3, true, null]");
    assert_eq!(value.get("b").and_then(Value::as_str), Some("ā😀\n"));
    assert_eq!(&text[value.span.clone()], text.trim());
}

#[test]
fn what_two_readers_see_differently_is_refused() {
    let duplicate = |t: &str| matches!(read(t), Err(JsonError::Duplicate { .. }));
    assert!(duplicate(r#"{"a":1,"a":2}"#));
    assert!(duplicate(r#"{"a":1,"\u0061":2}"#));
    for bad in [
        "",
        "{",
        "{}x",
        "[1,]",
        "{\"a\":1,}",
        "01",
        "1.",
        ".5",
        "+1",
        "'a'",
        "\"\\x\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"a\nb\"",
        "nul",
        "{a:1}",
        "[1 2]",
        "\u{feff}{}",
        "NaN",
        "// x\n1",
        "\"\\u12\"",
    ] {
        assert!(matches!(read(bad), Err(JsonError::Syntax(_))), "{bad:?}");
    }
    assert!(matches!(parse(b"\"\xff\"", &Limits::default()), Err(JsonError::Syntax(1))));
}

#[test]
fn limits_hold() {
    let limits = Limits { bytes: 100, depth: 3, values: 5 };
    assert_eq!(parse(&[b' '; 101], &limits), Err(JsonError::TooLarge(100)));
    assert_eq!(parse(b"[[[[1]]]]", &limits), Err(JsonError::TooDeep(3)));
    assert_eq!(parse(b"[1,2,3,4,5]", &limits), Err(JsonError::TooMany(5)));
    assert_eq!(read(&"[".repeat(1_000_000)), Err(JsonError::TooDeep(32)));
}

#[test]
fn the_canonical_form() {
    let value =
        read("{ \"\\u20ac\": \"$\\u000F\\u000aA'B\\\"\\\\\", \"a\":[ 1,2 ], \"\\ud83d\\ude00\":null, \"\\r\":true }")
            .expect("JSON");
    let expected = "{\"\\r\":true,\"a\":[1,2],\"€\":\"$\\u000f\\nA'B\\\"\\\\\",\"😀\":null}";
    assert_eq!(canonical(&value).as_deref(), Some(expected));
    assert_eq!(canonical(&read("1.5").expect("JSON")), None);
    assert_eq!(canonical(&read("9007199254740992").expect("JSON")), None);
}

proptest! {
    #[test]
    fn strings_come_back(text in any::<String>()) {
        let written = quoted(&text);
        let read = parse(written.as_bytes(), &Limits::default()).expect("JSON");
        prop_assert_eq!(read.as_str(), Some(text.as_str()));
        prop_assert_eq!(serde_json::from_str::<String>(&written).expect("JSON"), text);
    }

    #[test]
    fn takes_nothing_that_serde_json_refuses(text in "[\\[\\]{}\",:a1e.+ \\\\u0-]{0,24}") {
        if parse(text.as_bytes(), &Limits::default()).is_ok() {
            let number = serde_json::from_str::<serde_json::Value>(&text);
            let infinite = number.as_ref().is_err_and(|e| e.to_string().contains("out of range"));
            prop_assert!(number.is_ok() || infinite, "{}", text);
        }
    }
}
