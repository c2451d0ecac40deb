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
