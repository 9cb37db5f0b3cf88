use std::io::{Read, Seek};

use super::{AugmentError, Raise};
use crate::{
    cades,
    detect::{self, Kind, Limits},
    xades::Objects,
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
    let kind = detect::kind(&mut source)?;
    let _ = limits;
    match kind {
        Kind::Cms => Ok(Box::new(cades::File::open(name, source, objects)?)),
        Kind::Zip | Kind::Pdf | Kind::Xml | Kind::Pem | Kind::Other => Err(AugmentError::Unsupported(name.to_owned())),
    }
}
