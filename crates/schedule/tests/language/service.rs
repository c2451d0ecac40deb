//! The dialect of the live service: what it takes beyond the documentation, what it refuses, and in which words.

use tagout_schedule::{Dialect, Schedule};

#[track_caller]
fn taken(text: &str, canonical: &str) {
    let schedule = Schedule::parse(text, Dialect::Service).expect("the service takes it");
    assert_eq!(schedule.to_string(), canonical, "{text}");
}

#[track_caller]
fn refused(text: &str, service_text: &str) {
    let error = Schedule::parse(text, Dialect::Service).expect_err("the service refuses it");
    assert_eq!(error.service_text(), Some(service_text), "{text}");
}

#[track_caller]
fn cron_refused(fields: &str, position: i64, details: &str) {
    refused(
        &format!("cron({fields})"),
        &format!("Invalid CRON expression: error at position {position}, details: {details}"),
    );
}

/// Each row: the text, and what each dialect makes of it.
#[test]
fn the_dialects_differ_here_and_nowhere_else() {
    #[track_caller]
    fn check(text: &str, documented: Option<&str>, service: Option<&str>) {
        for (dialect, expected) in [
            (Dialect::Documented, documented),
            (Dialect::Service, service),
        ] {
            let found = Schedule::parse(text, dialect)
                .ok()
                .map(|schedule| schedule.to_string());
            assert_eq!(found.as_deref(), expected, "{text} in {dialect:?}");
        }
    }
    let [two_weeks, hour, day] = ["rate(14 days)", "rate(1 hour)", "rate(1 day)"].map(Some);
    check("rate(2 weeks)", two_weeks, None);
    check("rate(1 week)", Some("rate(7 days)"), None);
    check("rate(1 hours)", None, hour);
    check("rate(5 hour)", None, Some("rate(5 hours)"));
    check("rate(1day)", None, day);
    check("rate(1\nday)", None, day);
    check("rate(1  day)", day, None);
    check("rate(1 \t day)", day, None);
    check("Rate(1 day)", None, day);
    check("RATE(1 DAY)", None, day);
    check("rate(1 Day)", None, day);
    check("CRON(0 6 * * ? *)", None, Some("cron(0 6 * * ? *)"));
    check(
        "At(2026-01-02T03:04:05)",
        None,
        Some("at(2026-01-02T03:04:05)"),
    );
    check(
        "cron(0 0 6 * * ? * and more)",
        None,
        Some("cron(0 6 * * ? *)"),
    );
    // The same in both.
    check(
        "at(2026-01-02T03:04)",
        Some("at(2026-01-02T03:04:00)"),
        Some("at(2026-01-02T03:04:00)"),
    );
    check(
        "cron( 0 6\t* *  ? * )",
        Some("cron(0 6 * * ? *)"),
        Some("cron(0 6 * * ? *)"),
    );
    check(" rate(1 day)", None, None);
    check("rate(1 day) ", None, None);
    check("rate( 1 day)", None, None);
    check("rate(1 day )", None, None);
    check("rate(1.5 days)", None, None);
    check("rate(-1 days)", None, None);
    check("rate(30 seconds)", None, None);
    check("rate(0 days)", None, None);
    check("at(2026-01-02T03:04:05Z)", None, None);
    check("at(2026-01-02t03:04:05)", None, None);
}

#[test]
fn an_overlong_text_is_refused_by_the_service_only() {
    let text = |length: usize| {
        format!(
            "cron({}0 6 * * ? {}*)",
            " ".repeat((length - 17) % 2),
            "*,".repeat((length - 17) / 2)
        )
    };
    for length in [256, 257, 258, 4096] {
        let text = text(length);
        assert_eq!(text.chars().count(), length);
        assert!(
            Schedule::parse(&text, Dialect::Documented).is_ok(),
            "{length}"
        );
        assert_eq!(
            Schedule::parse(&text, Dialect::Service).is_ok(),
            length <= 256,
            "{length}"
        );
    }
    refused(
        &text(257),
        "Member must have length less than or equal to 256",
    );
    assert!(Schedule::parse(&text(4097), Dialect::Documented).is_err());
    // Characters count, not bytes.
    let wide = "\u{ff15}".repeat(256);
    assert!(
        !Schedule::parse(&wide, Dialect::Service)
            .unwrap_err()
            .to_string()
            .contains("too long")
    );
    refused(
        &(wide + "\u{ff15}"),
        "Member must have length less than or equal to 256",
    );
}

