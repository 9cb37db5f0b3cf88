//! The first journey without a browser: two people get cards, sign real files with them, and the files are validated.

use std::{
    fs,
    io::BufWriter,
    path::{Path, PathBuf},
};

use ades::{facts::Level, validate::Lang};
use card::profile::Use;
use signing::engine::{Format, Input, Kind, Validation, from_path};

use super::{
    hand::CardHand,
    open, people,
    report::{Line, Names},
};
use crate::{Config, Failure, Node, cli, wire::Services};

/// The journey of `options`, with everything in this process.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub(super) async fn run(options: &cli::Demo, out: &Path) -> Result<(), Failure> {
    let temporary = tempfile::tempdir().map_err(Failure::file("a temporary directory"))?;
    let data = options.data.clone().unwrap_or_else(|| temporary.path().join("data"));
    let mut config = Config::in_directory(&data, format!("http://{}", options.listen));
    config.demo = true;
    config.ca.tsa.utc.unsynchronised = ca::Unsynchronised::Allow;
    println!(
        "creating the national PKI in {}",
        if options.data.is_some() { data.display().to_string() } else { "a temporary directory".into() }
    );
    walk(config, &options.journey, out).await
}

/// Issues cards and signs `files` into `out`, on a node of this configuration: the services that are not its own are asked
/// over the contract. Fails unless every result is validated.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub async fn walk(config: Config, files: &[PathBuf], out: &Path) -> Result<(), Failure> {
    for file in files {
        fs::metadata(file).map_err(Failure::file(file))?;
    }
    fs::create_dir_all(out).map_err(Failure::file(out))?;
    let (node, services, wired) = open(config).await?;
    let roots = trust_anchors(&node, &services, out).await?;
    println!("trust anchors: root.pem ({roots})");
    let hands = cards(&node, &services).await?;
    let lines = sign_all(&node, &services, &hands, files, out).await?;
    let json = serde_json::to_vec_pretty(&lines).map_err(|e| Failure::Wire(e.to_string()))?;
    let path = out.join("report.json");
    fs::write(&path, json).map_err(Failure::file(path))?;
    let placed = wired.sequencer.drain().await?;
    println!("ledger: {placed} entries under a signed checkpoint");
    node.db.close().await;
    let bad = lines.iter().filter(|l| !l.good()).count();
    if bad == 0 {
        Ok(())
    } else {
        Err(Failure::Unsound(format!("{bad} of {} results are not validated: see report.json", lines.len())))
    }
}

/// Writes the roots as PEM.
async fn trust_anchors(node: &Node, services: &Services, out: &Path) -> Result<usize, Failure> {
    let anchors = services.peers.call(&node.cx, contract::ca::Anchors {}).await.map_err(|e| Failure::Wire(e.code))?;
    let pem: String = anchors.roots.iter().map(|root| pki::pem_encode("CERTIFICATE", &root.0)).collect();
    let path = out.join("root.pem");
    fs::write(&path, pem).map_err(Failure::file(path))?;
    Ok(anchors.roots.len())
}

/// Two citizens get cards from two clerks.
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
async fn cards(node: &Node, services: &Services) -> Result<Vec<CardHand>, Failure> {
    let persons = people::nation(node, 5);
    let ids = people::enter(node, services, &persons).await?;
    println!("registered {} people", ids.len());
    let mut staff = Vec::new();
    for person in persons.iter().take(2) {
        staff.push(people::clerk(node, services, person).await?);
    }
    let mut hands = Vec::new();
    for (person, id) in persons.iter().zip(&ids).skip(2).take(2) {
        let issued = people::card(node, services, &staff, person, id).await?;
        let (document, chip) = (&issued.document, &issued.card);
        let hand = CardHand::new(&services.tray, chip, people::pin2())?;
        println!(
            "card {document}: applied for, approved by a second clerk, keys made on board, {} written, handed over, activated",
            certificates(services, chip)?
        );
        hands.push(hand);
    }
    Ok(hands)
}

/// How many certificates a card carries, in words.
fn certificates(services: &Services, chip: &str) -> Result<String, Failure> {
    let inserted = services.tray.insert(chip).map_err(|e| Failure::Wire(e.to_string()))?;
    let mut card = card::EidCard::connect(inserted).map_err(|e| Failure::Wire(e.to_string()))?;
    let mut count = 0;
    for usage in Use::ALL {
        card.certificate(usage).map_err(|e| Failure::Wire(e.to_string()))?;
        count += 1;
    }
    Ok(format!("{count} certificates"))
}

