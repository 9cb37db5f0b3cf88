//! Trusted lists of this computer: `enkurs-sign lists update | show`, and those that `validate` is given by hand.

mod cache;
mod given;

use std::{fs, path::PathBuf, sync::Arc};

use ades::{
    lists::{Catalogue, Held, Limits, Lists, Role, Update},
    validate::Anchors,
};
use base::{Clock as _, SystemClock, Timestamp};
use clap::{Args, Subcommand};
use pki::Certificate;
use serde::Serialize;

use crate::{failure::Failure, network, ui::Ui};
use cache::{Cache, Kept};
pub(crate) use given::Options as Given;

/// Options of `lists`.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Clone, Debug)]
enum Command {
    /// Fetch the list of lists and all lists it points to; what fails leaves the known list in use.
    Update(UpdateOptions),
    /// Show the lists that are kept, and how old they are.
    Show,
}

/// Options of `lists update`; what is not given is as it was the last time.
#[derive(Args, Clone, Debug)]
struct UpdateOptions {
    /// Address of the list of lists.
    #[arg(long, value_name = "URL")]
    lotl: Option<String>,
    /// First certificates of its signers, as the Official Journal announced them: PEM (one or several) or DER.
    #[arg(long, value_name = "PEM")]
    signer: Vec<PathBuf>,
    /// Address of that announcement: in the list of lists the pivots stand before it.
    #[arg(long, value_name = "URL")]
    announcement: Option<String>,
    #[command(flatten)]
    network: network::Options,
}

/// The list of lists of the European Union.
const EU_LOTL: &str = "https://ec.europa.eu/tools/lotl/eu-lotl.xml";

/// Runs `lists`.
pub(crate) async fn run(options: &Options, ui: &Ui) -> Result<u8, Failure> {
    let cache = Cache::open()?;
    match &options.command {
        Command::Show => show(&cache, ui),
        Command::Update(o) => update(&cache, o, ui).await,
    }
}

fn show(cache: &Cache, ui: &Ui) -> Result<u8, Failure> {
    let lists = cache.lists()?.ok_or_else(|| Failure::of("lists.none", cache.place().display()))?;
    tell(&lists, SystemClock::new().now(), ui);
    Ok(0)
}

async fn update(cache: &Cache, options: &UpdateOptions, ui: &Ui) -> Result<u8, Failure> {
    let mut kept = cache.source()?.unwrap_or_else(|| Kept { url: EU_LOTL.to_owned(), ..Kept::default() });
    if let Some(url) = &options.lotl {
        kept.url.clone_from(url);
    }
    if let Some(url) = &options.announcement {
        kept.announcement = Some(url.clone());
    }
    if !options.signer.is_empty() {
        kept.signers = certificates(&options.signer)?.iter().map(Certificate::to_pem).collect();
    }
    let source = kept.source()?;
    if source.signers.is_empty() {
        return Err(Failure::usage("lists.no-signers", &kept.url));
    }
    let client = options.network.client(&[])?;
    let now = SystemClock::new().now();
    // A damaged cache is no reason not to make a new one.
    let known = cache.lists().ok().flatten().unwrap_or_default();
    let mut update = Update::new(source, known, now, Limits::default());
    while let Some(want) = update.want() {
        match client.get(&want.url, want.limit).await {
            Ok(bytes) => update.give(Ok(&bytes)),
            Err(e) => update.give(Err(&e.to_string())),
        }
    }
    let (lists, troubles) = update.finish();
    if lists.of_lists.is_some() {
        cache.keep(&kept, &lists)?;
        tell(&lists, now, ui);
    }
    for t in &troubles {
        let what = match &t.role {
            Role::ListOfLists => "EU".to_owned(),
            Role::Pivot => "pivot".to_owned(),
            Role::National(territory) => territory.clone(),
        };
        ui.fail(&Failure::of(t.error.code(), format!("{what} {}: {}", t.url, t.error)));
    }
    Ok(u8::from(!troubles.is_empty()))
}

/// What `lists show` prints of one list.
#[derive(Serialize)]
struct Shown<'l> {
    territory: &'l str,
    url: &'l str,
    sequence: u64,
    issued: Timestamp,
    next_update: Option<Timestamp>,
    fetched: Timestamp,
    age_hours: i64,
    expired: bool,
    services: usize,
}

fn tell(lists: &Lists, now: Timestamp, ui: &Ui) {
    for Held { url, fetched, list, .. } in lists.all() {
        let scheme = &list.scheme;
        let row = Shown {
            territory: &scheme.territory,
            url,
            sequence: scheme.sequence,
            issued: scheme.issued,
            next_update: scheme.next_update,
            fetched: *fetched,
            age_hours: age(*fetched, now),
            expired: scheme.is_expired(now),
            services: list.services(),
        };
        ui.result(&row, || {
            let next = scheme.next_update.map(|n| n.to_string()).unwrap_or_default();
            let key = if row.expired { "lists-row-expired" } else { "lists-row" };
            let args = [
                ("territory", scheme.territory.clone()),
                ("sequence", scheme.sequence.to_string()),
                ("services", row.services.to_string()),
                ("next", next),
                ("hours", row.age_hours.to_string()),
            ];
            ui.text(key, &args)
        });
    }
}

/// Whole hours.
fn age(fetched: Timestamp, now: Timestamp) -> i64 {
    now.duration_since(fetched).as_hours().max(0)
}

/// The lists kept on this computer as anchors, their age told; nothing when there are none.
pub(crate) fn cached(now: Timestamp, ui: &Ui) -> Result<Option<Anchors>, Failure> {
    let Some(lists) = Cache::open()?.lists()? else { return Ok(None) };
    if let Some(oldest) = lists.oldest() {
        ui.note(&ui.text("lists-age", &[("hours", age(oldest, now).to_string())]));
    }
    Ok(Some(Anchors::from_lists(Arc::new(Catalogue::new(&lists)))))
}

/// All certificates of these files.
pub(crate) fn certificates(paths: &[PathBuf]) -> Result<Vec<Certificate>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        let bytes = fs::read(path).map_err(Failure::reading(path))?;
        let unreadable = |e: pki::Error| Failure::of("validate.anchor", format!("{}: {e}", path.display()));
        let before = all.len();
        match std::str::from_utf8(&bytes) {
            Ok(text) if text.contains("-----BEGIN") => all.extend(Certificate::all_from_pem(text).map_err(unreadable)?),
            _ => all.push(Certificate::from_der(&bytes).map_err(unreadable)?),
        }
        if all.len() == before {
            return Err(Failure::of("validate.anchor", path.display()));
        }
    }
    Ok(all)
}
