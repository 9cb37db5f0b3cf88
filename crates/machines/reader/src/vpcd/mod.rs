//! A virtual card in the virtual reader of `pcscd` (vsmartcard's vpcd): every PC/SC program of the machine sees a real card.
//!
//! Frames are a two-byte length and that many bytes. A frame of one byte is a control: 0 power off, 1 power on, 2 reset, 4 "give the answer
//! to reset". vpcd sends length and bytes in two packets, so a delayed acknowledgement would cost 50 ms a command; acknowledging at once
//! makes it 0.4 ms.

use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
};

use crate::Inserted;

/// Where vpcd listens.
pub const PORT: u16 = 35_963;

/// Plays the card until vpcd closes the connection.
pub fn serve(card: &mut Inserted, mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        let Some(frame) = read(&mut stream)? else { return Ok(()) };
        let answer = match frame.as_slice() {
            [4] => card::Transport::atr(card),
            [0..=2] => {
                card.reset();
                continue;
            }
            command => card.answer(command),
        };
        let mut out = u16::try_from(answer.len()).map_err(io::Error::other)?.to_be_bytes().to_vec();
        out.extend_from_slice(&answer);
        stream.write_all(&out)?;
    }
}

fn read(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    acknowledge_at_once(stream)?;
    match stream.read_exact(&mut length) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
    acknowledge_at_once(stream)?;
    stream.read_exact(&mut frame)?;
    Ok(Some(frame))
}

/// The kernel forgets this setting after each read.
#[cfg(target_os = "linux")]
fn acknowledge_at_once(stream: &TcpStream) -> io::Result<()> {
    std::os::linux::net::TcpStreamExt::set_quickack(stream, true)
}

#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "same shape as on Linux")]
fn acknowledge_at_once(_: &TcpStream) -> io::Result<()> {
    Ok(())
}
