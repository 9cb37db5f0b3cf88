//! Real deaths: the process that holds the card is another one, and it dies without cleaning up.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
};

use card::{
    CardError, EidCard, Transport, TransportError,
    chip::Phase,
    profile::{Model, Pin, Use},
};
use tempfile::TempDir;

use super::{Lose, SERIAL, eid, fill, filled, key, pin, tray, verifies};
use crate::Tray;

const DIRECTORY: &str = "ENKURS_CARD_DIRECTORY";
const TASK: &str = "ENKURS_CARD_TASK";

/// This test binary again, doing `task` with the cards of `directory`.
fn child(directory: &Path, task: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "tests::kill::the_other_process", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(TASK, task)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What the other process does; nothing when it is run as a test.
#[test]
fn the_other_process() {
    let (Some(directory), Ok(task)) = (env::var_os(DIRECTORY), env::var(TASK)) else { return };
    let tray = Tray::open(Path::new(&directory), std::sync::Arc::new(base::SystemRandom::new())).unwrap();
    let mut card = tray.insert(SERIAL).unwrap();
    match task.split_once(' ') {
        Some(("fill", at)) => {
            let (seen, left) = at.split_once(' ').unwrap();
            let _ = fill(
                Mortal { inner: &mut card, left: left.parse().unwrap(), seen: seen == "seen" },
                usize::MAX,
                Lose::Command,
            );
        }
        _ => {
            let mut eid = eid(&mut card);
            let told = match eid.verify(Pin::Pin1, &pin(Pin::Pin1, "0000")) {
                Err(CardError::WrongPin { tries, .. }) => tries,
                Err(CardError::Blocked { .. }) => 0,
                other => panic!("{other:?}"),
            };
            println!("left {told}");
            std::io::stdout().flush().unwrap();
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
    }
}

/// Kills its own process at a command: before the card has seen it, or before its answer is used.
struct Mortal<T> {
    inner: T,
    left: usize,
    seen: bool,
}

impl<T: Transport> Transport for Mortal<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let Some(left) = self.left.checked_sub(1) else {
            if self.seen {
                self.inner.transmit(command)?;
            }
            std::process::abort();
        };
        self.left = left;
        self.inner.transmit(command)
    }
    fn atr(&self) -> Vec<u8> {
        self.inner.atr()
    }
}

/// The process dies at a command of the personalisation: each one in the soak test (`ENKURS_KILLS`), every ninth otherwise.
#[test]
fn personalisation_goes_on_after_a_death_at_any_command() {
    let step = if env::var_os("ENKURS_KILLS").is_some() { 1 } else { 9 };
    for at in (0..).step_by(step) {
        let mut survived = false;
        for seen in ["seen", "unseen"] {
            let dir = TempDir::new().unwrap();
            let tray = tray(&dir);
            tray.create(Model::LatvianV1, SERIAL, &key(SERIAL)).unwrap();
            survived |= child(dir.path(), &format!("fill {seen} {at}")).wait().unwrap().success();
            match fill(tray.insert(SERIAL).unwrap(), usize::MAX, Lose::Command) {
                Ok(()) | Err(CardError::AlreadyPersonalised) => {}
                Err(e) => panic!("dead at {at}, {seen}: {e}"),
            }
            assert_eq!(tray.card(SERIAL).unwrap().phase, Phase::Operational);
            let mut card = EidCard::connect(tray.insert(SERIAL).unwrap()).unwrap();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA384, b"after");
            for (usage, digits) in [(Use::Authentication, "1234"), (Use::Signature, "123456")] {
                let signature = card.use_key(usage, &pin(usage.pin(), digits), digest.as_ref()).unwrap();
                assert!(verifies(&card.certificate(usage).unwrap().der, b"after", &signature), "dead at {at}, {seen}");
            }
        }
        if survived {
            assert!(at > 30, "there were {at} commands to die at");
            return;
        }
    }
}

/// As soon as somebody has heard that a PIN was wrong, killing the process does not give the try back.
#[test]
fn killing_the_process_gives_no_free_guess() {
    let dir = TempDir::new().unwrap();
    drop(filled(&tray(&dir), Model::LatvianV1));
    for left in [2, 1, 0] {
        let mut guesser = child(dir.path(), "guess");
        let lines = BufReader::new(guesser.stdout.take().unwrap()).lines().map_while(Result::ok);
        let told: u8 = lines.filter_map(|l| l.rsplit_once("left ").and_then(|(_, n)| n.parse().ok())).next().unwrap();
        guesser.kill().unwrap();
        guesser.wait().unwrap();
        assert_eq!(told, left);
        assert_eq!(tray(&dir).insert(SERIAL).unwrap().state().tries(Pin::Pin1), left);
    }
    let mut card = tray(&dir).insert(SERIAL).unwrap();
    assert_eq!(eid(&mut card).verify(Pin::Pin1, &pin(Pin::Pin1, "1234")), Err(CardError::Blocked { pin: Pin::Pin1 }));
}
