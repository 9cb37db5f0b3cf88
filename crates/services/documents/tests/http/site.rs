use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use base::Cx;
use contract::{
    Handlers, Refusal,
    ca::{Change, ChangeStatus},
    identity::EndSessions,
    register::{Get, Person},
};
use documents::{ApplicationId, Documents, Made, MakeError, MakeStep, Maker, Order};
use futures_util::future::BoxFuture;
use testkit::{Answer, Client, World};
use web::{Actor, Role, Shell, limits::LimitConfig, session::DbGate};

/// The service with peers of the test's own: a register of one person, a CA that notes what it is asked.
pub(crate) struct Site {
    pub(crate) world: World,
    pub(crate) app: Documents,
    pub(crate) shell: Shell,
    pub(crate) peers: Arc<Around>,
    /// The way to the service itself.
    pub(crate) services: apart::Around,
}

/// What stands around the service.
#[derive(Default)]
pub(crate) struct Around {
    /// Certificates activated, in the order of asking.
    pub(crate) activated: Mutex<Vec<String>>,
    /// Other changes of status, in the order of asking.
    pub(crate) changes: Mutex<Vec<(String, Change)>>,
    /// Whose sessions the identity service was asked to end.
    pub(crate) ended: Mutex<Vec<String>>,
    /// So many calls to the CA fail first.
    pub(crate) ca_away: AtomicUsize,
    /// So many makings are cut off first.
    pub(crate) cut_off: AtomicUsize,
    /// PIN1, PIN2 and PUK of every making.
    pub(crate) pins: Mutex<Vec<[String; 3]>>,
    /// Looks at the person that the register was told of: purposes.
    pub(crate) looks: Mutex<Vec<String>>,
    /// Day of birth of the person.
    pub(crate) born: Mutex<Option<String>>,
}

fn spend(counter: &AtomicUsize) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok()
}

impl Maker for Around {
    fn make<'a>(&'a self, _: &'a Cx, order: &'a Order) -> BoxFuture<'a, Result<Made, MakeError>> {
        Box::pin(async move {
            let pins = [&order.pin1, &order.pin2, &order.puk].map(|p| p.expose().clone());
            self.pins.lock().unwrap().push(pins);
            if spend(&self.cut_off) {
                return Err(MakeError { code: "documents.make.interrupted".into(), transient: true });
            }
            Ok(Made { card: "chip".into(), authentication: "cert-a".into(), signature: "cert-s".into() })
        })
    }
    fn steps(&self, _: ApplicationId) -> BoxFuture<'_, Result<Vec<MakeStep>, store::StoreError>> {
        Box::pin(async { Ok(vec![MakeStep { name: "blank".into(), done: None, error: None }]) })
    }
}

pub(crate) const PERSON: &str = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

impl Site {
    pub(crate) fn new(world: World) -> Self {
        let around = Arc::new(Around::default());
        let services = apart::Around::new();
        let app = Documents::new(
            world.db.clone(),
            world.blobs.clone(),
            world.ring.clone(),
            services.peers(),
            around.clone() as Arc<dyn Maker>,
        );
        let mut handlers = Handlers::new();
        app.handlers(&mut handlers);
        let this = around.clone();
        handlers.on(move |_, call: Get| {
            let this = this.clone();
            async move {
                if !matches!(&call.person, contract::register::PersonRef::Id(id) if id == PERSON) {
                    return Err(Refusal::new("register.person.unknown"));
                }
                this.looks.lock().unwrap().push(call.reader.purpose);
                Ok(Person {
                    id: PERSON.into(),
                    code: "32000000007".into(),
                    given_name: "Andra".into(),
                    family_name: "Ozola".into(),
                    born: this.born.lock().unwrap().clone().unwrap_or_else(|| "1987-03-14".into()),
                    birthplace: "Rīga".into(),
                    citizenship: "LV".into(),
                    address: None,
                    email: Some("andra@pasts.example".into()),
                    phone: None,
                })
            }
        });
        let this = around.clone();
        handlers.on(move |_, call: ChangeStatus| {
            let this = this.clone();
            async move {
                if spend(&this.ca_away) {
                    return Err(Refusal::transient("contract.no-peer").with("service", "ca"));
                }
                if matches!(call.change, Change::Activate { .. }) {
                    this.activated.lock().unwrap().push(call.certificate_id);
                } else {
                    this.changes.lock().unwrap().push((call.certificate_id, call.change));
                }
                Ok(())
            }
        });
        let this = around.clone();
        handlers.on(move |_, call: EndSessions| {
            this.ended.lock().unwrap().push(call.human);
            async { Ok(()) }
        });
        services.answer(&world.cx, handlers);
        let mut config = web::Config::new("http://127.0.0.1:8080", world.ring.clone());
        config.limits = LimitConfig::unlimited();
        config.demo = true;
        let gate = Arc::new(DbGate::new(world.db.clone()));
        let shell = Shell::build(world.cx.clone(), config, gate, vec![app.routes()]).unwrap();
        Self { world, app, shell, peers: around, services }
    }

