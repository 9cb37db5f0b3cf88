mod revisions;
