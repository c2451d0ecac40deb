//! The regular expressions of the interface, each beside a matcher of its own.
//!
//! Windows have nine, all small, so a matcher is a line or two and costs a few nanoseconds; the tests hold each against the
//! expression that it stands for. A whole value has to match, as the service's own framework asks.

use std::fmt;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// A regular expression as the interface prints it, and the code that decides it.
pub struct Pattern {
    /// The expression, as it stands in the model and in the service's messages.
    pub text: &'static str,
    matches: fn(&str) -> bool,
}

impl Pattern {
    /// The expression `text`, decided by `matches`, which is asked about whole values.
    pub const fn new(text: &'static str, matches: fn(&str) -> bool) -> Self {
        Self { text, matches }
    }

    /// Whether the whole of `value` matches.
    pub fn matches(&self, value: &str) -> bool {
        (self.matches)(value)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

pub(super) static WINDOW_ID: Pattern = Pattern {
    text: "^mw-[0-9a-f]{17}$",
    matches: |value| {
        value.strip_prefix("mw-").is_some_and(|hex| {
            hex.len() == 17 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    },
};

pub(super) static UUID: Pattern = Pattern {
    text: r"^[0-9a-fA-F]{8}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{4}\-[0-9a-fA-F]{12}$",
    matches: |value| {
        value.len() == 36
            && value.bytes().enumerate().all(|(at, b)| match at {
                8 | 13 | 18 | 23 => b == b'-',
                _ => b.is_ascii_hexdigit(),
            })
    },
};

pub(super) static NAME: Pattern = Pattern {
    text: r"^[a-zA-Z0-9_\-.]{3,128}$",
    matches: |value| {
        (3..=128).contains(&value.len())
            && value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    },
};

pub(super) static MAX_CONCURRENCY: Pattern = Pattern {
    text: "^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$",
    matches: |value| match value.strip_suffix('%') {
        Some(percent) => percent == "100" || (percent.len() <= 2 && is_positive(percent)),
        None => is_positive(value),
    },
};

pub(super) static MAX_ERRORS: Pattern = Pattern {
    text: "^([1-9][0-9]*|[0]|[1-9][0-9]%|[0-9]%|100%)$",
    matches: |value| match value.strip_suffix('%') {
        Some(percent) => {
            percent == "0" || percent == "100" || (percent.len() <= 2 && is_positive(percent))
        }
        None => value == "0" || is_positive(value),
    },
};

pub(super) static DOCUMENT_VERSION: Pattern = Pattern {
    text: "([$]LATEST|[$]DEFAULT|^[1-9][0-9]*$)",
    matches: |value| value == "$LATEST" || value == "$DEFAULT" || is_positive(value),
};

pub(super) static ALARM_NAME: Pattern = Pattern {
    text: r"^(?!\s*$).+",
    matches: |value| {
        let blank = |c| matches!(c, ' ' | '\t'..='\r');
        let line_end = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        !value.chars().all(blank) && !value.contains(line_end)
    },
};

/// What keys and values of tags are made of, in each interface of the family.
pub static TAG: Pattern = Pattern {
    text: r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$",
    matches: |value| value.chars().all(|c| is_tag_character(c) || c == '+'),
};

/// The two alternatives behind the first add nothing, as the first covers both.
pub(super) static TARGET_KEY: Pattern = Pattern {
    text: r"^[\p{L}\p{Z}\p{N}_.:/=\-@]*$|resource-groups:ResourceTypeFilters|resource-groups:Name",
    matches: |value| value.chars().all(is_tag_character),
};

/// A number above zero without leading zeros.
fn is_positive(digits: &str) -> bool {
    digits.bytes().all(|b| b.is_ascii_digit()) && digits.starts_with(|c| matches!(c, '1'..='9'))
}

fn is_tag_character(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number, Separator};
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '.' | ':' | '/' | '=' | '-' | '@')
    } else {
        matches!(c.general_category_group(), Letter | Number | Separator)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The expression as the `regex` crate reads it, for the whole value.
    ///
    /// It has no look-ahead, so the one pattern that uses it is written as "one character that is not blank".
    fn oracle(pattern: &Pattern) -> regex::Regex {
        let text = match pattern.text {
            r"^(?!\s*$).+" => {
                let line = r"[^\n\r\u{85}\u{2028}\u{2029}]";
                format!(r"{line}*[^ \t\n\x0B\f\r\u{{85}}\u{{2028}}\u{{2029}}]{line}*")
            }
            text => text.to_owned(),
        };
        regex::Regex::new(&format!(r"\A(?:{text})\z")).unwrap()
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
                oracle.is_match(value),
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
                !oracle.is_match(value),
                "the expression itself takes {value:?}"
            );
        }
    }

