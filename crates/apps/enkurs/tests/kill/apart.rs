use std::{env, fs};

use contract::Service;
use enkurs::Config;
use store::{Db, scratch};

use crate::node::Node;

/// A PDF of one empty page.
fn pdf() -> Vec<u8> {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> >>",
    ];
    let (mut text, mut table) = (String::from("%PDF-1.7\n"), String::from("0000000000 65535 f \n"));
    for (n, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", text.len()));
        text.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
    }
    let start = text.len();
    text.push_str(&format!("xref\n0 4\n{table}trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    text.into_bytes()
}

/// The first journey with the trust core and the staff in another process, asked over mutual TLS.
async fn journey(core: Option<String>, rest: Option<String>) {
    let away = [Service::Ca, Service::Identity];
    let mut core = Node::with(core, None, &["ca", "identity"]);
    core.start().await;
    let data = core.path("rest");
    let mut config = Config::in_directory(&data, core.url(""));
    config.demo = true;
    config.roles.retain(|r| !away.contains(r));
    config.nodes = Some(core.as_peer(&away));
    config.database.url = rest;
    let url = config.database_url();
    let (one, two) = (core.path("Ligums.txt"), core.path("Rekins.pdf"));
    fs::write(&one, "Līgums par visu.\n").unwrap();
    fs::write(&two, pdf()).unwrap();
    let out = core.path("out");
    enkurs::demo::walk(config, &[one, two], &out).await.unwrap();
    let report: serde_json::Value = serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    let lines = report.as_array().unwrap();
    assert_eq!(lines.len(), 3, "{report}");
    assert!(lines.iter().all(|l| l["indication"] == "TOTAL_PASSED" && l["level"].as_str().unwrap().ends_with("-LT")));
    // Each kept its own: authorities there, cards here.
    for (url, sql, here) in [
        (&core.database, "SELECT COUNT(*) FROM ca_authority", true),
        (&core.database, "SELECT COUNT(*) FROM documents_card", false),
        (&url, "SELECT COUNT(*) FROM ca_authority", false),
        (&url, "SELECT COUNT(*) FROM documents_card", true),
    ] {
        let db = Db::open(url).await.unwrap();
        assert_eq!(db.one(sql, &[]).await.unwrap().int(0).unwrap() > 0, here, "{sql}");
        db.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    journey(None, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    let Some(server) = env::var("ENKURS_TEST_PG").ok().filter(|s| !s.is_empty()) else {
        eprintln!("not run: ENKURS_TEST_PG names no PostgreSQL server");
        return;
    };
    let (core, rest) = (scratch::empty(&server).await.unwrap(), scratch::empty(&server).await.unwrap());
    journey(Some(core.url.clone()), Some(rest.url.clone())).await;
    core.end().await.unwrap();
    rest.end().await.unwrap();
}
