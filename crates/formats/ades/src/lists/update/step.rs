use pki::Certificate;

use super::{Role, Trouble, Update};
use crate::lists::{
    Blob, Held, ListError, Pointer, Scheme, Signers, Verified,
    kept::key,
    read::read,
    uri::{EU_GENERIC, EU_LIST_OF_LISTS},
    verify,
};

/// Most pivots between two announcements.
const MAX_PIVOTS: usize = 50;

/// One file to fetch.
pub(super) struct Step {
    pub(super) url: String,
    pub(super) role: Role,
    signers: Vec<Certificate>,
}

impl Step {
    pub(super) fn list_of_lists(url: &str) -> Self {
        Self { url: url.to_owned(), role: Role::ListOfLists, signers: Vec::new() }
    }
}

impl Update {
    pub(super) fn take(&mut self, step: &Step, bytes: &[u8]) -> Result<(), ListError> {
        match &step.role {
            Role::ListOfLists => {
                let list = read(bytes, &self.limits)?;
                must_be(&list.scheme, EU_LIST_OF_LISTS)?;
                self.pivots = self.pivots_of(&list.scheme)?;
                self.pending = bytes.to_vec();
                let followed = std::mem::take(&mut self.lists.pivots);
                for url in self.pivots.iter().filter(|p| !followed.contains(p)) {
                    self.queue.push_back(Step { url: url.clone(), role: Role::Pivot, signers: Vec::new() });
                }
                self.lists.pivots = followed;
                self.when_pivots_are_followed()
            }
            Role::Pivot => {
                let pivot = verify(bytes, Signers::Of(&self.signers), &self.limits)?;
                must_be(&pivot.list.scheme, EU_LIST_OF_LISTS)?;
                let own = pivot.list.scheme.pointers.iter().filter(|p| p.kind == EU_LIST_OF_LISTS && p.is_xml());
                let signers: Vec<Certificate> = own.flat_map(certificates).collect();
                if signers.is_empty() {
                    return Err(ListError::Signer("the pivot announces nobody".to_owned()));
                }
                self.signers = signers;
                self.when_pivots_are_followed()
            }
            Role::National(territory) => self.national(step, territory, bytes),
        }
    }

    pub(super) fn fail(&mut self, step: Step, error: ListError) {
        let kept = match &step.role {
            Role::ListOfLists | Role::Pivot => self.lists.of_lists.is_some(),
            Role::National(territory) => self.lists.national.contains_key(&key(territory, &step.url)),
        };
        let top = matches!(step.role, Role::ListOfLists | Role::Pivot);
        self.troubles.push(Trouble { url: step.url, role: step.role, error, kept });
        if top {
            // Without the new list of lists the national lists are still fetched as the known one says.
            self.pending.clear();
            self.queue.retain(|s| s.role != Role::Pivot);
            self.point();
        }
    }

    /// The addresses of pivots in a list of lists, oldest first.
    fn pivots_of(&self, scheme: &Scheme) -> Result<Vec<String>, ListError> {
        let mut found: Vec<String> = Vec::new();
        for text in &scheme.information {
            if self.source.announcement.as_deref() == Some(text.value.as_str()) {
                break;
            }
            let is_list = text.value.to_ascii_lowercase().ends_with(".xml") && text.value != self.source.url;
            if is_list && !found.contains(&text.value) {
                found.push(text.value.clone());
            }
        }
        if found.len() > MAX_PIVOTS {
            return Err(ListError::TooLarge("pivots"));
        }
        found.reverse();
        Ok(found)
    }

    /// Once nothing stands between, the list of lists itself is verified.
    fn when_pivots_are_followed(&mut self) -> Result<(), ListError> {
        if self.queue.iter().any(|s| s.role == Role::Pivot) {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.pending);
        let verified = verify(&bytes, Signers::Of(&self.signers), &self.limits).and_then(|new| {
            new.is_current(self.now)?;
            self.lists.of_lists.as_ref().map_or(Ok(()), |known| known.may_become(&new))?;
            Ok(new)
        });
        match verified {
            Ok(new) => {
                self.lists.signers = self.signers.iter().map(|c| Blob(c.der().to_vec())).collect();
                self.lists.pivots.clone_from(&self.pivots);
                self.lists.of_lists = Some(Held::new(&self.source.url, self.now, new));
                self.point();
            }
            Err(error) => self.fail(Step::list_of_lists(&self.source.url.clone()), error),
        }
        Ok(())
    }

    /// Asks for every national list that the list of lists points to, and forgets those it no longer names.
    fn point(&mut self) {
        let Some(known) = &self.lists.of_lists else { return };
        let pointers = known.list.scheme.pointers.iter().filter(|p| p.kind == EU_GENERIC && p.is_xml());
        let mut named = Vec::new();
        for p in pointers {
            let name = key(&p.territory, &p.location);
            if named.contains(&name) {
                continue;
            }
            let role = Role::National(p.territory.clone());
            self.queue.push_back(Step { url: p.location.clone(), role, signers: certificates(p).collect() });
            named.push(name);
        }
        self.lists.national.retain(|name, _| named.contains(name));
    }

    fn national(&mut self, step: &Step, territory: &str, bytes: &[u8]) -> Result<(), ListError> {
        let new: Verified = verify(bytes, Signers::Of(&step.signers), &self.limits)?;
        must_be(&new.list.scheme, EU_GENERIC)?;
        if new.list.scheme.territory != territory {
            return Err(ListError::Mismatch(format!("territory {:?}", new.list.scheme.territory)));
        }
        new.is_current(self.now)?;
        let name = key(territory, &step.url);
        self.lists.national.get(&name).map_or(Ok(()), |known| known.may_become(&new))?;
        self.lists.national.insert(name, Held::new(&step.url, self.now, new));
        Ok(())
    }
}

/// Certificates of the signers that a pointer names; unreadable ones cannot have signed anything.
fn certificates(pointer: &Pointer) -> impl Iterator<Item = Certificate> {
    pointer.signers.iter().filter_map(|b| Certificate::from_der(&b.0).ok())
}

fn must_be(scheme: &Scheme, kind: &str) -> Result<(), ListError> {
    if scheme.kind == kind { Ok(()) } else { Err(ListError::Mismatch(scheme.kind.clone())) }
}
