//! Compiled zone tables, in the TZif format of RFC 9636.

use super::{
    InstallZoneErrorKind,
    posix::Rule,
    table::{Table, YEAR_MAX},
};

/// Bytes of the header that starts each of the two blocks.
const HEADER: usize = 44;

/// Reads a table of version 2 or later and follows its closing rule to [`YEAR_MAX`].
///
/// `amended` may change, drop or add changes before they are laid out.
pub(super) fn read(
    name: impl Into<Box<str>>,
    bytes: &[u8],
    amended: impl FnOnce(&mut Vec<(i64, i32)>),
) -> Result<Table, InstallZoneErrorKind> {
    let mut input = Input { bytes, read: 0 };
    // The first block holds the same in 32 bits, for old readers.
    let old = input.header()?;
    if old.version < b'2' {
        return Err(InstallZoneErrorKind::Version {
            found: old.version.escape_ascii().to_string().into(),
        });
    }
    input.take(old.len(4))?;
    let counts = input.header()?;
    if counts.leap_seconds > 0 {
        return Err(InstallZoneErrorKind::LeapSeconds {
            found: counts.leap_seconds,
        });
    }
    let instants = input.take(counts.changes * 8)?;
    let kinds = input.take(counts.changes)?;
    let offsets = input.take(counts.kinds * 6)?;
    input.take(counts.names + counts.standard_flags + counts.ut_flags)?;
    let rule = input.rule()?;

    let offset = |kind: usize| {
        let record =
            offsets
                .get(kind * 6..kind * 6 + 4)
                .ok_or(InstallZoneErrorKind::KindOfTime {
                    found: kind,
                    len: counts.kinds,
                })?;
        let seconds = i32::from_be_bytes([record[0], record[1], record[2], record[3]]);
        if seconds.unsigned_abs() < 86_400 {
            Ok(seconds)
        } else {
            Err(InstallZoneErrorKind::Offset { seconds })
        }
    };
    let mut changes = Vec::with_capacity(counts.changes);
    for (instant, &kind) in instants.as_chunks().0.iter().zip(kinds) {
        let instant = i64::from_be_bytes(*instant);
        if let Some(&(last, _)) = changes.last()
            && last >= instant
        {
            return Err(InstallZoneErrorKind::Order {
                index: changes.len(),
            });
        }
        changes.push((instant, offset(kind.into())?));
    }
    let first = offset(0)?;
    if let Some(rule) = rule {
        let last = changes.last().map_or(i64::MIN, |&(last, _)| last);
        // Begun well before 1970, so that a table that is nothing but a rule knows how that year began.
        changes.extend(
            rule.changes(1960, YEAR_MAX + 1)
                .into_iter()
                .filter(|&(at, _)| at > last),
        );
    }
    amended(&mut changes);
    Table::new(name.into(), first, changes)
}

/// What a header says of its block.
struct Counts {
    version: u8,
    ut_flags: usize,
    standard_flags: usize,
    leap_seconds: usize,
    changes: usize,
    kinds: usize,
    names: usize,
}

impl Counts {
    /// Bytes of the block, where an instant takes `width` of them. Counts are 32 bits wide, so this cannot overflow.
    fn len(&self, width: usize) -> usize {
        self.changes * (width + 1)
            + self.kinds * 6
            + self.names
            + self.leap_seconds * (width + 4)
            + self.standard_flags
            + self.ut_flags
    }
}

/// The bytes of a file, and how many of them were read.
struct Input<'b> {
    bytes: &'b [u8],
    read: usize,
}

impl<'b> Input<'b> {
    fn header(&mut self) -> Result<Counts, InstallZoneErrorKind> {
        if !self.bytes[self.read..].starts_with(b"TZif") {
            return Err(InstallZoneErrorKind::Magic { at: self.read });
        }
        let header = self.take(HEADER)?;
        let count = |index: usize| {
            let at = 20 + 4 * index;
            u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]])
                as usize
        };
        Ok(Counts {
            version: header[4],
            ut_flags: count(0),
            standard_flags: count(1),
            leap_seconds: count(2),
            changes: count(3),
            kinds: count(4),
            names: count(5),
        })
    }

    /// The closing rule, which stands between two line feeds; `None` where there is none.
    fn rule(&mut self) -> Result<Option<Rule>, InstallZoneErrorKind> {
        let rest = &self.bytes[self.read..];
        let line = rest
            .strip_prefix(b"\n")
            .and_then(|rest| {
                rest.split(|&byte| byte == b'\n')
                    .next()
                    .filter(|line| line.len() < rest.len())
            })
            .ok_or(InstallZoneErrorKind::Truncated {
                len: self.bytes.len(),
            })?;
        if line.is_empty() {
            return Ok(None);
        }
        let bad = || InstallZoneErrorKind::Rule {
            text: line.escape_ascii().to_string().into(),
        };
        let rule = str::from_utf8(line)
            .ok()
            .and_then(Rule::parse)
            .ok_or_else(bad)?;
        if rule.offsets().any(|offset| offset.unsigned_abs() >= 86_400) {
            return Err(bad());
        }
        Ok(Some(rule))
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8], InstallZoneErrorKind> {
        let taken = self.bytes[self.read..]
            .get(..len)
            .ok_or(InstallZoneErrorKind::Truncated {
                len: self.bytes.len(),
            })?;
        self.read += len;
        Ok(taken)
    }
}
