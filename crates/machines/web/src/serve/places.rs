use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use crate::limits::network;

/// How many connections each address has open.
#[derive(Clone)]
pub(super) struct Places {
    most: usize,
    held: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

/// One open connection; its place is free when this is dropped.
pub(super) struct Place {
    from: IpAddr,
    held: Arc<Mutex<BTreeMap<IpAddr, usize>>>,
}

impl Places {
    /// At most `most` for each IPv4 address or IPv6 /64.
    pub(super) fn new(most: usize) -> Self {
        Self { most, held: Arc::default() }
    }
    /// A place, unless the address has all of its own.
    pub(super) fn take(&self, from: IpAddr) -> Option<Place> {
        let from = network(from);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(from).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { from, held: Arc::clone(&self.held) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.from);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let places = Places::new(2);
        let ip = |s: &str| s.parse::<IpAddr>().unwrap();
        let one = places.take(ip("192.0.2.1"));
        let two = places.take(ip("192.0.2.1"));
        assert!(one.is_some() && two.is_some() && places.take(ip("192.0.2.1")).is_none());
        assert!(places.take(ip("192.0.2.2")).is_some(), "another address has its own");
        let (six, other) = (places.take(ip("2001:db8::1")), places.take(ip("2001:db8::2")));
        assert!(six.is_some() && other.is_some() && places.take(ip("2001:db8::3")).is_none(), "a /64 counts as one");
        drop(one);
        assert!(places.take(ip("::ffff:192.0.2.1")).is_some(), "the mapped form is the same address");
        drop((two, six, other));
        assert!(places.held.lock().unwrap().is_empty());
    }
}
