//! The names of things: data centres, accounts, servers, jobs, groups.
//!
//! All of them are read in any letter case and kept, compared and written in lower case, as the CenturyLink
//! Cloud v2 service did in every recorded answer. They are small values without allocation.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Says why a text is not the id that it was taken for.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct InvalidId {
    text: Box<str>,
    expected: &'static str,
}

impl InvalidId {
    /// How much of an unreadable text an error repeats, in characters.
    const SHOWN_MAX: usize = 40;

    fn new(text: &str, expected: &'static str) -> Self {
        let text = text.chars().take(Self::SHOWN_MAX).collect();
        Self { text, expected }
    }

    /// The beginning of the text that was refused, 40 characters at most.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Gives an id type its text form, for people and for serde.
macro_rules! text_form {
    ($type:ty) => {
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = InvalidId;

            fn try_from(text: &str) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// One data centre: two letters and a digit, such as `wa1`.
///
/// # Example
///
/// ```
/// use tagout_batch::DataCenter;
///
/// let dc: DataCenter = "WA1".parse()?;
/// assert_eq!(dc.to_string(), "wa1");
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DataCenter([u8; 3]);

impl DataCenter {
    const EXPECTED: &'static str = "a data centre: two letters and a digit";
    /// How many data centres can be told apart.
    const N_CODES: u64 = 26 * 26 * 10;

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let &[a, b, c] = bytes else { return None };
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        (a.is_ascii_lowercase() && b.is_ascii_lowercase() && c.is_ascii_digit())
            .then_some(Self([a, b, c]))
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("only ASCII is kept")
    }

    /// The data centre as a number below [`Self::N_CODES`], in the order of the texts.
    fn code(self) -> u64 {
        let [a, b, c] = self.0.map(u64::from);
        ((a - u64::from(b'a')) * 26 + (b - u64::from(b'a'))) * 10 + (c - u64::from(b'0'))
    }

    fn from_code(code: u64) -> Self {
        let letter = |n: u64| b'a' + (n % 26) as u8;
        Self([
            letter(code / 260),
            letter(code / 10),
            b'0' + (code % 10) as u8,
        ])
    }
}

impl FromStr for DataCenter {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_bytes(text.as_bytes()).ok_or_else(|| InvalidId::new(text, Self::EXPECTED))
    }
}

impl fmt::Display for DataCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(DataCenter);

/// The alias of one account: 2 to 8 of `a-z` and `0-9`.
///
/// The service speaks of two to four characters and shows five in its own examples, so a little more is let in.
///
/// # Example
///
/// ```
/// use tagout_batch::Alias;
///
/// let alias: Alias = "ALTD".parse()?;
/// assert_eq!(alias.as_str(), "altd");
/// assert_eq!("x".parse::<Alias>().unwrap_err().to_string(), "`x` is not an account alias: 2 to 8 letters or digits");
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Alias([u8; 8]);

impl Alias {
    const EXPECTED: &'static str = "an account alias: 2 to 8 letters or digits";

    /// The alias in lower case.
    pub fn as_str(&self) -> &str {
        text_of(&self.0)
    }
}

impl FromStr for Alias {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits =
            (2..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits {
            return Err(InvalidId::new(text, Self::EXPECTED));
        }
        Ok(Self(lower_padded(text)))
    }
}

impl fmt::Display for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(Alias);

/// The id of one server: data centre, account alias, name and counter without separators, such as `wa1aliaswb01`.
///
/// Where one part ends and the next begins cannot be told from the text alone; [`ServerId::of_account`] checks an
/// id against the alias that it should carry, and nothing here ever guesses. The name has 1 to 8 letters, digits
/// and dashes, the counter two digits, or three from the hundredth server on.
///
/// # Example
///
/// ```
/// use tagout_batch::{Alias, ServerId};
///
/// let alias: Alias = "ALTD".parse()?;
/// let server = ServerId::of_account("DE1ALTDWEB580", &alias)?;
/// assert_eq!(server.as_str(), "de1altdweb580");
/// assert_eq!(server.data_center().to_string(), "de1");
/// assert!(ServerId::of_account("DE1OTHERWEB580", &alias).is_err());
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub struct ServerId([u8; Self::LEN_MAX]);

impl ServerId {
    /// The longest id, in characters: 3 for the data centre, 8 for the alias, 8 for the name, 3 for the counter.
    pub const LEN_MAX: usize = 22;
    /// The shortest id, in characters: an alias of two, a name of one, a counter of two.
    const LEN_MIN: usize = 8;
    const EXPECTED: &'static str = "a server id: data centre, account alias, name and counter";
    const OF_ACCOUNT: &'static str = "a server id of this account";

