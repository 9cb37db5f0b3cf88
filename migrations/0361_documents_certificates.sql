-- A card by its certificates, for when one of them is stopped at the CA.
CREATE INDEX documents_card_authentication ON documents_card (authentication);
CREATE INDEX documents_card_signature ON documents_card (signature);
