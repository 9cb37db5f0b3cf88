use base::Cx;
use contract::register::NewPerson;

use crate::{
    Register, calls,
    record::{self, By, PersonId, RecordError},
};

/// Enters invented persons for a demonstration. Idempotent: whoever is there already stays as they are.
pub async fn seed(app: &Register, cx: &Cx, persons: &[NewPerson]) -> Result<Vec<PersonId>, web::Fault> {
    let by = By { actor: "service:register".into(), institution: "Enkurs".into() };
    let mut ids = Vec::with_capacity(persons.len());
    for person in persons {
        let cmd = calls::typed(person, by.clone())?;
        let key = format!("seed {}", cmd.code.digits());
        match calls::enter_once(app, cx, &key, &cmd).await {
            Ok(id) => ids.push(id),
            Err(RecordError::CodeTaken) => {
                let owner = record::owner_of(&mut app.db().snapshot().await?, &cmd.code).await?;
                ids.extend(owner);
            }
            Err(e) => return Err(e.into()),
        }
    }
    Ok(ids)
}
