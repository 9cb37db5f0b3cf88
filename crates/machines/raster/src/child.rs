//! The process that draws.

use std::{
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    process::ExitCode,
    sync::Arc,
};

use hayro::{RenderCache, hayro_syntax::Pdf};
use image::{ExtendedColorType, ImageEncoder as _, codecs::png};

use crate::{
    compare,
    draw::{self, Bitmap},
    wire::{LINE, Order, Shape, Told},
};

/// The one argument of the executable that makes it draw.
pub(crate) const ARGUMENT: &str = "draw-pages";

/// To be called first in `main`: when this process was started to draw, draws, and gives the code to exit with.
pub fn child() -> Option<ExitCode> {
    let mut args = std::env::args_os().skip(1);
    if args.next()? != ARGUMENT || args.next().is_some() {
        return None;
    }
    let drawn = work(io::stdin().lock(), BufWriter::new(io::stdout().lock()), confine);
    Some(if drawn.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Takes an order from `input` and answers on `output`.
pub(crate) fn work(
    input: impl Read,
    mut output: impl Write,
    confine: impl FnOnce(&Order) -> io::Result<()>,
) -> io::Result<()> {
    let mut input = BufReader::new(input);
    let mut line = Vec::new();
    input.by_ref().take(LINE).read_until(b'\n', &mut line)?;
    let order: Order = serde_json::from_slice(&line)?;
    confine(&order)?;
    let mut file = Vec::new();
    input.take(order.size).read_to_end(&mut file)?;
    if file.len() as u64 != order.size {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    compare_all(&order, file.into(), &mut output)?;
    output.flush()
}

/// Gives up what drawing does not need: memory beyond the limit, processor time, every file and connection, dumps of memory.
#[cfg(unix)]
fn confine(order: &Order) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let limits = [
        (Resource::As, order.memory),
        (Resource::Cpu, order.seconds),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        // the three standard streams are open, nothing more can be
        (Resource::Nofile, 3),
    ];
    for (what, most) in limits {
        setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Elsewhere only the time and the output are limited, by whoever started this process.
#[cfg(not(unix))]
fn confine(_: &Order) -> io::Result<()> {
    Ok(())
}

fn compare_all(order: &Order, file: Arc<[u8]>, output: &mut impl Write) -> io::Result<()> {
    let open = |end: usize| draw::open(&file, end).ok_or(io::Error::from(io::ErrorKind::InvalidData));
    let now = open(file.len())?;
    let ends = order.ends.iter().map(|&e| usize::try_from(e).unwrap_or(usize::MAX)).enumerate();
    let signed: Vec<(usize, Pdf)> = ends.filter_map(|(n, e)| Some((n, open(e).ok()?))).collect();
    let mut complete = signed.len() == order.ends.len();
    let pages = signed.iter().map(|(_, d)| d).chain([&now]).map(|d| d.pages().len()).max().unwrap_or(0);
    let caches: Vec<RenderCache<'_>> = signed.iter().map(|_| RenderCache::new()).collect();
    let cache = RenderCache::new();
    let mut pairs = 0;
    for number in 0..pages.min(order.pages) {
        let page_now = now.pages().get(number).and_then(|p| draw::page(p, &cache, order.side));
        for ((revision, doc), cache) in signed.iter().zip(&caches) {
            let page_signed = doc.pages().get(number).and_then(|p| draw::page(p, cache, order.side));
            let places = match (&page_signed, &page_now) {
                (Some(a), Some(b)) => compare::places(a, b),
                (None, None) => continue,
                _ => Vec::new(),
            };
            if places.is_empty() && page_signed.is_some() == page_now.is_some() {
                continue;
            }
            if pairs == order.pairs {
                complete = false;
                continue;
            }
            pairs += 1;
            let encode = |b: Option<Bitmap>| b.map(|b| encode(b, &places)).transpose();
            let (before, after) = (encode(page_signed)?, encode(page_now.clone())?);
            let shape = |p: &Option<(Shape, Vec<u8>)>| {
                p.as_ref().map(|(s, _)| Shape { width: s.width, height: s.height, bytes: s.bytes })
            };
            let told = Told::Pair {
                revision: *revision,
                page: number + 1,
                places: places.len(),
                signed: shape(&before),
                now: shape(&after),
            };
            tell(output, &told)?;
            for (_, png) in before.iter().chain(&after) {
                output.write_all(png)?;
            }
        }
        tell(output, &Told::Compared(number + 1))?;
        output.flush()?;
    }
    tell(output, &Told::End { complete: complete && pages <= order.pages })
}

fn encode(mut bitmap: Bitmap, places: &[compare::Place]) -> io::Result<(Shape, Vec<u8>)> {
    compare::frame(&mut bitmap, places);
    let Bitmap { width, height, rgb } = bitmap;
    let mut out = Vec::new();
    png::PngEncoder::new_with_quality(&mut out, png::CompressionType::Default, png::FilterType::Adaptive)
        .write_image(&rgb, width.into(), height.into(), ExtendedColorType::Rgb8)
        .map_err(io::Error::other)?;
    Ok((Shape { width, height, bytes: out.len() as u64 }, out))
}

fn tell(output: &mut impl Write, told: &Told) -> io::Result<()> {
    serde_json::to_writer(&mut *output, told)?;
    output.write_all(b"\n")
}