    /// A browser in which this member of staff has signed in.
    pub(crate) fn clerk(&self, id: &str, code: &str) -> Client {
        let actor = Actor {
            id: format!("staff:{id}"),
            person_code: code.into(),
            given_name: "Darbiniece".into(),
            surname: id.into(),
            roles: [Role::Clerk].into(),
            institution: Some("Paraugu pārvalde".into()),
            method: "eid-card".into(),
            since: self.world.cx.now(),
        };
        self.browser(Some(actor))
    }
    pub(crate) fn first(&self) -> Client {
        self.clerk("A", "320000-00101")
    }
    pub(crate) fn second(&self) -> Client {
        self.clerk("B", "320000-00202")
    }
    pub(crate) fn browser(&self, actor: Option<Actor>) -> Client {
        let mut client = Client::new(self.shell.router());
        let (cookie, _) = web::testing::cookie(&self.shell, actor);
        let (name, value) = cookie.split_once('=').unwrap();
        client.set_cookie(name, value);
        client
    }

    /// The holder of the card, signed in.
    pub(crate) fn holder(&self) -> Client {
        self.person("320000-00007")
    }
    pub(crate) fn person(&self, code: &str) -> Client {
        let actor = web::testing::actor(&self.world.cx, false, &[]);
        self.browser(Some(Actor { id: format!("PNOLV-{code}"), person_code: code.into(), ..actor }))
    }
    /// A card in use; answers its number.
    pub(crate) async fn in_use(&self) -> String {
        let base = self.ready().await;
        self.receipt(&mut self.second(), &base).await;
        self.work().await;
        "PA1000001".to_owned()
    }

    /// Does the jobs that are due.
    pub(crate) async fn work(&self) {
        let mut worker = self.world.worker();
        self.app.jobs(&mut worker);
        worker.drain().await.unwrap();
    }

    /// A draft with everything in it; answers the address of its application.
    pub(crate) async fn draft(&self, clerk: &mut Client) -> String {
        let begin = clerk.get(&format!("/clerk/applications/new/{PERSON}")).await.expect(200);
        let reason = clerk.submit(&begin, &begin.path, &[]).await.expect(200);
        let base = reason.path.trim_end_matches("/reason").to_owned();
        let photo = clerk.submit(&reason, &format!("{base}/reason"), &[("reason", "first")]).await.expect(200);
        assert_eq!(photo.path, format!("{base}/photo"));
        let check = upload(clerk, &photo, &portrait()).await.expect(200);
        assert_eq!(check.path, format!("{base}/check"), "the contact is known to the register");
        base
    }

    pub(crate) async fn submitted(&self, clerk: &mut Client) -> String {
        let base = self.draft(clerk).await;
        let check = clerk.get(&format!("{base}/check")).await;
        clerk.submit(&check, &format!("{base}/submit"), &[]).await.expect(200);
        base
    }

    /// An application whose card is ready.
    pub(crate) async fn ready(&self) -> String {
        let (mut first, mut second) = (self.first(), self.second());
        let base = self.submitted(&mut first).await;
        let decide = second.get(&format!("{base}/decide")).await.expect(200);
        let approved = second.submit(&decide, &format!("{base}/approve"), &[]).await.expect(200);
        second.submit(&approved, &format!("{base}/make"), &[]).await.expect(200);
        self.work().await;
        base
    }

    /// Hands a card over; answers the receipt.
    pub(crate) async fn receipt(&self, clerk: &mut Client, base: &str) -> Answer {
        let ask = clerk.get(&format!("{base}/hand-over")).await.expect(200);
        let fields = [("proof", "passport"), ("face", "yes"), ("remark", "pase LV0000001")];
        clerk.submit(&ask, &format!("{base}/hand-over"), &fields).await.expect(200)
    }
}

/// A picture that can be a photo.
pub(crate) fn portrait() -> Vec<u8> {
    let img = image::RgbImage::from_fn(500, 650, |x, y| image::Rgb([(x / 2) as u8, (y / 3) as u8, 90]));
    let mut out = std::io::Cursor::new(vec![]);
    img.write_to(&mut out, image::ImageFormat::Jpeg).unwrap();
    out.into_inner()
}

pub(crate) async fn upload(clerk: &mut Client, page: &Answer, file: &[u8]) -> Answer {
    let token = page.field("_csrf").unwrap();
    clerk.upload(&page.path, &[("_csrf", &token)], &[("photo", "foto.jpg", file)]).await
}

/// The code on a receipt and the path of the envelope.
pub(crate) fn code_and_envelope(receipt: &Answer) -> (String, String) {
    let text = receipt.text();
    let code = text.split("class=\"code\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let link = receipt.links().into_iter().find(|l| l.contains("/pin/") && l.starts_with("http")).unwrap();
    let path = link.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned();
    (code, path)
}
