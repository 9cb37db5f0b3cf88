use std::{fs, path::PathBuf, sync::Arc};

use ades::{
    lists::{Blob, Catalogue, Held, Limits, Lists, Pointer, Signers, Source, Update, read, uri, verify},
    validate::Anchors,
};
use base::Timestamp;
use clap::Args;
use net::Client;
use pki::Certificate;

use super::certificates;
use crate::{failure::Failure, ui::Ui};

/// Options of `validate` that name lists.
#[derive(Args, Clone, Debug)]
#[group(skip)]
#[group(id = "given-lists")]
pub(crate) struct Options {
    /// Use this trusted list (TS 119 612) instead of the kept ones; a list of lists brings those it points to. A file vouches for its own
    /// signer, unless --list-signer is given; an address does not.
    #[arg(long, value_name = "FILE|URL")]
    trusted_list: Vec<String>,
    /// Certificates that may sign the lists given, PEM (one or several) or DER.
    #[arg(long, value_name = "PEM")]
    list_signer: Vec<PathBuf>,
}

/// A list as it was given.
struct One {
    name: String,
    bytes: Vec<u8>,
    remote: bool,
    territory: String,
}

impl Options {
    pub(crate) fn is_empty(&self) -> bool {
        self.trusted_list.is_empty()
    }

    /// Reads and verifies the lists given. Without `client` nothing is fetched.
    pub(crate) async fn load(&self, client: Option<&Client>, now: Timestamp, ui: &Ui) -> Result<Anchors, Failure> {
        let signers = certificates(&self.list_signer)?;
        let mut lists = Lists::default();
        let (mut tops, mut others) = (Vec::new(), Vec::new());
        for name in &self.trusted_list {
            let remote = name.starts_with("http://") || name.starts_with("https://");
            let bytes = match (remote, client) {
                (false, _) => fs::read(name).map_err(Failure::reading(name.as_ref()))?,
                (true, Some(client)) => client.get(name, Limits::default().bytes).await?,
                (true, None) => return Err(Failure::usage("lists.offline", name)),
            };
            let scheme = read(&bytes, &Limits::default()).map_err(|e| about(name, &e))?.scheme;
            let one = One { name: name.clone(), bytes, remote, territory: scheme.territory.clone() };
            if scheme.is_list_of_lists() { tops.push(one) } else { others.push(one) }
        }
        for top in &tops {
            self.of_lists(top, &mut others, &signers, client, now, &mut lists, ui).await?;
        }
        for one in &others {
            lists.add(hold(one, &signers, now)?);
        }
        Ok(Anchors::from_lists(Arc::new(Catalogue::new(&lists))))
    }

    /// A list of lists: the lists it points to are those given, else fetched.
    #[expect(clippy::too_many_arguments, reason = "one step of `load`, with all it has at hand")]
    async fn of_lists(
        &self,
        top: &One,
        others: &mut Vec<One>,
        signers: &[Certificate],
        client: Option<&Client>,
        now: Timestamp,
        lists: &mut Lists,
        ui: &Ui,
    ) -> Result<(), Failure> {
        let held = if let (true, Some(client)) = (top.remote, client) {
            followed(top, signers, client, now).await?
        } else {
            hold(top, signers, now)?
        };
        let pointers: Vec<Pointer> = held.list.scheme.pointers.clone();
        lists.add(held);
        for pointer in pointers.iter().filter(|p| p.kind == uri::EU_GENERIC && p.is_xml()) {
            let may = pointed(pointer);
            let given = others.iter().position(|o| o.territory == pointer.territory);
            if let Some(one) = given.map(|i| others.remove(i)) {
                lists.add(hold(&one, &may, now)?);
                continue;
            }
            let Some(client) = client else { continue };
            let fetched = client.get(&pointer.location, Limits::default().bytes).await.map_err(|e| e.to_string());
            let taken = fetched.and_then(|bytes| {
                let found = verify(&bytes, Signers::Of(&may), &Limits::default()).map_err(|e| e.to_string())?;
                found.is_current(now).map_err(|e| e.to_string())?;
                Ok(Held::new(&pointer.location, now, found))
            });
            match taken {
                Ok(held) => lists.add(held),
                Err(why) => {
                    let args = [("territory", pointer.territory.clone()), ("why", why)];
                    ui.note(&ui.text("lists-left-out", &args));
                }
            }
        }
        Ok(())
    }
}

fn about(name: &str, e: &ades::lists::ListError) -> Failure {
    Failure::of(e.code(), format!("{name}: {e}"))
}

fn pointed(pointer: &Pointer) -> Vec<Certificate> {
    pointer.signers.iter().filter_map(|Blob(der)| Certificate::from_der(der).ok()).collect()
}

/// Verifies one list. Who names a file vouches for it; what comes over the network needs known signers.
fn hold(one: &One, signers: &[Certificate], now: Timestamp) -> Result<Held, Failure> {
    if one.remote && signers.is_empty() {
        return Err(Failure::usage("lists.no-signers", &one.name));
    }
    let allowed = if signers.is_empty() { Signers::Anybody } else { Signers::Of(signers) };
    let found = verify(&one.bytes, allowed, &Limits::default()).map_err(|e| about(&one.name, &e))?;
    if one.remote {
        found.is_current(now).map_err(|e| about(&one.name, &e))?;
    }
    Ok(Held::new(&one.name, now, found))
}

/// A list of lists from the network, its pivots followed.
async fn followed(top: &One, signers: &[Certificate], client: &Client, now: Timestamp) -> Result<Held, Failure> {
    if signers.is_empty() {
        return Err(Failure::usage("lists.no-signers", &top.name));
    }
    let source = Source { url: top.name.clone(), signers: signers.to_vec(), announcement: None };
    let mut update = Update::new(source, Lists::default(), now, Limits::default());
    while let Some(want) = update.want() {
        match want.role {
            ades::lists::Role::ListOfLists => update.give(Ok(&top.bytes)),
            ades::lists::Role::Pivot => match client.get(&want.url, want.limit).await {
                Ok(bytes) => update.give(Ok(&bytes)),
                Err(e) => update.give(Err(&e.to_string())),
            },
            // These are taken by the caller, who may have them as files.
            ades::lists::Role::National(_) => break,
        }
    }
    let (lists, troubles) = update.finish();
    lists.of_lists.ok_or_else(|| match troubles.first() {
        Some(t) => about(&t.url, &t.error),
        None => Failure::of("lists.unreachable", &top.name),
    })
}
