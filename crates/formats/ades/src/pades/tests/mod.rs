mod levels;
mod revisions;
