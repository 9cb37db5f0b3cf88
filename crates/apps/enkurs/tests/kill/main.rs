//! The real executable under load, killed by SIGKILL at random moments, started again and judged: nothing acknowledged is
//! lost, no signature is unrecorded, nothing stays half done, and the ledger verifies and continues what was seen before.
//! `ENKURS_KILLS` says how often (20 unless told; `cargo xtask soak` asks for 200).

#[cfg(test)]
mod judge;
#[cfg(test)]
mod load;
#[cfg(test)]
mod node;
#[cfg(test)]
mod rounds;
#[cfg(test)]
mod trouble;
