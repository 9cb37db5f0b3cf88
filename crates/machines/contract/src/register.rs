//! What others ask of the register service.
