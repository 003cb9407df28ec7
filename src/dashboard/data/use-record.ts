import { useMemo } from 'react'
import { useQuery } from 'urql'
import { type Document, textOf } from './document.ts'
import { faultOf } from './fault.ts'
import type { Fault } from './post.ts'

export interface Loaded<Result> {
  data: Result | undefined
  fault: Fault | undefined
  isLoading: boolean
  reload: () => void
}

/** One query for a screen; shown from the cache at once, then as it is now. */
export function useRecord<Result, Variables extends object>(
  document: Document<Result, Variables>,
  variables: Variables,
  options: { pause?: boolean } = {},
): Loaded<Result> {
  const [result, execute] = useQuery<Result, Variables>({
    query: textOf(document),
    variables,
    pause: options.pause ?? false,
  })
  return useMemo(
    () => ({
      data: result.data,
      fault: result.error && faultOf(result.error),
      isLoading: result.fetching && result.data === undefined,
      reload: () => execute({ requestPolicy: 'network-only' }),
    }),
    [result, execute],
  )
}
