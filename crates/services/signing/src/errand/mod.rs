//! A person's way from files to a signed file.
//!
//! `open` (files are there, the format is chosen) → `prepared` (the intent is in the ledger, the bytes to sign were given out) →
//! `signed` (the value came and is kept) → `done` (time stamp and validation material are in, the file is written) or `failed`.
//! Each step happens once; what was given out cannot be changed by the client; an interrupted completion is taken up by a job.

mod complete;
mod error;
mod rows;
mod steps;
mod wish;

pub(crate) use complete::{COMPLETE, complete, complete_job};
pub(crate) use error::{CODES, ErrandError};
pub(crate) use rows::{Errand, ErrandFile, ErrandId, QUERIES, State};
pub(crate) use steps::{Bond, NewFile, choose, formats, open, overdue, prepare, receive, see, sweep};
pub(crate) use wish::Wish;
