//! What the documents say of the tree is so.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The top of the repository; none where only this crate was unpacked.
fn top() -> Option<PathBuf> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    top.join("ARCHITECTURE.md").exists().then_some(top)
}

fn read(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The texts between back quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The lines of the table below `heading`, without its head.
fn table<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    let (_, below) = text.split_once(heading).expect("the heading is there");
    below
        .lines()
        .map(|line| line.trim_start_matches("//! ").trim_start())
        .skip_while(|line| !line.starts_with("|--"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect()
}

fn folders(path: PathBuf) -> BTreeSet<String> {
    fs::read_dir(path)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect()
}

#[test]
fn the_feature_table_is_that_of_the_manifest() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = read(here.join("Cargo.toml"));
    let (_, features) = manifest.split_once("[features]\n").expect("features");
    let (features, _) = features.split_once("\n[").expect("more follows");
    let declared: BTreeSet<&str> = features
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .collect();
    let library = read(here.join("src/lib.rs"));
    let told: BTreeSet<&str> = table(&library, "# Features")
        .into_iter()
        .map(|line| quoted(line).next().expect("a feature"))
        .collect();
    assert_eq!(told, declared);
}

#[test]
fn every_crate_stands_in_the_architecture_and_every_path_there_exists() {
    let Some(top) = top() else { return };
    let text = read(top.join("ARCHITECTURE.md"));
    let told: BTreeSet<String> = table(&text, "There are no others.")
        .into_iter()
        .map(|line| quoted(line).next().expect("a crate").to_owned())
        .collect();
    let there: BTreeSet<String> = folders(top.join("crates"))
        .into_iter()
        .filter(|folder| folder != "tagout")
        .map(|folder| format!("tagout-{folder}"))
        .collect();
    assert_eq!(told, there);

    let paths: Vec<&str> = quoted(&text)
        .filter(|it| {
            it.starts_with("crates/") || it.starts_with("examples/") || it.starts_with("benches/")
        })
        .collect();
    assert!(paths.len() > 8, "{paths:?}");
    for path in paths {
        assert!(top.join(path).exists(), "{path} is not there");
    }
}

#[test]
fn every_example_is_on_the_path_and_has_its_expected_output() {
    let Some(top) = top() else { return };
    let manifest = read(top.join("examples/Cargo.toml"));
    let declared: BTreeSet<&str> = manifest
        .lines()
        .filter_map(|line| line.strip_prefix("path = \"")?.strip_suffix(".rs\""))
        .filter(|name| *name != "lib")
        .collect();
    let path = read(top.join("examples/README.md"));
    let told: BTreeSet<&str> = path
        .lines()
        .filter(|line| line.starts_with("| "))
        .filter_map(|line| quoted(line).next())
        .collect();
    assert_eq!(told, declared);
    for name in declared {
        let output = top.join(format!("examples/expected/{name}.txt"));
        assert!(output.exists(), "{} is not there", output.display());
    }
}
