//! Lines of an iCalendar file: escaped, folded and ended as RFC 5545 asks.

use std::fmt::{self, Write};

/// Writes one line, folded where it is longer than [`LINE_BYTES_MAX`] bytes (RFC 5545, 3.1).
pub(super) fn write_line(f: &mut fmt::Formatter<'_>, content: fmt::Arguments<'_>) -> fmt::Result {
    let mut folding = Folding { f, n_bytes: 0 };
    folding.write_fmt(content)?;
    f.write_str("\r\n")
}

/// Passes text on, and begins a new line, with a space, before the character that is too much.
struct Folding<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    /// The length of the line so far.
    n_bytes: usize,
}

impl Write for Folding<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.n_bytes + character.len_utf8() > LINE_BYTES_MAX {
                self.f.write_str("\r\n ")?;
                self.n_bytes = 1;
            }
            self.n_bytes += character.len_utf8();
            self.f.write_char(character)?;
        }
        Ok(())
    }
}

/// A text as a value of type TEXT (RFC 5545, 3.3.11).
///
/// Control characters other than tabs and line ends have no place in the format, and are left out.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\\' | ';' | ',' => write!(f, "\\{character}")?,
                '\r' if characters.peek() == Some(&'\n') => {}
                '\n' | '\r' => f.write_str("\\n")?,
                '\t' => f.write_char('\t')?,
                _ if character.is_control() => {}
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// The longest line, its end not counted.
const LINE_BYTES_MAX: usize = 75;
