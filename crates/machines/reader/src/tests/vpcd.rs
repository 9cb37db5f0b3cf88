use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    thread,
};

use card::profile::Model;
use tempfile::TempDir;

use super::{filled, tray};
use crate::vpcd;

fn send(stream: &mut TcpStream, frame: &[u8]) {
    stream.write_all(&(frame.len() as u16).to_be_bytes()).unwrap();
    stream.write_all(frame).unwrap();
}

fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut frame = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut frame).unwrap();
    frame
}

#[test]
fn the_card_speaks_vpcd() {
    let dir = TempDir::new().unwrap();
    let mut card = filled(&tray(&dir), Model::Estonian);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let player = thread::spawn(move || vpcd::serve(&mut card, TcpStream::connect(address).unwrap()));
    let mut stream = listener.accept().unwrap().0;
    send(&mut stream, &[1]);
    send(&mut stream, &[4]);
    assert_eq!(receive(&mut stream), Model::Estonian.atr());
    send(&mut stream, &[0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00]);
    assert_eq!(receive(&mut stream), [0x90, 0x00]);
    send(&mut stream, &[0x00, 0xA4, 0x02, 0x0C, 0x02, 0xD0, 0x03]);
    assert_eq!(receive(&mut stream), [0x90, 0x00]);
    // A reset forgets the chosen file.
    send(&mut stream, &[2]);
    send(&mut stream, &[0x00, 0xB0, 0x00, 0x00, 0x00]);
    assert_eq!(receive(&mut stream), [0x69, 0x86]);
    drop(stream);
    assert!(player.join().unwrap().is_ok());
}
