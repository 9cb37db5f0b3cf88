//! Tests of the ledger: the tree against a naive RFC 6962, the log on both databases.

#[cfg(test)]
mod log;
#[cfg(test)]
mod tree;
