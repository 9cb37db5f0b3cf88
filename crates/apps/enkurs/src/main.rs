//! The executable of the platform; see `enkurs --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    enkurs::cli::main()
}
