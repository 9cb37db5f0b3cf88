//! Every component of the design system on one page: `cargo run -p web --example gallery -- 127.0.0.1:8090`.

use std::sync::Arc;

use askama::Template;
use base::Cx;
use web::{
    Answer, Config, Fields, Filled, Nav, PageCx, Permission, Route, Routes, Shell,
    serve::{CancellationToken, Listen, serve},
    session::MemoryGate,
    ui::{StepState, Steps},
};

const LV: &str = "gallery-title = Sastāvdaļas\ngallery-nav = Sastāvdaļas\ngallery-name = Uzvārds\ngallery-name-hint = Tā, kā pasē\ngallery-name-empty = Ievadi uzvārdu\ngallery-code = Personas kods\ngallery-code-hint = Piemēram, 140387-11234 vai 32xxxx-xxxxx\ngallery-born = Dzimšanas diena\ngallery-way = Kā saņemsi paziņojumu\ngallery-agree = Esmu izlasījis un piekrītu\ngallery-file = Dokumenti\ngallery-file-hint = PDF vai jebkurš cits fails, līdz 1 GB\ngallery-note = Piezīmes\ngallery-kind = Valstiskā piederība\n";
const EN: &str = "gallery-title = Components\ngallery-nav = Components\ngallery-name = Family name\ngallery-name-hint = As in the passport\ngallery-name-empty = Enter a family name\ngallery-code = Personal code\ngallery-code-hint = For example 140387-11234 or 32xxxx-xxxxx\ngallery-born = Date of birth\ngallery-way = How you are notified\ngallery-agree = I have read this and agree\ngallery-file = Documents\ngallery-file-hint = PDF or any other file, up to 1 GB\ngallery-note = Remarks\ngallery-kind = Citizenship\n";

#[derive(Template)]
#[template(path = "pages/gallery.html")]
struct Gallery<'a> {
    cx: &'a PageCx,
    form: &'a Filled,
    steps: Steps,
}

fn page(cx: &PageCx, form: &Filled) -> Answer {
    let steps = cx
        .steps()
        .step(StepState::Done, "Reģistrēt personu", Some("Andra Ozola, 14.03.1987.".to_owned()))
        .step(
            StepState::Done,
            "Izgatavot karti",
            Some("Atslēgas radītas mikroshēmā, divi sertifikāti ierakstīti.".to_owned()),
        )
        .step(StepState::Now, "Izsniegt un aktivizēt", Some("Nepieciešams otra darbinieka apstiprinājums.".to_owned()))
        .step(StepState::Later, "Parakstīt dokumentu", None)
        .step(StepState::Failed, "Pārbaudīt", None);
    let page = Gallery { cx, form, steps };
    if form.failed() { cx.invalid(&page) } else { cx.page(&page) }
}

async fn show(cx: PageCx) -> Answer {
    page(&cx, &Filled::default())
}

async fn send(cx: PageCx, fields: Fields) -> Answer {
    let mut form = Filled::from(fields);
    form.required("surname", "gallery-name-empty");
    form.wrong("way", "gallery-name-empty");
    page(&cx, &form)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example for people")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8090".to_owned());
    let cx = Cx::system();
    let open = Permission::Public;
    let routes = Routes::new("gallery", LV, EN)
        .nav(Nav::new(1, "/", "gallery-nav", open))
        .nav(Nav::new(2, "/api", "web-api", open))
        .route(Route::get("/", open).to((), show))
        .route(Route::post("/", open).to((), send));
    let mut config = Config::new(format!("http://{address}"), web::KeyRing::fresh(cx.random.as_ref()));
    config.demo = true;
    let shell = Shell::build(cx, config, Arc::new(MemoryGate::default()), vec![routes])?;
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("http://{address}/");
    serve(listener, Listen::new(shell.router(), None), CancellationToken::new()).await;
    Ok(())
}
