//! The platform in one executable: configuration, wiring and commands. What it does is in the services.

pub mod cli;
pub mod commands;
pub mod config;
pub mod demo;
pub mod failure;
pub mod node;
pub mod serve;
pub mod site;
mod trace;
pub mod wire;

pub use config::Config;
pub use failure::Failure;
pub use node::Node;
