import { useCallback, useState } from 'react'
import { useClient } from 'urql'
import { notify } from '../pieces/notify.ts'
import { type Document, textOf } from './document.ts'
import { faultOf } from './fault.ts'

export interface CommandError {
  message: string
  code: string
  path?: string[] | null
}

interface Payload {
  userErrors: CommandError[]
}

export interface Command<Input, Result> {
  isRunning: boolean
  /**
   * Resolves with the payload, also when it says what the user has done wrong; undefined when it was
   * not carried out for another reason, which has been told by then.
   */
  run: (input: Input) => Promise<Result | undefined>
}

/**
 * One mutation with its `input`. What the server refuses is told in a notice, unless the caller has
 * a form to tell it in.
 */
export function useCommand<Data, Input, Result extends Payload>(
  document: Document<Data, { input: Input }>,
  pick: (data: Data) => Result,
  options: { tellsErrors?: boolean } = {},
): Command<Input, Result> {
  const client = useClient()
  const [isRunning, setRunning] = useState(false)
  const { tellsErrors = true } = options
  const run = useCallback(
    async (input: Input) => {
      setRunning(true)
      const { data, error } = await client.mutation<Data>(textOf(document), { input }).toPromise()
      setRunning(false)
      if (error !== undefined || data === undefined) {
        if (error !== undefined) notify.fault(faultOf(error))
        return undefined
      }
      const payload = pick(data)
      if (tellsErrors) for (const { message } of payload.userErrors) notify.refusal(message)
      return payload
    },
    // Both are constants of the module that calls this.
    // oxlint-disable-next-line react/exhaustive-deps
    [client, tellsErrors],
  )
  return { isRunning, run }
}
