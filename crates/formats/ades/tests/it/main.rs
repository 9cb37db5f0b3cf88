//! The crate through its public face.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod algorithms;
mod asic;
mod attacks;
mod cades;
mod containers;
mod damage;
mod every;
mod evidence;
mod gather;
mod jades;
mod lists;
mod longevity;
mod mutation;
mod packages;
mod parallel;
mod referred;
mod sealed;
mod verdicts;
mod weak;
mod world;
mod wrapping;
mod xsw;
mod zip;
