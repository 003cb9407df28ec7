/** Stage and kind of a failure, as the log and the API name them. Additive only. */
export type Failure =
  | 'guard.target'
  | 'guard.private_address'
  | 'dns.not_found'
  | 'dns.timeout'
  | 'dns.failed'
  | 'connect.refused'
  | 'connect.timeout'
  | 'connect.unreachable'
  | 'connect.failed'
  | 'tls.certificate'
  | 'tls.failed'
  | 'response.timeout'
  | 'response.closed'
  | 'response.invalid'
  | 'response.status'
  /** Of the installation's own egress proxy, and none of the endpoint's */
  | 'proxy.unreachable'
  | 'proxy.timeout'
  | 'proxy.closed'
  | 'proxy.refused'
  | 'internal'

/** Why an attempt came to no answer, told at the stage that knows. */
export class AttemptError extends Error {
  override name = 'AttemptError'
  readonly failure: Failure
  /** For whoever operates the installation, and in no log of a tenant */
  readonly detail: string | undefined
  constructor(failure: Failure, message: string, detail?: string) {
    super(message)
    this.failure = failure
    this.detail = detail
  }
}

/** It was not begun: what it was made from may be so no more. No attempt, and no failure of anybody's. */
export class WithdrawnError extends Error {
  override name = 'WithdrawnError'
}
