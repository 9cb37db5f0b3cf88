use std::{
    collections::BTreeSet,
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use base::Secret;
use card::{
    EidCard, PinCode,
    chip::Phase,
    profile::{Field, Pin},
};
use contract::{Handlers, Refusal, ca::Issued};
use pki::{
    KeyUsage,
    testing::{TestEntity, TestKey, leaf_extensions},
};
use testkit::World;

use super::*;

/// A CA of the test: the same key gives the same certificate; it fails as often as it is told to.
struct Ca {
    root: TestEntity,
    issued: Mutex<std::collections::BTreeMap<String, Issued>>,
    failures: AtomicUsize,
}

impl Ca {
    fn answer(&self, call: &Issue) -> Result<Issued, Refusal> {
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
            return Err(Refusal::transient("ca.away"));
        }
        assert!(call.on_hold, "a certificate is not valid before its card is handed over");
        let mut issued = self.issued.lock().unwrap();
        let serial = issued.len() as u64 + 2;
        let made = issued.entry(call.key.clone()).or_insert_with(|| {
            let key = TestKey::p384();
            let extensions = leaf_extensions(&key, KeyUsage::DIGITAL_SIGNATURE, &[]);
            let name = call.subject.surname.clone().unwrap_or_default();
            let entity = self.root.issue(serial, &name, key, extensions, |t| t.spki = call.spki.clone());
            let der = entity.certificate.der().to_vec();
            Issued { certificate_id: format!("C{serial}"), der, chain: Vec::new() }
        });
        Ok(made.clone())
    }
}

fn order(cx: &Cx) -> Order {
    let digits = |d: &str| Secret::new(d.to_owned());
    Order {
        application: cx.id(),
        number: "PA0000001".into(),
        given_name: "Andra".into(),
        family_name: "Ozoliņa".into(),
        code: "32000000007".into(),
        born: "1987-03-14".into(),
        citizenship: "LVA".into(),
        not_after: "2031-06-01T00:00:00Z".parse().unwrap(),
        pin1: digits("4071"),
        pin2: digits("507193"),
        puk: digits("60718293"),
    }
}

fn maker(world: &World) -> (TrayMaker, Arc<Ca>, Tray) {
    let root = TestEntity::root("Root", TestKey::p384());
    let ca = Arc::new(Ca { root, issued: Mutex::default(), failures: AtomicUsize::new(0) });
    let peers = Peers::new(None);
    let mut handlers = Handlers::new();
    let answering = ca.clone();
    handlers.on(move |_, call: Issue| {
        let ca = answering.clone();
        async move { ca.answer(&call) }
    });
    peers.answer_with(handlers).unwrap();
    let tray = Tray::open(&world.dir().join("cards"), world.cx.random.clone()).unwrap();
    let maker = TrayMaker::new(world.db.clone(), peers, world.ring.clone(), tray.clone(), Model::LatvianV1);
    (maker, ca, tray)
}

/// Goes on until the card is made, as the job does.
async fn insist(maker: &TrayMaker, cx: &Cx, order: &Order) -> Made {
    for _ in 0..200 {
        match maker.make(cx, order).await {
            Ok(made) => return made,
            Err(e) => assert!(e.transient, "{e}"),
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the card is never made");
}

async fn kinds(world: &World, order: &Order) -> Vec<String> {
    let subject = order.application.as_str().to_owned();
    let rows: Result<_, StoreError> =
        world.db.read(move |tx| Box::pin(async move { ledger::entries_of(tx, &subject, None, 100).await })).await;
    rows.unwrap().into_iter().map(|r| r.kind).collect()
}

testkit::each_db! {
    async fn a_card_is_made(world: World) {
        let (maker, ca, tray) = maker(&world);
        let order = order(&world.cx);
        let made = maker.make(&world.cx, &order).await.unwrap();
        assert_eq!(tray.card(&made.card).unwrap().phase, Phase::Operational);
        let mut card = EidCard::connect(tray.insert(&made.card).unwrap()).unwrap();
        let info = card.info().unwrap();
        assert_eq!(info.document_number.as_deref(), Some("PA0000001"));
        assert_eq!(info.holder.get(&Field::PersonalCode).map(String::as_str), Some("320000-00007"));
        card.verify(Pin::Pin2, &PinCode::new(Pin::Pin2, "507193").unwrap()).unwrap();
        drop(card);
        // Asking again changes nothing.
        assert_eq!(maker.make(&world.cx, &order).await.unwrap(), made);
        assert_eq!(ca.issued.lock().unwrap().len(), 2);
        let steps = maker.steps(order.application).await.unwrap();
        assert_eq!(steps.len(), 8);
        assert!(steps.iter().all(|s| s.done.is_some() && s.error.is_none()));
        assert_eq!(kinds(&world, &order).await.len(), 8);
    }

    async fn what_fails_is_shown_and_goes_on(world: World) {
        let (maker, ca, _) = maker(&world);
        let order = order(&world.cx);
        ca.failures.store(1, Ordering::SeqCst);
        let error = maker.make(&world.cx, &order).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.transient), ("ca.away", true));
        let steps = maker.steps(order.application).await.unwrap();
        let open: Vec<_> = steps.iter().filter(|s| s.done.is_none()).collect();
        assert_eq!((open.len(), open[0].error.as_deref()), (5, Some("ca.away")));
        assert_eq!(open[0].name, "authentication-certificate");
        insist(&maker, &world.cx, &order).await;
        let steps = maker.steps(order.application).await.unwrap();
        assert!(steps.iter().all(|s| s.done.is_some() && s.error.is_none()));
    }

    /// The work is dropped after every number of polls: what it was waiting for may have happened or not.
    async fn it_may_be_cut_off_anywhere(world: World) {
        let (maker, ca, tray) = maker(&world);
        let mut chips = BTreeSet::new();
        for polls in (1..).step_by(5) {
            let order = Order { ..order(&world.cx) };
            let finished = {
                let mut making = pin!(maker.make(&world.cx, &order));
                let mut left = polls;
                poll_fn(|task| {
                    left -= 1;
                    match making.as_mut().poll(task) {
                        Poll::Ready(_) => Poll::Ready(true),
                        Poll::Pending if left == 0 => Poll::Ready(false),
                        Poll::Pending => Poll::Pending,
                    }
                })
                .await
            };
            let made = insist(&maker, &world.cx, &order).await;
            assert_eq!(tray.card(&made.card).unwrap().phase, Phase::Operational, "cut after {polls}");
            chips.insert(made.card);
            assert_eq!(ca.issued.lock().unwrap().len(), 2 * chips.len(), "cut after {polls}: two certificates a card");
            assert_eq!(kinds(&world, &order).await.len(), 8, "cut after {polls}: every step recorded once");
            if finished {
                assert!(polls > 20, "there were {polls} places to cut");
                return;
            }
        }
    }
}

#[test]
fn codes_become_identifiers() {
    assert_eq!(identifier("32000000007"), "PNOLV-320000-00007");
    assert_eq!(identifier("140387-11234"), "PNOLV-140387-11234");
}
