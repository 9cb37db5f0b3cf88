//! The contract between nodes over mutual TLS: `POST /contract/v1/SERVICE/NAME`.

/// The name in the certificate of the node that speaks, put into each request of the contract listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeName(pub String);
