//! Limits: how often, how much, how long.

use std::{collections::BTreeMap, net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, QuantaClock},
    state::keyed::HashMapStateStore,
};

use crate::route::Body;

/// A class of requests with one rate and one time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Pages and readings.
    Read,
    /// Forms and changes.
    Write,
    /// Attempts to prove who one is.
    SignIn,
    /// Files.
    Upload,
    /// Machine protocols: OCSP, time stamps.
    Machine,
}

/// A rate: so many a minute, so many at once.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Sustained, per minute and address.
    pub per_minute: u32,
    /// At once.
    pub burst: u32,
}

/// The limits of this deployment.
#[derive(Clone, Debug)]
pub struct LimitConfig {
    /// Rates by class; a class that is absent is unlimited.
    pub rates: BTreeMap<Class, Rate>,
    /// Largest upload in bytes.
    pub upload: u64,
    /// Largest form in bytes.
    pub form: u64,
    /// Largest protocol message in bytes.
    pub raw: u64,
    /// Longest time a request may take.
    pub time: Duration,
    /// The same for uploads.
    pub upload_time: Duration,
}

impl Default for LimitConfig {
    fn default() -> Self {
        let rates = [
            (Class::Read, Rate { per_minute: 1200, burst: 300 }),
            (Class::Write, Rate { per_minute: 240, burst: 60 }),
            (Class::SignIn, Rate { per_minute: 30, burst: 15 }),
            (Class::Upload, Rate { per_minute: 60, burst: 20 }),
        ];
        Self {
            rates: rates.into_iter().collect(),
            upload: 1 << 30,
            form: 64 << 10,
            raw: 1 << 20,
            time: Duration::from_secs(30),
            upload_time: Duration::from_mins(15),
        }
    }
}

impl LimitConfig {
    /// No rates: for load tests and for the suite.
    pub fn unlimited() -> Self {
        Self { rates: BTreeMap::new(), ..Self::default() }
    }
}

type Keyed = RateLimiter<IpAddr, HashMapStateStore<IpAddr>, QuantaClock>;

pub(crate) struct Limits {
    config: LimitConfig,
    limiters: BTreeMap<Class, Keyed>,
    clock: QuantaClock,
}

impl Limits {
    pub(crate) fn new(config: LimitConfig) -> Self {
        let one = NonZeroU32::MIN;
        let clock = QuantaClock::default();
        let limiter = |r: &Rate| {
            let quota = Quota::per_minute(NonZeroU32::new(r.per_minute).unwrap_or(one));
            RateLimiter::new(
                quota.allow_burst(NonZeroU32::new(r.burst).unwrap_or(one)),
                HashMapStateStore::default(),
                clock.clone(),
            )
        };
        let limiters = config.rates.iter().map(|(c, r)| (*c, limiter(r))).collect();
        Self { config, limiters, clock }
    }
    /// Admits a request, or says how long to wait.
    pub(crate) fn admit(&self, class: Class, from: IpAddr) -> Result<(), Duration> {
        let Some(l) = self.limiters.get(&class) else { return Ok(()) };
        l.check_key(&network(from)).map_err(|n| n.wait_time_from(self.clock.now()))
    }
    pub(crate) fn body(&self, body: Body) -> u64 {
        match body {
            Body::Upload => self.config.upload,
            Body::Form => self.config.form,
            Body::Raw => self.config.raw,
            Body::Empty => 4096,
        }
    }
    pub(crate) fn time(&self, class: Class) -> Duration {
        if class == Class::Upload { self.config.upload_time } else { self.config.time }
    }
    /// Forgets addresses that have been quiet.
    pub(crate) fn tidy(&self) {
        self.limiters.values().for_each(RateLimiter::retain_recent);
    }
}

/// An IPv6 visitor owns at least a /64: count those together.
pub(crate) fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => v4.into(),
            None => std::net::Ipv6Addr::from(u128::from(v6) & !u128::from(u64::MAX)).into(),
        },
    }
}
