//! Identifiers of ETSI TS 119 612.

/// Namespace of trusted lists.
pub const TSL: &str = "http://uri.etsi.org/02231/v2#";
/// Namespace of the additional types.
pub const TSLX: &str = "http://uri.etsi.org/02231/v2/additionaltypes#";
/// Namespace of the qualifications extension.
pub const ECC: &str = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#";
/// `TSLTag`.
pub const TAG: &str = "http://uri.etsi.org/19612/TSLTag";
/// Type of a national list.
pub const EU_GENERIC: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUgeneric";
/// Type of the list of lists.
pub const EU_LIST_OF_LISTS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/EUlistofthelists";
/// How the status of services is determined: under EU law.
pub const EU_DETERMINATION: &str = "http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/EUappropriate";
/// The same of a list of lists.
pub const EU_LOTL_DETERMINATION: &str = "http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/EUlistofthelists";
/// Community rules of national lists.
pub const EU_RULES: &str = "http://uri.etsi.org/TrstSvc/TrustedList/schemerules/EUcommon";
/// Community rules of the list of lists.
pub const EU_LOTL_RULES: &str = "http://uri.etsi.org/TrstSvc/TrustedList/schemerules/EUlistofthelists";
/// Media type of a list in XML.
pub const MEDIA_TYPE: &str = "application/vnd.etsi.tsl+xml";

/// Start of the identifiers of status.
const STATUS: &str = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/";
/// Start of the identifiers of service types.
const TYPE: &str = "http://uri.etsi.org/TrstSvc/Svctype/";
/// Start of the identifiers of qualifiers and of additional service information.
const EXTENSION: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/";

/// The identifier of a status: `granted`, `withdrawn`, `undersupervision`, …
pub fn status(name: &str) -> String {
    format!("{STATUS}{name}")
}
/// The last part of the identifier of a status; the whole where it is none of ETSI.
pub fn status_name(uri: &str) -> &str {
    // Lists of the first years wrote the status under another path.
    let old = "http://uri.etsi.org/TrstSvc/eSigDir-1999-93-EC-TrustedList/Svcstatus/";
    uri.strip_prefix(STATUS).or_else(|| uri.strip_prefix(old)).unwrap_or(uri)
}
/// The identifier of a service type: `CA/QC`, `TSA/QTST`, …
pub fn service_type(name: &str) -> String {
    format!("{TYPE}{name}")
}
/// The last part of the identifier of a service type; the whole where it is none of ETSI.
pub fn type_name(uri: &str) -> &str {
    uri.strip_prefix(TYPE).unwrap_or(uri)
}
/// The identifier of a qualifier (`QCWithQSCD`) or of additional service information (`ForeSignatures`).
pub fn extension(name: &str) -> String {
    format!("{EXTENSION}{name}")
}
/// The last part of such an identifier; the whole where it is none of ETSI.
pub fn extension_name(uri: &str) -> &str {
    uri.strip_prefix(EXTENSION).unwrap_or(uri)
}
