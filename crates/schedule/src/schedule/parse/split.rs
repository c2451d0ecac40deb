//! Where the fields stand.

use super::is_blank;

/// The places of up to eight fields, first byte inclusive and last exclusive.
///
/// Sixteen bits hold them, as a longer text has been refused before.
pub(super) type Spans = [(u16, u16); 8];

const SPACES: u64 = u64::from_le_bytes([b' '; 8]);
const TABS: u64 = u64::from_le_bytes([b'\t'; 8]);

/// The places of the first eight fields, and how many fields there are, at most eight.
pub(super) fn split(text: &[u8]) -> (Spans, usize) {
    match text.len() {
        8..64 => split_short(text),
        _ => split_any(text),
    }
}

/// Finds the fields of a text of 8 to 63 bytes, eight bytes at a time.
fn split_short(text: &[u8]) -> (Spans, usize) {
    let mut blanks = 0;
    let (words, _) = text.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        blanks |= blanks_of(*word) << (8 * i);
    }
    // The last eight bytes overlap those before.
    if let Some(word) = text.last_chunk::<8>() {
        blanks |= blanks_of(*word) << (text.len() - 8);
    }
    let fields = !blanks & !(u64::MAX << text.len());
    let mut starts = fields & !(fields << 1);
    let mut ends = !fields & (fields << 1);
    let mut spans = Spans::default();
    let mut n_fields = 0;
    while starts != 0 && n_fields < spans.len() {
        spans[n_fields] = (starts.trailing_zeros() as u16, ends.trailing_zeros() as u16);
        starts &= starts - 1;
        ends &= ends.wrapping_sub(1);
        n_fields += 1;
    }
    (spans, n_fields)
}

/// One bit for each of eight bytes, set if it is a blank or a tab.
const fn blanks_of(word: [u8; 8]) -> u64 {
    let word = u64::from_le_bytes(word);
    let high_bits = zero_bytes(word ^ SPACES) | zero_bytes(word ^ TABS);
    // Each high bit moves to its place in the top byte.
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The high bit of each byte that is zero; exact, as no carry leaves its byte.
const fn zero_bytes(word: u64) -> u64 {
    const LOW_BITS: u64 = u64::from_le_bytes([0x7F; 8]);
    !(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS)
}

/// Finds the fields of any text, byte by byte.
fn split_any(text: &[u8]) -> (Spans, usize) {
    let mut spans = Spans::default();
    let mut n_fields = 0;
    let mut from = 0;
    for at in 0..=text.len() {
        if text.get(at).is_none_or(|&byte| is_blank(byte)) {
            if from < at {
                spans[n_fields] = (from as u16, at as u16);
                n_fields += 1;
                if n_fields == spans.len() {
                    break;
                }
            }
            from = at + 1;
        }
    }
    (spans, n_fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_the_runs_between_blanks() {
        #[track_caller]
        fn check(text: &str, expected: &[&str]) {
            let (spans, n_fields) = split(text.as_bytes());
            let fields: Vec<_> = spans[..n_fields]
                .iter()
                .map(|&(from, to)| &text[from.into()..to.into()])
                .collect();
            assert_eq!(fields, expected);
        }
        check("", &[]);
        check(" \t ", &[]);
        check("a", &["a"]);
        check("  0 6\t* * ?  * ", &["0", "6", "*", "*", "?", "*"]);
        check(
            "1 2 3 4 5 6 7 8 9 10",
            &["1", "2", "3", "4", "5", "6", "7", "8"],
        );
        check(
            "\u{a0} \u{2003}\u{3000}\n\r\u{b}\u{c} a",
            &["\u{a0}", "\u{2003}\u{3000}\n\r\u{b}\u{c}", "a"],
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8 * ProptestConfig::default().cases))]
        #[test]
        fn both_ways_of_splitting_agree(text in "[ \t\u{a0}\u{89}\u{129}a*?!\u{0}-]{0,70}") {
            prop_assert_eq!(split(text.as_bytes()), split_any(text.as_bytes()));
        }
    }
}
