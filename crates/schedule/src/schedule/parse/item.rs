//! One field as a list of items: `*`, values, ranges and steps.

use super::{Fault, Kind};
use crate::schedule::field::{Field, FieldRule, name_key};

/// A place in one field.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    rule: &'static FieldRule,
    /// The text up to the end of the field.
    bytes: &'t [u8],
    at: usize,
}

/// One item of a list: from `first` up to `last`, both inclusive, in steps.
///
/// Where `last` is below `first`, it runs over the end of the field and goes on at its beginning.
pub(super) struct Item {
    pub(super) first: u32,
    pub(super) last: u32,
    pub(super) step: u32,
    /// Where it begins in the text.
    pub(super) start: usize,
}

/// A value, and how it was spelt.
#[derive(Clone, Copy)]
pub(super) struct Value {
    pub(super) number: u32,
    pub(super) is_name: bool,
}

impl<'t> Cursor<'t> {
    /// A cursor over the field that begins at `at` and ends with `bytes`.
    pub(super) fn new(field: Field, bytes: &'t [u8], at: usize) -> Self {
        Self {
            rule: field.rule(),
            bytes,
            at,
        }
    }

    /// Reads the whole field as a set: bit `v` is set if the value `v` is in it. Not for years.
    #[inline]
    pub(super) fn set(self) -> Result<u64, Fault> {
        match self.short_set() {
            Some(set) => Ok(set),
            None => self.long_set(),
        }
    }

    /// Reads the field if it is `*` or a number of one or two digits, as most fields are.
    #[inline]
    pub(super) fn short_set(&self) -> Option<u64> {
        let number = match *self.rest() {
            [b'*'] => return Some(u64::MAX >> (63 - self.rule.max) & (u64::MAX << self.rule.min)),
            [digit @ b'0'..=b'9'] => u32::from(digit - b'0'),
            [ten @ b'0'..=b'9', one @ b'0'..=b'9'] => u32::from(10 * (ten - b'0') + (one - b'0')),
            _ => return None,
        };
        let is_in_bounds = (self.rule.min..=self.rule.max).contains(&number);
        is_in_bounds.then(|| 1 << number)
    }

    /// Reads the field if it is one name, as most fields of weekdays are.
    pub(super) fn lone_name(&self) -> Option<u32> {
        match *self.rest() {
            [a, b, c] => self.named([a, b, c]),
            _ => None,
        }
    }

    #[inline(never)]
    fn long_set(mut self) -> Result<u64, Fault> {
        let item = self.item()?;
        self.set_after(&item)
    }

    /// Reads the rest of the field as a set, after its first item.
    pub(super) fn set_after(mut self, first: &Item) -> Result<u64, Fault> {
        let mut set = bits(self.rule, first);
        while self.comma()? {
            let item = self.item()?;
            set |= bits(self.rule, &item);
        }
        Ok(set)
    }

