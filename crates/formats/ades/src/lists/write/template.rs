//! The parts of a list that are nearly always the same.

use jiff::Timestamp;
use pki::Certificate;

use crate::lists::{Blob, Contact, Identity, Instance, List, Pointer, Provider, Scheme, Service, Text, uri};

/// How long the history is kept: for ever.
const FOR_EVER: u32 = 65_535;

/// Who runs a scheme, and where.
#[derive(Clone, Debug)]
pub struct Operator {
    /// Name, English.
    pub name: String,
    /// Address.
    pub contact: Contact,
    /// Where the scheme is described, English.
    pub information: String,
}

impl Scheme {
    /// A national list of version 6.
    pub fn national(territory: &str, by: &Operator, sequence: u64, issued: Timestamp, next: Timestamp) -> Self {
        let local = format!("http://uri.etsi.org/TrstSvc/TrustedList/schemerules/{territory}");
        Self {
            kind: uri::EU_GENERIC.to_owned(),
            name: vec![Text::en(format!("{territory}:Trusted list of qualified trust service providers"))],
            determination: uri::EU_DETERMINATION.to_owned(),
            rules: vec![Text::en(uri::EU_RULES), Text::en(local)],
            ..Self::of_lists(territory, by, sequence, issued, next)
        }
    }

    /// A list of lists of version 6.
    pub fn of_lists(territory: &str, by: &Operator, sequence: u64, issued: Timestamp, next: Timestamp) -> Self {
        Self {
            version: 6,
            sequence,
            kind: uri::EU_LIST_OF_LISTS.to_owned(),
            operator: vec![Text::en(&by.name)],
            contact: by.contact.clone(),
            name: vec![Text::en(format!("{territory}:List of trusted lists"))],
            information: vec![Text::en(&by.information)],
            determination: uri::EU_LOTL_DETERMINATION.to_owned(),
            rules: vec![Text::en(uri::EU_LOTL_RULES)],
            territory: territory.to_owned(),
            notice: vec![Text::en("The applicable legal framework is Regulation (EU) No 910/2014.")],
            history_days: FOR_EVER,
            issued,
            next_update: Some(next),
            pointers: Vec::new(),
        }
    }
}

impl Pointer {
    /// To the list at `location` of this scheme, signed by one of `signers`.
    pub fn to(location: &str, scheme: &Scheme, signers: &[&Certificate]) -> Self {
        Self {
            location: location.to_owned(),
            signers: signers.iter().map(|c| Blob(c.der().to_vec())).collect(),
            kind: scheme.kind.clone(),
            territory: scheme.territory.clone(),
            media_type: uri::MEDIA_TYPE.to_owned(),
            operator: scheme.operator.clone(),
            rules: scheme.rules.clone(),
        }
    }
}

impl Service {
    /// A service known by its certificate, with one period.
    pub fn new(certificate: &Certificate, instance: Instance) -> Self {
        Self {
            identity: Identity {
                certificates: vec![Blob(certificate.der().to_vec())],
                subject: Some(certificate.subject().to_string()),
                key_id: certificate.subject_key_id().map(|k| Blob(k.to_vec())),
            },
            instances: vec![instance],
            supply_points: Vec::new(),
        }
    }

    /// With a period that comes before those that are there.
    #[must_use]
    pub fn after(mut self, earlier: Instance) -> Self {
        self.instances.push(earlier);
        self
    }
}

impl Instance {
    /// A period of a service of type `CA/QC`, `TSA/QTST`, … with the status `granted`, `withdrawn`, ….
    pub fn new(kind: &str, name: &str, status: &str, since: Timestamp) -> Self {
        Self {
            kind: uri::service_type(kind),
            names: vec![Text::en(name)],
            status: uri::status(status),
            since,
            additional: Vec::new(),
            qualifications: Vec::new(),
            expired_revocation: None,
            taken_over_by: None,
            unknown_critical: Vec::new(),
        }
    }

    /// With additional service information (`ForeSignatures`).
    #[must_use]
    pub fn for_purpose(mut self, name: &str) -> Self {
        self.additional.push(uri::extension(name));
        self
    }
}

impl Provider {
    /// A provider with its registration number (`VATLV-…`, `NTRLV-…`).
    pub fn new(name: &str, number: &str, contact: &Contact, information: &str, services: Vec<Service>) -> Self {
        Self {
            names: vec![Text::en(name)],
            trade_names: vec![Text::en(number)],
            contact: contact.clone(),
            information: vec![Text::en(information)],
            services,
        }
    }
}

impl List {
    /// A list of these providers.
    pub fn new(scheme: Scheme, providers: Vec<Provider>) -> Self {
        Self { scheme, providers }
    }
}
