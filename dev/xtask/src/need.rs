//! What the tests need beside Rust, and how to get it.

use std::path::{Path, PathBuf};

use crate::{
    root,
    run::{Done, Fault, exists, run},
    target,
};

/// A Debian package and a file that shows it is there.
const DEBIAN: &[(&str, &str)] = &[
    ("postgresql", "/usr/lib/postgresql"),
    ("softhsm2", "/usr/lib/softhsm/libsofthsm2.so"),
    ("libpcsclite-dev", "/usr/include/PCSC/winscard.h"),
    ("pkg-config", "/usr/bin/pkg-config"),
    ("pcscd", "/usr/sbin/pcscd"),
    ("vsmartcard-vpcd", "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"),
    ("opensc", "/usr/bin/pkcs11-tool"),
    ("iproute2", "/sbin/ip"),
    ("curl", "/usr/bin/curl"),
    ("openssl", "/usr/bin/openssl"),
    ("libxml2-utils", "/usr/bin/xmllint"),
    ("xmlsec1", "/usr/bin/xmlsec1"),
    ("qpdf", "/usr/bin/qpdf"),
    ("poppler-utils", "/usr/bin/pdfsig"),
    ("time", "/usr/bin/time"),
    ("chromium", "/usr/bin/chromium"),
    ("fonts-noto-core", "/usr/share/fonts/truetype/noto"),
    ("maven", "/usr/bin/mvn"),
    ("default-jdk-headless", "/usr/bin/javac"),
    ("python3-venv", "/usr/lib/python3/dist-packages"),
    ("nodejs", "/usr/bin/node"),
    ("npm", "/usr/bin/npm"),
];

/// Programs that may come from elsewhere than Debian: if the name runs, the package is not needed.
const PROGRAMS: &[(&str, &str)] =
    &[("maven", "mvn"), ("default-jdk-headless", "javac"), ("nodejs", "node"), ("npm", "npm"), ("iproute2", "ip")];

fn missing() -> Vec<&'static str> {
    DEBIAN
        .iter()
        .filter(|(package, file)| {
            let runs = PROGRAMS.iter().any(|(p, program)| p == package && exists(program));
            !runs && !Path::new(file).exists()
        })
        .map(|(package, _)| *package)
        .collect()
}

/// Installs the Debian packages that are missing, or says which.
pub(crate) fn debian(install: bool) -> Done {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !install || !exists("apt-get") {
        return Err(Fault(format!("these Debian packages are missing: {list}")));
    }
    let root_user =
        std::env::var("USER").is_ok_and(|u| u == "root") || std::env::var("HOME").is_ok_and(|h| h == "/root");
    let (program, prefix): (&str, &[&str]) = if root_user { ("apt-get", &[]) } else { ("sudo", &["-n", "apt-get"]) };
    let env = [("DEBIAN_FRONTEND", "noninteractive".to_owned())];
    let args = |rest: &[&'static str]| prefix.iter().copied().chain(rest.iter().copied()).collect::<Vec<_>>();
    println!("installing: {list}");
    run(&root(), program, &args(&["update", "-qq"]), &env)?;
    let mut words = args(&["install", "-y", "-qq", "--no-install-recommends"]);
    words.extend(&missing);
    run(&root(), program, &words, &env)
}

/// A Python environment with the pinned peers of `conformance/requirements.txt`; gives the folder of its programs.
pub(crate) fn python() -> Done<PathBuf> {
    let venv = target().join("peers/python");
    let wanted = root().join("conformance/requirements.txt");
    let mark = venv.join("installed.txt");
    let text = std::fs::read_to_string(&wanted)?;
    if std::fs::read_to_string(&mark).is_ok_and(|have| have == text) {
        return Ok(venv.join("bin"));
    }
    std::fs::create_dir_all(&venv)?;
    run(&root(), "python3", &["-m", "venv", &venv.to_string_lossy()], &[])?;
    let pip = venv.join("bin/pip");
    run(
        &root(),
        &pip.to_string_lossy(),
        &["install", "--quiet", "--disable-pip-version-check", "-r", &wanted.to_string_lossy()],
        &[],
    )?;
    std::fs::write(&mark, text)?;
    Ok(venv.join("bin"))
}

/// EU DSS as judge and maker, built by Maven; gives its class path.
pub(crate) fn dss() -> Done<String> {
    java("dss")
}

/// Class path of veraPDF's driver (Maven).
pub(crate) fn verapdf() -> Done<String> {
    java("archive")
}

/// digidoc4j as judge and maker, which brings its own build of EU DSS.
pub(crate) fn digidoc4j() -> Done<String> {
    java("digidoc4j")
}

/// Builds a Java driver of `conformance/` with the peers it needs; gives the class path.
fn java(name: &str) -> Done<String> {
    let here = root().join("conformance").join(name);
    let out = target().join("peers").join(name);
    let jar = out.join(format!("conformance-{name}-1.jar"));
    let mut sources = vec![here.join("pom.xml")];
    for entry in std::fs::read_dir(here.join("src/main/java/lv/enkurs/conformance"))? {
        sources.push(entry?.path());
    }
    let newer = |a: &Path, b: &Path| Some(a.metadata().ok()?.modified().ok()? > b.metadata().ok()?.modified().ok()?);
    if sources.iter().any(|source| newer(&jar, source) != Some(true)) {
        let dir = format!("-Dpeers.out={}", out.to_string_lossy());
        run(&here, "mvn", &["-q", "-B", "-DskipTests", &dir, "package"], &[])?;
    }
    Ok(format!("{}:{}/lib/*", jar.to_string_lossy(), out.to_string_lossy()))
}

/// The browser tests' npm packages.
pub(crate) fn npm(dir: &Path) -> Done {
    let mark = dir.join("node_modules/.package-lock.json");
    if mark.exists() {
        return Ok(());
    }
    run(
        dir,
        "npm",
        &["ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        &[("PUPPETEER_SKIP_DOWNLOAD", "1".into()), ("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1".into())],
    )
}

/// `cargo-deny`, built once into the target folder when the machine has none; unoptimised, for it works for a second only.
pub(crate) fn cargo_deny() -> Done<PathBuf> {
    if exists("cargo-deny") {
        return Ok("cargo-deny".into());
    }
    let tools = target().join("tools");
    let program = tools.join("bin/cargo-deny");
    if !program.exists() {
        let build = target().join("tools/build");
        run(
            &root(),
            "cargo",
            &[
                "install",
                "cargo-deny",
                "--version",
                "0.20.2",
                "--locked",
                "--debug",
                "--quiet",
                "--root",
                &tools.to_string_lossy(),
                "--target-dir",
                &build.to_string_lossy(),
            ],
            &[],
        )?;
    }
    Ok(program)
}
