//! The real executable in trouble: services apart, a full disk, a database that goes away, and above all:
//! under load, killed by SIGKILL at random moments, started again and judged: nothing acknowledged is
//! lost, no signature is unrecorded, nothing stays half done, and the ledger verifies and continues what was seen before.
//! `ENKURS_KILLS` says how often (2 unless told; `cargo xtask test` asks for 20, `soak` for 200).

#[cfg(test)]
mod apart;
#[cfg(test)]
mod citizen;
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
