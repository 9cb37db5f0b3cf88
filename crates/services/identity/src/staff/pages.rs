//! The register of staff as its managers see it: everyone of their own institution.

use askama::Template;
use axum::extract::{Path, State};
use contract::identity::{EndStaff, PutStaff, StaffMember};
use store::{Db, StoreError, params};
use web::{Actor, Answer, Fault, Fields, Filled, PageCx, Role, spend};

use super::{OF_INSTITUTION, StaffError, answer_end, checked, put, read};
use crate::Identity;

#[derive(Template)]
#[template(path = "staff/list.html")]
struct ListPage<'a> {
    cx: &'a PageCx,
    institution: String,
    staff: Vec<StaffMember>,
    form: &'a Filled,
    me: String,
}

impl ListPage<'_> {
    fn roles(&self, m: &StaffMember) -> String {
        let names: Vec<String> = m.roles.iter().map(|r| self.cx.tk("identity-role-", r).to_string()).collect();
        names.join(", ")
    }
    fn number<'a>(&self, m: &'a StaffMember) -> &'a str {
        m.id.trim_start_matches("staff:")
    }
}

async fn of_institution(db: &Db, institution: &str) -> Result<Vec<StaffMember>, StoreError> {
    db.all(OF_INSTITUTION, params![institution]).await?.iter().map(read).collect()
}

/// The manager and their institution.
fn manager(cx: &PageCx) -> Answer<(Actor, String)> {
    let who = cx.who()?;
    let institution = who.institution.clone().ok_or_else(Fault::not_found)?;
    Ok((who, institution))
}

async fn list(me: &Identity, cx: &PageCx, form: &Filled) -> Answer {
    let (who, institution) = manager(cx)?;
    let staff = of_institution(&me.0.db, &institution).await?;
    let page = ListPage { cx, institution, staff, form, me: who.id };
    if form.failed() { cx.invalid(&page) } else { cx.page(&page) }
}

/// Everyone who works here.
pub(crate) async fn show(State(me): State<Identity>, cx: PageCx) -> Answer {
    list(&me, &cx, &Filled::default()).await
}

/// Enters one more, or changes their roles.
pub(crate) async fn add(State(me): State<Identity>, cx: PageCx, fields: Fields) -> Answer {
    let (who, institution) = manager(&cx)?;
    let roles = Role::ALL.iter().map(|r| r.name()).filter(|r| fields.ticked(&format!("role-{r}"))).map(str::to_owned);
    let call = PutStaff {
        code: fields.get("code").to_owned(),
        given_name: fields.get("given").to_owned(),
        surname: fields.get("family").to_owned(),
        institution,
        roles: roles.collect(),
        actor: who.id,
    };
    let mut form = Filled::from(fields);
    let digits = |s: &str| s.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits(&call.code) == digits(&who.person_code) {
        form.refused("code", &StaffError::Oneself);
        return list(&me, &cx, &form).await;
    }
    let roles = match checked(&call) {
        Ok(r) => r,
        Err(e) => {
            let field = match e {
                StaffError::Code => "code",
                StaffError::Name if call.given_name.is_empty() => "given",
                StaffError::Name => "family",
                _ => "role-clerk",
            };
            form.refused(field, &e);
            return list(&me, &cx, &form).await;
        }
    };
    if roles.is_empty() {
        form.wrong("role-clerk", "identity-staff-no-role");
        return list(&me, &cx, &form).await;
    }
    let work = (cx.cx(), &call, &roles, &form.fields);
    let member = me.0.db.write(&work, |tx, (_, call, roles, fields)| {
        Box::pin(async move {
            spend(tx, fields).await?;
            Ok::<_, Fault>(put(tx, call, roles).await?)
        })
    });
    let member = member.await?;
    cx.flash("ok", "identity-staff-entered", &[("name", &format!("{} {}", member.given_name, member.surname))]);
    cx.redirect("/staff")
}

/// Ends somebody's work here.
pub(crate) async fn end(State(me): State<Identity>, cx: PageCx, Path(id): Path<String>) -> Answer {
    let (who, institution) = manager(&cx)?;
    let id = format!("staff:{id}");
    let own = of_institution(&me.0.db, &institution).await?;
    let member = own.into_iter().find(|m| m.id == id).ok_or(StaffError::Unknown)?;
    if id == who.id {
        return Err(StaffError::Oneself.into());
    }
    answer_end(me, cx.cx().clone(), EndStaff { id, actor: who.id }).await?;
    cx.flash("ok", "identity-staff-ended", &[("name", &format!("{} {}", member.given_name, member.surname))]);
    cx.redirect("/staff")
}
