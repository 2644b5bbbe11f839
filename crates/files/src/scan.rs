//! What a program of the host says of a file: a scanner for viruses.

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

/// A program that is given each file as its input. It ends with 0 when the file is fine and with 1 when it is not; with
/// anything else it has not looked, and is asked again later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    program: String,
    arguments: Vec<String>,
    timeout: Duration,
}

/// What a scanner says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// The file is fine.
    Fine,
    /// It is not.
    Infected,
    /// It was not looked at, and why.
    Failed(String),
}

impl Scan {
    /// A command with its arguments, separated by blanks, and how long it may take for a file. None where it is empty.
    #[must_use]
    pub fn of(command: &str, timeout: Duration) -> Option<Self> {
        let mut words = command.split_whitespace().map(str::to_owned);
        Some(Self { program: words.next()?, arguments: words.collect(), timeout })
    }

    /// Has a file looked at.
    pub async fn look<E: std::fmt::Display>(&self, bytes: impl Stream<Item = Result<Bytes, E>> + Unpin) -> Scanned {
        match tokio::time::timeout(self.timeout, self.run(bytes)).await {
            Ok(said) => said.unwrap_or_else(Scanned::Failed),
            // The program ends with what runs it.
            Err(_) => Scanned::Failed(format!("it took more than {} seconds", self.timeout.as_secs())),
        }
    }

    async fn run<E: std::fmt::Display>(
        &self,
        mut bytes: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Scanned, String> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", self.program))?;
        if let Some(mut input) = child.stdin.take() {
            while let Some(piece) = bytes.try_next().await.map_err(|error| error.to_string())? {
                if input.write_all(&piece).await.is_err() {
                    // It knows enough, and has stopped to read.
                    break;
                }
            }
            drop(input);
        }
        let status = child.wait().await.map_err(|error| error.to_string())?;
        Ok(match status.code() {
            Some(0) => Scanned::Fine,
            Some(1) => Scanned::Infected,
            _ => Scanned::Failed(format!("{} ended with {status}", self.program)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    async fn asked(command: &str, bytes: &'static [u8], timeout: Duration) -> Scanned {
        let scan = Scan::of(command, timeout).expect("a command");
        scan.look(stream::iter([Ok::<_, String>(Bytes::from_static(bytes))])).await
    }

    #[tokio::test]
    async fn a_scanner_decides_by_how_it_ends() {
        let minute = Duration::from_secs(60);
        // 0 when the word is found: turned round, as a scanner would.
        assert_eq!(asked("grep -q -v EICAR", b"fine\n", minute).await, Scanned::Fine);
        assert_eq!(asked("grep -q -v EICAR", b"EICAR\n", minute).await, Scanned::Infected);
        assert!(
            matches!(asked("grep --no-such-option", b"x", minute).await, Scanned::Failed(why) if why.contains("exit status: 2"))
        );
        assert!(
            matches!(asked("no-such-scanner", b"x", minute).await, Scanned::Failed(why) if why.contains("cannot be started"))
        );
        let slow = asked("sleep 30", b"x", Duration::from_millis(50)).await;
        assert!(matches!(slow, Scanned::Failed(why) if why.contains("more than 0 seconds")));
        assert_eq!(Scan::of("  ", minute), None);
    }
}
