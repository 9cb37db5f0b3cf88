//! Style, script, fonts and pictures: embedded, named by content, cached for ever.

use std::collections::BTreeMap;

use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse as _, Response},
};

use crate::fault::{Answer, Fault};

/// One embedded file.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Plain name, `app.css`.
    pub name: &'static str,
    /// Media type.
    pub media: &'static str,
    /// Content. `{{name}}` in a style sheet becomes the address of another asset.
    pub body: std::borrow::Cow<'static, [u8]>,
}

impl Asset {
    /// A style sheet.
    pub const fn css(name: &'static str, body: &'static str) -> Self {
        Self { name, media: "text/css; charset=utf-8", body: std::borrow::Cow::Borrowed(body.as_bytes()) }
    }
    /// A script.
    pub const fn js(name: &'static str, body: &'static str) -> Self {
        Self { name, media: "text/javascript; charset=utf-8", body: std::borrow::Cow::Borrowed(body.as_bytes()) }
    }
    /// Anything else.
    pub const fn file(name: &'static str, media: &'static str, body: &'static [u8]) -> Self {
        Self { name, media, body: std::borrow::Cow::Borrowed(body) }
    }
}

const OWN: &[Asset] = &[
    Asset::file("enkurs-latin.woff2", "font/woff2", include_bytes!("../assets/source-serif-4-600-latin.woff2")),
    Asset::file("enkurs-latvian.woff2", "font/woff2", include_bytes!("../assets/source-serif-4-600-latvian.woff2")),
    Asset::file("OFL.txt", "text/plain; charset=utf-8", include_bytes!("../assets/OFL.txt")),
    Asset::file("mark.svg", "image/svg+xml", include_bytes!("../assets/mark.svg")),
    Asset::css("app.css", include_str!("../assets/app.css")),
    Asset::js("app.js", include_str!("../assets/app.js")),
];

/// All embedded files of this process.
#[derive(Debug, Default)]
pub struct Assets {
    address: BTreeMap<&'static str, String>,
    served: BTreeMap<String, Asset>,
}

impl Assets {
    /// The shell's own files and those of the services.
    pub fn new(more: &[Asset]) -> Self {
        let mut a = Self::default();
        for asset in OWN.iter().chain(more) {
            let mut asset = asset.clone();
            if asset.media.starts_with("text/css") {
                let mut text = String::from_utf8_lossy(&asset.body).into_owned();
                for (name, address) in &a.address {
                    text = text.replace(&format!("{{{{{name}}}}}"), address);
                }
                asset.body = text.into_bytes().into();
            }
            let sum = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &asset.body);
            let hash: String = sum.as_ref().iter().take(6).map(|b| format!("{b:02x}")).collect();
            let (stem, ext) = asset.name.rsplit_once('.').unwrap_or((asset.name, "bin"));
            let file = format!("{stem}.{hash}.{ext}");
            a.address.insert(asset.name, format!("/assets/{file}"));
            a.served.insert(file, asset);
        }
        a
    }

    /// The address of an asset by its plain name.
    pub fn address(&self, name: &str) -> &str {
        self.address.get(name).map_or("/assets/missing", String::as_str)
    }

    /// Every plain name and its address.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.address.iter().map(|(n, a)| (*n, a.as_str()))
    }

    pub(crate) fn serve(&self, Path(file): Path<String>) -> Answer {
        let asset = self.served.get(&file).ok_or_else(Fault::not_found)?;
        let headers =
            [(header::CONTENT_TYPE, asset.media), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
        let body: Response = match &asset.body {
            std::borrow::Cow::Borrowed(b) => (headers, *b).into_response(),
            std::borrow::Cow::Owned(b) => (headers, b.clone()).into_response(),
        };
        Ok(body)
    }
}
