//! What others ask of the identity service.
