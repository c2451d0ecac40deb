//! The id of a backup, which tells the server and the time.

use chrono::{DateTime, Datelike, NaiveDateTime, SubsecRound, TimeDelta, Timelike, Utc};

use super::{ServerName, check_characters, text};

text! {
    /// The id of a backup: `<server name>-yyyyMMddHHmmssSSS`, the time in UTC to the millisecond.
    ///
    /// Ids of the first months of the service, `<server name>-2016-11-19T23:42:40.240Z`, are read too, and so is
    /// anything else of up to 79 letters, digits, `-`, `.` and `:` that begins with a letter. Source: shape
    /// `BackupId` and structure `Backup`.
    ///
    /// # Example
    /// ```
    /// use tagout_lifecycle::{BackupId, ServerName};
    ///
    /// let server: ServerName = "test-chef-server".parse()?;
    /// let at = "2017-12-18T13:26:04.388Z".parse().expect("an instant");
    /// let id = BackupId::at(&server, at);
    /// assert_eq!(id.as_str(), "test-chef-server-20171218132604388");
    /// assert_eq!(id.parts(), Some((server, at)));
    /// # Ok::<(), tagout_lifecycle::InvalidValue>(())
    /// ```
    BackupId, "backup id", 1..=79, |text| check_characters(text,
        (|c| c.is_ascii_alphabetic(), "a letter a-z or A-Z"),
        (|c| c.is_ascii_alphanumeric() || "-.:".contains(c), "a letter, a digit or one of `-.:`"))
}

impl BackupId {
    /// The id of a backup of `server` that begins at `at`, cut to the millisecond.
    ///
    /// Years outside 0 to 9999 are moved to the nearer end, so that the id keeps its length.
    pub fn at(server: &ServerName, at: DateTime<Utc>) -> Self {
        let at = at.clamp(first_instant(), last_instant());
        let (date, time, ms) = (at.date_naive(), at.time(), at.timestamp_subsec_millis());
        let (year, month, day) = (date.year(), date.month(), date.day());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        Self(
            format!("{server}-{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}{ms:03}")
                .into(),
        )
    }

    /// The first id from `at` on that is not `taken`, and its instant: 1 ms later for each that is.
    ///
    /// `taken` is asked at most 1,000 times; after that many ids of one second the last one asked for is returned
    /// all the same, and whoever stores it will find it there.
    pub fn free(
        server: &ServerName,
        at: DateTime<Utc>,
        mut taken: impl FnMut(&Self) -> bool,
    ) -> (Self, DateTime<Utc>) {
        let mut at = at
            .trunc_subsecs(3)
            .clamp(first_instant(), last_instant() - TimeDelta::seconds(2));
        let mut id = Self::at(server, at);
        for _ in 0..1_000 {
            if !taken(&id) {
                break;
            }
            at += TimeDelta::milliseconds(1);
            id = Self::at(server, at);
        }
        (id, at)
    }

    /// The server and the instant that the id tells, in either of its two forms.
    pub fn parts(&self) -> Option<(ServerName, DateTime<Utc>)> {
        let text = self.as_str();
        [(17, "%Y%m%d%H%M%S%3f"), (24, "%Y-%m-%dT%H:%M:%S%.3fZ")]
            .into_iter()
            .find_map(|(length, format)| {
                let (name, stamp) = text.split_at_checked(text.len().checked_sub(length)?)?;
                let at = NaiveDateTime::parse_from_str(stamp, format).ok()?.and_utc();
                Some((name.strip_suffix('-')?.parse().ok()?, at))
            })
    }
}

fn first_instant() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH - TimeDelta::seconds(62_167_219_200) // 0000-01-01
}

fn last_instant() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(253_402_300_799_999) // 9999-12-31
}
