-- Why a card is in its state, since when, and who asked for its resumption: another clerk grants it.
ALTER TABLE documents_card ADD COLUMN reason TEXT;
ALTER TABLE documents_card ADD COLUMN changed BIGINT;
ALTER TABLE documents_card ADD COLUMN resume_actor TEXT;
ALTER TABLE documents_card ADD COLUMN resume_code TEXT;
