import type { CombinedError } from 'urql'
import type { Fault } from './post.ts'

/** What went wrong, in one sentence, with the id under which the server's log has it. */
export function faultOf(error: CombinedError): Fault {
  const [first] = error.graphQLErrors
  const response: Response | undefined = error.response
  const code = first?.extensions['code']
  return {
    message: first?.message ?? error.networkError?.message ?? error.message,
    code: typeof code === 'string' ? code : undefined,
    requestId: response?.headers?.get('x-request-id') ?? undefined,
  }
}