    /// Reads an id that has to belong to `alias`.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidId`] if the text is no server id, or is one of another account.
    pub fn of_account(text: &str, alias: &Alias) -> Result<Self, InvalidId> {
        let id: Self = text.parse()?;
        if id.belongs_to(alias) {
            Ok(id)
        } else {
            Err(InvalidId::new(text, Self::OF_ACCOUNT))
        }
    }

    /// Builds the id of the `counter`-th server that an account calls `name` in a data centre.
    ///
    /// # Errors
    ///
    /// Returns [`InvalidId`] if the name is not 1 to 8 letters, digits and dashes, or the counter not 1 to 999.
    pub fn compose(
        dc: DataCenter,
        alias: &Alias,
        name: &str,
        counter: u16,
    ) -> Result<Self, InvalidId> {
        let text = format!("{dc}{alias}{name}{counter:02}");
        let fits = (1..=8).contains(&name.len()) && (1..=999).contains(&counter);
        if fits {
            text.parse()
        } else {
            Err(InvalidId::new(&text, Self::EXPECTED))
        }
    }

    /// The id in lower case.
    pub fn as_str(&self) -> &str {
        text_of(&self.0)
    }

    /// The data centre that the id begins with.
    pub fn data_center(&self) -> DataCenter {
        DataCenter([self.0[0], self.0[1], self.0[2]])
    }

    /// Whether the id can be one of this account: the alias follows the data centre, and a name of 1 to 8
    /// characters and a counter follow the alias.
    pub fn belongs_to(&self, alias: &Alias) -> bool {
        self.as_str()[3..]
            .strip_prefix(alias.as_str())
            .is_some_and(|rest| (3..=11).contains(&rest.len()))
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let len = bytes.len();
        if !(Self::LEN_MIN..=Self::LEN_MAX).contains(&len) {
            return None;
        }
        let dc = DataCenter::from_bytes(&bytes[..3])?;
        let mut id = [0; Self::LEN_MAX];
        for (kept, byte) in id.iter_mut().zip(bytes) {
            *kept = byte.to_ascii_lowercase();
        }
        let body = &id[3..len - 2];
        let fits = body
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
            && id[len - 2..len].iter().all(u8::is_ascii_digit);
        debug_assert_eq!(id[..3], dc.0);
        fits.then_some(Self(id))
    }
}

impl std::hash::Hash for ServerId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // One write of the whole array; the derived form would write its length first.
        state.write(&self.0);
    }
}

impl FromStr for ServerId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::from_bytes(text.as_bytes()).ok_or_else(|| InvalidId::new(text, Self::EXPECTED))
    }
}

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(ServerId);

/// The id of one job: a data centre and a number that grows there with every job of every account, such as
/// `wa1-12345`.
///
/// Ids are ordered by data centre, then by number. Written in lower case, without padding.
///
/// # Example
///
/// ```
/// use tagout_batch::JobId;
///
/// let id: JobId = "WA1-12345".parse()?;
/// assert_eq!(id.to_string(), "wa1-12345");
/// assert_eq!(id.number(), 12_345);
/// assert!("wa1-012345".parse::<JobId>().is_err());
/// # Ok::<(), tagout_batch::InvalidId>(())
/// ```
// Both parts in one word: a job is looked up by its id for every piece of work.
#[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct JobId(NonZeroU64);

impl JobId {
    /// The greatest number of a job: 2^51 - 1.
    pub const NUMBER_MAX: u64 = (1 << Self::NUMBER_BITS) - 1;
    const NUMBER_BITS: u32 = 51;
    const EXPECTED: &'static str = "a job id: a data centre, a hyphen and a number";

    /// The id with this number in this data centre; nothing if the number is 0 or above [`Self::NUMBER_MAX`].
    pub fn new(dc: DataCenter, number: u64) -> Option<Self> {
        const { assert!(DataCenter::N_CODES < 1 << (u64::BITS - Self::NUMBER_BITS)) };
        let number = NonZeroU64::new(number).filter(|number| number.get() <= Self::NUMBER_MAX)?;
        Some(Self(number | (dc.code() << Self::NUMBER_BITS)))
    }

    /// The data centre that runs the job.
    pub fn data_center(self) -> DataCenter {
        DataCenter::from_code(self.0.get() >> Self::NUMBER_BITS)
    }

    /// Data centre and number in one word; the ids of one data centre are neighbours.
    pub(crate) fn to_word(self) -> u64 {
        self.0.get()
    }

    /// The number of the job in its data centre, from 1.
    pub fn number(self) -> u64 {
        self.0.get() & Self::NUMBER_MAX
    }
}

