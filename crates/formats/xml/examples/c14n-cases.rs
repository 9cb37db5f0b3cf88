//! Writes generated documents and our canonical forms as lines `algorithm TAB id TAB prefixes TAB filter TAB base64(document) TAB
//! base64(form)`, for `conformance/c14n/libxml2.py`: each document whole, one subtree of it, and what an XPath filter leaves of it.
//! Arguments: number of documents, first seed.
#![expect(clippy::unwrap_used, reason = "a test program")]

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use xml::{C14n, Document, Limits, NodeSet, xpath::Expression};

#[path = "../tests/it/generate.rs"]
mod generate;

const ALL: [&str; 6] = [
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2006/12/xml-c14n11",
    "http://www.w3.org/2006/12/xml-c14n11#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
];

fn main() {
    let mut args = std::env::args().skip(1).map(|a| a.parse::<u64>().unwrap());
    let (count, first) = (args.next().unwrap_or(1000), args.next().unwrap_or(1));
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for seed in first..first + count {
        let (text, ids) = generate::document(seed);
        let doc = Document::parse(&text, &Limits::default()).unwrap();
        let source = STANDARD.encode(&text);
        let some = format!("n{}", seed % u64::from(ids));
        let filter = generate::filter(seed, ids);
        let holder = format!("<x {}>{}</x>", generate::PREFIXED, xml::escape_text(&filter));
        let holder = Document::parse(&holder, &Limits::default()).unwrap();
        let set = Expression::read(holder.root()).unwrap().filter(&doc, &NodeSet::all(&doc)).unwrap();
        for uri in ALL {
            for prefixes in ["", ["a #default", "a", "#default", "b ds a"][usize::try_from(seed % 4).unwrap()]] {
                let mut alg = C14n::from_uri(uri).unwrap();
                alg.prefixes = prefixes.split_whitespace().map(str::to_owned).collect();
                if !prefixes.is_empty() && !uri.contains("exc-c14n") {
                    continue;
                }
                let mut put = |id: &str, filter: &str, form: &[u8]| {
                    writeln!(out, "{uri}\t{id}\t{prefixes}\t{filter}\t{source}\t{}", STANDARD.encode(form)).unwrap();
                };
                put("", "", &alg.document(&doc).unwrap());
                put(&some, "", &alg.subtree(&doc, doc.by_id(&some).unwrap().id()).unwrap());
                let mut form = Vec::new();
                alg.write_set(&doc, &set, &mut form).unwrap();
                put("", &filter, &form);
            }
        }
    }
}
