//! Tests of the store on both databases.

mod blobs;
mod jobs;
mod rows;
