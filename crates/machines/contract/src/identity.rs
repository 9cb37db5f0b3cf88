//! What others ask of the identity service.

use serde::{Deserialize, Serialize};

use crate::{Call, Service};

/// Enters a person as staff of an institution, or changes their roles. Idempotent by code and institution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PutStaff {
    /// Latvian personal code, with the dash.
    pub code: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub surname: String,
    /// Institution, in full.
    pub institution: String,
    /// Roles: `clerk`, `operator`, `supervisor`, `staff-manager`.
    pub roles: Vec<String>,
    /// Who asked, for the ledger: an actor id.
    pub actor: String,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffMember {
    /// Actor id: `staff:ID`.
    pub id: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub surname: String,
    /// Institution.
    pub institution: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Whether they may sign in.
    pub active: bool,
}

impl Call for PutStaff {
    type Answer = StaffMember;
    const SERVICE: Service = Service::Identity;
    const NAME: &'static str = "put-staff";
}

/// Ends the work of a member of staff: no sign-in any more, and open sessions end at once. Idempotent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndStaff {
    /// Actor id: `staff:ID`.
    pub id: String,
    /// Who asked, for the ledger: an actor id.
    pub actor: String,
}

impl Call for EndStaff {
    type Answer = ();
    const SERVICE: Service = Service::Identity;
    const NAME: &'static str = "end-staff";
}

/// Ends every session of a human, private and at work: their card was suspended or revoked. Idempotent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EndSessions {
    /// `PNOLV-` and the personal code.
    pub human: String,
}

impl Call for EndSessions {
    type Answer = ();
    const SERVICE: Service = Service::Identity;
    const NAME: &'static str = "end-sessions";
}

/// Who the actors with these ids are, in the order asked; those unknown are left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FindStaff {
    /// Actor ids: `staff:ID`, at most 100.
    pub ids: Vec<String>,
}

impl Call for FindStaff {
    type Answer = Vec<StaffMember>;
    const SERVICE: Service = Service::Identity;
    const NAME: &'static str = "find-staff";
}
