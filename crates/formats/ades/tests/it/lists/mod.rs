//! Trusted lists: made with our writer, read, attacked, kept up to date and asked.

mod attacks;
mod entities;
mod qualify;
mod read;
mod update;
mod world;
