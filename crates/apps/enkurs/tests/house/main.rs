//! The services together in one process, as a node wires them: what one of them does is seen at another.
#![expect(clippy::unwrap_used, reason = "tests")]

use contract::{Der, ca::Anchors, ca::Ocsp, documents::CardsOf};
use enkurs::{Config, Node, config::Rates, demo, wire};
use pki::{CertId, CertStatus, Certificate, DigestAlgorithm, OcspRequest, OcspResponse, RevocationReason};
use testkit::{Client, World};
use web::{Actor, Role};

/// A node on the database of the test, with the people of the demonstration.
struct House {
    node: Node,
    services: wire::Services,
    wired: enkurs::serve::Wired,
    citizen: String,
}

impl House {
    async fn open(world: &World) -> Self {
        let mut config = Config::in_directory(&world.dir().join("node"), "http://127.0.0.1:8080");
        config.database.url = Some(world.url.clone());
        config.demo = true;
        config.limits.rates = Rates { read: 0, write: 0, sign_in: 0, upload: 0 };
        let node = Node::open(config, world.cx.clone()).await.unwrap();
        let (services, wired) = wire::wire(&node).await.unwrap();
        let identities = demo::settle(&node, &services, 6).await.unwrap();
        let citizen = identities.iter().find(|i| i.role == "citizen").unwrap().code.clone();
        Self { node, services, wired, citizen }
    }
    /// A browser in which a clerk of this name has signed in; nobody of the demonstration.
    fn clerk(&self, id: &str, code: &str) -> Client {
        let actor = web::testing::actor(&self.node.cx, true, &[Role::Clerk]);
        self.browser(Actor { id: format!("staff:{id}"), person_code: code.into(), ..actor })
    }
    fn person(&self, code: &str) -> Client {
        let actor = web::testing::actor(&self.node.cx, false, &[]);
        self.browser(Actor { id: format!("PNOLV-{code}"), person_code: code.into(), ..actor })
    }
    fn browser(&self, actor: Actor) -> Client {
        let mut client = Client::new(self.wired.shell.router()).header("accept", "text/html");
        let (cookie, _) = web::testing::cookie(&self.wired.shell, Some(actor));
        let (name, value) = cookie.split_once('=').unwrap();
        client.set_cookie(name, value);
        client
    }
    /// What OCSP says of a certificate (by its id at the CA) now.
    async fn status(&self, id: &str) -> CertStatus {
        let cx = &self.node.cx;
        let row = self.node.db.one("SELECT der FROM ca_certificate WHERE id = $1", store::params![id]).await.unwrap();
        let certificate = Certificate::from_der(&row.bytes(0).unwrap()).unwrap();
        let issuers = self.services.peers.call(cx, Anchors {}).await.unwrap().issuers;
        let mut issuers = issuers.iter().map(|d| Certificate::from_der(&d.0).unwrap());
        let issuer = issuers.find(|i| i.subject() == certificate.issuer()).unwrap();
        let asked = CertId::new(DigestAlgorithm::Sha256, &issuer, certificate.serial());
        let request = OcspRequest { ids: vec![asked], nonce: Some(cx.bytes::<32>().to_vec()) };
        let answer = self.services.peers.call(cx, Ocsp(Der(request.to_der().unwrap()))).await.unwrap();
        let response = OcspResponse::from_der(&answer.0).unwrap();
        response.responder_certificate(&issuer, &[]).unwrap();
        response.find(&certificate, &issuer).unwrap().status
    }
}

fn held(status: &CertStatus) -> bool {
    matches!(status, CertStatus::Revoked { reason: Some(RevocationReason::CertificateHold), .. })
}

testkit::each_db! {
    async fn what_happens_to_a_card_is_seen_by_ocsp_and_ends_sessions(world: World) {
        let mut house = House::open(&world).await;
        let cards = house.services.peers.call(&world.cx, CardsOf { code: house.citizen.clone() }).await.unwrap();
        let card = cards.first().unwrap().clone();
        let both = [card.authentication.clone().unwrap(), card.signature.clone().unwrap()];
        for id in &both {
            assert_eq!(house.status(id).await, CertStatus::Good);
        }
        let (mut one, mut two) = (house.clerk("TESTA", "320000-00901"), house.clerk("TESTB", "320000-00902"));
        let here = format!("/clerk/cards/{}", card.number);

        // the holder reports it lost
        let mut holder = house.person(&house.citizen);
        let mut elsewhere = holder.clone();
        elsewhere.get("/my").await.expect(200);
        let path = format!("/my/card/{}/report", card.number);
        let form = holder.get(&path).await.expect(200);
        holder.submit(&form, &path, &[("reason", "lost")]).await.expect(200);
        elsewhere.get_once("/my").await.expect(303);
        house.wired.worker.drain().await.unwrap();
        for id in &both {
            let now = house.status(id).await;
            assert!(held(&now), "{now:?}");
        }

        // found again: two clerks
        let ask = one.get(&format!("{here}/resume")).await.expect(200);
        one.submit(&ask, &format!("{here}/resume"), &[("sure", "yes")]).await.expect(200);
        let grant = two.get(&here).await.expect(200);
        two.submit(&grant, &format!("{here}/grant"), &[]).await.expect(200);
        house.wired.worker.drain().await.unwrap();
        for id in &both {
            assert_eq!(house.status(id).await, CertStatus::Good);
        }
        elsewhere.get_once("/my").await.expect(303);

        // stolen at last
        let ask = two.get(&format!("{here}/revoke")).await.expect(200);
        two.submit(&ask, &format!("{here}/revoke"), &[("reason", "stolen"), ("sure", "yes")]).await.expect(200);
        house.wired.worker.drain().await.unwrap();
        for id in &both {
            let now = house.status(id).await;
            let ended = matches!(now, CertStatus::Revoked { reason: Some(RevocationReason::KeyCompromise), .. });
            assert!(ended, "{now:?}");
        }
        assert!(one.get(&here).await.text().contains("karte nozagta"));
        assert_eq!(house.wired.shell.texts().missing(), Vec::<String>::new());
    }

    async fn every_route_of_the_house_keeps_its_permission(world: World) {
        let house = House::open(&world).await;
        assert_eq!(web::testing::walk(&house.wired.shell).await, Vec::<String>::new());
    }

    async fn the_routes_of_the_house_are_those_of_the_openapi_document(world: World) {
        let house = House::open(&world).await;
        assert_eq!(web::testing::described(&house.wired.shell).await, Vec::<String>::new());
        let served: serde_json::Value =
            Client::new(house.wired.shell.router()).get("/api/v1/openapi.json").await.expect(200).json();
        assert_eq!(&served, house.wired.shell.openapi());
    }
}
