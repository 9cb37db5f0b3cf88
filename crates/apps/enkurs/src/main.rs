//! The executable of the platform; see `enkurs --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    raster::child().unwrap_or_else(enkurs::cli::main)
}