async fn sign_all(
    node: &Node,
    services: &Services,
    hands: &[CardHand],
    files: &[PathBuf],
    out: &Path,
) -> Result<Vec<Line>, Failure> {
    let (Some(first), Some(second)) = (hands.first(), hands.get(1)) else {
        return Err(Failure::Wire("two cards are needed".into()));
    };
    let mut names = Names::of(out);
    let together = names.free("all", "asice");
    let mut lines = Vec::new();
    for file in files {
        let shown = shown(file);
        let input = from_path(file).map_err(|e| Failure::Wire(format!("{shown}: {e}")))?;
        let format = match services.signing.engine().inspect(&input).await {
            Ok(seen) => match (seen.kind, seen.refusal) {
                (Kind::Pdf, _) => Format::Pdf,
                (Kind::OddPdf, why) => {
                    lines.push(refused(&shown, Format::Pdf, &why.unwrap_or_default()));
                    continue;
                }
                (Kind::Asice, _) => Format::Asice,
                (Kind::Asics, _) => Format::Asics,
                (Kind::Edoc | Kind::Other, _) => Format::Edoc,
            },
            Err(e) => {
                lines.push(refused(&shown, Format::Edoc, &e.code()));
                continue;
            }
        };
        let name = names.free(&part(file.file_stem()), format.name());
        let made = one(node, services, &[first], vec![input], format, &out.join(&name)).await;
        lines.push(told(made, &shown, &name, format));
    }
    let mut inside = Names::of(Path::new("/nonexistent"));
    let mut inputs = Vec::new();
    for file in files {
        let (stem, extension) = (part(file.file_stem()), part(file.extension()));
        let mut input = from_path(file).map_err(|e| Failure::Wire(e.to_string()))?;
        if input.size == 0 {
            // nothing to sign; it has been told above
            continue;
        }
        input.name = inside.free(&stem, &extension);
        inputs.push(input);
    }
    let every = files.iter().map(|f| shown(f)).collect::<Vec<_>>().join(", ");
    let made = one(node, services, &[first, second], inputs, Format::Asice, &out.join(&together)).await;
    lines.push(told(made, &every, &together, Format::Asice));
    Ok(lines)
}

/// Signs, by one hand after the other, and validates.
async fn one(
    node: &Node,
    services: &Services,
    hands: &[&CardHand],
    mut inputs: Vec<Input>,
    format: Format,
    target: &Path,
) -> Result<ades::validate::Report, signing::engine::EngineError> {
    let engine = services.signing.engine();
    let io = signing::engine::EngineError::Io;
    let unfinished = target.with_extension("unfinished");
    for hand in hands {
        let file = BufWriter::new(fs::File::create(&unfinished).map_err(io)?);
        let signed = engine.sign(&node.cx, &inputs, format, Level::LT, *hand, file).await;
        let done =
            signed.and_then(|w| w.into_inner().map_err(|e| io(e.into_error()))).and_then(|f| f.sync_all().map_err(io));
        if let Err(e) = done {
            let _ = fs::remove_file(&unfinished);
            return Err(e);
        }
        fs::rename(&unfinished, target).map_err(io)?;
        inputs = vec![from_path(target)?];
    }
    let signed = from_path(target)?;
    engine.validate(&node.cx, &signed, &Validation { lang: Lang::En, offline: true, ..Validation::default() }).await
}

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
fn told(
    made: Result<ades::validate::Report, signing::engine::EngineError>,
    input: &str,
    output: &str,
    format: Format,
) -> Line {
    let report = match made {
        Ok(report) => report,
        Err(e) => return refused(input, format, &e.code()),
    };
    let line = Line::judged(input, output, format.name(), &report);
    let level = line.level.as_deref().unwrap_or("-");
    println!("{input} -> {output}: {level} {} by {}", line.indication, line.signers.join(", "));
    line
}

#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
fn refused(input: &str, format: Format, code: &str) -> Line {
    println!("{input}: not signed ({code})");
    Line::refused(input, format.name(), code)
}

fn part(name: Option<&std::ffi::OsStr>) -> String {
    name.map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn shown(file: &Path) -> String {
    part(file.file_name())
}
