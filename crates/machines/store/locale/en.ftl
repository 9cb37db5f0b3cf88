# Error texts of the crate store.

error-store-arguments = A query and its arguments do not fit
    .cause = A statement was given another number of arguments than it names; this is a fault of the program.
    .remedy = Report it with the time and the code.

error-store-column = A stored value has an unexpected form
    .cause = A column is absent or of another type than the program expects.
    .remedy = Check that the schema is that of this build: enkurs migrate; then report it.

error-store-conflict = The change could not be made beside others
    .cause = Other changes of the same data went first, again and again.
    .remedy = Try once more in a moment.

error-store-constraint = A value breaks a rule of the database
    .cause = The database refuses values that cannot be right; nothing was changed.
    .remedy = Report it with the time and the code.

error-store-damaged = Stored content is damaged
    .cause = Its seal or checksum does not fit: it was altered, or the storage is failing.
    .remedy = Restore it from a backup: enkurs restore; check the storage.

error-store-database = The database answered with an error
    .cause = The cause is in the log.
    .remedy = Look into the log; try again.

error-store-full = There is no space left
    .cause = The storage of the database or of the files is full; nothing was changed.
    .remedy = Free or add space; then try again. What was acknowledged before is kept.

error-store-io = A file could not be read or written
    .cause = The operating system refused; the cause is in the log.
    .remedy = Check the rights and the state of the data directory.

error-store-json = Stored data cannot be read
    .cause = They are not in the form that this build writes.
    .remedy = Check that the schema is that of this build; report it.

error-store-lease-lost = Another worker has taken over this job
    .cause = This one held it longer than its lease.
    .remedy = Nothing: the job is done by the other worker.

error-store-migration = A step of the schema cannot be applied
    .cause = It was changed after it had been applied, or the database refuses it.
    .remedy = Use the build that fits the database, or restore a backup; never edit an applied step.

error-store-no-blob = A stored file is not there
    .cause = It was removed when nothing referred to it any more, or never stored.
    .remedy = Upload the file again.

error-store-not-found = There is no such record
    .cause = Nothing stored has this id.
    .remedy = Check the address; go back to the list.

error-store-read-only = A reading operation tried to change data
    .cause = Changes go through the one write path; this is a fault of the program.
    .remedy = Report it with the time and the code.

error-store-reference = A record refers to one that does not exist
    .cause = The other record is gone or was never there; nothing was changed.
    .remedy = Go back, load the page anew, try again.

error-store-too-large = The content is larger than allowed
    .cause = A limit is set for what may be stored at once.
    .remedy = Send less, or ask the operator about the limit.

error-store-unavailable = The database cannot be reached
    .cause = It does not answer or refuses connections; nothing was changed.
    .remedy = Try again in a minute; the operator sees it on the console.

error-store-unique = Such a record exists already
    .cause = Another record has the same key.
    .remedy = Look for the existing record.

error-store-url = The address of the database is not understood
    .cause = It starts neither with sqlite: nor with postgres://.
    .remedy = Correct database.url in the configuration.
