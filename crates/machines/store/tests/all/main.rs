//! Tests of the store on both databases.

#[cfg(test)]
mod backup;
#[cfg(test)]
mod blobs;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod rows;
