use std::path::Path;

use base::Secret;
use cryptoki::{error::Error, session::UserType, types::AuthPin};

use super::library::Library;
use crate::KeyError;

/// Initialises a free slot's token with this label, security officer's PIN and user's PIN. A token of that label that is there
/// already is left as it is.
pub fn provision_token(
    library: &Path,
    label: &str,
    so_pin: &Secret<String>,
    pin: &Secret<String>,
) -> Result<(), KeyError> {
    let trouble = |e: Error| KeyError::TokenAway { token: label.to_owned(), why: e.to_string() };
    let library = Library::load(library).map_err(trouble)?;
    let _closed = library.gate.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    let context = library.context();
    let auth = |p: &Secret<String>| AuthPin::new(p.expose().as_str().into());
    let labelled = |label: &str| -> Result<_, Error> {
        for slot in context.get_slots_with_token()? {
            let info = context.get_token_info(slot)?;
            if info.token_initialized() && info.label() == label {
                return Ok(Some((slot, info.user_pin_initialized())));
            }
        }
        Ok(None)
    };
    let found = labelled(label).map_err(trouble)?;
    if matches!(found, Some((_, true))) {
        return Ok(());
    }
    let make = || -> Result<(), Error> {
        if found.is_none() {
            let mut free = None;
            for slot in context.get_slots_with_token()? {
                if !context.get_token_info(slot)?.token_initialized() {
                    free = Some(slot);
                    break;
                }
            }
            context.init_token(free.ok_or(Error::NotSupported)?, &auth(so_pin), label)?;
        }
        // The slot may have another number now.
        let (slot, _) = labelled(label)?.ok_or(Error::NotSupported)?;
        let session = context.open_rw_session(slot)?;
        session.login(UserType::So, Some(&auth(so_pin)))?;
        session.init_pin(&auth(pin))?;
        session.logout()
    };
    make().map_err(trouble)
}
