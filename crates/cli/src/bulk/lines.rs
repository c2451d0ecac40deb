//! Lines of any length from any source, in bounded memory.

use std::io::{self, ErrorKind, Read};
use std::mem;
use std::ops::Range;

/// One line, without the line feed at its end.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Line<'a> {
    /// All of it.
    Whole(&'a [u8]),
    /// A line of more than [`LINE_BYTES_MAX`] bytes, which were not kept.
    TooLong,
}

/// The lines of a source, read into one buffer that never grows.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    source: R,
    buffer: Box<[u8]>,
    /// The bytes of the buffer that are read and not yet given out.
    filled: Range<usize>,
    /// How many of those are known to hold no line feed.
    n_searched: usize,
    /// Whether the line that begins here began before the buffer did, and is dropped.
    is_dropping: bool,
    is_at_end: bool,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER_BYTES].into(),
            filled: 0..0,
            n_searched: 0,
            is_dropping: false,
            is_at_end: false,
        }
    }

    /// The next line of what was read so far; `None` if it is time to [`fill`](Self::fill).
    pub(crate) fn next(&mut self) -> Option<Line<'_>> {
        let unsearched = self.filled.start + self.n_searched..self.filled.end;
        let line = match memchr::memchr(b'\n', &self.buffer[unsearched.clone()]) {
            Some(n_before) => {
                let line = self.filled.start..unsearched.start + n_before;
                self.filled.start = line.end + 1;
                line
            }
            None if self.is_at_end && (self.is_dropping || !self.filled.is_empty()) => {
                let line = self.filled.clone();
                self.filled.start = line.end;
                line
            }
            None => {
                self.n_searched = self.filled.len();
                if self.n_searched > LINE_BYTES_MAX {
                    self.is_dropping = true;
                    self.filled = 0..0;
                    self.n_searched = 0;
                }
                return None;
            }
        };
        self.n_searched = 0;
        let is_too_long = mem::take(&mut self.is_dropping) || line.len() > LINE_BYTES_MAX;
        Some(if is_too_long {
            Line::TooLong
        } else {
            Line::Whole(&self.buffer[line])
        })
    }

    /// Waits for more of the source, once all lines of what was read so far are taken; `false` at its end.
    pub(crate) fn fill(&mut self) -> io::Result<bool> {
        if self.is_at_end {
            return Ok(false);
        }
        self.buffer.copy_within(self.filled.clone(), 0);
        self.filled = 0..self.filled.len();
        let n_read = loop {
            match self.source.read(&mut self.buffer[self.filled.end..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                outcome => break outcome?,
            }
        };
        self.filled.end += n_read;
        self.is_at_end = n_read == 0;
        Ok(true)
    }
}

/// The longest line that is looked at, its line feed not counted.
pub(crate) const LINE_BYTES_MAX: usize = 64 * 1024;

/// Room for some thousand usual lines, so that few reads and writes serve many.
const BUFFER_BYTES: usize = 4 * LINE_BYTES_MAX;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives so many bytes at each read, with an interruption before each.
    struct Dribble<'a> {
        bytes: &'a [u8],
        n_at_once: usize,
        is_interrupted: bool,
    }

    impl Read for Dribble<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.is_interrupted = !self.is_interrupted;
            if self.is_interrupted {
                return Err(ErrorKind::Interrupted.into());
            }
            let n = self.n_at_once.min(buffer.len()).min(self.bytes.len());
            buffer[..n].copy_from_slice(&self.bytes[..n]);
            self.bytes = &self.bytes[n..];
            Ok(n)
        }
    }

    /// Each line, or nothing for one that is too long.
    fn lines(bytes: &[u8], n_at_once: usize) -> Vec<Option<Vec<u8>>> {
        let mut lines = Lines::new(Dribble {
            bytes,
            n_at_once,
            is_interrupted: false,
        });
        let mut found = Vec::new();
        while lines.fill().unwrap() {
            while let Some(line) = lines.next() {
                found.push(match line {
                    Line::Whole(line) => Some(line.to_vec()),
                    Line::TooLong => None,
                });
            }
        }
        assert_eq!(lines.next(), None, "an end is an end");
        found
    }

    #[test]
    fn gives_each_line_once_with_and_without_a_last_line_feed() {
        let expected = vec![Some(b"a".to_vec()), Some(vec![]), Some(b"b\r".to_vec())];
        assert_eq!(lines(b"a\n\nb\r\n", 1), expected);
        assert_eq!(lines(b"a\n\nb\r", 100), expected);
        assert_eq!(lines(b"", 1), vec![]);
        assert_eq!(lines(b"\n", 1), vec![Some(vec![])]);
    }

    #[test]
    fn drops_a_long_line_and_goes_on_after_it() {
        for length in [
            LINE_BYTES_MAX,
            LINE_BYTES_MAX + 1,
            BUFFER_BYTES,
            BUFFER_BYTES + 1,
            3 * BUFFER_BYTES + 7,
        ] {
            let long = vec![b'x'; length];
            let kept = (length <= LINE_BYTES_MAX).then(|| long.clone());
            for n_at_once in [4_000, LINE_BYTES_MAX, usize::MAX] {
                let text = [b"a\n", &*long, b"\nb\n", &*long, b"\n", &*long].concat();
                let expected = [
                    Some(b"a".to_vec()),
                    kept.clone(),
                    Some(b"b".to_vec()),
                    kept.clone(),
                    kept.clone(),
                ];
                assert_eq!(
                    lines(&text, n_at_once),
                    expected,
                    "{length} bytes, {n_at_once} at once"
                );
            }
        }
    }

    #[test]
    fn waits_only_when_no_line_is_left() {
        let mut lines = Lines::new(Dribble {
            bytes: b"a\nb\nc",
            n_at_once: 4,
            is_interrupted: false,
        });
        assert_eq!(lines.next(), None);
        assert!(lines.fill().unwrap());
        assert_eq!(lines.next(), Some(Line::Whole(b"a")));
        assert_eq!(lines.next(), Some(Line::Whole(b"b")));
        assert_eq!(lines.next(), None);
        assert!(lines.fill().unwrap());
        assert_eq!(lines.next(), None, "more of this line may come");
        assert!(lines.fill().unwrap());
        assert_eq!(lines.next(), Some(Line::Whole(b"c")));
        assert_eq!(lines.next(), None);
        assert!(!lines.fill().unwrap());
    }

    fn any_length() -> impl Strategy<Value = usize> {
        prop_oneof![
            Just(0),
            Just(LINE_BYTES_MAX),
            Just(LINE_BYTES_MAX + 1),
            0..20_usize,
            60_000..300_000_usize
        ]
    }

    proptest! {
        #[test]
        fn agrees_with_splitting_the_whole_text(
            parts in prop::collection::vec(any_length(), 0..12),
            n_at_once in prop_oneof![1_000..70_000_usize, Just(usize::MAX)],
        ) {
            let text: Vec<u8> = parts.iter().flat_map(|&n| std::iter::repeat_n(b'x', n).chain([b'\n'])).collect();
            let expected: Vec<_> = parts.iter().map(|&n| (n <= LINE_BYTES_MAX).then(|| vec![b'x'; n])).collect();
            prop_assert_eq!(lines(&text, n_at_once), expected);
        }
    }
}
