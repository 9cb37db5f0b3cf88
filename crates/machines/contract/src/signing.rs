//! What others ask of the signing service.
