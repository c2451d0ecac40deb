//! Compiled zone tables, in the TZif format of RFC 9636.

use super::{
    InstallZoneErrorKind,
    posix::Rule,
    table::{Table, YEAR_MAX},
};

/// The year from which a closing rule is followed where no change stands before it: well before the first year that
/// counts, so that a table which is nothing but a rule knows how that year began.
const RULE_YEAR_MIN: i32 = 1960;

/// Offsets are shorter than this to either side of UTC, as chrono holds no others.
const OFFSET_END: u32 = 86_400;

/// Reads a table of version 2 or later and follows its closing rule to the end of [`YEAR_MAX`].
///
/// `amend` may drop changes, or put others in, before they are laid out.
pub(super) fn read(
    name: &str,
    bytes: &[u8],
    amend: impl FnOnce(&mut Vec<(i64, i32)>),
) -> Result<Table, InstallZoneErrorKind> {
    let mut input = Input { bytes, read: 0 };
    // The first block holds the same in 32 bits, for old readers.
    let block = input.header()?;
    if block.version < b'2' {
        return Err(InstallZoneErrorKind::Version1);
    }
    input.take(block.len(4))?;

    let block = input.header()?;
    let instants = input.take(block.n_changes * 8)?;
    let kinds = input.take(block.n_changes)?;
    let offsets = Offsets(input.take(block.n_offsets * 6)?);
    if block.n_leap_seconds > 0 {
        return Err(InstallZoneErrorKind::LeapSeconds {
            found: block.n_leap_seconds,
        });
    }
    input.take(block.n_name_bytes + block.n_standard_flags + block.n_ut_flags)?;
    let rule = input.rule()?;

    // Type 0 stands before the first change. Where there is none, the rule alone counts, from the beginning.
    let first = match &rule {
        Some(rule) if kinds.is_empty() => rule.standard(),
        _ => offsets.at(0)?,
    };
    let mut changes: Vec<(i64, i32)> = Vec::with_capacity(kinds.len());
    for (instant, &kind) in instants.as_chunks().0.iter().zip(kinds) {
        let instant = i64::from_be_bytes(*instant);
        if changes.last().is_some_and(|&(last, _)| last >= instant) {
            return Err(InstallZoneErrorKind::Order {
                index: changes.len(),
            });
        }
        changes.push((instant, offsets.at(kind)?));
    }
    if let Some(rule) = rule {
        let last = changes.last().map_or(i64::MIN, |&(last, _)| last);
        // The last change of the last year may fall into the next, and the first of the next into the last.
        changes.extend(
            rule.changes(RULE_YEAR_MIN..=YEAR_MAX + 1)
                .into_iter()
                .filter(|&(at, _)| at > last),
        );
    }
    amend(&mut changes);
    Table::new(name, first, changes)
}

/// What a header says of its block.
struct Block {
    version: u8,
    n_ut_flags: u64,
    n_standard_flags: u64,
    n_leap_seconds: u64,
    n_changes: u64,
    n_offsets: u64,
    n_name_bytes: u64,
}

impl Block {
    /// Bytes of the block after its header, where an instant takes `width` of them.
    fn len(&self, width: u64) -> u64 {
        // Each count has 32 bits in the file, so this cannot overflow.
        self.n_changes * (width + 1)
            + self.n_offsets * 6
            + self.n_name_bytes
            + self.n_leap_seconds * (width + 4)
            + self.n_standard_flags
            + self.n_ut_flags
    }
}

/// The kinds of local time, six bytes each, of which the first four are the offset.
struct Offsets<'b>(&'b [u8]);

impl Offsets<'_> {
    fn at(&self, kind: u8) -> Result<i32, InstallZoneErrorKind> {
        let kinds = self.0.as_chunks::<6>().0;
        let &[a, b, c, d, ..] =
            kinds
                .get(usize::from(kind))
                .ok_or(InstallZoneErrorKind::KindOfTime {
                    found: kind,
                    len: kinds.len(),
                })?;
        let seconds = i32::from_be_bytes([a, b, c, d]);
        if seconds.unsigned_abs() >= OFFSET_END {
            return Err(InstallZoneErrorKind::Offset { seconds });
        }
        Ok(seconds)
    }
}

/// The bytes of a file, and how many of them were read.
struct Input<'b> {
    bytes: &'b [u8],
    read: usize,
}

impl<'b> Input<'b> {
    fn header(&mut self) -> Result<Block, InstallZoneErrorKind> {
        let at = self.read;
        if self.take(4)? != b"TZif" {
            return Err(InstallZoneErrorKind::Magic { at });
        }
        let version = self.take(16)?[0]; // and 15 bytes for later use
        let mut count = || {
            Ok(self
                .take(4)?
                .iter()
                .fold(0, |count, &byte| count << 8 | u64::from(byte)))
        };
        Ok(Block {
            version,
            n_ut_flags: count()?,
            n_standard_flags: count()?,
            n_leap_seconds: count()?,
            n_changes: count()?,
            n_offsets: count()?,
            n_name_bytes: count()?,
        })
    }

    /// The closing rule, which stands between two line feeds; `None` where there is nothing between them.
    fn rule(&mut self) -> Result<Option<Rule>, InstallZoneErrorKind> {
        let rest = &self.bytes[self.read..];
        let mut lines = rest.split(|&byte| byte == b'\n');
        let (Some([]), Some(line), Some(_)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(InstallZoneErrorKind::Truncated {
                len: self.bytes.len(),
            });
        };
        if line.is_empty() {
            return Ok(None);
        }
        str::from_utf8(line)
            .ok()
            .and_then(Rule::parse)
            .filter(|rule| {
                rule.offsets()
                    .all(|offset| offset.unsigned_abs() < OFFSET_END)
            })
            .map(Some)
            .ok_or_else(|| InstallZoneErrorKind::Rule {
                text: line.escape_ascii().to_string().into(),
            })
    }

    fn take(&mut self, len: u64) -> Result<&'b [u8], InstallZoneErrorKind> {
        let truncated = InstallZoneErrorKind::Truncated {
            len: self.bytes.len(),
        };
        let Some((taken, _)) = usize::try_from(len)
            .ok()
            .and_then(|len| self.bytes[self.read..].split_at_checked(len))
        else {
            return Err(truncated);
        };
        self.read += taken.len();
        Ok(taken)
    }
}

#[cfg(test)]
mod tests;
