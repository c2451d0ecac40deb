//! What goes to the terminal, or wherever else it is sent.

use std::io::{self, ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::failure::Failure;

/// The head of a table.
pub(crate) const HEAD: Style = Style::new().bold();
/// What matters most in a line.
pub(crate) const STRONG: Style = AnsiColor::Green.on_default().bold();
/// What is there for whoever looks closer.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What needs a second look.
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();

/// Text in a style, which is left out where the terminal, or `NO_COLOR`, asks for none.
pub(crate) fn styled(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Text from elsewhere without characters that steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    let shown = |character: char| {
        if character.is_control() {
            character.escape_default().to_string()
        } else {
            character.to_string()
        }
    };
    text.chars().map(shown).collect()
}

/// Writes text to standard output. That nobody reads it any more is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// Writes a value to standard output as JSON.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text =
        serde_json::to_string_pretty(value).expect("texts, numbers and lists can be written");
    text.push('\n');
    write(text.as_bytes())
}

/// Writes bytes to standard output as they are. That nobody reads them any more is no failure.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    unless_closed(out.write_all(bytes).and_then(|()| out.flush()))
}

/// Says on standard error why the command failed. If even that is impossible, the exit code has to say it.
pub(crate) fn complain(failure: &Failure) {
    let text = match failure {
        Failure::Schedule(error) => {
            let excerpt = error.render().replace('\n', "\n  ");
            let service = error
                .service_text()
                .map(|text| format!("\n  the service says: {text}\n"));
            format!("{failure}\n\n  {excerpt}\n{}", service.unwrap_or_default())
        }
        _ => format!("{failure}\n"),
    };
    let _ = write!(
        anstream::stderr().lock(),
        "{}: {text}",
        styled(ERROR, "error")
    );
}

/// Takes it as success that nobody reads standard output any more.
pub(crate) fn unless_closed(outcome: io::Result<()>) -> Result<(), Failure> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Io {
            action: "write to",
            what: "standard output".to_owned(),
            source: error,
        }),
        _ => Ok(()),
    }
}