#[test]
fn an_offset_goes_with_counted_weekdays_only() {
    #[track_caller]
    fn check(text: &str, documented: bool, service: bool) {
        let schedule: Schedule = text.parse().expect("the schedule is right");
        assert_eq!(
            schedule.check_offset(Dialect::Documented).is_ok(),
            documented,
            "{text}"
        );
        let by_service = schedule.check_offset(Dialect::Service);
        assert_eq!(by_service.is_ok(), service, "{text}");
        if let Err(refused) = by_service {
            assert_eq!(
                refused.to_string(),
                "An offset can't be added to the specified schedule."
            );
        }
    }
    check("cron(0 4 ? * SUN#2 *)", true, true);
    check("cron(0 */5 * ? * THU#2 *)", true, true);
    check("cron(0 16 ? * TUE#3 *)", true, true);
    check("cron(15 10 ? * 6L *)", true, true);
    check("cron(0 2 L * ? *)", true, false);
    check("cron(0 2 15W * ? *)", true, false);
    check("cron(0 2 ? * SUN *)", true, false);
    check("cron(0 2 * * ? *)", true, false);
    check("rate(7 days)", false, false);
    check("at(2026-01-02T03:04:05)", false, false);
}

#[test]
fn a_wrong_form_gets_the_syntax() {
    const SYNTAX: &str = "Schedule expressions must have the following syntax: \
        rate(<number>\\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss).";
    for text in [
        "0 6 * * ? *",
        "cron 0 6 * * ? *",
        "cron(0 6 * * ? *",
        "cron(0 6 * * ? *)x",
        "crons(0 6 * * ? *)",
        "every day",
        "rate(2 weeks)",
        "rate(5  minutes)",
        "rate(five minutes)",
        "rate(1.5 hours)",
        "rate(-1 hours)",
        "rate(30 seconds)",
        "rate()",
        "rate(99999999999 days)",
    ] {
        refused(text, SYNTAX);
    }
    refused("", "Member must have length greater than or equal to 1");
}

#[test]
fn a_rate_of_zero_and_a_wrong_time_have_texts_of_their_own() {
    refused("rate(0 days)", "Invalid schedule frequency");
    refused("rate(00minutes)", "Invalid schedule frequency");
    for text in [
        "at()",
        "at(2026-01-02)",
        "at(2026-01-02T03:04:05Z)",
        "at(2026-01-02T03:04:05.5)",
        "at(2026-02-29T03:04:05)",
        "at(2026-01-02T24:00:00)",
        "at(2026-01-02T23:59:60)",
        "at(tomorrow)",
    ] {
        refused(text, "Invalid schedule at DateTime expression");
    }
}

#[test]
fn day_fields_are_refused_as_observed() {
    let both = "Specifying both a day-of-week AND a day-of-month parameter is not supported.";
    cron_refused("0 4 1 * 1 *", 0, both);
    cron_refused("0 4 * * * *", 0, both);
    cron_refused("0 0 4 L * FRIL 2030", 0, both);
    cron_refused(
        "0 4 ? * ? *",
        1,
        "'?' can only be specified for Day-of-Month -OR- Day-of-Week.",
    );
}

#[test]
fn values_out_of_bounds_are_refused_in_the_words_of_quartz() {
    cron_refused(
        "60 4 * * ? *",
        -1,
        "Minute and Second values must be between 0 and 59",
    );
    cron_refused(
        "99 0 4 * * ? *",
        -1,
        "Minute and Second values must be between 0 and 59",
    );
    cron_refused("0 1-24 * * ? *", -1, "Hour values must be between 0 and 23");
    cron_refused(
        "0 4 1,32 * ? *",
        -1,
        "Day of month values must be between 1 and 31",
    );
    cron_refused("0 4 * 13 ? *", -1, "Month values must be between 1 and 12");
    cron_refused(
        "0 4 ? * 8 *",
        -1,
        "Day-of-Week values must be between 1 and 7",
    );
    cron_refused(
        "0 4 ? * 0L *",
        -1,
        "Day-of-Week values must be between 1 and 7",
    );
    cron_refused(
        "0 4 * * ? 2200",
        -1,
        "Year values must be between 1970 and 2199",
    );
    cron_refused("0/60 4 * * ? *", 3, "Increment >= 60 : 60");
    cron_refused("*/75 4 * * ? *", 4, "Increment >= 60 : 75");
    cron_refused("0 5,*/24 * * ? *", 4, "Increment >= 24 : 24");
    cron_refused("0 4 1/32 * ? *", 3, "Increment >= 31 : 32");
    cron_refused("0 4 ? */13 2 *", 4, "Increment >= 12 : 13");
    cron_refused("0 4 ? * 1/8 *", 3, "Increment >= 7 : 8");
    cron_refused("0 4 L-31 * ? *", 2, "Offset from last day must be <= 30");
    cron_refused(
        "0 4 32W * ? *",
        2,
        "The 'W' option does not make sense with values larger than 31 (max number of days in a month)",
    );
    let nth = "A numeric value between 1 and 5 must follow the '#' option";
    cron_refused("0 4 ? * MON#6 *", 4, nth);
    cron_refused("0 4 ? * 2#0 *", 2, nth);
    cron_refused("0 4 ? * 2# *", 2, nth);
    cron_refused("0 4 ? * TUE#x *", 4, nth);
    cron_refused("0 4 ? * TUE#-1 *", 4, nth);
}

