/** Why `fetch` has no answer: its own message says only that it failed. */
export function whyUnanswered(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause, message } = error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}
