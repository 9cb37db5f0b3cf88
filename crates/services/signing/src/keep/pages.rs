use askama::Template;
use web::{PageCx, upload::size};

use super::rows::Kept;

/// Files that the person keeps.
#[derive(Template)]
#[template(path = "keep/list.html")]
pub(super) struct KeptPage<'a> {
    pub(super) cx: &'a PageCx,
    pub(super) files: Vec<Kept>,
    pub(super) days: i64,
}

impl KeptPage<'_> {
    fn size(&self, k: &Kept) -> String {
        size(k.blob.size)
    }
    fn why(&self, code: &str) -> web::Msg {
        self.cx.t(format!("error-{}", code.replace('.', "-")))
    }
}
