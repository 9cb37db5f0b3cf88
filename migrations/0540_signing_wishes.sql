-- In what form a signature is wanted beyond its format: packaging, level, claims (JSON). Without it: what is usual for the format.
ALTER TABLE signing_errand ADD COLUMN wish TEXT;