    /// Makes sure that what was read since `start` is the whole field.
    pub(super) fn alone(self, start: usize) -> Result<(), Fault> {
        match self.peek() {
            None => Ok(()),
            Some(b',') => Err(self.fault_from(Kind::NotAlone, start)),
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Reads one item of a list.
    pub(super) fn item(&mut self) -> Result<Item, Fault> {
        let (min, max) = (self.rule.min, self.rule.max);
        let start = self.at;
        match self.peek() {
            Some(b'*') => {
                self.at += 1;
                let step = if self.eat(b'/') { self.step()? } else { 1 };
                Ok(Item {
                    first: min,
                    last: max,
                    step,
                    start,
                })
            }
            Some(b'/') => {
                self.at += 1;
                Ok(Item {
                    first: min,
                    last: max,
                    step: self.step()?,
                    start,
                })
            }
            _ => {
                let value = self.value()?;
                self.item_from(value, start)
            }
        }
    }

    /// Reads what follows the value with which an item began at `start`.
    pub(super) fn item_from(&mut self, value: Value, start: usize) -> Result<Item, Fault> {
        let first = value.number;
        let mut item = Item {
            first,
            last: first,
            step: 1,
            start,
        };
        let is_range = self.eat(b'-');
        if is_range {
            let last = self.value()?;
            if last.is_name != value.is_name {
                return Err(self.fault_from(Kind::MixedRange, start));
            }
            item.last = last.number;
        }
        if self.peek() == Some(b'/') {
            if value.is_name {
                return Err(self.step_after_name(start));
            }
            self.at += 1;
            item.step = self.step()?;
            if !is_range {
                item.last = self.rule.max;
            }
        }
        Ok(item)
    }

    /// A step stands after the names that were read since `start`.
    #[cold]
    fn step_after_name(mut self, start: usize) -> Fault {
        self.at += 1;
        self.digits();
        self.fault_from(Kind::StepAfterName, start)
    }

    /// Goes on to the next item of a list, or says that the field has ended.
    pub(super) fn comma(&mut self) -> Result<bool, Fault> {
        match self.peek() {
            None => Ok(false),
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Err(self.unexpected()),
        }
    }

    /// Reads a number or a name, within the bounds of the field.
    pub(super) fn value(&mut self) -> Result<Value, Fault> {
        match self.peek() {
            Some(b'0'..=b'9') => {
                let number = self.number(self.rule.min, self.rule.max)?;
                Ok(Value {
                    number,
                    is_name: false,
                })
            }
            _ => match self.name() {
                Some(number) => Ok(Value {
                    number,
                    is_name: true,
                }),
                None => Err(self.misread()),
            },
        }
    }

    /// Reads the number after `/`.
    fn step(&mut self) -> Result<u32, Fault> {
        let start = self.at;
        let step_max = self.rule.step_max;
        self.number(1, step_max).map_err(|fault| match fault.kind {
            Kind::OutOfRange { .. } => {
                self.fault_from(Kind::StepOutOfRange { max: step_max }, start)
            }
            _ => fault,
        })
    }

    /// Reads a number from `min` to `max`.
    pub(super) fn number(&mut self, min: u32, max: u32) -> Result<u32, Fault> {
        let start = self.at;
        let Some(b'0'..=b'9') = self.peek() else {
            return Err(self.missing(min, max));
        };
        let number = self.digits();
        if number < min || number > max {
            return Err(self.fault_from(Kind::OutOfRange { min, max }, start));
        }
        Ok(number)
    }

    /// Reads digits; a number beyond `u32` stays at its greatest value, which no field takes.
    fn digits(&mut self) -> u32 {
        let mut number = 0_u32;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number
                .saturating_mul(10)
                .saturating_add(u32::from(digit - b'0'));
            self.at += 1;
        }
        number
    }

    /// Reads a name of three letters in any case.
    fn name(&mut self) -> Option<u32> {
        let number = self.named(*self.rest().first_chunk()?)?;
        self.at += 3;
        Some(number)
    }

    /// The value that a name of the field stands for.
    fn named(&self, name: [u8; 3]) -> Option<u32> {
        let key = name_key(name);
        let place = self.rule.name_keys.iter().position(|known| *known == key)?;
        Some(self.rule.min + place as u32)
    }

    /// Where the cursor stands in the text.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Where the field ends in the text.
    pub(super) fn end(&self) -> usize {
        self.bytes.len()
    }

    /// What is left of the field.
    pub(super) fn rest(&self) -> &'t [u8] {
        &self.bytes[self.at..]
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// The cursor one byte further.
    pub(super) fn skip(mut self) -> Self {
        self.at += 1;
        self
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    /// A fault in what was read since `start`.
    pub(super) fn fault_from(&self, kind: Kind, start: usize) -> Fault {
        Fault::new(kind, start, self.at).within(self.rule.field)
    }

    /// Whether the run of letters ahead is a word rather than one of the wildcards `L`, `W` and `LW`.
    pub(super) fn is_word(&self) -> bool {
        let letters = self
            .rest()
            .iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        letters > 0
            && !matches!(
                &self.rest()[..letters],
                [b'L' | b'l' | b'W' | b'w'] | [b'L' | b'l', b'W' | b'w']
            )
    }

    /// A fault in the run of letters and digits that begins at `start`, or in the one character there.
    #[cold]
    fn fault_word(&self, kind: Kind, start: usize) -> Fault {
        let length = self.bytes[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        Fault::new(kind, start, start + length.max(1)).within(self.rule.field)
    }

    /// No number from `min` to `max` stands where the cursor does.
    #[cold]
    fn missing(&self, min: u32, max: u32) -> Fault {
        match self.peek() {
            None | Some(b',') => Fault::new(Kind::MissingValue { min, max }, self.at, self.at)
                .within(self.rule.field),
            Some(byte) if byte.is_ascii_alphabetic() => {
                self.fault_word(Kind::NotANumber { min, max }, self.at)
            }
            Some(_) => self.fault_word(Kind::UnexpectedCharacter, self.at),
        }
    }

    /// No value stands where the cursor does.
    #[cold]
    fn misread(&self) -> Fault {
        match self.peek() {
            Some(byte) if self.is_wildcard(byte) => self.wildcard(byte),
            Some(byte) if byte.is_ascii_alphabetic() && !self.rule.names.is_empty() => {
                self.fault_word(Kind::UnknownName, self.at)
            }
            _ => self.missing(self.rule.min, self.rule.max),
        }
    }

    /// Something stands after an item that neither ends nor continues it.
    #[cold]
    fn unexpected(&self) -> Fault {
        let is_letter = |at: usize| self.bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
        match self.peek() {
            Some(byte) if self.is_wildcard(byte) => self.wildcard(byte),
            // A name goes on after its three letters.
            Some(_)
                if is_letter(self.at) && is_letter(self.at - 1) && !self.rule.names.is_empty() =>
            {
                self.fault_word(Kind::UnknownName, self.at.saturating_sub(3))
            }
            _ => self.fault_word(Kind::UnexpectedCharacter, self.at),
        }
    }

    fn is_wildcard(&self, byte: u8) -> bool {
        matches!(byte, b'?' | b'#') || matches!(byte, b'L' | b'l' | b'W' | b'w') && !self.is_word()
    }

    /// A wildcard stands in a field that does not know it, or among other things.
    fn wildcard(&self, byte: u8) -> Fault {
        let is_known = self.rule.wildcards.contains(&byte.to_ascii_uppercase());
        let kind = if is_known {
            Kind::NotAlone
        } else {
            Kind::Misplaced
        };
        Fault::new(kind, self.at, self.at + 1).within(self.rule.field)
    }
}

/// `STEPS[n]` has every `n`-th bit set, from bit 0.
const STEPS: [u64; 60] = {
    let mut steps = [0; 60];
    let mut n = 1;
    while n < 60 {
        let mut bit = 0;
        while bit < 64 {
            steps[n] |= 1 << bit;
            bit += n;
        }
        n += 1;
    }
    steps
};

/// The values of an item as bits.
fn bits(rule: &FieldRule, item: &Item) -> u64 {
    let up_to = |last: u32| u64::MAX >> (63 - last);
    if item.first <= item.last {
        return STEPS[item.step as usize] << item.first & up_to(item.last);
    }
    // Over the end of the field, in the same stride, as Quartz counts on.
    let n_values = rule.max - rule.min + 1;
    let mut set = 0;
    let mut value = item.first - rule.min;
    while value <= item.last - rule.min + n_values {
        set |= 1 << (rule.min + value % n_values);
        value += item.step;
    }
    set
}
