//! `enkurs-sign replay`: the verdicts of an evidence bundle, judged again from what it holds, offline.

use std::{fs::File, io::BufReader, path::PathBuf};

use ades::replay::replay;
use clap::Args;

use crate::{failure::Failure, ui::Ui, validate};

/// Options of `replay`.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Bundle that `validate --evidence` wrote.
    #[arg(value_name = "EVIDENCE.zip")]
    bundle: PathBuf,
}

/// Exit code as `validate` had it; 4 when the bundle was changed or another report comes of it.
pub(crate) fn run(options: &Options, ui: &Ui) -> Result<u8, Failure> {
    let path = &options.bundle;
    let file = File::open(path).map_err(Failure::reading(path))?;
    let replayed = replay(BufReader::new(file)).map_err(|e| {
        let exit = if e.code() == "replay.tampered" { 4 } else { 1 };
        Failure::from(e).exit(exit)
    })?;
    let mut exits = Vec::new();
    for one in &replayed.files {
        ui.result(&one.report, || validate::text(&one.report, ui));
        if one.same {
            exits.push(one.report.exit_code());
        } else {
            let detail = format!("{} ({})", one.report.file, replayed.program);
            ui.fail(&Failure::of("replay.differs", detail));
            exits.push(4);
        }
    }
    Ok(validate::worst(&exits))
}
