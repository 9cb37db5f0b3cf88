//! The engine without HTTP, on files, as the demonstration journey uses it.

use std::fs::File;

use ades::facts::Level;
use futures_util::future::BoxFuture;
use signing::engine::{EngineError, Format, Hand, Input, ToSign, Validation, from_path};
use testkit::each_db;

use crate::bench::{Bench, Person, pdf};

struct Card<'c>(&'c Person);

impl Hand for Card<'_> {
    fn certificate(&self) -> &[u8] {
        self.0.card.certificate.der()
    }
    fn sign<'a>(&'a self, what: &'a ToSign) -> BoxFuture<'a, Result<Vec<u8>, EngineError>> {
        Box::pin(async { Ok(self.0.card.key.sign(&what.message)) })
    }
}

each_db! {
    async fn files_are_signed_at_every_level(world: World) {
        let b = Bench::new(world).await;
        let dir = b.world.dir();
        std::fs::write(dir.join("Ligums.pdf"), pdf()).unwrap();
        std::fs::write(dir.join("Tāme.csv"), "a;b\n").unwrap();
        let (cx, engine) = (&b.world.cx, b.app.engine());
        for (level, name) in [(Level::B, "B"), (Level::T, "T"), (Level::LT, "LT")] {
            for (format, source) in [(Format::Pdf, "Ligums.pdf"), (Format::Edoc, "Tāme.csv"), (Format::Asice, "Ligums.pdf")] {
                let input = from_path(&dir.join(source)).unwrap();
                let path = dir.join(format!("{name}.{}", format.name()));
                let out = File::create(&path).unwrap();
                engine.sign(cx, &[input], format, level, &Card(&b.anna), out).await.unwrap();
                let signed = from_path(&path).unwrap();
                let report = engine.validate(cx, &signed, &Validation::default()).await.unwrap();
                assert!(report.all_passed(), "{report:#?}");
                assert!(report.signatures[0].level.ends_with(&format!("BASELINE-{name}")), "{}", report.signatures[0].level);
                let alone = Validation { offline: true, ..Validation::default() };
                let report = engine.validate(cx, &signed, &alone).await.unwrap();
                assert_eq!(report.all_passed(), level == Level::LT, "offline only LT can be judged");
            }
        }
    }

    async fn a_signed_file_gets_one_more_signature(world: World) {
        let b = Bench::new(world).await;
        let (cx, engine) = (&b.world.cx, b.app.engine());
        let first = engine.sign(cx, &[Input::bytes("a.txt", b"teksts".to_vec())], Format::Edoc, Level::LT, &Card(&b.anna), Vec::new()).await.unwrap();
        let again = Input::bytes("a.edoc", first);
        let refused = engine.sign(cx, std::slice::from_ref(&again), Format::Asice, Level::LT, &Card(&b.janis), Vec::new()).await.unwrap_err();
        assert_eq!(refused.code(), "signing.format.impossible");
        let both = engine.sign(cx, &[again], Format::Edoc, Level::LT, &Card(&b.janis), Vec::new()).await.unwrap();
        let report = engine.validate(cx, &Input::bytes("a.edoc", both), &Validation::default()).await.unwrap();
        assert_eq!((report.signatures.len(), report.exit_code()), (2, 0));
    }
}
