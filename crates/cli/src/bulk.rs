//! Many questions, one JSON object a line, and an answer a line for each, as fast as they come.

mod answer;
mod lines;
mod question;

use std::io::{self, Read, Write};

use chrono::{DateTime, Utc};
use tagout_schedule::{ScheduleOffset, Zone};

use crate::failure::Failure;
use crate::output::unless_closed;
use answer::Answers;
use lines::{LINE_BYTES_MAX, Line, Lines};

/// The most openings that one question may ask for.
pub(crate) const N_MAX: u32 = 100_000;

/// What a question means that leaves something out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults {
    pub(crate) zone: Zone,
    pub(crate) offset: Option<ScheduleOffset>,
    /// If not given, the time when the line is answered.
    pub(crate) after: Option<DateTime<Utc>>,
    pub(crate) count: u32,
}

/// Answers each line of `input` with one of `output`, in order, until the input ends or nobody reads the answers.
///
/// Answers are passed on whenever there is a wait for more input. The memory in use depends neither on the number of
/// lines nor on their length.
pub(crate) fn run(
    input: impl Read,
    mut output: impl Write,
    defaults: Defaults,
    now: impl Fn() -> DateTime<Utc>,
) -> Result<(), Failure> {
    let mut lines = Lines::new(input);
    let mut answers = Answers::new(defaults);
    loop {
        while let Some(line) = lines.next() {
            match line {
                Line::Whole(line) => answers.answer(line, &now),
                Line::TooLong => answers.refuse(format_args!(
                    "the line has more than {LINE_BYTES_MAX} bytes"
                )),
            }
            if answers.pending().len() >= PENDING_BYTES_MAX
                && let Err(error) = send(&mut answers, &mut output)
            {
                return unless_closed(Err(error));
            }
        }
        if let Err(error) = send(&mut answers, &mut output) {
            return unless_closed(Err(error));
        }
        let is_read = lines.fill();
        let is_read = is_read.map_err(|source| Failure::Io {
            action: "read",
            what: "standard input".to_owned(),
            source,
        })?;
        if !is_read {
            return Ok(());
        }
    }
}

fn send(answers: &mut Answers, output: &mut impl Write) -> io::Result<()> {
    output.write_all(answers.pending())?;
    answers.clear();
    output.flush()
}

/// How many bytes of answers wait, at most and by one answer more, before they are passed on.
const PENDING_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lines that are questions, nearly so, or nothing of the kind.
    fn any_line() -> impl Strategy<Value = Vec<u8>> {
        let nearly = r#"\{"expr":"[-*?,/#LW0-9 A-Z()a-z]{0,30}"(,"(tz|after|n|offset|x)":("?[-+:A-Z/a-z0-9]{0,20}"?|null)){0,4}\}"#;
        let good = r#"\{"expr":"[0-5]?[0-9] [01]?[0-9] \? \* (MON|TUE#3|FRIL) \*","tz":"(UTC|Asia/Tokyo)","n":[0-9]\}"#;
        prop_oneof![
            nearly.prop_map(String::into_bytes),
            good.prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..40),
            Just(vec![b'{'; 1_000]),
        ]
    }

    proptest! {
        #[test]
        fn answers_every_line_with_one_of_its_own(lines in prop::collection::vec(any_line(), 0..8)) {
            let input = lines.join(&b'\n');
            // A line feed may be among the bytes of a line; the last line counts if there is anything in it.
            let n_lines = input.split(|byte| *byte == b'\n').count() - usize::from(input.is_empty() || input.ends_with(b"\n"));
            let mut output = Vec::new();
            let defaults = Defaults { zone: Zone::UTC, offset: None, after: Some(DateTime::UNIX_EPOCH), count: 2 };
            run(&*input, &mut output, defaults, || DateTime::UNIX_EPOCH).unwrap();
            let output = String::from_utf8(output).unwrap();
            prop_assert_eq!(output.lines().count(), n_lines);
            for answer in output.lines() {
                let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
                let members: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
                match &*members {
                    ["next"] => {
                        let next = answer["next"].as_array().unwrap().iter();
                        let next: Vec<DateTime<Utc>> = next.map(|at| at.as_str().unwrap().parse().unwrap()).collect();
                        prop_assert!(next.is_sorted_by(|a, b| a < b) && next.iter().all(|at| *at > DateTime::UNIX_EPOCH));
                    }
                    ["error"] => prop_assert!(!answer["error"].as_str().unwrap().is_empty()),
                    _ => prop_assert!(false, "{:?}", members),
                }
            }
        }
    }
}
