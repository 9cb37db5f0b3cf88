# Signing and validation
signing-nav-sign = Sign
signing-nav-validate = Validate
signing-watch = Signing
signing-continue = Continue
signing-back = Back
signing-change = Change
signing-again = Start again

# Start
signing-start-title = Sign a document
signing-start-lead = A document signed with an identity card is worth the same as one signed by hand. Any file will do.
signing-start-go = Start signing
signing-start-validate = Check a signed document
signing-how = How it works
signing-how-files = Choose files
signing-how-files-note = One or several. Also a document that somebody else has signed already.
signing-how-check = See what you will sign
signing-how-check-note = We show exactly the files whose content goes into the signature.
signing-how-card = Sign with card and PIN2
signing-how-card-note = You enter PIN2 in the card's window on your own computer, not on this page.
signing-how-take = Download the signed file
signing-how-take-note = { $days ->
    [one] We keep it for { $days } day, for you only.
   *[other] We keep it for { $days } days, for you only.
}
signing-trust = Why you can trust it
signing-trust-law = A qualified electronic signature is worth the same as a handwritten one in the whole European Union (eIDAS Regulation, Article 25).
signing-trust-free = Signing is free and unlimited for natural persons.
signing-trust-pin = The key never leaves the card, and PIN2 never reaches the server.

# Files
signing-choose-title = What do you want to sign?
signing-choose-lead = Choose files. To a signed PDF, .edoc or .asice file your signature will be added.
signing-choose-file = Files
signing-choose-hint = At most { $most }, each up to { $limit }.
signing-choose-keep = Until you sign, files are kept encrypted for an hour; the signed file for { $days } days. Nobody else sees them.

# Format
signing-format = Format
signing-format-title = In which format shall we sign?
signing-format-missing = Choose a format
signing-format-pdf = Signed PDF
signing-format-hint-pdf = Stays a PDF that any reader opens; the signature is inside.
signing-format-edoc = eDoc (.edoc)
signing-format-hint-edoc = The usual format in Latvia. Keeps files and signature together in one file.
signing-format-asice = ASiC-E (.asice)
signing-format-asics = ASiC-S (.asics)
signing-format-xades = XML with a XAdES signature
signing-format-cades = CMS with a CAdES signature
signing-format-jades = JSON with a JAdES signature
signing-format-hint-asice = The same, as is usual in other countries of the European Union.

# Check before signing
signing-check-title = Check what you will sign
signing-check-lead = { $count ->
    [one] Your signature will cover this file.
   *[other] Your signature will cover these { $count } files.
}
signing-check-again = { $count ->
    [one] This document has { $count } signature already
   *[other] This document has { $count } signatures already
}
signing-check-again-note = Yours will be added; the earlier ones stay as they are.
signing-check-open = Open
signing-check-how = How you will sign
signing-check-will = By pressing the button you confirm that you have read the content and sign it.
signing-check-go = Sign with the card
signing-check-until = You can sign until { $time }.
signing-size = Size
signing-pages = { $count ->
    [one] { $count } page
   *[other] { $count } pages
}
signing-contains = Contains
signing-preview = Content
signing-odd-pdf = This PDF cannot be signed as a PDF
signing-odd-pdf-note = It is protected or broken, or its author allows no additions. It can be put into a container and signed unchanged.
signing-who = Signer
signing-level = Level
signing-level-b = B: without a time stamp
signing-level-t = T: with a time stamp
signing-level-lta = LTA: as LT, with an archive time stamp
signing-level-lt = LT: with a time stamp and all that is needed to check it years later
signing-noscript = The card needs JavaScript
signing-noscript-text = The browser talks to the card by a script. Turn it on, or sign with the tool enkurs-sign.

# Card
signing-wait-card = Waiting for the card…
signing-wait-prepare = Preparing the signature…
signing-wait-pin = Enter PIN2 in the card's window…
signing-wait-finish = Adding time stamp and validation data…
signing-trouble-USER_CANCELLED = Signing was cancelled
    .remedy = Nothing has been signed. You can try again.
signing-trouble-USER_TIMEOUT = It took too long
    .remedy = Nothing has been signed. Press the button and enter PIN2 in the card's window.
signing-trouble-NATIVE_UNAVAILABLE = The card program does not answer
    .remedy = Start enkurs-sign agent or Web eID and try again.
signing-trouble-ACTION_PENDING = The card's window is open already
    .remedy = Finish or close it and try again.
signing-trouble-OTHER = The card did not sign
    .remedy = Check that the card is in the reader and PIN2 is not blocked, and try again.
