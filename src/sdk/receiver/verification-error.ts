/**
 * Why a request is not taken for a delivery:
 * `body-parsed`: what was passed is no text and no bytes; `secret-malformed`: not `whsec_…`;
 * `header-missing`, `header-malformed`; `signature-wrong`: none of the signatures fits any of the
 * secrets; `body-changed`: it fits once the body is brought back to what was sent; `time-off`: the
 * signature is right, the time is not; `not-an-event`: signed, but not a body of Plantroom.
 */
export type VerificationFault =
  | 'body-parsed'
  | 'secret-malformed'
  | 'header-missing'
  | 'header-malformed'
  | 'signature-wrong'
  | 'body-changed'
  | 'time-off'
  | 'not-an-event'

/** A request that is not a genuine delivery; its message says why, in a sentence for the log. */
export class VerificationError extends Error {
  override readonly name = 'VerificationError'
  readonly reason: VerificationFault
  constructor(reason: VerificationFault, message: string) {
    super(message)
    this.reason = reason
  }
}
