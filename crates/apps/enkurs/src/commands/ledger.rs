use std::{fs, path::Path};

use futures_util::future::BoxFuture;
use ledger::{Directory, LedgerError, Source, VerifierKey};
use net::{Client, Config, Guard, NetError, Origin};

use crate::{Failure, cli::VerifyLedger};

/// 256 leaves of the largest size.
const LARGEST: usize = 256 * (2 + 65_535);

/// `enkurs verify-ledger`
#[expect(clippy::print_stdout, reason = "the command line speaks to its user")]
pub async fn verify_ledger(options: VerifyLedger) -> Result<(), Failure> {
    let text = |p: &Path| fs::read_to_string(p).map_err(Failure::file(p));
    let key = options.key.as_deref().map(|p| Ok::<_, Failure>(VerifierKey::parse(&text(p)?)?)).transpose()?;
    let since = options.since.as_deref().map(text).transpose()?;
    let witnesses =
        options.witness.iter().map(|p| Ok(VerifierKey::parse(&text(p)?)?)).collect::<Result<Vec<_>, Failure>>()?;
    let source = source(&options.copy)?;
    let report = ledger::verify(source.as_ref(), key.as_ref(), since.as_deref()).await?;
    for witness in &witnesses {
        let note = source.fetch("checkpoint").await?.unwrap_or_default();
        ledger::Checkpoint::cosigned(&String::from_utf8_lossy(&note), witness)?;
    }
    if options.json {
        println!("{}", serde_json::to_string_pretty(&report).unwrap_or_default());
        return Ok(());
    }
    println!("{}: {} entries, root {}", report.origin, report.size, report.root);
    if let Some((first, last)) = report.times {
        println!("from {first} to {last}");
    }
    if let Some(size) = report.continues {
        println!("continues the earlier checkpoint of {size} entries");
    }
    for witness in &witnesses {
        println!("cosigned by {}", witness.name());
    }
    if report.signed {
        println!("good: every entry is under the checkpoint, and the checkpoint is signed by the key given");
    } else {
        println!("only self-consistent: no key was given (--key), so whoever made this copy could have made it up");
    }
    Ok(())
}

fn source(copy: &str) -> Result<Box<dyn Source>, Failure> {
    if !copy.starts_with("https://") && !copy.starts_with("http://") {
        return Ok(Box::new(Directory(copy.into())));
    }
    let base = copy.trim_end_matches('/').to_owned();
    // The operator of this command named the address: it may be in a private network.
    let uri = base.parse().map_err(|_| Failure::Unsound(format!("{base} is no address")))?;
    let origin = Origin::of(&uri).map_err(|e| Failure::Unsound(e.to_string()))?;
    let guard = Guard { allowed: vec![origin], ..Guard::public() };
    Ok(Box::new(Remote { base, client: Client::new(Config { guard, ..Config::default() }) }))
}

/// A copy behind an address.
struct Remote {
    base: String,
    client: Client,
}

impl Source for Remote {
    fn fetch<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(async move {
            let address = format!("{}/{path}", self.base);
            match self.client.get(&address, LARGEST).await {
                Ok(content) => Ok(Some(content)),
                Err(NetError::Status { status: 404, .. }) => Ok(None),
                Err(e) => Err(LedgerError::Fetch(address, e.to_string())),
            }
        })
    }
}
