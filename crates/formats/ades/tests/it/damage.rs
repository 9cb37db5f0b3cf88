//! Whatever is changed, what is reported as verified is what was signed.

use std::sync::OnceLock;

use ades::{asic::Naming, facts::FileFacts};
use proptest::prelude::*;

use crate::world::{World, facts};

const FILE: (&str, &[u8]) = ("līgums.txt", b"Desmit eiro.\n");

struct Made {
    world: World,
    xml: String,
    bytes: Vec<u8>,
}

fn made() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let world = World::new();
        let mut xml = String::new();
        let bytes = world.container_of(Naming::Edoc, &[FILE], |w, files| {
            xml = w.sign(files, "S1").xml();
            xml.clone()
        });
        Made { world, xml, bytes }
    })
}

/// If the value verifies and all references hold, then the signed properties and files are the original ones.
fn check(found: &FileFacts) -> Result<(), TestCaseError> {
    let made = made();
    for s in &found.signatures {
        let holds = s.value_verifies == Some(true)
            && s.certificate_reference_matches == Some(true)
            && s.references.iter().any(|r| r.properties)
            && s.references.iter().all(|r| r.found && r.intact);
        if holds {
            prop_assert_eq!(s.signing_certificate.as_deref(), Some(made.world.signer.certificate.der()));
            prop_assert_eq!(s.claimed_time, Some(made.world.now));
            prop_assert!(s.scope.iter().any(|c| c.name == FILE.0));
        }
        if s.claimed_time.is_some() {
            prop_assert!(s.references.iter().any(|r| r.properties && r.intact));
        }
    }
    Ok(())
}

fn with_signature(xml: &str) -> Vec<u8> {
    let xml = xml.to_owned();
    made().world.container_of(Naming::Edoc, &[FILE], |_, _| xml)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn one_character_of_the_signature(at in any::<prop::sample::Index>(), new in "[ -~<>\"'/#Sā]") {
        let xml = &made().xml;
        let places: Vec<usize> = xml.char_indices().map(|(i, _)| i).collect();
        let from = places[at.index(places.len())];
        let to = from + xml[from..].chars().next().unwrap().len_utf8();
        check(&facts(&with_signature(&format!("{}{new}{}", &xml[..from], &xml[to..]))))?;
    }

    #[test]
    fn a_piece_moved_elsewhere(from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), keep in any::<bool>()) {
        let xml = &made().xml;
        // Cut at tags, so that the result is often well-formed.
        let tags: Vec<usize> = xml.match_indices('<').map(|(i, _)| i).collect();
        let start = tags[from.index(tags.len())];
        let name: String = xml[start + 1..].chars().take_while(|c| !matches!(c, ' ' | '>' | '/')).collect();
        let close = format!("</{name}>");
        prop_assume!(!name.is_empty() && xml[start..].contains(&close));
        let end = start + xml[start..].find(&close).unwrap() + close.len();
        let piece = &xml[start..end];
        let rest = if keep { xml.clone() } else { format!("{}{}", &xml[..start], &xml[end..]) };
        let tags: Vec<usize> = rest.match_indices('<').map(|(i, _)| i).collect();
        let target = tags[to.index(tags.len())];
        check(&facts(&with_signature(&format!("{}{piece}{}", &rest[..target], &rest[target..]))))?;
    }

    #[test]
    fn one_byte_of_the_container(at in any::<prop::sample::Index>(), new in any::<u8>()) {
        let mut bytes = made().bytes.clone();
        let at = at.index(bytes.len());
        bytes[at] = new;
        check(&facts(&bytes))?;
    }
}
