//! Streamed uploads. The form token is the first field of the form and has been checked before the handler runs.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    body::Bytes,
    extract::{
        FromRequestParts, Multipart,
        multipart::{Field, MultipartError},
    },
    http::request::Parts,
};
use futures_util::Stream;
use tokio::io::AsyncRead;
use tokio_util::io::StreamReader;

use crate::{Answer, Fault, Status};

#[derive(Clone)]
pub(crate) struct Pending(Arc<Mutex<Option<Multipart>>>, u64);

impl Pending {
    pub(crate) fn new(form: Multipart, limit: u64) -> Self {
        Self(Arc::new(Mutex::new(Some(form))), limit)
    }
}

/// The remaining fields of a multipart form, one after another, never whole in memory.
pub struct Upload {
    form: Multipart,
    limit: u64,
}

impl<S: Send + Sync> FromRequestParts<S> for Upload {
    type Rejection = Fault;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let pending = parts
            .extensions
            .remove::<Pending>()
            .ok_or_else(|| Fault::internal(&"the route is not declared as an upload"))?;
        let form = pending.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let form = form.ok_or_else(|| Fault::internal(&"the upload was read twice"))?;
        Ok(Self { form, limit: pending.1 })
    }
}

impl Upload {
    /// The next field. Read it to its end before asking for another.
    pub async fn next(&mut self) -> Answer<Option<Part<'_>>> {
        let limit = self.limit;
        let field = self.form.next_field().await.map_err(|e| refused(&e, limit))?;
        Ok(field.map(|field| Part { field, limit }))
    }
    /// The largest body this route takes, in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }
}

/// One field of an upload.
pub struct Part<'a> {
    field: Field<'a>,
    limit: u64,
}

impl<'a> Part<'a> {
    /// The field's name.
    pub fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }
    /// The file's name as the browser gives it, without any path; empty when no file was chosen.
    pub fn file_name(&self) -> &str {
        let name = self.field.file_name().unwrap_or_default();
        name.rsplit(['/', '\\']).next().unwrap_or_default()
    }
    /// The media type the browser claims.
    pub fn media(&self) -> &str {
        self.field.content_type().unwrap_or("application/octet-stream")
    }
    /// A short field as text.
    pub async fn text(mut self, most: usize) -> Answer<String> {
        let mut out = vec![];
        let limit = self.limit;
        while let Some(chunk) = self.field.chunk().await.map_err(|e| refused(&e, limit))? {
            if out.len() + chunk.len() > most {
                return Err(too_large(u64::try_from(most).unwrap_or(u64::MAX)));
            }
            out.extend_from_slice(&chunk);
        }
        String::from_utf8(out)
            .map_err(|_| Fault::new(Status::BAD_REQUEST, "web.request.malformed").with("why", "UTF-8"))
    }
    /// The next piece of the content.
    pub async fn chunk(&mut self) -> Answer<Option<Bytes>> {
        let limit = self.limit;
        self.field.chunk().await.map_err(|e| refused(&e, limit))
    }
    /// The content as a stream. An error of kind `FileTooLarge` means the limit was passed.
    pub fn stream(self) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'a {
        use futures_util::StreamExt as _;
        self.field.map(|c| c.map_err(|e| io_error(&e)))
    }
    /// The content as a reader.
    pub fn reader(self) -> impl AsyncRead + Send + 'a {
        StreamReader::new(self.stream())
    }
}

fn io_error(e: &MultipartError) -> std::io::Error {
    let kind = if e.status() == Status::PAYLOAD_TOO_LARGE {
        std::io::ErrorKind::FileTooLarge
    } else {
        std::io::ErrorKind::UnexpectedEof
    };
    std::io::Error::new(kind, e.body_text())
}

/// The refusal of a body above `limit` bytes; it names the limit.
pub fn too_large(limit: u64) -> Fault {
    Fault::new(Status::PAYLOAD_TOO_LARGE, "web.body.too-large").with("limit", size(limit))
}

fn refused(e: &MultipartError, limit: u64) -> Fault {
    match e.status() {
        Status::PAYLOAD_TOO_LARGE => too_large(limit),
        _ => Fault::new(Status::BAD_REQUEST, "web.request.malformed").with("why", e.body_text()),
    }
}

/// A number of bytes for people: `64 kB`, `1,5 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut rest = bytes;
    for unit in UNITS {
        let (whole, tenth) = (rest / 1000, rest % 1000 / 100);
        if whole < 1000 {
            return if whole < 10 && tenth > 0 { format!("{whole},{tenth} {unit}") } else { format!("{whole} {unit}") };
        }
        rest = whole;
    }
    format!("{rest} TB")
}
