//! Starting other programs, with what went wrong said plainly.

use std::{
    cell::RefCell,
    ffi::OsStr,
    fmt::Display,
    fs::File,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// What stopped a task.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) String);

impl<E: Display> From<E> for Fault {
    fn from(e: E) -> Self {
        Self(e.to_string())
    }
}

pub(crate) type Done<T = ()> = Result<T, Fault>;

thread_local! {
    /// Where this thread says what goes on, if not on the terminal.
    static LOG: RefCell<Option<File>> = const { RefCell::new(None) };
}

/// From now on what this thread says, and what programs say that it runs, goes to a file: two threads at work would else speak
/// through each other.
pub(crate) fn log_to(path: &Path) -> Done {
    let file = File::create(path)?;
    LOG.with_borrow_mut(|log| *log = Some(file));
    Ok(())
}

/// Says a line.
pub(crate) fn say(line: &str) -> Done {
    LOG.with_borrow_mut(|log| match log {
        Some(file) => writeln!(file, "{line}"),
        None => writeln!(std::io::stdout(), "{line}"),
    })?;
    Ok(())
}

fn voice() -> Done<(Stdio, Stdio)> {
    LOG.with_borrow(|log| match log {
        Some(file) => Ok((file.try_clone()?.into(), file.try_clone()?.into())),
        None => Ok((Stdio::inherit(), Stdio::inherit())),
    })
}

/// Runs a program in `dir` with this thread's own output; a non-zero exit is a fault.
pub(crate) fn run<S: AsRef<OsStr>>(dir: &Path, program: &str, args: &[S], env: &[(&str, String)]) -> Done {
    let (out, errors) = voice()?;
    let status = Command::new(program)
        .args(args)
        .current_dir(dir)
        .envs(env.iter().map(|(k, v)| (*k, v)))
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(errors)
        .status()
        .map_err(|e| Fault(format!("{program}: {e}")))?;
    if status.success() { Ok(()) } else { Err(Fault(format!("{program} {} ended with {status}", line(args)))) }
}

/// Runs a program and gives its standard output.
pub(crate) fn output<S: AsRef<OsStr>>(dir: &Path, program: &str, args: &[S]) -> Done<String> {
    let out = Command::new(program)
        .args(args)
        .current_dir(dir)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|e| Fault(format!("{program}: {e}")))?;
    if !out.status.success() {
        return Err(Fault(format!("{program} {} ended with {}", line(args), out.status)));
    }
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Whether a program can be started at all.
pub(crate) fn exists(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).exists();
    }
    std::env::var_os("PATH").is_some_and(|p| std::env::split_paths(&p).any(|d| d.join(program).is_file()))
}

fn line<S: AsRef<OsStr>>(args: &[S]) -> String {
    args.iter().map(|a| a.as_ref().to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
