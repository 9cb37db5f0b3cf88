//! Identity cards through HTTP: the whole way, every refusal of it, and what happens when it is cut off.
#![expect(clippy::unwrap_used, reason = "tests")]

mod envelope;
mod refusals;
mod site;
mod status;
mod way;

use site::Site;

testkit::each_db! {
    async fn every_statement_fits_both_databases(world: World) {
        assert_eq!(world.db.check_queries(&documents::queries()).await.unwrap(), Vec::<String>::new());
    }

    async fn every_route_keeps_its_permission(world: World) {
        let site = Site::new(world);
        assert_eq!(web::testing::walk(&site.shell).await, Vec::<String>::new());
    }
}

#[test]
fn every_text_is_there_in_both_languages() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = vec![];
    let mut open = vec![root];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "html") {
                sources.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let locale = web::i18n::Locale {
        owner: "documents",
        lv: include_str!("../../locale/lv.ftl"),
        en: include_str!("../../locale/en.ftl"),
    };
    assert_eq!(web::testing::texts(locale, &[], &sources), Vec::<String>::new());
}
