// Signing and checking, as the pages of the signing service ask for it.

/** Signs files; answers the path of the signed file. */
export async function sign() {
  throw new Error("the signing pages are not there yet");
}

/** Checks a file; `good` says what the verdict has to be, null: only not good. */
export async function check() {
  throw new Error("the signing pages are not there yet");
}