    #[test]
    fn each_matches_what_its_expression_matches() {
        let hex = "mw-0123456789abcdef0";
        check(
            &WINDOW_ID,
            &[hex],
            &[
                "",
                "mw-",
                "mw-0123456789ABCDEF0",
                "mw-0123456789abcdef",
                "mw-0123456789abcdef01",
            ],
        );
        let uuid = "0123abCD-4567-89ef-0123-456789abcdef";
        check(
            &UUID,
            &[uuid],
            &[
                "",
                "0123abcd-4567-89ef-0123-456789abcdeg",
                "0123abcd04567-89ef-0123-456789abcdef",
            ],
        );
        check(
            &NAME,
            &["abc", "a-b_c.9"],
            &["", "ab", "a b", "äbc", "abc\n"],
        );
        check(
            &MAX_CONCURRENCY,
            &["1", "10", "9999999", "1%", "99%", "100%"],
            &["", "0", "0%", "01", "101%", "%", "1.5"],
        );
        check(
            &MAX_ERRORS,
            &["0", "1", "0%", "9%", "10%", "100%"],
            &["", "00", "00%", "01%", "101%", "%", "-1"],
        );
        check(
            &DOCUMENT_VERSION,
            &["$LATEST", "$DEFAULT", "1", "10"],
            &["", "0", "LATEST", "$latest", "x$LATEST", "1 "],
        );
        check(
            &ALARM_NAME,
            &["a", " a", "a ", "\u{a0}"],
            &["", " ", "\t \r", "a\n", "a\u{2028}b"],
        );
        check(
            &TAG,
            &["", "Patch Group", "é=+-@:/._9Ⅷ\u{3000}"],
            &["a*b", "#", "a\tb", "e\u{301}", "©"],
        );
        check(
            &TARGET_KEY,
            &["", "tag:Env", "resource-groups:Name"],
            &["a+b", "tag:*", "!resource-groups:Name"],
        );
    }

    #[test]
    fn the_letters_are_those_of_the_expression() {
        // A newer Unicode on one side may know a few letters more; all that both know must agree.
        let oracle = oracle(&TAG);
        let assigned = regex::Regex::new(r"\A\P{Cn}\z").unwrap();
        let mut text = String::new();
        for c in '\0'..=char::MAX {
            text.clear();
            text.push(c);
            let known = assigned.is_match(&text)
                && c.general_category_group() != GeneralCategoryGroup::Other
                && c.general_category() != unicode_properties::GeneralCategory::Unassigned;
            if known || c.is_control() {
                assert_eq!(
                    TAG.matches(&text),
                    oracle.is_match(&text),
                    "U+{:04X}",
                    u32::from(c)
                );
            }
        }
    }

    proptest! {
        #[test]
        fn random_texts_are_judged_alike(text in r"[mw0-9a-fA-F%$ \n.*:@+_-]{0,40}|(mw-)?[0-9a-f]{16,18}|[0-9]{0,4}%?") {
            for pattern in [
                &WINDOW_ID, &UUID, &NAME, &MAX_CONCURRENCY, &MAX_ERRORS, &DOCUMENT_VERSION, &ALARM_NAME, &TAG, &TARGET_KEY,
            ] {
                prop_assert_eq!(pattern.matches(&text), oracle(pattern).is_match(&text), "{:?} {:?}", pattern, &text);
            }
        }
    }
}
