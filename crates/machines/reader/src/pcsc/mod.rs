//! Real readers, through the machine's PC/SC service.

use card::{Transport, TransportError};
use pcsc::{Card, Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State};

use crate::{CardSource, ReaderError, Slot};

/// All readers of the machine. The service is looked for at each call, so it may start and stop meanwhile.
#[derive(Clone, Debug, Default)]
pub struct PcscReaders(());

impl PcscReaders {
    /// The machine's readers.
    pub fn new() -> Self {
        Self(())
    }
}

fn refused(e: Error) -> ReaderError {
    match e {
        Error::NoService | Error::ServiceStopped => ReaderError::NoService,
        Error::NoReadersAvailable | Error::UnknownReader | Error::ReaderUnavailable => ReaderError::NoReader,
        Error::NoSmartcard | Error::RemovedCard | Error::UnresponsiveCard | Error::UnpoweredCard => ReaderError::NoCard,
        Error::SharingViolation => ReaderError::Busy,
        other => ReaderError::Failed(other.to_string()),
    }
}

impl CardSource for PcscReaders {
    fn slots(&self) -> Result<Vec<Slot>, ReaderError> {
        let context = Context::establish(Scope::User).map_err(refused)?;
        let names = match context.list_readers_owned() {
            Err(Error::NoReadersAvailable) => Vec::new(),
            other => other.map_err(refused)?,
        };
        let mut states: Vec<ReaderState> = names.into_iter().map(|n| ReaderState::new(n, State::UNAWARE)).collect();
        if states.is_empty() {
            return Err(ReaderError::NoReader);
        }
        context.get_status_change(Some(std::time::Duration::ZERO), &mut states).map_err(refused)?;
        let slot = |s: &ReaderState| {
            let name = s.name().to_string_lossy().into_owned();
            Slot {
                id: name.clone(),
                reader: name,
                present: s.event_state().contains(State::PRESENT),
                holder: None,
                document_number: None,
            }
        };
        Ok(states.iter().map(slot).collect())
    }

    fn open(&self, id: &str) -> Result<Box<dyn Transport>, ReaderError> {
        let context = Context::establish(Scope::User).map_err(refused)?;
        let name = std::ffi::CString::new(id).map_err(|_| ReaderError::NoReader)?;
        let card = context.connect(&name, ShareMode::Exclusive, Protocols::ANY).map_err(refused)?;
        let atr = card.status2_owned().map_err(refused)?.atr().to_vec();
        Ok(Box::new(PcscCard { card: Some(card), atr }))
    }
}

struct PcscCard {
    card: Option<Card>,
    atr: Vec<u8>,
}

impl Transport for PcscCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let card = self.card.as_ref().ok_or(TransportError::Removed)?;
        let mut buffer = vec![0; pcsc::MAX_BUFFER_SIZE_EXTENDED];
        match card.transmit(command, &mut buffer) {
            Ok(answer) => Ok(answer.to_vec()),
            Err(Error::RemovedCard | Error::NoSmartcard | Error::ResetCard | Error::ReaderUnavailable) => {
                Err(TransportError::Removed)
            }
            Err(Error::SharingViolation) => Err(TransportError::Busy),
            Err(e) => Err(TransportError::Failed(e.to_string())),
        }
    }
    fn atr(&self) -> Vec<u8> {
        self.atr.clone()
    }
}

impl Drop for PcscCard {
    fn drop(&mut self) {
        // The next program must not find our PINs verified.
        if let Some(card) = self.card.take()
            && let Err((_, e)) = card.disconnect(Disposition::ResetCard)
        {
            tracing::debug!(error = %e, "the card could not be reset");
        }
    }
}
