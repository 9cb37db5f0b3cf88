use std::io::{Read, Seek};

use super::{AugmentError, Raise, pem::PemFile};
use crate::{
    asic::{AsicError, XadesContainer, cades::CadesContainer},
    cades,
    detect::{self, Kind, Limits},
    jades, pades,
    xades::{self, Objects},
    zip::Archive,
};

/// Opens a signed file of any kind, to raise its signatures. `name` is the file as shown to a person; `objects` are files that detached
/// signatures speak of.
///
/// # Errors
/// When the kind of file cannot be raised, or the file is broken.
pub fn open<R: Read + Seek + Send + 'static>(
    name: &str,
    mut source: R,
    objects: Box<dyn Objects + Send>,
    limits: &Limits,
) -> Result<Box<dyn Raise>, AugmentError> {
    let unsupported = || AugmentError::Unsupported(name.to_owned());
    match detect::kind(&mut source)? {
        Kind::Zip => {
            let archive = Archive::open(source, &limits.zip).map_err(AsicError::from)?;
            if CadesContainer::is_one(&archive) {
                return Ok(Box::new(CadesContainer::over(archive)?));
            }
            Ok(Box::new(XadesContainer::over(archive)?))
        }
        Kind::Cms => Ok(Box::new(cades::File::open(name, source, objects)?)),
        Kind::Json => {
            let bytes = detect::text(&mut source)?.ok_or_else(unsupported)?;
            let text = String::from_utf8(bytes).map_err(|_| unsupported())?;
            Ok(Box::new(jades::File::open(text, objects)?))
        }
        Kind::Pdf => Ok(Box::new(pades::Raised::open(source, &limits.pdf)?)),
        Kind::Xml => {
            let bytes = detect::text(&mut source)?.ok_or_else(unsupported)?;
            Ok(Box::new(xades::File::open(&bytes, objects)?))
        }
        Kind::Pem => Ok(Box::new(PemFile::open(name, &mut source, objects)?)),
        Kind::Other => Err(unsupported()),
    }
}
