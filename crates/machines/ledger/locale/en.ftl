# Error texts of the crate ledger.

error-ledger-absent = Something that the ledger should hold is not there
    .cause = A tile, an entry or a checkpoint is absent.
    .remedy = Get a complete copy; if the original lacks it, treat it as tampering.

error-ledger-fetch = A part of the ledger's copy could not be read
    .cause = The file or the address did not answer.
    .remedy = Check the path or the connection, then verify again.

error-ledger-inconsistent = The ledger does not fit together
    .cause = Entries, tiles and checkpoint contradict each other: something was altered, dropped or reordered.
    .remedy = Keep the copy as evidence, tell the operator and the supervisor.

error-ledger-malformed = A part of the ledger is not in its form
    .cause = A note, a key, a leaf or a path does not follow the format.
    .remedy = Check that it is a copy of a ledger and was transferred whole.

error-ledger-sign = The head of the ledger could not be signed
    .cause = The key store did not sign. Entries keep their places; the signature follows.
    .remedy = Check the key store on the console.

error-ledger-unsigned = The head of the ledger is not signed by this key
    .cause = Its signature is absent or of another key.
    .remedy = Get the key from elsewhere than the copy and compare; if it is the right one, treat the copy as forged.

error-ledger-waiting = This entry has no place in the ledger yet
    .cause = Entries get their places within a second.
    .remedy = Ask again in a moment.
