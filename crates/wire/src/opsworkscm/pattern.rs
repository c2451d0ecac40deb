//! The regular expressions of the interface, each beside a matcher of its own.
//!
//! They are of Java's kind and have to match the whole of a value; the tests hold each matcher against its expression.

use tagout_window::constraint::Pattern;

pub(super) static SERVER_NAME: Pattern = Pattern::new(r"[a-zA-Z][a-zA-Z0-9\-]*", |value| {
    is_word(
        value,
        |b| b.is_ascii_alphabetic(),
        |b| b.is_ascii_alphanumeric() || b == b'-',
    )
});

pub(super) static BACKUP_ID: Pattern = Pattern::new(r"[a-zA-Z][a-zA-Z0-9\-\.\:]*", |value| {
    is_word(
        value,
        |b| b.is_ascii_alphabetic(),
        |b| b.is_ascii_alphanumeric() || b"-.:".contains(&b),
    )
});

pub(super) static NODE_NAME: Pattern = Pattern::new(r"^[\-\p{Alnum}_:.]+$", |value| {
    let is_good = |b: u8| b.is_ascii_alphanumeric() || b"-_:.".contains(&b);
    is_word(value, is_good, is_good)
});

pub(super) static ATTRIBUTE_NAME: Pattern = Pattern::new("[A-Z][A-Z0-9_]*", |value| {
    let is_good = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    is_word(value, |b| b.is_ascii_uppercase(), is_good)
});

pub(super) static TIME_WINDOW: Pattern = Pattern::new(
    "^((Mon|Tue|Wed|Thu|Fri|Sat|Sun):)?([0-1][0-9]|2[0-3]):[0-5][0-9]$",
    |value| {
        const DAYS: [&str; 7] = ["Mon:", "Tue:", "Wed:", "Thu:", "Fri:", "Sat:", "Sun:"];
        let time = DAYS
            .iter()
            .find_map(|day| value.strip_prefix(day))
            .unwrap_or(value);
        let &[h1, h2, b':', m1, m2] = time.as_bytes() else {
            return false;
        };
        let hour = matches!((h1, h2), (b'0' | b'1', b'0'..=b'9') | (b'2', b'0'..=b'3'));
        hour && matches!((m1, m2), (b'0'..=b'5', b'0'..=b'9'))
    },
);

/// Any text.
pub(super) static ANY: Pattern = Pattern::new("(?s).*", |_| true);

/// Any text of one line.
pub(super) static LINE: Pattern = Pattern::new(".*", is_line);

pub(super) static INSTANCE_PROFILE_ARN: Pattern =
    Pattern::new("arn:aws:iam::[0-9]{12}:instance-profile/.*", |value| {
        after_account(value, "arn:aws:iam::", ":instance-profile/").is_some_and(is_line)
    });

pub(super) static SERVICE_ROLE_ARN: Pattern =
    Pattern::new("arn:aws:iam::[0-9]{12}:role/.*", |value| {
        after_account(value, "arn:aws:iam::", ":role/").is_some_and(is_line)
    });

/// The leftmost name of the service will do, as what may stand before and after it is anything.
pub(super) static RESOURCE_ARN: Pattern =
    Pattern::new("arn:aws.*:opsworks-cm:.*:[0-9]{12}:.*", |value| {
        value
            .strip_prefix("arn:aws")
            .filter(|rest| is_line(rest))
            .and_then(|rest| rest.split_once(":opsworks-cm:"))
            .is_some_and(|(_, rest)| {
                rest.match_indices(':')
                    .any(|(at, _)| after_account(&rest[at..], ":", ":").is_some())
            })
    });

pub(super) static CUSTOM_DOMAIN: Pattern = Pattern::new(
    "^(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])$",
    |value| {
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        value.rsplit_once('.').is_some_and(|(rest, last)| {
            rest.split('.').all(is_label) && is_label(last) && last.len() > 1
        })
    },
);

pub(super) static CERTIFICATE: Pattern = Pattern::new(
    r"(?s)\s*-----BEGIN CERTIFICATE-----.+-----END CERTIFICATE-----\s*",
    |value| {
        value
            .trim_matches(is_space)
            .strip_prefix("-----BEGIN CERTIFICATE-----")
            .and_then(|rest| rest.strip_suffix("-----END CERTIFICATE-----"))
            .is_some_and(|body| !body.is_empty())
    },
);

