//! What others ask of the documents service.