#[test]
fn what_cannot_be_read_is_refused_in_the_words_of_quartz() {
    cron_refused("0 4 * *", 7, "Unexpected end of expression.");
    cron_refused("", 0, "Unexpected end of expression.");
    cron_refused("0 4 ? * FUN *", 0, "Invalid Day-of-Week value: 'FUN'");
    cron_refused("0 4 ? * MON-fun *", 4, "Invalid Day-of-Week value: 'FUN'");
    cron_refused("0 4 1 JANUARY ? *", 0, "Invalid Month value: 'JANUARY'");
    cron_refused("0 4 1 FEBER,XYZ ? *", 0, "Invalid Month value: 'FEBER'");
    cron_refused(
        "0 noon * * ? *",
        0,
        "Illegal characters for this position: 'NOO'",
    );
    cron_refused(
        "? 4 * * * *",
        1,
        "'?' can only be specified for Day-of-Month or Day-of-Week.",
    );
    cron_refused("0 4W * * ? *", 1, "'W' option is not valid here. (pos=1)");
    cron_refused("0 4#2 * * ? *", 1, "'#' option is not valid here. (pos=1)");
    cron_refused("0 4 5L * ? *", 1, "'L' option is not valid here. (pos=1)");
    cron_refused("0 4 ? * 2W *", 1, "'W' option is not valid here. (pos=1)");
    cron_refused("0 4 ? * #3 *", 0, "Unexpected character: #");
    cron_refused("+5 4 * * ? *", 0, "Unexpected character: +");
    cron_refused("5x 4 * * ? *", 1, "Unexpected character: X");
    cron_refused("0/ 4 * * ? *", 1, "'/' must be followed by an integer.");
    cron_refused("/ 4 * * ? *", 0, "'/' must be followed by an integer.");
    cron_refused("0 4 ?5 * MON *", 1, "Illegal character after '?': 5");
    cron_refused("0 4 15W,20 * ? *", 3, "Unexpected character: ,");
    cron_refused(
        "0 4 1-x * ? *",
        0,
        "Illegal cron expression format (java.lang.NumberFormatException: For input string: \"X\")",
    );
    cron_refused(
        "0 4 1- * ? *",
        0,
        "Illegal cron expression format (java.lang.StringIndexOutOfBoundsException: String index out of range: 2)",
    );
    cron_refused(
        "0 4 1 1 ? 2030-2020",
        0,
        "Illegal cron expression format (java.lang.IllegalArgumentException: Start year must be less than stop year)",
    );
    let with_days =
        "Support for specifying 'L' and 'LW' with other days of the month is not implemented";
    cron_refused("0 4 L,15 * ? *", -1, with_days);
    cron_refused("0 4 1,lw * ? *", -1, with_days);
    cron_refused(
        "0 4 ? * MON,FRIL *",
        -1,
        "Support for specifying 'L' with other days of the week is not implemented",
    );
    cron_refused(
        "0 4 ? * 2#1,6#3 *",
        -1,
        "Support for specifying multiple \"nth\" days is not implemented.",
    );
}

#[test]
fn the_service_takes_what_its_users_were_seen_to_send() {
    taken("cron(0 4 ? * SUN#2 *)", "cron(0 4 ? * SUN#2 *)");
    taken("cron(0 */5 * ? * THU#2 *)", "cron(0/5 * ? * THU#2 *)");
    taken("cron(0 0 0 ? * * *)", "cron(0 0 * * ? *)");
    taken("cron(0 9 * * ? *)", "cron(0 9 * * ? *)");
    taken("cron(0 0 21 ? 1/1 TUE#2 *)", "cron(0 21 ? * TUE#2 *)");
    taken("cron(0 1 ? * 3#1 *)", "cron(0 1 ? * TUE#1 *)");
}

#[test]
fn the_documented_dialect_has_no_service_text() {
    assert_eq!(
        "cron(0 4 1 * 1 *)"
            .parse::<Schedule>()
            .unwrap_err()
            .service_text(),
        None
    );
}
