//! Who acts, and who may.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::{Client, Right};

/// What a member of staff may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Serves people at the counter: registers, takes applications, approves, hands over.
    Clerk,
    /// Runs the platform.
    Operator,
    /// Supervises the trust services.
    Supervisor,
    /// Enters staff and gives them roles.
    StaffManager,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 4] = [Role::Clerk, Role::Operator, Role::Supervisor, Role::StaffManager];
    /// The name used in contracts and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Clerk => "clerk",
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
            Self::StaffManager => "staff-manager",
        }
    }
    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// A signed-in person, acting for themselves or as staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Stable id that the ledger and other services see: `PNOLV-…` for a person, `staff:ID` for staff.
    pub id: String,
    /// Latvian personal code, eleven digits with a dash.
    pub person_code: String,
    /// Given names.
    pub given_name: String,
    /// Family name.
    pub surname: String,
    /// Roles; empty for a private person.
    #[serde(default)]
    pub roles: BTreeSet<Role>,
    /// The institution, for staff.
    #[serde(default)]
    pub institution: Option<String>,
    /// How they signed in: `eid-card`.
    pub method: String,
    /// When they proved who they are.
    pub since: Timestamp,
}

impl Actor {
    /// Whether this session acts for an institution.
    pub fn is_staff(&self) -> bool {
        self.institution.is_some()
    }
    /// Whether staff holds `role`.
    pub fn has(&self, role: Role) -> bool {
        self.is_staff() && self.roles.contains(&role)
    }
    /// Given name and family name, in that order.
    pub fn name(&self) -> String {
        format!("{} {}", self.given_name, self.surname)
    }
}

/// Who a request comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Caller<'a> {
    /// A signed-in person or member of staff.
    pub actor: Option<&'a Actor>,
    /// A program; then there is no session.
    pub client: Option<&'a Client>,
    /// Another node.
    pub node: bool,
}

impl<'a> From<Option<&'a Actor>> for Caller<'a> {
    fn from(actor: Option<&'a Actor>) -> Self {
        Self { actor, ..Self::default() }
    }
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Anyone.
    Public,
    /// Anyone who has signed in, privately or as staff.
    SignedIn,
    /// A person signed in for themselves. A staff session is refused: work and private matters are kept apart.
    Person,
    /// Staff with this role.
    Staff(Role),
    /// Staff, whatever the role.
    AnyStaff,
    /// A registered program with this right.
    Client(Right),
    /// A registered program, whatever its rights.
    AnyClient,
    /// A person signed in for themselves, or a registered program with this right.
    PersonOr(Right),
    /// Anyone signed in, and any registered program.
    AnyCaller,
    /// Another node of the platform, by its TLS certificate.
    Node,
}

/// Why a visitor may not use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nobody has signed in.
    SignInFirst,
    /// Only registered programs may, and this is none.
    ClientsOnly,
    /// Somebody has, but this is not theirs.
    NotYours,
}

impl Permission {
    /// Whether `caller` may pass.
    pub fn check(self, caller: Caller<'_>) -> Result<(), Refused> {
        let Caller { actor, client, node } = caller;
        let person = actor.is_some_and(|a| !a.is_staff());
        let may = |right: Right| client.is_some_and(|c| c.rights.contains(&right));
        let allowed = match self {
            Self::Public => return Ok(()),
            Self::Node => return if node { Ok(()) } else { Err(Refused::NotYours) },
            Self::SignedIn => actor.is_some(),
            Self::Person => person,
            Self::Staff(role) => actor.is_some_and(|a| a.has(role)),
            Self::AnyStaff => actor.is_some_and(Actor::is_staff),
            Self::Client(right) => may(right),
            Self::AnyClient => client.is_some(),
            Self::PersonOr(right) => person || may(right),
            Self::AnyCaller => actor.is_some() || client.is_some(),
        };
        match (allowed, actor.is_some() || client.is_some()) {
            (true, _) => Ok(()),
            (false, true) => Err(Refused::NotYours),
            (false, false) if matches!(self, Self::Client(_) | Self::AnyClient) => Err(Refused::ClientsOnly),
            (false, false) => Err(Refused::SignInFirst),
        }
    }
    /// The name shown in the API description.
    pub fn name(self) -> String {
        let name = match self {
            Self::Client(r) => return format!("client:{}", r.name()),
            Self::PersonOr(r) => return format!("person, client:{}", r.name()),
            Self::AnyClient => "client",
            Self::AnyCaller => "signed-in, client",
            Self::Public => "public",
            Self::SignedIn => "signed-in",
            Self::Person => "person",
            Self::Staff(r) => r.name(),
            Self::AnyStaff => "staff",
            Self::Node => "node",
        };
        name.to_owned()
    }
}
