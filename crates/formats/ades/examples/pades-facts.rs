//! Prints what the reader finds in signed PDFs, one line a signature.
//!
//!     cargo run -p ades --example pades-facts -- FILE.pdf...

use std::{error::Error, fs};

use ades::{pades::read, pdf::Limits};

fn main() -> Result<(), Box<dyn Error>> {
    for name in std::env::args().skip(1) {
        let data = fs::read(&name)?;
        match read(&name, &data, &Limits::default()) {
            Err(e) => println!("{name}\t{}\t{e}", e.code()),
            Ok(file) => {
                for d in &file.defects {
                    println!("{name}\tfile\t{} {} fatal={}", d.code, d.object, d.fatal);
                }
                for s in &file.signatures {
                    let intact = s.references.iter().all(|r| r.intact) && !s.references.is_empty();
                    let stamps: Vec<_> = s.timestamps.iter().map(|t| (t.kind, t.imprint_matches)).collect();
                    let covered = s.scope.first().map(|c| c.covered);
                    let defects: Vec<String> =
                        s.defects.iter().map(|d| format!("{} {} fatal={}", d.code, d.object, d.fatal)).collect();
                    println!(
                        "{name}\t{}\tlevel={:?} intact={intact} value={:?} reference={:?} covered={covered:?} stamps={stamps:?} {defects:?}",
                        s.id, s.level_elements, s.value_verifies, s.certificate_reference_matches
                    );
                }
            }
        }
    }
    Ok(())
}
