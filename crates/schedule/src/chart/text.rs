//! Text on a picture: how wide it is at most, and how it stands in XML.

use std::fmt;

use super::px::Px;

/// A text as it stands between tags, or in an attribute, of XML and HTML.
///
/// A character that XML cannot hold is replaced.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\t' | '\n' | '\r' => f.write_char(' ')?,
                '\u{fffe}' | '\u{ffff}' => f.write_char(char::REPLACEMENT_CHARACTER)?,
                _ if character.is_control() => f.write_char(char::REPLACEMENT_CHARACTER)?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// How wide a text is in letters of this size, or less: nobody knows which font it will be.
pub(super) fn width(text: &str, size: Px) -> Px {
    text.chars()
        .map(|character| size.part(hundredths_of_em(character), 100))
        .sum()
}

/// A text, cut so that it is no wider than this.
pub(super) fn fitting(text: &str, size: Px, room: Px) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let ellipsis = size.part(hundredths_of_em('…'), 100);
    let mut left = room - ellipsis;
    let kept = text.chars().take_while(|&character| {
        left = left - size.part(hundredths_of_em(character), 100);
        left >= Px::ZERO
    });
    let mut kept: String = kept.collect();
    kept.truncate(kept.trim_end().len());
    kept + "…"
}

/// A text in lines no wider than this; a word that is wider is cut.
pub(super) fn wrapped(text: &str, size: Px, room: Px) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let word = &*fitting(word, size, room);
        match lines.last_mut() {
            Some(line) if width(line, size) + width(" ", size) + width(word, size) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The width of a character in the widest of the common fonts without serifs.
fn hundredths_of_em(character: char) -> i64 {
    match character {
        'i' | 'j' | 'l' | '\'' | '|' | ' ' | '.' | ',' | ':' | ';' | '!' => 34,
        'f' | 'r' | 't' | 'I' | '(' | ')' | '[' | ']' | '/' | '-' => 42,
        'm' | 'M' | 'w' | 'W' | '%' | '@' | '…' => 100,
        'A'..='Z' | '+' | '=' | '<' | '>' => 78,
        ' '..='~' => 64,
        // Latin, Greek and Cyrillic letters with all that goes on top of them.
        '\u{a0}'..='\u{58f}' => 80,
        _ => 110,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_a_text_to_the_room_that_it_has() {
        let size = Px::new(10);
        let cut = |text: &str, pixels| fitting(text, size, Px::new(pixels));
        assert_eq!(cut("abcd", 26), "abcd");
        assert_eq!(cut("abcd", 25), "ab…");
        assert_eq!(cut("a bcd", 24), "a…");
        assert_eq!(cut("abcd", 10), "…");
        assert_eq!(cut("abcd", 0), "…");
        assert_eq!(cut("", 0), "");
    }

    #[test]
    fn breaks_lines_between_words() {
        let lines = |text: &str, pixels| wrapped(text, Px::new(10), Px::new(pixels));
        assert_eq!(lines("aa bb cc", 30), ["aa bb", "cc"]);
        assert_eq!(lines("aa bb cc", 28), ["aa", "bb", "cc"]);
        assert_eq!(lines("abcdefgh i", 26), ["ab…", "i"]);
    }
}
