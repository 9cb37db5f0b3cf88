//! Multipart forms: files streamed into the blob store, and short texts beside them.

use std::io::ErrorKind;

use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header;
use futures_util::TryStreamExt as _;
use web::{Answer, Fault, PageCx, Status, upload::too_large};

use crate::{
    Signing,
    errand::{ErrandError, NewFile},
    sign::{clean, refused},
};

/// Most texts of one form.
const TEXTS: usize = 64;
/// Most octets of one text.
const OCTETS: usize = 2000;

/// What came in a form.
#[derive(Default)]
pub(crate) struct Form {
    /// Files with the names of their fields, in the order they were sent.
    files: Vec<(String, NewFile)>,
    texts: Vec<(String, String)>,
}

/// Whether a request carries a form.
pub(crate) fn is_form(req: &Request) -> bool {
    let kind = req.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.starts_with("multipart/form-data")
}

impl Form {
    /// Reads a form; each file is in the blob store then. Limits are those of the configuration.
    pub(crate) async fn read(app: &Signing, cx: &PageCx, mut req: Request) -> Answer<Self> {
        // the route's own limit holds; the framework's of 2 MiB does not
        DefaultBodyLimit::disable().apply(&mut req);
        let (limit, most) = (app.config().file_size, app.config().files);
        let malformed = |e: axum::extract::multipart::MultipartError| match e.status() {
            Status::PAYLOAD_TOO_LARGE => too_large(limit),
            _ => Fault::from(ErrandError::Malformed("multipart/form-data")),
        };
        let mut parts =
            Multipart::from_request(req, &()).await.map_err(|_| ErrandError::Malformed("multipart/form-data"))?;
        let mut form = Self::default();
        while let Some(mut part) = parts.next_field().await.map_err(malformed)? {
            let name = part.file_name().map(|n| clean(n.rsplit(['/', '\\']).next().unwrap_or_default()));
            let field = part.name().unwrap_or_default().to_owned();
            match name {
                None => {
                    let mut text = Vec::new();
                    while let Some(chunk) = part.chunk().await.map_err(malformed)? {
                        if text.len() + chunk.len() > OCTETS || form.texts.len() >= TEXTS {
                            return Err(ErrandError::Malformed("multipart/form-data").into());
                        }
                        text.extend_from_slice(&chunk);
                    }
                    let text = String::from_utf8(text).map_err(|_| ErrandError::Malformed("multipart/form-data"))?;
                    form.texts.push((field, text.trim().to_owned()));
                }
                Some(name) if !name.is_empty() => {
                    if form.files.len() >= most {
                        return Err(ErrandError::TooMany { most }.into());
                    }
                    let stream = part.map_err(|e| {
                        let large = e.status() == Status::PAYLOAD_TOO_LARGE;
                        let kind = if large { ErrorKind::FileTooLarge } else { ErrorKind::UnexpectedEof };
                        std::io::Error::new(kind, e.body_text())
                    });
                    let blob = app.blobs().put(cx.cx(), limit, stream).await.map_err(|e| refused(e, limit))?;
                    form.files.push((field, NewFile { name, blob }));
                }
                Some(_) => {}
            }
        }
        Ok(form)
    }

    /// All files, in order.
    pub(crate) fn files(&self) -> Vec<NewFile> {
        self.files.iter().map(|(_, f)| f.clone()).collect()
    }

    /// The texts, in order.
    pub(crate) fn texts(&self) -> &[(String, String)] {
        &self.texts
    }
}