signing-wait-title = Finishing the signature
signing-wait-lead = Your signature has been received and kept. You may close this page and open it later.

# Done
signing-done-title = Signed
signing-done-good = Signed by { $names }. The signature has been checked and is valid.
signing-done-open = The signature has been added, but its check is not complete. Check the file again before you send it.
signing-done-download = Download
signing-done-more = Sign something else
signing-done-next = Does somebody else have to sign?
signing-done-next-note = Send the downloaded file to the other signer, who uploads it here; the new signature joins yours.
signing-name = File
signing-signature = Signature
signing-nameless = Unknown signer
signing-stamped = Time stamp: { $time }
signing-kept = Available until
signing-failed-title = The signature could not be finished
signing-indication-TOTAL_PASSED = Valid
signing-indication-INDETERMINATE = Undetermined
signing-indication-TOTAL_FAILED = Not valid

# Validation
signing-ask-title = Check a signed document
signing-ask-lead = Learn who signed it and when, whether it was changed, and what the signature does not cover.
signing-ask-file = Files
signing-ask-hint = PDF, .edoc, .asice or another signed file up to { $limit }; there may be several. If the signature is a file of its own (.p7s, .xml, .json), add the files it is about: { $most } in all at most.
signing-ask-go = Check
signing-ask-keep = We do not keep the files: they are deleted after the check. The verdict can be seen for an hour, by you only.
signing-ask-more = Check another
signing-together-title = { $count ->
    [one] { $count } file checked
   *[other] { $count } files checked
}
signing-together-good = valid
signing-together-open = not confirmed
signing-together-bad = not valid
signing-together-unsigned = not signed
signing-together-unreadable = cannot be read
signing-verdict-title = Check of signatures
signing-verdict-good = { $count ->
    [one] The signature is valid
   *[other] All { $count } signatures are valid
}
signing-verdict-open = { $count ->
    [one] The signature cannot be judged
   *[other] Not all signatures can be judged
}
signing-verdict-bad = { $count ->
    [one] The signature is not valid
   *[other] Not all signatures are valid
}
signing-verdict-unsigned = There is no signature in this file
signing-verdict-text-good = { $file } was signed by { $names }. What was signed has not been changed since.
signing-verdict-text-open = { $file }: information is missing to confirm it. Below you see why, and what to do.
signing-verdict-text-bad = { $file }: this signature cannot be relied on. Below you see what is wrong.
signing-verdict-text-unsigned = { $file } is not a PDF, eDoc or ASiC file with a signature that we know.
signing-verdict-note = The verdict is about this moment and follows EN 319 102-1; it rests on the root certificates of the national PKI.
signing-number = Identifier
signing-when = When
signing-when-proven = proven by a time stamp
signing-when-claimed = as the signer said
signing-when-unknown = not known
signing-covers = Covers
signing-covers-not = Does not cover
signing-sub = Verdict
signing-findings = What to know
signing-severity-error = Error
signing-severity-warning = Warning
signing-severity-info = Good to know
signing-file = The file checked
signing-container = Format
signing-report = Download the report (JSON)

# Pages of a changed PDF
signing-pages-title = How the pages look
signing-pages-lead = Something was added to the file or changed in it after signing. Below are the pages that look different now from when they were signed; the places that differ are framed in red.
signing-pages-same = Something was added to the file or changed in it after signing, but every page looks as it did when it was signed.
signing-pages-partly = { $count ->
    [one] { $count } page was compared, from the first on; not every difference is shown.
   *[other] { $count } pages were compared, from the first on; not every difference is shown.
}
signing-pages-failed = No pictures of the pages could be made. What was changed is said with the signature.
signing-pages-differ = Pages that look different now
signing-page = Page { $number }
signing-page-signers = signed by { $names }
signing-page-signed = As signed
signing-page-now = As it is now
signing-page-alt-signed = Page { $number } as it was signed; places framed: { $count }
signing-page-alt-now = Page { $number } as it is now; places framed: { $count }
signing-page-none-signed = There was no such page when it was signed.
signing-page-none-now = This page is gone.

# Refusals
error-signing-file-none = No file has been chosen
    .cause = Only a file can be signed or checked.
    .remedy = Choose a file and try again.
error-signing-file-empty = The file { $name } is empty
    .cause = There is no point in signing or checking an empty file.
    .remedy = Check that you chose the right file.
error-signing-file-same-name = Two files are named { $name }
    .cause = In a container each file needs a name of its own.
    .remedy = Rename one of them.
