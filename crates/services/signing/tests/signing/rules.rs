//! Statements, texts, permissions.

use std::{fs, path::Path};

use testkit::each_db;

use crate::bench::Bench;

each_db! {
    async fn every_statement_is_understood(world: World) {
        let wrong = world.db.check_queries(&signing::queries()).await.unwrap();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn every_route_is_as_declared(world: World) {
        let b = Bench::new(world).await;
        let wrong = web::testing::walk(&b.shell).await;
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn every_text_exists_in_both_languages(world: World) {
        let b = Bench::new(world).await;
        let mut sources = Vec::new();
        collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
        let routes = b.app.routes();
        let wrong = web::testing::texts(routes.locales()[0], b.shell.codes(), &sources);
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}

fn collect(dir: &Path, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs" || e == "html") {
            into.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}
