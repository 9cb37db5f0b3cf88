use askama::Template;
use web::{Filled, PageCx, ui::Input};

use super::STEPS;
use crate::{
    person::{Citizenship, Country},
    record::{Enter, Person},
    view,
};

#[derive(Template)]
#[template(path = "enrol/begin.html")]
pub(super) struct BeginPage<'a> {
    pub(super) cx: &'a PageCx,
}

#[derive(Template)]
#[template(path = "enrol/step.html")]
pub(super) struct StepPage<'a> {
    pub(super) cx: &'a PageCx,
    pub(super) id: String,
    pub(super) at: usize,
    pub(super) form: Filled,
    pub(super) check: bool,
}

#[derive(Template)]
#[template(path = "enrol/check.html")]
pub(super) struct CheckPage<'a> {
    pub(super) cx: &'a PageCx,
    pub(super) id: String,
    pub(super) new: Enter,
    pub(super) twin: Option<Person>,
}

impl StepPage<'_> {
    fn step(&self) -> &'static str {
        STEPS.get(self.at).map_or("code", |(name, _)| name)
    }
    fn back(&self) -> Option<String> {
        let before = STEPS.get(self.at.checked_sub(1)?)?;
        Some(format!("/clerk/persons/new/{}/{}", self.id, before.0))
    }
    fn inputs(&self) -> Vec<Input> {
        inputs(self.cx, self.step(), &self.form)
    }
}

impl CheckPage<'_> {
    fn link(&self, step: &str) -> String {
        format!("/clerk/persons/new/{}/{step}?check=1", self.id)
    }
    fn twin_link(&self, twin: &Person) -> String {
        format!("/clerk/persons/{}", twin.id)
    }
}

/// The fields of a question; the same when a person is entered and when a record is changed.
pub(crate) fn inputs(cx: &PageCx, step: &str, form: &Filled) -> Vec<Input> {
    let all = match step {
        "code" => vec![cx.code("code", "register-code").hint("register-code-hint").attr("maxlength", 13)],
        "name" => vec![
            cx.text("given", "register-given").hint("register-given-hint").attr("autocomplete", "off"),
            cx.text("family", "register-family").attr("autocomplete", "off"),
        ],
        "birth" => vec![
            cx.date("born", "register-born"),
            cx.text("birthplace", "register-birthplace").hint("register-birthplace-hint").attr("autocomplete", "off"),
        ],
        "citizenship" => {
            let own = [Citizenship::Latvia, Citizenship::LatviaNonCitizen];
            let others = Country::all().map(Citizenship::Country).chain([Citizenship::Stateless]);
            let choices: Vec<(String, String)> =
                own.into_iter().chain(others).map(|c| (c.to_string(), view::citizenship(cx, &c))).collect();
            vec![cx.select("citizenship", "register-citizenship").value("LV").choices(&choices)]
        }
        "address" => vec![
            cx.text("address", "register-address").hint("register-address-hint").attr("autocomplete", "off").optional(),
        ],
        "contact" => vec![
            cx.email("email", "register-email").hint("register-email-hint").attr("autocomplete", "off").optional(),
            cx.tel("phone", "register-phone").hint("register-phone-hint").attr("autocomplete", "off").optional(),
        ],
        _ => vec![cx.text("ground", "register-ground").hint("register-ground-hint").attr("autocomplete", "off")],
    };
    let untouched = |name: &str| form.get(name).is_empty() && form.error(name).is_none();
    let keep_choice = step == "citizenship" && untouched("citizenship");
    if keep_choice { all } else { all.into_iter().map(|i| i.of(form)).collect() }
}
