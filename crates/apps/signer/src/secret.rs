//! PINs and passphrases: from a descriptor, a file or the terminal, never from the command line.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, IsTerminal as _, Read as _},
    path::PathBuf,
};

use base::Secret;

use crate::{cli::SecretSource, failure::Failure};

/// Longest secret that is read.
const MAX: u64 = 4096;

impl SecretSource {
    /// Whether nobody is to be asked.
    pub(crate) fn is_given(&self) -> bool {
        self.pin_fd.is_some() || self.pin_file.is_some()
    }

    /// The secret. Line `line` of what is given, so that one source may give several; `prompt` is shown on a terminal.
    pub(crate) fn read(&self, prompt: &str, line: usize) -> Result<Secret<String>, Failure> {
        let path = match (self.pin_fd, &self.pin_file) {
            (Some(n), _) => PathBuf::from(format!("/dev/fd/{n}")),
            (None, Some(path)) => path.clone(),
            (None, None) => return ask(prompt),
        };
        let file = File::open(&path).map_err(|e| Failure::of("pin.source", format!("{}: {e}", path.display())))?;
        let mut lines = BufReader::new(file.take(MAX)).lines();
        let found = lines.nth(line).transpose().map_err(Failure::reading(&path))?;
        found.map(Secret::new).ok_or_else(|| Failure::of("pin.source", path.display()))
    }
}

fn ask(prompt: &str) -> Result<Secret<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::usage("pin.no-terminal", ""));
    }
    rpassword::prompt_password(format!("{prompt}: ")).map(Secret::new).map_err(|e| Failure::of("pin.source", e))
}
