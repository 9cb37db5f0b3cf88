//! Implementations that are not ours judge what we make, and we judge what they make.

use std::path::PathBuf;

use crate::{
    need, root,
    run::{Done, run},
    suite::{Lane, peers, script},
    target,
};

type Env = Vec<(&'static str, String)>;

/// All parts, the quick ones first.
pub(crate) fn all(lane: &mut Lane) -> Done {
    lane.part("conformance: PKI (openssl, pkilint)", |_| {
        script("conformance/pki/run", &peers(&[("PYTHON", need::python()?)]))
    })?;
    lane.part("conformance: card (pcscd, OpenSC)", |_| script("conformance/card/run.sh", &peers(&[])))?;
    lane.part("conformance: canonical XML (libxml2)", |_| script("conformance/c14n/run", &peers(&[])))?;
    lane.part("conformance: XML signatures (xmlsec1, EU DSS, digidoc4j, signxml)", |_| {
        script("conformance/xades/run", &with_digidoc4j()?)
    })?;
    lane.part("conformance: signatures (EU DSS, pyHanko, qpdf, jwcrypto)", |_| signatures(&judges(&[])?))?;
    lane.part("conformance: CAdES (EU DSS, openssl)", |_| script("conformance/cades/run", &judges(&[])?))?;
    lane.part("conformance: signatures made through REST (EU DSS)", |_| script("conformance/rest/run", &judges(&[])?))?;
    lane.part("conformance: files of other makers (EU DSS, digidoc4j, signxml)", |_| {
        script("conformance/makers/run", &with_digidoc4j()?)
    })?;
    lane.part("conformance: PDF signatures (EU DSS, pyHanko, qpdf, poppler, veraPDF)", |_| {
        let mut env = judges(&[("PADES_SAMPLES", example("pades-samples"))])?;
        env.push(("VERAPDF_CLASSPATH", need::verapdf()?));
        script("conformance/pades/run", &env)
    })?;
    lane.part("conformance: trusted lists (EU DSS)", |_| {
        script("conformance/lists/run", &judges(&[("LIST_SAMPLES", example("list-samples"))])?)
    })
}

/// Our programs, and the judges in Java and Python.
fn judges(more: &[(&'static str, PathBuf)]) -> Done<Env> {
    let mut env = peers(&[("PYTHON", need::python()?)]);
    env.extend(more.iter().map(|(name, path)| (*name, text(path))));
    env.push(("DSS_CLASSPATH", need::dss()?));
    Ok(env)
}

fn with_digidoc4j() -> Done<Env> {
    let mut env = judges(&[])?;
    env.push(("DIGIDOC4J_CLASSPATH", need::digidoc4j()?));
    Ok(env)
}

fn signatures(env: &Env) -> Done {
    script("conformance/signatures/run", env)?;
    let value = |name: &str| env.iter().find(|(k, _)| *k == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let (sign, dss, python) = (value("ENKURS_SIGN"), value("DSS_CLASSPATH"), value("PYTHON"));
    let work = |name: &str| text(&target().join("conformance").join(name));
    let judged = |program: &str, script: &str, args: &[String]| {
        let mut words = vec![format!("conformance/signatures/{script}")];
        words.extend_from_slice(args);
        run(&root(), program, &words, &[])
    };
    let samples = |name: &str| text(&example(name));
    judged("python3", "verdicts", &[samples("verdict-samples"), sign.clone(), dss.clone(), work("verdicts")])?;
    judged("python3", "reports", &[sign.clone(), dss.clone(), work("verdicts")])?;
    judged("bash", "jades", &[samples("jades-samples"), sign.clone(), python, dss.clone(), work("jades")])?;
    judged("bash", "evidence", &[samples("evidence-samples"), sign, dss, work("evidence")])
}

/// A program that makes samples.
fn example(name: &str) -> PathBuf {
    target().join("debug/examples").join(name)
}

fn text(path: &std::path::Path) -> String {
    path.to_string_lossy().into_owned()
}
