use std::net::IpAddr;

/// Why nothing was fetched.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// Not an `http` or `https` address with a host.
    #[error("not an http or https address: {0}")]
    Address(String),
    /// The address leads into a private network.
    #[error("{host} leads to {ip}, which is not a public address")]
    Private {
        /// Host of the address.
        host: String,
        /// What it resolves to.
        ip: IpAddr,
    },
    /// The host name is not known.
    #[error("the host is not known: {0}")]
    Unknown(String),
    /// No connection, or it broke.
    #[error("no connection to {host}: {why}")]
    Connection {
        /// Host of the address.
        host: String,
        /// Reason.
        why: String,
    },
    /// A port that is not for the web.
    #[error("port {port} of {host} is not asked: strangers' addresses are followed to the ports of the web only")]
    Port {
        /// Host of the address.
        host: String,
        /// The port.
        port: u16,
    },
    /// An OCSP response to another request.
    #[error("the OCSP response of {0} has another nonce")]
    Nonce(String),
    /// Too slow.
    #[error("{0} did not answer in time")]
    Timeout(String),
    /// Too much.
    #[error("the answer of {host} is larger than {limit} bytes")]
    TooLarge {
        /// Host of the address.
        host: String,
        /// The limit.
        limit: usize,
    },
    /// An answer other than 200.
    #[error("{host} answered with status {status}")]
    Status {
        /// Host of the address.
        host: String,
        /// Status code.
        status: u16,
    },
    /// A redirect that is not followed.
    #[error("{0} redirects to another address, which is not followed")]
    Redirect(String),
    /// The time-stamping authority refused, or answered with something else.
    #[error("no time stamp from {host}: {why}")]
    Timestamp {
        /// Host of the address.
        host: String,
        /// Reason.
        why: String,
    },
}

impl NetError {
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "net.address",
            Self::Private { .. } => "net.private",
            Self::Port { .. } => "net.port",
            Self::Nonce(_) => "net.nonce",
            Self::Unknown(_) => "net.unknown-host",
            Self::Connection { .. } => "net.connection",
            Self::Timeout(_) => "net.timeout",
            Self::TooLarge { .. } => "net.too-large",
            Self::Status { .. } => "net.status",
            Self::Redirect(_) => "net.redirect",
            Self::Timestamp { .. } => "net.timestamp",
        }
    }

    /// Whether the address asked in another way would do no better.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self, Self::Address(_) | Self::Private { .. } | Self::Port { .. } | Self::Unknown(_))
            || matches!(self, Self::Timeout(_) | Self::Connection { .. } | Self::TooLarge { .. } | Self::Redirect(_))
    }

    /// Whether trying again later may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Connection { .. } | Self::Timeout(_) => true,
            Self::Status { status, .. } => *status >= 500 || *status == 429,
            _ => false,
        }
    }
}
