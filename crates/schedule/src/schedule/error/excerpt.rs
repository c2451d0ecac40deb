//! The part of a text that a message shows, with carets below what is wrong.

use std::fmt::{self, Display, Formatter};
use std::ops::Range;

/// The longest text that is shown whole, in characters.
const SHOWN_MAX: usize = 100;
/// How much of a longer text is shown before what is wrong, in characters.
const BEFORE: usize = 40;
/// What stands for a part that is not shown.
const CUT: &str = "...";

/// A line of printable ASCII, and the columns that the carets stand in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Excerpt {
    line: String,
    carets: Range<usize>,
}

impl Excerpt {
    /// Shows `text` around `span`, whose ends are at the bounds of characters.
    pub(super) fn of(text: &str, span: Range<usize>) -> Self {
        let is_short = text.chars().nth(SHOWN_MAX).is_none();
        let from = if is_short {
            0
        } else {
            text[..span.start]
                .char_indices()
                .rev()
                .nth(BEFORE - 1)
                .map_or(0, |(at, _)| at)
        };
        let to = text[from..]
            .char_indices()
            .nth(SHOWN_MAX)
            .map_or(text.len(), |(at, _)| from + at);
        let mut line = String::new();
        if from > 0 {
            line.push_str(CUT);
        }
        line.extend(escaped(&text[from..span.start]));
        let start = line.len();
        line.extend(escaped(&text[span.start..span.end.min(to)]));
        let end = line.len().max(start + 1);
        line.extend(escaped(&text[span.end.min(to)..to]));
        if to < text.len() {
            line.push_str(CUT);
        }
        Self {
            line,
            carets: start..end,
        }
    }
}

/// The characters of a text in printable ASCII, a tab as one blank.
fn escaped(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(|char| {
        let char = if char == '\t' { ' ' } else { char };
        let is_plain = char == ' ' || char.is_ascii_graphic();
        is_plain.then_some(char).into_iter().chain(
            (!is_plain)
                .then(|| char.escape_default())
                .into_iter()
                .flatten(),
        )
    })
}

impl Display for Excerpt {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.carets;
        writeln!(f, "{}", self.line)?;
        write!(f, "{:start$}{:^<width$}", "", "", width = end - start)
    }
}
