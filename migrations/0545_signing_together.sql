-- The files that were judged together with this one: their names, outcomes and verdicts, as JSON.
ALTER TABLE signing_report ADD COLUMN together TEXT;
