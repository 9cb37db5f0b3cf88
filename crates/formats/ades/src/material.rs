//! Material for validation that travels with a signature, and the gathering of it.

use serde::{Deserialize, Serialize};

use crate::facts::ObjectId;

/// Certificates, CRLs and OCSP responses, each in DER.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Material {
    /// Certificates.
    pub certificates: Vec<Vec<u8>>,
    /// CRLs.
    pub crls: Vec<Vec<u8>>,
    /// OCSP responses (`OCSPResponse`).
    pub ocsps: Vec<Vec<u8>>,
}

impl Material {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.certificates.is_empty() && self.crls.is_empty() && self.ocsps.is_empty()
    }
    /// All objects.
    pub fn objects(&self) -> Vec<ObjectId> {
        self.certificates.iter().chain(&self.crls).chain(&self.ocsps).map(|der| ObjectId::of(der)).collect()
    }
    /// Adds what is not yet there.
    pub fn merge(&mut self, other: Self) {
        for (here, there) in
            [(&mut self.certificates, other.certificates), (&mut self.crls, other.crls), (&mut self.ocsps, other.ocsps)]
        {
            for der in there {
                if !here.contains(&der) {
                    here.push(der);
                }
            }
        }
    }
}
