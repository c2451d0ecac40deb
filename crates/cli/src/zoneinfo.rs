//! Zone tables of the system in the place of those that are bundled.

use std::fs;
use std::io;
use std::path::Path;

use tagout_schedule::Zone;

use crate::failure::{Failure, chain};

/// Takes the clock changes of every zone that `directory` has a table for from there.
///
/// It must be done before any zone is named, as a zone keeps its table for as long as the program runs.
pub(crate) fn install(directory: &Path) -> Result<(), Failure> {
    match install_below(directory, "", 0)? {
        0 => Err(Failure::File(format!(
            "there are no zone tables in {}",
            directory.display()
        ))),
        _ => Ok(()),
    }
}

/// Takes the tables in a directory whose path within the whole is `prefix`, and says how many there were.
fn install_below(directory: &Path, prefix: &str, depth: usize) -> Result<usize, Failure> {
    let cannot_read = |source: io::Error| Failure::Io {
        action: "read",
        what: directory.display().to_string(),
        source,
    };
    let mut n_installed = 0;
    for entry in fs::read_dir(directory).map_err(cannot_read)? {
        let entry = entry.map_err(cannot_read)?;
        let file_name = entry.file_name();
        let Some(file_name) = file_name.to_str() else {
            continue;
        };
        let (name, path) = (format!("{prefix}{file_name}"), entry.path());
        if path.is_dir() {
            if depth < DEPTH_MAX && !OTHER_TABLES.contains(&&*name) {
                n_installed += install_below(&path, &format!("{name}/"), depth + 1)?;
            }
            continue;
        }
        let table = fs::read(&path).map_err(cannot_read)?;
        if table.starts_with(b"TZif") {
            Zone::install(&name, &table).map_err(|error| {
                Failure::File(format!("cannot use {}: {}", path.display(), chain(&error)))
            })?;
            n_installed += 1;
        }
    }
    Ok(n_installed)
}

/// Directories that hold the same zones once more: with leap seconds, and without.
const OTHER_TABLES: [&str; 2] = ["right", "posix"];

/// How far down tables lie: `America/Argentina/Ushuaia`.
const DEPTH_MAX: usize = 2;
