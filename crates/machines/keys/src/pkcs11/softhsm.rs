//! SoftHSM2: the token of tests and trials. Its configuration is found by the environment variable `SOFTHSM2_CONF`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where distributions keep the library.
const PLACES: [&str; 5] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
];

/// The library, if SoftHSM2 is installed.
pub fn library() -> Option<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|p| p.exists())
}

/// Writes a configuration whose tokens live in `dir`; its path is what `SOFTHSM2_CONF` names.
pub fn configure(dir: &Path) -> io::Result<PathBuf> {
    let tokens = dir.join("tokens");
    fs::create_dir_all(&tokens)?;
    let conf = dir.join("softhsm2.conf");
    fs::write(
        &conf,
        format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n",
            tokens.display()
        ),
    )?;
    Ok(conf)
}
