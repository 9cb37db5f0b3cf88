//! `enkurs-sign validate`: verdicts about signed files, as EN 319 102-1 says.

mod human;
mod policy;
mod report;

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    time::Duration,
};

use ades::{
    detect,
    facts::FileFacts,
    replay::{Recorder, fingerprint},
    validate::{Anchors, Basis, Lang, Material, Report, validate_file},
};
use base::{Clock as _, Cx, SystemClock, Timestamp};
use clap::Args;
use net::{Asked, Client, Network, fetch_needs};

use crate::{failure::Failure, lists, network, output::Output, supplied::Supplied, ui::Ui};
use report::Kind;

pub(crate) use human::text;

/// Options of `validate`.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Signed files: containers, PDF, XML.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A file that detached signatures speak of.
    #[arg(long, value_name = "FILE")]
    detached: Vec<PathBuf>,
    /// Certificates to trust, PEM (one or several) or DER.
    #[arg(long, value_name = "PEM")]
    trust_anchor: Vec<PathBuf>,
    #[command(flatten)]
    lists: lists::Given,
    /// Validate as of this time (RFC 3339) instead of now.
    #[arg(long, value_name = "RFC3339")]
    time: Option<String>,
    /// Do not use the network.
    #[arg(long)]
    offline: bool,
    /// Judge by this policy, TOML or JSON, instead of the one built in (docs/validation.md).
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Write everything the verdicts were made from: `enkurs-sign replay` makes the same report of it again.
    #[arg(long, value_name = "OUT.zip")]
    evidence: Option<PathBuf>,
    /// What to tell: simple, detailed, or etsi:OUT for an XML report of ETSI TS 119 102-2 in the file OUT.
    #[arg(long, value_name = "KIND")]
    report: Vec<Kind>,
    /// Overwrite the files of --evidence and --report.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    network: network::Options,
}

/// Rounds of fetching: each may show that more is missing (an issuer, then its status).
const ROUNDS: usize = 6;
/// Time for all answers of one round.
const ROUND: Duration = Duration::from_secs(20);

/// Validates all files; the exit code is the worst of them.
pub(crate) async fn run(options: &Options, ui: &Ui) -> Result<u8, Failure> {
    let time = match &options.time {
        Some(text) => text.parse::<Timestamp>().map_err(|e| Failure::usage("validate.time", e))?,
        None => SystemClock::new().now(),
    };
    let client = if options.offline { None } else { Some(options.network.client(&[])?) };
    let network = client.clone().map(|client| Network::new(client, Cx::system()));
    let anchors = anchors(options, client.as_ref(), time, ui).await?;
    let lang = match ui.lang {
        crate::ui::Lang::Lv => Lang::Lv,
        crate::ui::Lang::En => Lang::En,
    };
    let policy = policy::load(options.policy.as_deref())?;
    let etsi = options.report.iter().filter(|k| matches!(k, Kind::Etsi(_))).count();
    if etsi > 0 && options.files.len() > 1 {
        return Err(Failure::usage("validate.report", "etsi"));
    }
    let evidence = options.evidence.as_ref().map(|out| Output::create(out, options.force)).transpose()?;
    let program = concat!("enkurs-sign ", env!("CARGO_PKG_VERSION"));
    let mut recorder = evidence.map(|out| Recorder::new(out, program, time));
    let mut exits = Vec::new();
    // What was fetched for one file serves the next.
    let (asked, mut material) = (Asked::default(), Material::default());
    for path in &options.files {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
        let facts = match read(path, &name, &options.detached) {
            Ok(facts) => facts,
            Err(failure) => {
                ui.fail(&failure);
                exits.push(failure.exit);
                continue;
            }
        };
        let judge = |material: &Material| {
            let basis = Basis { anchors: &anchors, policy: &policy, material, time, lang };
            validate_file(&name, &facts, &basis)
        };
        let mut report = judge(&material);
        if let Some(network) = &network {
            for _ in 0..ROUNDS {
                if report.needs.is_empty() || !fetch_needs(network, &report.needs, &asked, ROUND, &mut material).await {
                    break;
                }
                report = judge(&material);
            }
        }
        if let Some(recorder) = &mut recorder {
            let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang };
            let (size, sha256) = File::open(path).and_then(fingerprint).map_err(Failure::reading(path))?;
            recorder.add(&facts, &basis, &report, size, sha256)?;
        }
        for kind in &options.report {
            if let Kind::Etsi(out) = kind {
                report::write_etsi(out, &report, time, &policy.name, options.force)?;
            }
        }
        exits.push(tell(&report, &facts, options.report.contains(&Kind::Detailed), ui));
    }
    if let Some(recorder) = recorder {
        recorder.finish()?.commit()?;
    }
    Ok(worst(&exits))
}

/// Prints one report; gives its exit code.
fn tell(report: &Report, facts: &FileFacts, detailed: bool, ui: &Ui) -> u8 {
    if detailed {
        ui.result(&report.detailed(), || human::detailed(report, ui));
    } else {
        ui.result(report, || human::text(report, ui));
    }
    let exit = report.exit_code();
    if exit == 1 {
        for defect in facts.defects.iter().filter(|d| d.fatal) {
            ui.fail(&Failure::of(defect.code, &defect.object));
        }
    }
    exit
}

/// The worst exit code, in the order 4, 3, 5, 1, 0.
pub(crate) fn worst(exits: &[u8]) -> u8 {
    [4, 3, 5, 1].into_iter().find(|code| exits.contains(code)).unwrap_or(0)
}

fn read(path: &Path, name: &str, detached: &[PathBuf]) -> Result<FileFacts, Failure> {
    let source = File::open(path).map_err(Failure::reading(path))?;
    if source.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(Failure::of("file.read", path.display()));
    }
    let source = BufReader::with_capacity(256 * 1024, source);
    let mut objects = Supplied::new(detached);
    detect::read(name, source, &mut objects, &detect::Limits::default()).map_err(Failure::reading(path))
}

/// Certificates and lists that were given; without any, the lists kept on this computer.
async fn anchors(options: &Options, client: Option<&Client>, time: Timestamp, ui: &Ui) -> Result<Anchors, Failure> {
    let mut all = Anchors::new(lists::certificates(&options.trust_anchor)?);
    if !options.lists.is_empty() {
        all.extend(options.lists.load(client, time, ui).await?);
    } else if options.trust_anchor.is_empty()
        && let Some(kept) = lists::cached(SystemClock::new().now(), ui)?
    {
        all.extend(kept);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::worst;

    #[test]
    fn the_worst_file_decides() {
        assert_eq!(worst(&[]), 0);
        assert_eq!(worst(&[0, 1]), 1);
        assert_eq!(worst(&[1, 5, 0]), 5);
        assert_eq!(worst(&[5, 3, 1]), 3);
        assert_eq!(worst(&[3, 4, 0]), 4);
    }
}
