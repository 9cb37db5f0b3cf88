//! Judges files against anchors, offline: `judge [--policy FILE.json] ANCHORS.pem RFC3339 FILE...`; one JSON document a line.

use std::{fs::File, io::BufReader, path::Path};

use ades::{
    detect,
    validate::{Anchors, Basis, Lang, Material, Policy, validate_file},
    xades::Nothing,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1).peekable();
    let mut policy = Policy::default();
    if args.next_if_eq("--policy").is_some() {
        policy = serde_json::from_str(&std::fs::read_to_string(args.next().ok_or("policy")?)?)?;
    }
    let anchors = Anchors::from_pem(&std::fs::read_to_string(args.next().ok_or("anchors")?)?)?;
    let time = args.next().ok_or("time")?.parse()?;
    let material = Material::default();
    let basis = Basis { anchors: &anchors, policy: &policy, material: &material, time, lang: Lang::En };
    for file in args {
        let name = Path::new(&file).file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let source = BufReader::new(File::open(&file)?);
        let facts = detect::read(&name, source, &mut Nothing, &detect::Limits::default())?;
        println!("{}", serde_json::to_string(&validate_file(&name, &facts, &basis))?);
    }
    Ok(())
}