/// The first line that is not blank begins the key; some later one ends it, and only white space follows.
pub(super) static PRIVATE_KEY: Pattern = Pattern::new(
    r"(?ms)\s*^-----BEGIN (?-s:.*)PRIVATE KEY-----$.*?^-----END (?-s:.*)PRIVATE KEY-----$\s*",
    |value| {
        let mut lines = value
            .split(ends_line)
            .filter(|line| !line.chars().all(is_space));
        let armour = |line: &str, opening: &str| {
            line.strip_prefix(opening)
                .is_some_and(|rest| rest.ends_with("PRIVATE KEY-----"))
        };
        lines.next().is_some_and(|line| armour(line, "-----BEGIN "))
            && lines
                .next_back()
                .is_some_and(|line| armour(line, "-----END "))
    },
);

/// A text of ASCII whose first byte passes `first`, and every other one `rest`.
fn is_word(value: &str, first: fn(u8) -> bool, rest: fn(u8) -> bool) -> bool {
    let mut bytes = value.bytes();
    bytes.next().is_some_and(first) && bytes.all(rest)
}

fn is_line(value: &str) -> bool {
    !value.contains(ends_line)
}

/// The characters that end a line in Java's expressions.
fn ends_line(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What `\s` is in Java's expressions.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// What follows `before`, twelve digits, and `after`.
fn after_account<'a>(value: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (account, rest) = value.strip_prefix(before)?.split_at_checked(12)?;
    let is_account = account.bytes().all(|b| b.is_ascii_digit());
    rest.strip_prefix(after).filter(|_| is_account)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    static ALL: [&Pattern; 13] = [
        &SERVER_NAME,
        &BACKUP_ID,
        &NODE_NAME,
        &ATTRIBUTE_NAME,
        &TIME_WINDOW,
        &ANY,
        &LINE,
        &INSTANCE_PROFILE_ARN,
        &SERVICE_ROLE_ARN,
        &RESOURCE_ARN,
        &CUSTOM_DOMAIN,
        &CERTIFICATE,
        &PRIVATE_KEY,
    ];

    /// The expression for a whole value, with what Java means and this engine does not spelled out.
    fn oracle(pattern: &Pattern) -> fancy_regex::Regex {
        const NOT_END: &str = r"[^\n\r\u{85}\u{2028}\u{2029}]";
        const SPACE: &str = r"[ \t\n\x0B\f\r]";
        let text = if pattern.text.starts_with("(?ms)") {
            // `^` and `$` are at every end of a line that Java knows, which this engine has no switch for.
            let (start, end) = (
                r"(?:\A|(?<=[\n\r\u{85}\u{2028}\u{2029}]))",
                r"(?:\z|(?=[\n\r\u{85}\u{2028}\u{2029}]))",
            );
            format!(
                r"{SPACE}*{start}-----BEGIN {NOT_END}*PRIVATE KEY-----{end}(?s:.*?){start}-----END {NOT_END}*PRIVATE KEY-----{end}{SPACE}*"
            )
        } else {
            let text = pattern
                .text
                .replace(r"\p{Alnum}", "A-Za-z0-9")
                .replace(r"\s", SPACE);
            if text.starts_with("(?s)") {
                text
            } else {
                text.replace(".*", &format!("{NOT_END}*"))
            }
        };
        fancy_regex::Regex::new(&format!(r"\A(?:{text})\z")).unwrap()
    }

    #[track_caller]
    fn check(pattern: &Pattern, matching: &[&str], failing: &[&str]) {
        let oracle = oracle(pattern);
        for value in matching {
            assert!(
                pattern.matches(value),
                "{value:?} should match {}",
                pattern.text
            );
            assert!(
                oracle.is_match(value).unwrap(),
                "the expression itself refuses {value:?}"
            );
        }
        for value in failing {
            assert!(
                !pattern.matches(value),
                "{value:?} should not match {}",
                pattern.text
            );
            assert!(
                !oracle.is_match(value).unwrap(),
                "the expression itself takes {value:?}"
            );
        }
    }

    #[test]
    fn each_matches_what_its_expression_matches() {
        check(
            &SERVER_NAME,
            &["a", "Z-9-"],
            &["", "1a", "-a", "a_b", "a.b", "ä", "a\n"],
        );
        check(
            &BACKUP_ID,
            &["a-20171218132604388", "a-2016-11-19T23:42:40.240Z"],
            &["", "1", ":a", "a_b", "a "],
        );
        check(
            &NODE_NAME,
            &["i-0123", "a_b:c.d", "-"],
            &["", "a b", "ä", "a\n"],
        );
        check(
            &ATTRIBUTE_NAME,
            &["A", "CHEF_2"],
            &["", "_A", "a", "2A", "A-B"],
        );
        check(
            &TIME_WINDOW,
            &["00:00", "23:59", "Mon:09:15", "Sun:19:05"],
            &[
                "",
                "24:00",
                "1:00",
                "12:60",
                "Thr:10:00",
                "mon:10:00",
                "Mon:",
                "Mon:Tue:10:00",
                "10:00\n",
                "１0:00",
            ],
        );
        check(&ANY, &["", "a\nb"], &[]);
        check(&LINE, &["", "a b"], &["\n", "a\rb", "\u{2028}", "\u{85}"]);
        check(
            &INSTANCE_PROFILE_ARN,
            &[
                "arn:aws:iam::123456789012:instance-profile/a",
                "arn:aws:iam::123456789012:instance-profile/",
            ],
            &[
                "",
                "arn:aws:iam::12345678901:instance-profile/a",
                "arn:aws-cn:iam::123456789012:instance-profile/a",
                "arn:aws:iam::123456789012:instance-profile/a\n",
            ],
        );
        check(
            &SERVICE_ROLE_ARN,
            &["arn:aws:iam::123456789012:role/service-role/a"],
            &[
                "arn:aws:iam::123456789012:instance-profile/a",
                "arn:aws:iam::1234567890ä:role/a",
            ],
        );
        check(
            &RESOURCE_ARN,
            &[
                "arn:aws:opsworks-cm:us-east-1:123456789012:server/a/b",
                "arn:aws-x:opsworks-cm:a:1:123456789012:",
                "arn:aws:opsworks-cm::123456789012:",
            ],
            &[
                "",
                "arn:aws:opsworks-cm:123456789012:a",
                "arn:aws:ec2:us-east-1:123456789012:a",
                "arn:aws:opsworks-cm:us-east-1:123456789012:a\nb",
            ],
        );
        let long = "a".repeat(63);
        check(
            &CUSTOM_DOMAIN,
            &["a.bc", "x-1.example.com", &format!("{long}.{long}")],
            &[
                "",
                "ab",
                "a.b",
                "-a.bc",
                "a-.bc",
                "a..bc",
                "a.-bc",
                ".ab",
                "https://a.bc",
                &format!("{long}a.bc"),
            ],
        );
        check(
            &CERTIFICATE,
            &[
                "-----BEGIN CERTIFICATE-----x-----END CERTIFICATE-----",
                "\n-----BEGIN CERTIFICATE-----\na\n-----END CERTIFICATE-----\n",
            ],
            &[
                "",
                "-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
                "x-----BEGIN CERTIFICATE-----a-----END CERTIFICATE-----",
            ],
        );
        check(
            &PRIVATE_KEY,
            &[
                "-----BEGIN PRIVATE KEY-----\na\n-----END PRIVATE KEY-----",
                "\n-----BEGIN RSA PRIVATE KEY-----\r\n-----END RSA PRIVATE KEY-----\n \n",
            ],
            &[
                "",
                " -----BEGIN PRIVATE KEY-----\na\n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY----- \n-----END PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\nx",
            ],
        );
    }

    proptest! {
        #[test]
        fn random_texts_are_judged_alike(
            text in "[a-zA-Z0-9_:.\\- \n\u{85}]{0,12}\
                |(Mon:|Thr:|)[0-2][0-9]:[0-6][0-9]\
                |arn:aws(-a)?:(iam|opsworks-cm):(:|[a1]:){0,2}[0-9]{11,13}:(role/|server/|instance-profile/)[a:\n]{0,3}\
                |(\\.?[a-]{0,3}\\.?){1,4}\
                |[ \n]{0,2}-----BEGIN CERTIFICATE-----[a\n]{0,2}-----END CERTIFICATE-----[ \n]{0,2}\
                |[ \n]{0,2}-----BEGIN (RSA )?PRIVATE KEY-----[a \n\r]{0,3}-----END PRIVATE KEY-----[a \n]{0,2}"
        ) {
            for pattern in ALL {
                prop_assert_eq!(
                    pattern.matches(&text), oracle(pattern).is_match(&text).unwrap(), "{:?} {:?}", pattern, &text
                );
            }
        }
    }
}
