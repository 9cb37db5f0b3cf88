//! The side that starts the drawing process and does not trust it.

use std::{
    io::{self, Read},
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{ChildStdin, Command},
    sync::{Semaphore, mpsc},
};

use crate::{
    Drawn, Limits, Pair, Picture,
    child::ARGUMENT,
    wire::{LINE, Order, Shape, Told},
};

/// Why there are no pictures.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// The file is larger than [`Limits::file`].
    #[error("the file has {size} bytes, more than the {limit} that are drawn")]
    TooLarge {
        /// Its bytes.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// Nothing could be drawn in [`Limits::seconds`], or others were drawing all that time.
    #[error("drawing took too long")]
    TooLong,
    /// The drawing process gave up or ended before it drew anything: damage, encryption, a limit.
    #[error("the pages could not be drawn")]
    Failed,
    /// The drawing process could not be started or the file not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Has pages drawn, a few files at a time. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Painter {
    program: PathBuf,
    limits: Limits,
    turns: Arc<Semaphore>,
    #[cfg(feature = "testing")]
    inside: bool,
}

impl Painter {
    /// A painter that starts this executable anew, at most `at_once` times.
    pub fn new(limits: Limits, at_once: usize) -> io::Result<Self> {
        // the running executable itself, also after an upgrade has put another one in its place
        let own = PathBuf::from("/proc/self/exe");
        let program = if own.exists() { own } else { std::env::current_exe()? };
        Ok(Self::of(program, limits, at_once))
    }

    /// A painter that starts `program`, whose `main` calls [`crate::child`].
    pub fn of(program: PathBuf, limits: Limits, at_once: usize) -> Self {
        Self {
            program,
            limits,
            turns: Arc::new(Semaphore::new(at_once)),
            #[cfg(feature = "testing")]
            inside: false,
        }
    }

    /// A painter that draws in this process, for tests of what is done with the pictures.
    #[cfg(feature = "testing")]
    pub fn in_process(limits: Limits) -> Self {
        Self { inside: true, ..Self::of(PathBuf::new(), limits, 1) }
    }

    /// The bounds.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Compares the revisions that end at `ends` with the whole of a file of `size` bytes. Revisions beyond the limit are left out and
    /// the outcome is not complete.
    pub async fn compare(
        &self,
        file: impl Read + Send + 'static,
        size: u64,
        ends: &[u64],
    ) -> Result<Drawn, RasterError> {
        let limits = &self.limits;
        if size > limits.file {
            return Err(RasterError::TooLarge { size, limit: limits.file });
        }
        let some = ends.get(..limits.revisions).unwrap_or(ends);
        let order = Order::new(size, some, limits);
        let patience = Duration::from_secs(limits.seconds);
        let turn = tokio::time::timeout(patience, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| RasterError::TooLong)?.map_err(io::Error::other)?;
        #[cfg(feature = "testing")]
        if self.inside {
            return inside(&order, file).await;
        }
        let mut child = Command::new(&self.program)
            .arg(ARGUMENT)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(RasterError::Failed);
        };
        let mut drawn = Drawn::default();
        let output = BufReader::new(stdout.take(limits.output));
        let talk = async { tokio::join!(hand_over(stdin, &order, file), listen(output, &order, &mut drawn)) };
        let done = tokio::time::timeout(patience, talk).await;
        // it has nothing more to say; the answer of the system, and its end, are awaited so that no dead process stays
        child.kill().await?;
        match done {
            Ok((Err(e), _)) if drawn.compared == 0 && e.kind() != io::ErrorKind::BrokenPipe => Err(e.into()),
            Ok((_, Err(_))) if drawn.compared == 0 => Err(RasterError::Failed),
            Err(_) if drawn.compared == 0 => Err(RasterError::TooLong),
            _ => {
                drawn.complete &= some.len() == ends.len();
                Ok(drawn)
            }
        }
    }
}

/// The whole way of an order, without a process.
#[cfg(feature = "testing")]
async fn inside(order: &Order, mut file: impl Read) -> Result<Drawn, RasterError> {
    let mut input = serde_json::to_vec(order).map_err(io::Error::other)?;
    input.push(b'\n');
    file.read_to_end(&mut input)?;
    let (mut output, mut drawn) = (Vec::new(), Drawn::default());
    crate::child::work(&input[..], &mut output, |_| Ok(())).map_err(|_| RasterError::Failed)?;
    listen(&output[..], order, &mut drawn).await?;
    Ok(drawn)
}

/// Writes the order and the file, which is read where that holds up nobody.
async fn hand_over(mut to: ChildStdin, order: &Order, file: impl Read + Send + 'static) -> io::Result<()> {
    let mut line = serde_json::to_vec(order)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    let (send, mut parts) = mpsc::channel::<io::Result<Vec<u8>>>(4);
    let mut file = file.take(order.size);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut part = Vec::with_capacity(1 << 16);
            let read = file.by_ref().take(1 << 16).read_to_end(&mut part);
            match read {
                Ok(0) => return,
                read => {
                    let failed = read.is_err();
                    if send.blocking_send(read.map(|_| part)).is_err() || failed {
                        return;
                    }
                }
            }
        }
    });
    while let Some(part) = parts.recv().await {
        to.write_all(&part?).await?;
    }
    to.shutdown().await
}

/// Reads what the child tells, as far as it is what can be told; what is whole stays in `drawn`.
pub(crate) async fn listen(mut from: impl AsyncBufRead + Unpin, order: &Order, drawn: &mut Drawn) -> io::Result<()> {
    let wrong = || io::Error::from(io::ErrorKind::InvalidData);
    loop {
        let mut line = Vec::new();
        (&mut from).take(LINE).read_until(b'\n', &mut line).await?;
        match serde_json::from_slice(&line)? {
            Told::Pair { revision, page, places, signed, now } => {
                if revision >= order.ends.len() || page != drawn.compared + 1 || drawn.pairs.len() == order.pairs {
                    return Err(wrong());
                }
                let (signed, now) = (picture(&mut from, signed, order).await?, picture(&mut from, now, order).await?);
                drawn.pairs.push(Pair { revision, page, places, signed, now });
            }
            Told::Compared(pages) if pages == drawn.compared + 1 && pages <= order.pages => drawn.compared = pages,
            Told::Compared(_) => return Err(wrong()),
            Told::End { complete } => {
                drawn.complete = complete;
                return Ok(());
            }
        }
    }
}

async fn picture(
    from: &mut (impl AsyncBufRead + Unpin),
    shape: Option<Shape>,
    order: &Order,
) -> io::Result<Option<Picture>> {
    let Some(Shape { width, height, bytes }) = shape else { return Ok(None) };
    // never more than the pixels themselves and a little
    let most = u64::from(width) * u64::from(height) * 4 + 4096;
    if width > order.side + 1 || height > order.side + 1 || bytes > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut png = Vec::new();
    from.take(bytes).read_to_end(&mut png).await?;
    let says = |at: usize| png.get(at..at + 4) == Some(&u32::from(if at == 16 { width } else { height }).to_be_bytes());
    if png.len() as u64 == bytes && png.starts_with(b"\x89PNG\r\n\x1a\n") && says(16) && says(20) {
        Ok(Some(Picture { width, height, png }))
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}
