//! `ASiCManifest` (EN 319 162-1 annex A.4): the files that one signature or time stamp is over, by their digests.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use pki::DigestAlgorithm;
use xml::{
    Document, Limits, Tag,
    dsig::{DS, base64_text, digest_from_uri, digest_uri},
};

use crate::{
    asic::ASIC,
    xades::{decode_uri, encode_uri},
};

/// Most files of one manifest.
const MAX_ENTRIES: usize = 100_000;

/// One file of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// URI as it stands.
    pub(crate) uri: String,
    /// Media type.
    pub(crate) media_type: Option<String>,
    /// Whether it is the main file.
    pub(crate) root: bool,
    /// Digest algorithm; `None`: unknown.
    pub(crate) digest: Option<DigestAlgorithm>,
    /// Digest.
    pub(crate) value: Vec<u8>,
}

/// A manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// URI of the signature or time stamp over it.
    pub(crate) over: String,
    /// Media type of that; empty: none is named.
    pub(crate) over_type: &'static str,
    /// Its files.
    pub(crate) entries: Vec<Entry>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// The code of the defect.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, &'static str> {
        const BROKEN: &str = "asic.signed-manifest";
        let text = xml::decode(bytes).map_err(|_| BROKEN)?;
        let doc = Document::parse(&text, &Limits::default()).map_err(|_| BROKEN)?;
        let root = doc.root();
        if !root.is(ASIC, "ASiCManifest") {
            return Err(BROKEN);
        }
        let over = root.only(ASIC, "SigReference").and_then(|r| r.attribute("URI")).ok_or(BROKEN)?.to_owned();
        let mut entries = Vec::new();
        for r in root.children_named(ASIC, "DataObjectReference") {
            if entries.len() >= MAX_ENTRIES {
                return Err(BROKEN);
            }
            let method = r.only(DS, "DigestMethod").and_then(|m| m.attribute("Algorithm")).ok_or(BROKEN)?;
            let value = r.only(DS, "DigestValue").and_then(|v| base64_text(v).ok()).ok_or(BROKEN)?;
            entries.push(Entry {
                uri: r.attribute("URI").ok_or(BROKEN)?.to_owned(),
                media_type: r.attribute("MimeType").map(str::to_owned),
                root: matches!(r.attribute("Rootfile"), Some("true" | "1")),
                digest: digest_from_uri(method),
                value,
            });
        }
        Ok(Self { over, over_type: "", entries })
    }

    /// XML.
    pub(crate) fn write(&self) -> Vec<u8> {
        let entry = |e: &Entry| {
            let mut tag = Tag::new("asic:DataObjectReference").with("URI", &e.uri);
            if let Some(media) = &e.media_type {
                tag = tag.with("MimeType", media);
            }
            if e.root {
                tag = tag.with("Rootfile", "true");
            }
            let method = e.digest.unwrap_or(DigestAlgorithm::Sha256);
            tag.child(Tag::new("ds:DigestMethod").with("Algorithm", digest_uri(method)))
                .child(Tag::new("ds:DigestValue").text(STANDARD.encode(&e.value)))
        };
        let mut over = Tag::new("asic:SigReference").with("URI", &self.over);
        if !self.over_type.is_empty() {
            over = over.with("MimeType", self.over_type);
        }
        let root = Tag::new("asic:ASiCManifest")
            .with("xmlns:asic", ASIC)
            .with("xmlns:ds", DS)
            .child(over)
            .children(self.entries.iter().map(entry));
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n{root}").into_bytes()
    }
}

impl Entry {
    /// Of a file with this digest.
    pub(crate) fn new(name: &str, media_type: Option<&str>, digest: DigestAlgorithm, value: Vec<u8>) -> Self {
        let media_type = media_type.map(str::to_owned);
        Self { uri: encode_uri(name), media_type, root: false, digest: Some(digest), value }
    }
}

/// The name that a URI in a manifest stands for: decoded, or as it stands when only that is there; relative to the root of the container.
pub(crate) fn name_of(uri: &str, has: &dyn Fn(&str) -> bool) -> Option<String> {
    let uri = uri.strip_prefix('/').unwrap_or(uri);
    decode_uri(uri).filter(|n| has(n)).or_else(|| has(uri).then(|| uri.to_owned()))
}
