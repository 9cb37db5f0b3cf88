use std::collections::BTreeMap;

use xml::{Document, Limits, Tag};

pub(super) const NAME: &str = "META-INF/manifest.xml";
const MANIFEST: &str = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0";

/// The ODF manifest of files and their media types.
pub(super) fn write(media_type: &str, files: &[(String, String)]) -> String {
    let entry = |path: &str, media: &str| {
        Tag::new("manifest:file-entry").with("manifest:full-path", path).with("manifest:media-type", media)
    };
    let root = Tag::new("manifest:manifest")
        .with("xmlns:manifest", MANIFEST)
        .with("manifest:version", "1.2")
        .child(entry("/", media_type))
        .children(files.iter().map(|(name, media)| entry(name, media)));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n{root}")
}

/// Paths and media types of a manifest; `None` when it is not one, or names a path twice.
pub(crate) fn read(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let text = xml::decode(bytes).ok()?;
    let doc = Document::parse(&text, &Limits { bytes: 8 << 20, ..Limits::default() }).ok()?;
    if !doc.root().is(MANIFEST, "manifest") {
        return None;
    }
    let mut found = BTreeMap::new();
    for e in doc.root().children_named(MANIFEST, "file-entry") {
        let value = |local: &str| e.attribute_ns(MANIFEST, local);
        let path = value("full-path")?;
        if found.insert(path.to_owned(), value("media-type").unwrap_or("").to_owned()).is_some() {
            return None;
        }
    }
    Some(found)
}
