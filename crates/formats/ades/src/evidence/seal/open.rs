use std::io::{Read, Seek};

use super::{Container, Seal};
use crate::{
    cades,
    detect::{self, Kind, Limits},
    evidence::EvidenceError,
    xades::{self, Objects},
    zip::Archive,
};

/// Opens a signed file that takes evidence records: CAdES, XAdES, ASiC-E. `name` is the file as shown to a person; `objects` are files that
/// detached signatures speak of.
///
/// # Errors
/// When the kind of file takes none, or the file is broken.
pub fn open<R: Read + Seek + Send + 'static>(
    name: &str,
    mut source: R,
    objects: Box<dyn Objects + Send>,
    limits: &Limits,
) -> Result<Box<dyn Seal>, EvidenceError> {
    let unread = |e: std::io::Error| EvidenceError::Object(format!("{name}: {e}"));
    let broken = |e: String| EvidenceError::Signed(format!("{name}: {e}"));
    match detect::kind(&mut source).map_err(unread)? {
        Kind::Zip => {
            let archive = Archive::open(source, &limits.zip).map_err(|e| broken(e.to_string()))?;
            Ok(Box::new(Container::over(archive)?))
        }
        Kind::Cms => {
            let file = cades::File::open(name, source, objects).map_err(|e| broken(e.to_string()))?;
            Ok(Box::new(file))
        }
        Kind::Xml => {
            let bytes = detect::text(&mut source).map_err(unread)?;
            let bytes = bytes.ok_or_else(|| EvidenceError::Unsupported(name.to_owned()))?;
            Ok(Box::new(xades::File::open(&bytes, objects).map_err(|e| broken(e.to_string()))?))
        }
        Kind::Pdf | Kind::Json | Kind::Pem | Kind::Other => Err(EvidenceError::Unsupported(name.to_owned())),
    }
}