impl FromStr for JobId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parse = || {
            let (dc, number) = text.split_once('-')?;
            let canonical =
                number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
            Self::new(dc.parse().ok()?, canonical.then(|| number.parse().ok())??)
        };
        parse().ok_or_else(|| InvalidId::new(text, Self::EXPECTED))
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.data_center(), self.number())
    }
}

text_form!(JobId);

/// Defines an id of 32 hexadecimal digits.
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name([u8; 16]);

        impl $name {
            const EXPECTED: &'static str = "an id of 32 hexadecimal digits";

            /// The id with these bytes, the first one written first.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let fits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                let bytes = fits.then(|| u128::from_str_radix(text, 16).ok()).flatten().map(u128::to_be_bytes);
                bytes.map(Self).ok_or_else(|| InvalidId::new(text, Self::EXPECTED))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:032x}", u128::from_be_bytes(self.0))
            }
        }

        text_form!($name);
    };
}

hex_id! {
    /// The id of one group of servers: 32 hexadecimal digits.
    ///
    /// # Example
    ///
    /// ```
    /// use tagout_batch::GroupId;
    ///
    /// let group: GroupId = "2a5c0b9662cf4fc8bf6180f139facdc0".parse()?;
    /// assert_eq!(group.to_string(), "2a5c0b9662cf4fc8bf6180f139facdc0");
    /// # Ok::<(), tagout_batch::InvalidId>(())
    /// ```
    GroupId
}

hex_id! {
    /// The second name of a server, 32 hexadecimal digits, by which it is found before its id is known.
    ///
    /// # Example
    ///
    /// ```
    /// use tagout_batch::ServerUuid;
    ///
    /// let uuid: ServerUuid = "8134C91A66784C6DADA651EBA90A5123".parse()?;
    /// assert_eq!(uuid.to_string(), "8134c91a66784c6dada651eba90a5123");
    /// # Ok::<(), tagout_batch::InvalidId>(())
    /// ```
    ServerUuid
}

/// The ASCII text at the start of a zero-padded array.
fn text_of(bytes: &[u8]) -> &str {
    let len = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    std::str::from_utf8(&bytes[..len]).expect("only ASCII is kept")
}

