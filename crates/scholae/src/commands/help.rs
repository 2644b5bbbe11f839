//! What the program says of itself: help, completions for shells, and manual pages, all from the same description of
//! the command line.

use super::Arguments;
use super::examples::EXAMPLES;
use crate::config::{Failure, Flags};
use crate::spelling::nearest;
use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

/// Where the settings of the server are told.
pub const SETTINGS: &str = "settings";

const WHERE_SETTINGS_ARE: &str =
    "Every command takes --data, --database and --config too; `scholae help settings` lists all settings.";

/// The command line as it is read: the settings of the server are understood with every command and told with one, and
/// every command has examples.
pub fn command() -> Command {
    let command = Arguments::command().mut_args(|arg| if arg.is_global_set() { arg.hide(true) } else { arg });
    let command = command.mut_subcommand(SETTINGS, |settings| {
        let (about, long) = (settings.get_about().cloned(), settings.get_long_about().cloned());
        let settings = Flags::augment_args(settings).about(about.unwrap_or_default());
        let settings = settings.long_about(long.unwrap_or_default());
        settings.mut_args(|arg| arg.global(false).hide_short_help(false).help_heading("Settings"))
    });
    with_examples(command, "")
}

/// The same command, with what is told after its options.
fn with_examples(command: Command, path: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = names.iter().fold(command, |command, name| {
        let path = format!("{path} {name}");
        command.mut_subcommand(name, |sub| with_examples(sub, path.trim_start()))
    });
    let mut parts: Vec<String> = command.get_after_help().map(ToString::to_string).into_iter().collect();
    let examples: Vec<String> = of(path).iter().map(|example| format!("  {example}")).collect();
    if !examples.is_empty() {
        parts.push(format!("Examples:\n{}", examples.join("\n")));
    }
    if path != SETTINGS {
        parts.push(WHERE_SETTINGS_ARE.to_owned());
    }
    command.after_help(parts.join("\n\n"))
}

/// The examples of a command.
fn of(path: &str) -> &'static [&'static str] {
    EXAMPLES.iter().find(|(known, _)| *known == path).map_or(&[], |(_, examples)| examples)
}

/// Prints the settings.
pub fn settings() -> ExitCode {
    // As `scholae help settings` does.
    if let Err(help) = command().try_get_matches_from(["scholae", "help", SETTINGS]) {
        print!("{help}");
    }
    ExitCode::SUCCESS
}

/// Print a script that completes commands and options in a shell
#[derive(Debug, Args)]
pub struct Completions {
    /// Which shell
    shell: Shell,
}

impl Completions {
    /// Prints the script.
    pub fn run(self) -> ExitCode {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command(), "scholae", &mut script);
        print!("{}", String::from_utf8_lossy(&script));
        ExitCode::SUCCESS
    }
}

/// Print the manual page of a command, or write those of all into a folder
#[derive(Debug, Args)]
pub struct Man {
    /// Which command, such as `users import`; the program itself when left out
    command: Vec<String>,
    /// Write a page for every command into this folder, which is made when it is missing
    #[arg(long, value_name = "FOLDER", conflicts_with = "command")]
    out: Option<PathBuf>,
}

impl Man {
    /// Prints a page, or writes all.
    ///
    /// # Errors
    /// When there is no such command, or the folder cannot be written.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut root = command();
        if let Some(folder) = self.out {
            std::fs::create_dir_all(&folder)?;
            clap_mangen::generate_to(root, &folder)?;
            return Ok(ExitCode::SUCCESS);
        }
        root.build();
        let mut found = &root;
        for name in &self.command {
            found = found.find_subcommand(name).ok_or_else(|| unknown(found, name))?;
        }
        let mut page = Vec::new();
        let title = found.get_display_name().unwrap_or_else(|| found.get_name()).to_owned();
        clap_mangen::Man::new(found.clone()).title(title).render(&mut page)?;
        page.flush()?;
        print!("{}", String::from_utf8_lossy(&page));
        Ok(ExitCode::SUCCESS)
    }
}

/// That a command has none of this name.
fn unknown(command: &Command, name: &str) -> Failure {
    let known: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    let hint = match nearest(name, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    Failure::Told(format!("there is no command `{name}`; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_understood_and_every_command_has_one() {
        command().debug_assert();
        for (path, examples) in EXAMPLES {
            let mut found = &command();
            for name in path.split_whitespace() {
                found = found.find_subcommand(name).unwrap_or_else(|| panic!("there is no command `{path}`"));
            }
            for example in *examples {
                // Up to what a shell does with the output; quotation marks hold words together.
                let typed = example.split([';', '|', '>', '<', '#']).next().unwrap_or_default().trim();
                let pieces = typed.split('"').enumerate();
                let words = pieces.flat_map(|(at, piece)| match at % 2 {
                    0 => piece.split_whitespace().map(str::to_owned).collect(),
                    _ => vec![piece.to_owned()],
                });
                let read = command().try_get_matches_from(words);
                let helps = |error: &clap::Error| error.kind() == clap::error::ErrorKind::DisplayHelp;
                assert!(read.is_ok() || read.as_ref().is_err_and(helps), "{example}: {read:?}");
                assert!(typed.starts_with(format!("scholae {path}").trim_end()), "{example} is no example of `{path}`");
            }
        }
        fn each(command: &Command, path: &str) {
            assert!(!of(path).is_empty(), "`{path}` has no example");
            for sub in command.get_subcommands() {
                each(sub, format!("{path} {}", sub.get_name()).trim_start());
            }
        }
        each(&command(), "");
    }
}
