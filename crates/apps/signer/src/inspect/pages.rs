//! `inspect --pages`: how the pages of a PDF that was changed after signing looked then, and how they look now.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use ades::{facts::FileFacts, pades, pdf::Ranged};
use raster::{Limits, Painter, Picture};
use serde::Serialize;

use super::{Shown, describe};
use crate::{failure::Failure, ui::Ui};

/// What is in the file, and the pictures.
#[derive(Serialize)]
struct Content<'f> {
    #[serde(flatten)]
    facts: &'f FileFacts,
    pages: Vec<Page>,
    /// Whether all pages were compared and every difference is shown.
    complete: bool,
}

/// A page that looks different now.
#[derive(Serialize)]
struct Page {
    page: usize,
    /// Ids of the signatures that cover what was there.
    signatures: Vec<String>,
    /// Places that differ.
    places: usize,
    /// Picture of the page as it was signed; none when there was no such page.
    signed: Option<PathBuf>,
    /// Picture of the page as it is now; none when it is gone.
    now: Option<PathBuf>,
}

/// Shows a PDF and writes the pictures into `dir`, which is made. A picture that is there already is not overwritten.
pub(super) async fn show(
    path: &Path,
    data: &Ranged<File>,
    facts: &FileFacts,
    dir: &Path,
    ui: &Ui,
) -> Result<(), Failure> {
    let changed = facts.signatures.iter().filter(|s| s.defects.iter().any(|d| pades::CHANGED_LATER.contains(&d.code)));
    let revisions = pades::revisions(data, changed.map(|s| s.id.as_str()), &ades::pdf::Limits::default())?;
    let (ends, signers): (Vec<u64>, Vec<Vec<&str>>) = revisions.into_iter().map(|(e, ids)| (e as u64, ids)).unzip();
    let mut content = Content { facts, pages: Vec::new(), complete: true };
    if !ends.is_empty() {
        let failed = |e: raster::RasterError| Failure::of("inspect.pages", format!("{}: {e}", path.display()));
        let file = File::open(path).map_err(Failure::reading(path))?;
        let size = file.metadata().map_err(Failure::reading(path))?.len();
        let painter = Painter::new(Limits::default(), 1).map_err(|e| failed(e.into()))?;
        let drawn = painter.compare(file, size, &ends).await.map_err(failed)?;
        content.complete = drawn.complete;
        fs::create_dir_all(dir).map_err(Failure::writing(dir))?;
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        for pair in drawn.pairs {
            let name =
                |when: &str| dir.join(format!("{stem}.revision-{}.page-{}.{when}.png", pair.revision + 1, pair.page));
            let ids = signers.get(pair.revision).into_iter().flatten().map(|id| (*id).to_owned()).collect();
            content.pages.push(Page {
                page: pair.page,
                signatures: ids,
                places: pair.places,
                signed: write(name("signed"), pair.signed)?,
                now: write(name("now"), pair.now)?,
            });
        }
    }
    ui.result(&Shown { file: path, content: &content }, || told(path, &content));
    Ok(())
}

fn write(path: PathBuf, picture: Option<Picture>) -> Result<Option<PathBuf>, Failure> {
    let Some(picture) = picture else { return Ok(None) };
    let file = File::create_new(&path);
    file.and_then(|mut f| f.write_all(&picture.png)).map_err(Failure::writing(&path))?;
    Ok(Some(path))
}

fn told(path: &Path, content: &Content<'_>) -> String {
    let mut lines = vec![describe(path, content.facts)];
    let shown = |p: &Option<PathBuf>| p.as_ref().map_or_else(|| "-".to_owned(), |p| p.display().to_string());
    lines.extend(content.pages.iter().map(|p| {
        let ids = p.signatures.join(", ");
        format!("  ≠ page {}  {ids}  {} → {}", p.page, shown(&p.signed), shown(&p.now))
    }));
    if !content.complete {
        lines.push("  ! not every page was compared or not every difference is shown".to_owned());
    }
    lines.join("\n")
}
