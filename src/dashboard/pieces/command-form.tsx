import { Alert, Button, Group, Stack } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { type ReactNode, useState } from 'react'
import type { Command, CommandError } from '../data/use-command.ts'
import { texts } from '../texts.ts'
import { showErrors } from './form-errors.ts'

interface CommandFormProps<Values, Input, Result> {
  form: UseFormReturnType<Values>
  command: Command<Input, Result>
  toInput: (values: Values) => Input
  /** It was carried out, or says beside the fields why not. */
  onAnswer: (result: Result) => void
  onCancel: () => void
  /** Of the button that sends it */
  label: string
  /** The fields */
  children: ReactNode
}

/** The form of a command in a dialog: what is refused stands beside its field, or above all. */
export function CommandForm<
  Values extends object,
  Input,
  Result extends { userErrors: readonly CommandError[] },
>(props: CommandFormProps<Values, Input, Result>) {
  const { form, command, toInput, onAnswer, onCancel, label, children } = props
  const [refusal, setRefusal] = useState<string>()
  const submit = form.onSubmit((values) => {
    setRefusal(undefined)
    command
      .run(toInput(values))
      .then((result) => {
        if (result === undefined) return
        setRefusal(showErrors(form, result.userErrors))
        onAnswer(result)
      })
      .catch((error: unknown) => setRefusal(String(error)))
  })
  return (
    <form onSubmit={submit}>
      <Stack>
        {refusal !== undefined && (
          <Alert color="red" role="alert">
            {refusal}
          </Alert>
        )}
        {children}
        <Group justify="end">
          <Button variant="default" onClick={onCancel}>
            {texts.ask.cancel}
          </Button>
          <Button type="submit" loading={command.isRunning}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
