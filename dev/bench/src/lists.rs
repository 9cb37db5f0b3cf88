//! The command line with the trusted lists of a whole union in its cache: what a cold process costs.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use ades::{
    lists::{
        Contact, Instance, List, Pointer, Provider, Scheme, Service, Text,
        write::{self, Operator},
    },
    xades::Request,
};
use jiff::SignedDuration;
use pki::testing::{TestEntity, TestKey, epoch};

use crate::{
    Failed, memory,
    rate::{Table, now, tick},
    sample::Pki,
};

/// Nations, and services of each: about as many as the European Union has.
const NATIONS: usize = 31;
const SERVICES: usize = 120;

pub(crate) fn run(pki: &Pki, dir: &Path, table: &mut Table) -> Result<(), Failed> {
    let Some(program) = std::env::var_os("ENKURS_SIGN") else { return Ok(()) };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let origin = format!("http://{}", listener.local_addr()?);
    let union = TestEntity::root("Savienība", TestKey::p256());
    let files = published(pki, &union, &origin)?;
    let size: usize = files.values().map(Vec::len).sum();
    serve(listener, files);
    let cache = dir.join("cache");
    let signer = dir.join("union.pem");
    std::fs::write(&signer, union.certificate.to_pem())?;
    let lotl = format!("{origin}/lotl.xml");
    let start = tick();
    let updated = Command::new(&program)
        .args(["--quiet", "lists", "update", "--lotl", &lotl, "--allow-origin", &origin, "--signer"])
        .arg(&signer)
        .env("ENKURS_CACHE", &cache)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()?;
    if !updated.success() {
        return Err(format!("lists update: {updated}").into());
    }
    table.note(format!(
        "lists update: {NATIONS} lists with {SERVICES} services each ({:.1} MB of XML) fetched, verified and kept in {:.2} s",
        size as f64 / 1e6,
        start.elapsed().as_secs_f64()
    ));
    let file = dir.join("listed.edoc");
    std::fs::write(&file, pki.container("input.bin", &[9; 10_000], true)?)?;
    let file = file.to_string_lossy().into_owned();
    let place = format!("ENKURS_CACHE={}", cache.to_string_lossy());
    let program = program.to_string_lossy().into_owned();
    let mut best = (f64::MAX, 0.0);
    for _ in 0..7 {
        let start = tick();
        let (memory, _) = memory::timed("env".as_ref(), &[&place, &program, "validate", "--offline", "--json", &file])?;
        best = (start.elapsed().as_secs_f64().min(best.0), memory);
    }
    table.note(format!(
        "enkurs-sign validate, cold process, cached lists, .edoc LT 10 kB: {:.1} ms (mark: 100 ms), peak {:.1} MiB",
        best.0 * 1000.0,
        best.1
    ));
    Ok(())
}

/// The lists by their paths.
fn published(pki: &Pki, union: &TestEntity, origin: &str) -> Result<BTreeMap<String, Vec<u8>>, Failed> {
    let contact = Contact {
        street: "1".into(),
        locality: "Rīga".into(),
        country: "LV".into(),
        electronic: vec![Text::en("mailto:lists@example.eu")],
        ..Contact::default()
    };
    let operator =
        Operator { name: "Uzraugs".into(), contact: contact.clone(), information: "https://lists.example.eu/".into() };
    let (issued, next) = (now() - SignedDuration::from_hours(1), now() + SignedDuration::from_hours(99));
    let signed = |list: &List, by: &TestEntity| -> Result<Vec<u8>, Failed> {
        let prepared = write::prepare(&write::xml(list), Request::new(by.certificate.der(), now())?)?;
        Ok(prepared.finish(&by.key.sign(prepared.to_be_signed()))?)
    };
    let mut files = BTreeMap::new();
    let mut top = Scheme::of_lists("EU", &operator, 5, issued, next);
    for nation in 0..NATIONS {
        let letter = |n: usize| char::from(b'A' + u8::try_from(n % 26).unwrap_or(0));
        let territory: String = [letter(nation / 26), letter(nation)].iter().collect();
        let by = TestEntity::root(&format!("Valsts {nation}"), TestKey::p256());
        let instance = |name: &str| Instance::new("CA/QC", name, "granted", epoch()).for_purpose("ForeSignatures");
        let mut services: Vec<Service> = (1..SERVICES)
            .map(|n| {
                let name = format!("Izdevējs {nation}.{n}");
                Service::new(&TestEntity::root(&name, TestKey::p256()).certificate, instance(&name))
            })
            .collect();
        if nation == 0 {
            services.push(Service::new(pki.issuer(), instance("Izdevējs")));
            let unit = Instance::new("TSA/QTST", "Laika zīmogi", "granted", epoch());
            services.push(Service::new(pki.issuer(), unit));
        }
        let url = "https://tsp.example.eu/";
        let provider = Provider::new("Paraugs", "VATLV-40000000000", &contact, url, services);
        let scheme = Scheme::national(&territory, &operator, 3, issued, next);
        top.pointers.push(Pointer::to(&format!("{origin}/{territory}.xml"), &scheme, &[&by.certificate]));
        files.insert(format!("/{territory}.xml"), signed(&List::new(scheme, vec![provider]), &by)?);
    }
    files.insert("/lotl.xml".to_owned(), signed(&List::new(top, Vec::new()), union)?);
    Ok(files)
}

/// Answers until the program ends.
fn serve(listener: TcpListener, files: BTreeMap<String, Vec<u8>>) {
    let files = Arc::new(files);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let files = Arc::clone(&files);
            std::thread::spawn(move || answer(stream, &files));
        }
    });
}

fn answer(mut stream: TcpStream, files: &BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|l| !l.is_empty()) {}
    let body = first.split(' ').nth(1).and_then(|path| files.get(path));
    let (status, body) = body.map_or(("404 Not Found", &[][..]), |b| ("200 OK", b));
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)
}
