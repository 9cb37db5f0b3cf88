//! Pictures of the pages of a PDF that was changed after signing, through HTTP.

use jiff::SignedDuration;
use testkit::each_db;

use crate::bench::{Bench, pdf};

/// The signed file with one more revision in which the page says something else.
fn changed(signed: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(signed);
    let before = text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().to_owned();
    let content = "BT /F1 24 Tf 72 720 Td (Davinajuma ligums) Tj ET";
    let mut out = signed.to_vec();
    let at = out.len();
    out.extend(format!("4 0 obj\n<</Length {}>>\nstream\n{content}\nendstream\nendobj\n", content.len()).bytes());
    let start = out.len();
    out.extend(
        format!(
            "xref\n4 1\n{at:010} 00000 n\r\ntrailer\n<</Size 99/Root 1 0 R/Prev {before}>>\nstartxref\n{start}\n%%EOF\n"
        )
        .bytes(),
    );
    out
}

each_db! {
    async fn changed_pages_are_shown_to_the_holder_of_the_verdict_only(world: World) {
        let b = Bench::new(world).await;
        let signed = b.browser(Some(&b.anna)).signed(&[("Ligums.pdf", &pdf())], "pdf", &b.anna.card).await;
        let mut stranger = b.browser(None);
        let good = stranger.upload("/validate", &[("Ligums.pdf", &signed)]).await.expect(200);
        assert!(!good.text().contains("/pages/"), "nothing was changed, nothing is drawn");

        let now = changed(&signed);
        let page = stranger.upload("/validate", &[("Ligums.pdf", &now)]).await.expect(200);
        assert!(page.text().contains("verdict bad"), "{}", page.text());
        let mut pictures = Vec::new();
        for side in ["signed", "now"] {
            let at = format!("{}/pages/0/{side}", page.path);
            assert!(page.text().contains(&format!("src=\"{at}\"")), "{}", page.text());
            let picture = stranger.client.get(&at).await.expect(200);
            assert_eq!(picture.header("content-type"), Some("image/png"));
            assert_eq!(picture.header("cache-control"), Some("private, no-store"));
            assert!(picture.body.starts_with(b"\x89PNG"));
            // somebody else with the address
            b.browser(None).client.get(&at).await.expect(404);
            pictures.push((at, picture.body));
        }
        assert_ne!(pictures[0].1, pictures[1].1);
        for none in ["0/then", "1/now", "x/now"] {
            let status = stranger.client.get(&format!("{}/pages/{none}", page.path)).await.status;
            assert!(status == 404 || status == 400, "{none}: {status}");
        }

        // gone with the verdict, the contents with them
        b.world.clock.advance(SignedDuration::from_hours(2));
        b.work().await;
        stranger.client.get(&pictures[0].0).await.expect(404);
        let left = b.world.db.all("SELECT holder FROM blob_hold WHERE holder LIKE 'signing-report %'", &[]).await.unwrap();
        assert!(left.is_empty());
    }

    async fn a_file_that_cannot_be_drawn_is_still_judged(world: World) {
        let b = Bench::drawing(world, Some(raster::Painter::of("/bin/false".into(), raster::Limits::default(), 1))).await;
        let signed = b.browser(Some(&b.anna)).signed(&[("Ligums.pdf", &pdf())], "pdf", &b.anna.card).await;
        let mut stranger = b.browser(None);
        let page = stranger.upload("/validate", &[("Ligums.pdf", &changed(&signed))]).await.expect(200);
        assert!(page.text().contains("verdict bad") && page.text().contains("pades.changed-after-signing"));
        assert!(page.text().contains("Lapu attēlus izveidot neizdevās"), "{}", page.text());
        assert!(!page.text().contains("/pages/"));
    }
}
