-- How pages of a PDF that was changed after signing looked then and look now: JSON; the pictures are in the blob store, held by the verdict.
ALTER TABLE signing_report ADD COLUMN pictures TEXT;
