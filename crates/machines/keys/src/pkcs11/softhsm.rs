//! SoftHSM2: the token of tests and trials. Its configuration is found by the environment variable `SOFTHSM2_CONF`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
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

/// Runs the body of the test `test` (its `module_path!()` and name) in a process of its own, whose `SOFTHSM2_CONF` names a directory
/// without tokens: the library reads its configuration once a process. Without SoftHSM2 it says so and returns, unless
/// `ENKURS_TEST_HSM=required`.
///
/// # Panics
/// When the body does, or SoftHSM2 is required and missing.
pub fn alone(test: &str, body: impl FnOnce()) {
    const INSIDE: &str = "ENKURS_TEST_HSM_INSIDE";
    let test = test.split_once("::").map_or(test, |(_, in_crate)| in_crate);
    if env::var(INSIDE).is_ok_and(|inside| inside == test) {
        return body();
    }
    if library().is_none() {
        assert!(
            env::var("ENKURS_TEST_HSM").as_deref() != Ok("required"),
            "SoftHSM2 is not installed (Debian: apt-get install softhsm2)"
        );
        eprintln!("SoftHSM2 is not installed: not run");
        return;
    }
    let dir = env::temp_dir().join(format!("enkurs-softhsm-{}-{}", std::process::id(), test.replace("::", "-")));
    let run = configure(&dir).and_then(|conf| {
        let args = ["--exact", test, "--nocapture", "--test-threads=1"];
        Command::new(env::current_exe()?).args(args).env("SOFTHSM2_CONF", conf).env(INSIDE, test).output()
    });
    let removed = fs::remove_dir_all(&dir);
    let run = run.expect("the test starts again in a process of its own");
    let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && out.contains("1 passed"), "{out}\n{err}");
    removed.expect("the tokens can be removed");
}