error-signing-file-name = A file cannot be named { $name }
    .cause = In a container such a name would mean something else, or deceive.
    .remedy = Rename the file and try again.
error-signing-file-too-many = There are more than { $most } files
    .cause = At most { $most } files can be signed at once.
    .remedy = Put them into a ZIP file, or sign several times.
error-signing-format-impossible = These files cannot be signed as { $format }
    .cause = One sound PDF can be signed as PDF; a signed container keeps its format.
    .remedy = Choose another format.
error-signing-form-impossible = These files cannot be signed in this form
    .cause = { $detail }
    .remedy = Choose another format, packaging or level.
error-signing-file-whole = { $name } is too large to go into the signature
    .cause = What stands in an XML or JSON document is held whole while it is signed.
    .remedy = Sign it detached or in a container.
error-signing-file-unsigned = Nothing is signed in { $name }
    .cause = A report in XML is about signatures, and the file holds none.
    .remedy = Ask for the simple report, or send the signed file.
error-signing-signature-unknown = There is no signature { $name } in the file
    .cause = A counter-signature is over a signature of the first file, named as in its report.
    .remedy = Take the id from the report of the file.
error-signing-claim-refused = A claim of the signer cannot be written
    .cause = { $detail }
    .remedy = Commitments and policies are named by object identifiers; the digest of a policy has the length of its algorithm.
error-signing-signature-file-refused = The signature file takes no signature
    .cause = { $detail }
    .remedy = Send the signature file first and the files it is about after it.
error-signing-pdf-encrypted = The PDF is encrypted
    .cause = Content and signatures of an encrypted file can neither be seen nor added to.
    .remedy = Remove the password and try again; unchanged it can be signed in a container.
error-signing-pdf-locked = The author of the PDF allows no additions
    .cause = The document is certified without permission to change it (DocMDP 1).
    .remedy = Sign it in a container.
error-signing-pdf-bomb = The PDF asks for more resources than allowed
    .cause = It has too many objects or revisions, or unpacks to too much. { $detail }
    .remedy = Check where the file came from.
error-signing-pdf-broken = The PDF is broken
    .cause = The file is not built as the PDF standard demands. { $detail }
    .remedy = Save it anew in the program that made it, or sign it in a container.
error-signing-container-bomb = The container unpacks to too much
    .cause = The content exceeds what is allowed. { $detail }
    .remedy = Do not open it; check where it came from.
error-signing-container-duplicate = Two files in the container have the same name
    .cause = One could not tell which of them is signed. { $detail }
    .remedy = Ask for the document again.
error-signing-container-encrypted = The container is encrypted
    .cause = An encrypted container cannot be read.
    .remedy = Decrypt it and try again.
error-signing-container-unsupported = This kind of container is not supported
    .cause = Supported are ASiC-E and eDoc 2.0 with XAdES signatures. { $detail }
    .remedy = Put the file into a new container.
error-signing-container-broken = The container is broken
    .cause = The archive contradicts itself. { $detail }
    .remedy = Ask for the document again.
error-signing-xml-refused = The XML content is not accepted
    .cause = It is not XML that can be read safely. { $detail }
    .remedy = Ask for the document again.
error-signing-certificate-unreadable = The card's certificate cannot be read
    .cause = It is not an X.509 certificate.
    .remedy = Insert the card again and retry.
error-signing-certificate-purpose = This certificate is not for signing
    .cause = A signature needs a signature certificate (nonRepudiation).
    .remedy = Choose the signature certificate.
error-signing-certificate-issuer = The certificate was issued by somebody we do not know
    .cause = It is not a certificate of the national PKI.
    .remedy = Sign with your identity card.
error-signing-certificate-expired = The certificate is not valid now
    .cause = Its validity has not begun, or is over.
    .remedy = Renew the certificates of the card.
error-signing-certificate-revoked = The certificate is revoked, suspended or not activated yet
    .cause = So says the certificate status service (OCSP).
    .remedy = Activate the certificates, or ask the issuer of the card.
error-signing-certificate-other-person = The card belongs to somebody else
    .cause = Only the person who has signed in may sign.
    .remedy = Insert your own card, or sign in with this one.
error-signing-value-wrong = The signature does not fit the document
    .cause = The signature value is not over what we gave to sign. Nothing has been kept.
    .remedy = Sign again.
error-signing-time-stamp-missing = No time stamp could be had
    .cause = The time-stamping service did not answer, or refused. { $detail }
    .remedy = The signature is kept; we will try again ourselves.
