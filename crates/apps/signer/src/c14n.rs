//! `c14n`: the canonical form of an XML file.

use std::{fs, io::Write as _, path::PathBuf};

use clap::Args;
use xml::{C14n, Canonicaliser as _, Document, Limits};

use crate::failure::Failure;

#[derive(Args)]
pub(crate) struct Options {
    /// W3C identifier of the algorithm, such as http://www.w3.org/2006/12/xml-c14n11.
    #[arg(long, value_name = "URI")]
    alg: String,
    /// Prefixes for the exclusive method (InclusiveNamespaces), separated by spaces; #default is the default namespace.
    #[arg(long, value_name = "LIST", default_value = "")]
    prefixes: String,
    /// Only the element with this Id.
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// XML file; one with a document type declaration is refused.
    file: PathBuf,
}

pub(crate) fn run(o: &Options) -> Result<u8, Failure> {
    let mut alg = C14n::from_uri(&o.alg).ok_or_else(|| Failure::usage("c14n.algorithm", &o.alg))?;
    alg.prefixes = o.prefixes.split_whitespace().map(str::to_owned).collect();
    let bytes = fs::read(&o.file).map_err(Failure::reading(&o.file))?;
    let text = xml::decode(&bytes)?;
    let limits = Limits { bytes: 1 << 30, nodes: 50_000_000, ..Limits::default() };
    let doc = Document::parse(&text, &limits)?;
    let apex = match &o.id {
        Some(id) => Some(doc.by_id(id).ok_or_else(|| Failure::of("c14n.id", id))?.id()),
        None => None,
    };
    let mut out = Vec::with_capacity(bytes.len());
    alg.write(&doc, apex, &[], &mut out)?;
    std::io::stdout().write_all(&out).map_err(|e| Failure::of("file.write", e))?;
    Ok(0)
}
