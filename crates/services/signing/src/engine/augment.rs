use std::io::Write;

use ades::{
    augment::{self, Augmentation, Raise, Want},
    facts::Level,
};
use base::Cx;
use jiff::Timestamp;
use pki::{DigestAlgorithm, strength::Strength};

use crate::abroad::Abroad;

use super::{Engine, EngineError, Files, Input, Progress, blocking};

/// A file whose signatures were raised.
pub struct Raised {
    file: Box<dyn Raise>,
    /// When its time stamps have to be renewed: the earliest of all signatures.
    pub due: Option<Timestamp>,
}

impl Engine {
    /// A time stamp of the trust core over a digest: TimeStampToken, DER.
    ///
    /// # Errors
    /// When the authority refuses or cannot be asked.
    pub async fn time_stamp(
        &self,
        cx: &Cx,
        algorithm: DigestAlgorithm,
        digest: Vec<u8>,
    ) -> Result<Vec<u8>, EngineError> {
        self.trust.time_stamp(cx, algorithm, digest).await
    }

    /// Raises all signatures of a file to `level`, with time stamps and status information of the trust core; LTA is renewed. `beside` are
    /// the files that detached signatures speak of; how far it is goes to `told`.
    ///
    /// # Errors
    /// When the file cannot be raised, or the trust core does not give what is needed.
    pub async fn augment(
        &self,
        cx: &Cx,
        input: &Input,
        beside: &Files,
        level: Level,
        told: &Progress,
    ) -> Result<Raised, EngineError> {
        self.raise(cx, input, beside, level, false, told).await
    }

    /// Raises the last signature of a file that [`Engine::finish`] wrote.
    ///
    /// # Errors
    /// As [`Engine::augment`].
    pub async fn raise_last(
        &self,
        cx: &Cx,
        input: &Input,
        beside: &Files,
        level: Level,
    ) -> Result<Raised, EngineError> {
        self.raise(cx, input, beside, level, true, &Progress::default()).await
    }

    async fn raise(
        &self,
        cx: &Cx,
        input: &Input,
        beside: &Files,
        level: Level,
        last: bool,
        told: &Progress,
    ) -> Result<Raised, EngineError> {
        if input.size == 0 {
            return Err(EngineError::Empty(input.name.clone()));
        }
        let (source, beside, limits) = (input.clone(), beside.clone(), self.limits.readers());
        let mut steps = blocking(move || {
            let file = augment::open(&source.name, source.open()?, Box::new(beside), &limits)?;
            let only = if last { file.ids().pop() } else { None };
            Ok(Augmentation::new(file, level, only.as_deref(), DigestAlgorithm::Sha256)?)
        })
        .await?;
        let roots = self.trust.roots(cx).await?;
        let mut outing = self.abroad.as_ref().map(Abroad::outing);
        // Writing the file is one step more.
        let total = steps.remaining() + 1;
        loop {
            told.at(total - 1 - steps.remaining(), total);
            let want;
            (steps, want) = blocking(move || {
                let want = steps.want()?;
                Ok((steps, want))
            })
            .await?;
            steps = match want {
                None => break,
                Some(Want::Stamp { algorithm, digest }) => {
                    let token = self.trust.time_stamp(cx, algorithm, digest).await?;
                    blocking(move || steps.give_stamp(&token).map(|()| steps).map_err(EngineError::from)).await?
                }
                Some(Want::Material { ends, known, since }) => {
                    let material = self.trust.gather_with(cx, &ends, &known, since, &roots, outing.as_mut()).await?;
                    blocking(move || steps.give_material(&material).map(|()| steps).map_err(EngineError::from)).await?
                }
            };
        }
        let file = steps.into_file();
        let strength = Strength::default();
        let due = file.ids().iter().filter_map(|id| augment::due(file.as_ref(), id, &strength)).min();
        Ok(Raised { file, due })
    }
}

impl Raised {
    /// Writes the file on a thread for blocking work; `out` is given back.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub async fn write<W: Write + Send + 'static>(mut self, mut out: W) -> Result<W, EngineError> {
        blocking(move || {
            self.file.write(&mut out)?;
            Ok(out)
        })
        .await
    }
}
