import type { CommandError } from '../data/use-command.ts'

interface FormWithErrors {
  getValues: () => object
  setErrors: (errors: Record<string, string>) => void
}

/**
 * Puts what the server says beside the fields that it says it of.
 * @returns what belongs to no field that is shown
 */
export function showErrors(
  form: FormWithErrors,
  errors: readonly CommandError[],
): string | undefined {
  const shown = new Set(Object.keys(form.getValues()))
  // Paths begin with the name of the argument.
  const fieldOf = ({ path }: CommandError) => path?.find((part) => shown.has(part))
  const beside = errors.flatMap((error) => {
    const field = fieldOf(error)
    return field === undefined ? [] : [[field, error.message] as const]
  })
  form.setErrors(Object.fromEntries(beside))
  const rest = errors.filter((error) => fieldOf(error) === undefined)
  return rest.length === 0 ? undefined : rest.map(({ message }) => message).join(' ')
}
