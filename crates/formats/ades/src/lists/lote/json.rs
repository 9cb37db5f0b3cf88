use jiff::Timestamp;
use serde::Deserialize;

use super::{Entity, EntityList, EntityService, MAX_SERVICES, Period};
use crate::lists::{Blob, Identity, ListError, Text};

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "LoTE")]
    list: ListBody,
}

#[derive(Deserialize)]
struct ListBody {
    #[serde(rename = "ListAndSchemeInformation")]
    scheme: SchemeBody,
    #[serde(rename = "TrustedEntitiesList", default)]
    entities: Vec<EntityBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SchemeBody {
    #[serde(rename = "LoTEVersionIdentifier")]
    version: u32,
    #[serde(rename = "LoTESequenceNumber")]
    sequence: u64,
    #[serde(rename = "LoTEType", default)]
    kind: String,
    #[serde(default)]
    scheme_operator_name: Vec<Text>,
    #[serde(default)]
    scheme_territory: String,
    list_issue_date_time: Timestamp,
    #[serde(default)]
    next_update: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct EntityBody {
    trusted_entity_information: EntityInformation,
    #[serde(default)]
    trusted_entity_services: Vec<ServiceBody>,
}

#[derive(Deserialize)]
struct EntityInformation {
    #[serde(rename = "TEName", default)]
    names: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceBody {
    service_information: ServiceInformation,
    #[serde(default)]
    service_history: Vec<ServiceInformation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ServiceInformation {
    #[serde(default)]
    service_type_identifier: String,
    #[serde(default)]
    service_name: Vec<Text>,
    #[serde(default)]
    service_digital_identity: Option<IdentityBody>,
    #[serde(default)]
    service_status: Option<String>,
    #[serde(default)]
    status_starting_time: Option<Timestamp>,
}

#[derive(Default, Deserialize)]
struct IdentityBody {
    #[serde(rename = "X509Certificates", default)]
    certificates: Vec<Value>,
    #[serde(rename = "X509SubjectNames", default)]
    subjects: Vec<String>,
    #[serde(rename = "X509SKIs", default)]
    keys: Vec<Blob>,
}

#[derive(Deserialize)]
struct Value {
    val: Blob,
}

impl ServiceInformation {
    fn period(&self) -> Period {
        Period {
            kind: self.service_type_identifier.clone(),
            status: self.service_status.clone(),
            since: self.status_starting_time,
        }
    }
}

/// Reads the payload of the JSON form.
pub(super) fn read(payload: &[u8]) -> Result<EntityList, ListError> {
    let document: Document = serde_json::from_slice(payload).map_err(|e| ListError::Json(e.to_string()))?;
    let ListBody { scheme, entities } = document.list;
    if scheme.version != 1 {
        return Err(ListError::Form(format!("LoTEVersionIdentifier {}", scheme.version)));
    }
    if entities.iter().map(|e| e.trusted_entity_services.len()).sum::<usize>() > MAX_SERVICES {
        return Err(ListError::TooLarge("services"));
    }
    let service = |s: ServiceBody| {
        let now = s.service_information.period();
        let periods = std::iter::once(now).chain(s.service_history.iter().map(ServiceInformation::period)).collect();
        let identity = s.service_information.service_digital_identity.unwrap_or_default();
        EntityService {
            names: s.service_information.service_name,
            identity: Identity {
                certificates: identity.certificates.into_iter().map(|v| v.val).collect(),
                subject: identity.subjects.into_iter().next(),
                key_id: identity.keys.into_iter().next(),
            },
            periods,
        }
    };
    let entity = |e: EntityBody| Entity {
        names: e.trusted_entity_information.names,
        services: e.trusted_entity_services.into_iter().map(service).collect(),
    };
    Ok(EntityList {
        kind: scheme.kind,
        sequence: scheme.sequence,
        operator: scheme.scheme_operator_name,
        territory: scheme.scheme_territory,
        issued: scheme.list_issue_date_time,
        next_update: scheme.next_update,
        entities: entities.into_iter().map(entity).collect(),
    })
}