error-signing-material-incomplete = Validation data could not be gathered
    .cause = The certificate status service did not answer completely. { $detail }
    .remedy = Try again in a moment.
error-signing-hand-refused = The signer refused
    .cause = The card or key store did not sign. { $detail }
    .remedy = Check the PIN and try again.
error-signing-internal = Signing failed, and the fault is ours
    .cause = The error has been recorded.
    .remedy = Try again; if it happens again, tell support the number of the request.
error-signing-errand-unknown = There is no such signature
    .cause = The address is wrong, its time is over, or another person or browser began it.
    .remedy = Start signing again.
error-signing-errand-expired = The time for signing is over
    .cause = For safety a prepared signature is good for a limited time.
    .remedy = Start signing again.
error-signing-errand-order = This step has been done, or is not the next one
    .cause = Each step can be done once, and a prepared signature can be used once.
    .remedy = Open the page of signing and go on from there.
error-signing-request-malformed = The request cannot be understood
    .cause = Not right: { $what }.
    .remedy = Compare it with the API description.
error-signing-report-unknown = There is no such verdict
    .cause = A verdict can be seen for an hour, in the browser that asked for it.
    .remedy = Check the file again.

# --- kept files
signing-keep = Needed in many years?
signing-keep-note = A signature ages, for certificates and algorithms end. The time stamps of a kept file are renewed for you before they lose their force.
signing-keep-do = Keep for long
signing-kept-title = Kept files
signing-kept-lead = The signatures of these files are kept valid: before the last time stamp loses its force, a new one is added.
signing-kept-none = There are no kept files.
signing-kept-none-hint = Choose “Keep for long” on the page of a signed file.
signing-kept-good = Kept valid
signing-kept-working = Being prepared
signing-kept-failing = Not renewed
signing-kept-failing-note = The file is as it was; we try again. The operators know of it, too.
signing-kept-since = Kept since
signing-kept-renewed = Last time stamp
signing-kept-due = Next time stamp
signing-kept-forget = Keep no longer
signing-kept-note = A new time stamp is added { $days } days before the last one ends. You can validate a downloaded file anywhere.
error-signing-evidence-malformed = The evidence record cannot be read.
    .cause = It is no record, or damaged: { $detail }.
    .remedy = Send the record, or the signed file that holds it, first.
error-signing-evidence-foreign = The evidence record is about other files.
    .cause = { $detail }
    .remedy = Send the files for which the record was made, unchanged.
error-signing-evidence-impossible = No evidence record can be put into this file.
    .cause = { $detail }
    .remedy = Send a signature in CMS or XML, or an ASiC-E container; or take a record beside the file.
error-signing-kept-unknown = There is no such kept file.
    .cause = The file is not kept any more, or it is another person's.
    .remedy = Open the list of kept files.
error-signing-kept-too-many = There are too many kept files.
    .cause = One person may keep { $most } files at most.
    .remedy = Remove files that are no longer needed from the list.
error-signing-kept-worse = The renewed file does not validate.
    .cause = With the new time stamp the signature would no longer be valid, so the file was left as it was.
    .remedy = Validate the file and contact the operator.
error-signing-augment-impossible = The signature cannot be raised.
    .cause = Nothing can be added to the signatures of this file: { $detail }
    .remedy = Validate the file: the report says what it is and what is wrong.
error-signing-augment-already-there = The signature has this level already.
    .cause = The wanted level, or a higher one, is there.
    .remedy = Nothing needs to be done.
error-signing-augment-order = Nothing more can be added at this level.
    .cause = A later time stamp is over the signature already, or what has to come before is missing.
    .remedy = Raise the file to LTA: a new archive time stamp is over all that is there.
error-signing-work-unknown = There is no such result.
    .cause = The work is not done, its time is over, or somebody else asked for it.
    .remedy = See how the work goes at /api/v1/jobs/ID, or ask for it again.

# --- receipts
signing-receipt = Get a sealed receipt
signing-receipt-title = Receipt of a check of signatures
signing-receipt-when = Checked
signing-receipt-note = This receipt is sealed by the platform; any program that validates signatures can check the seal. The receipt does not replace the signed file.
signing-view-note = If your browser does not show the file here, open it by the link above.
signing-proofs = Time stamps and evidence over the whole file
signing-proof-stamp = Time stamp
signing-proof-record = Evidence record
signing-proof-PASSED = Valid
signing-proof-INDETERMINATE = Undetermined
signing-proof-FAILED = Not valid
signing-ask-lists = Qualification is checked with the trusted lists fetched on { $at }.
signing-lists-watch = Trusted lists