/// `text` in lower case, padded with zeros; longer texts are cut, so the length is checked before.
fn lower_padded<const N: usize>(text: &str) -> [u8; N] {
    let mut padded = [0; N];
    for (kept, byte) in padded.iter_mut().zip(text.bytes()) {
        *kept = byte.to_ascii_lowercase();
    }
    padded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn server_ids_of_the_recordings_are_read() {
        for (text, alias) in [
            ("WA1ALIASWB01", "alias"),
            ("DE1ALTDWEB580", "altd"),
            ("va1altdsrv-302", "altd"),
            ("uc1altdsr-va203", "ALTD"),
            ("WA1ALIASSERV0101", "ALIAS"),
            ("va1t3osserver01", "t3os"),
        ] {
            let id = ServerId::of_account(text, &alias.parse().unwrap()).unwrap();
            assert_eq!(id.to_string(), text.to_lowercase());
            assert_eq!(id.as_str().len(), text.len());
        }
    }

    #[track_caller]
    fn refuses<T: FromStr<Err = InvalidId> + fmt::Debug>(text: &str, expected: &str) {
        assert_eq!(text.parse::<T>().unwrap_err().to_string(), expected);
    }

    #[test]
    fn refusals_name_the_text_and_what_was_expected() {
        refuses::<DataCenter>("1wa", "`1wa` is not a data centre: two letters and a digit");
        refuses::<DataCenter>("", "`` is not a data centre: two letters and a digit");
        refuses::<Alias>(
            "ninechars",
            "`ninechars` is not an account alias: 2 to 8 letters or digits",
        );
        refuses::<Alias>(
            "a-b",
            "`a-b` is not an account alias: 2 to 8 letters or digits",
        );
        refuses::<JobId>(
            "wa1",
            "`wa1` is not a job id: a data centre, a hyphen and a number",
        );
        refuses::<GroupId>("2a5c", "`2a5c` is not an id of 32 hexadecimal digits");
        refuses::<ServerId>(
            "wa1aliaswb",
            "`wa1aliaswb` is not a server id: data centre, account alias, name and counter",
        );
    }

    #[test]
    fn server_ids_keep_to_their_shape() {
        for text in [
            "",
            "wa1",
            "wa1aa01",
            "11aaliaswb01",
            "wa1ali_swb01",
            "wa1aliaswbé01",
            "wa1aliaswbx1",
            "wa1+liaswb01",
        ] {
            assert!(text.parse::<ServerId>().is_err(), "{text}");
        }
        assert!("wa1aax01".parse::<ServerId>().is_ok(), "the shortest");
        let longest = format!("wa1{}{}123", "a".repeat(8), "n".repeat(8));
        assert_eq!(longest.parse::<ServerId>().unwrap().as_str(), longest);
        assert!(format!("{longest}4").parse::<ServerId>().is_err());
    }

    #[test]
    fn an_id_is_checked_against_the_alias_and_never_split() {
        let of =
            |text: &str, alias: &str| ServerId::of_account(text, &alias.parse().unwrap()).is_ok();
        // Each reading is possible; only the alias decides.
        assert!(of("wa1alias01", "al") && of("wa1alias01", "ali") && of("wa1alias01", "alia"));
        assert!(!of("wa1alias01", "alias"), "a name is missing");
        assert!(!of("wa1alias01", "bl"));
        assert!(!of("wa1abnamenamename01", "ab"), "a name of twelve");
        let error = ServerId::of_account("wa1alias01", &"bl".parse().unwrap()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`wa1alias01` is not a server id of this account"
        );
    }

    #[test]
    fn composing_keeps_the_counter_to_two_digits_until_it_needs_three() {
        let (dc, alias) = ("wa1".parse().unwrap(), "ACCT".parse().unwrap());
        let compose =
            |name: &str, n| ServerId::compose(dc, &alias, name, n).map(|id| id.to_string());
        assert_eq!(compose("web", 1).as_deref(), Ok("wa1acctweb01"));
        assert_eq!(compose("WEB", 100).as_deref(), Ok("wa1acctweb100"));
        assert!(compose("web", 0).is_err() && compose("web", 1_000).is_err());
        assert!(
            compose("", 1).is_err()
                && compose("ninechars", 1).is_err()
                && compose("a_b", 1).is_err()
        );
    }

    #[test]
    fn a_long_unreadable_text_is_cut_in_the_error() {
        let error = "x".repeat(1_000).parse::<JobId>().unwrap_err();
        assert_eq!(error.text().len(), InvalidId::SHOWN_MAX);
    }

    #[test]
    fn job_numbers_have_bounds() {
        let dc = "zz9".parse().unwrap();
        assert_eq!(JobId::new(dc, 0), None);
        assert_eq!(JobId::new(dc, JobId::NUMBER_MAX + 1), None);
        let last = JobId::new(dc, JobId::NUMBER_MAX).unwrap();
        assert_eq!((last.data_center(), last.number()), (dc, JobId::NUMBER_MAX));
        for text in [
            "wa1-",
            "wa1-0",
            "wa1--1",
            "wa1-+1",
            "wa1-1 ",
            "-1",
            "wa1-99999999999999999999",
            "wa1-2251799813685248",
        ] {
            assert!(text.parse::<JobId>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_are_small() {
        assert_eq!(
            (
                size_of::<Alias>(),
                size_of::<ServerId>(),
                size_of::<Option<JobId>>()
            ),
            (8, 22, 8)
        );
    }

    proptest! {
        #[test]
        fn every_job_id_survives_its_text_and_keeps_its_order(
            a in ("[a-z]{2}[0-9]", prop_oneof![1..20u64, JobId::NUMBER_MAX - 3..=JobId::NUMBER_MAX]),
            b in ("[a-z]{2}[0-9]", 1..20u64),
        ) {
            let of = |(dc, n): &(String, u64)| JobId::new(dc.parse().unwrap(), *n).unwrap();
            prop_assert_eq!(of(&a).to_string(), format!("{}-{}", a.0, a.1));
            prop_assert_eq!(of(&a).to_string().to_uppercase().parse(), Ok(of(&a)));
            prop_assert_eq!(of(&a).cmp(&of(&b)), a.cmp(&b));
        }

        #[test]
        fn server_ids_order_as_their_texts(a in "[a-c]{2}[0-9][a-c-]{3,5}[0-9]{2,3}", b in "[a-c]{2}[0-9][a-c-]{3,5}[0-9]{2,3}") {
            let of = |text: &str| text.parse::<ServerId>().unwrap();
            prop_assert_eq!(of(&a).cmp(&of(&b)), a.cmp(&b));
            prop_assert_eq!(of(&a.to_uppercase()), of(&a));
        }

        #[test]
        fn no_text_makes_reading_panic(text in ".{0,40}") {
            let _ = (text.parse::<ServerId>(), text.parse::<JobId>(), text.parse::<Alias>(), text.parse::<GroupId>());
        }
    }
}
