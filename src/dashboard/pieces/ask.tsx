import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { texts } from '../texts.ts'

export interface Question {
  title: string
  text: ReactNode
  confirm: string
  isDangerous?: boolean
  /** To be typed first, for what cannot be undone. */
  name?: string
  run: () => Promise<unknown> | undefined
}

/** Asks before something is done that others feel. Nothing is asked while there is no question. */
export function Ask({
  question,
  onClose,
}: {
  question: Question | undefined
  onClose: () => void
}) {
  return (
    <Modal opened={question !== undefined} onClose={onClose} title={question?.title ?? ''}>
      {question && <Asked key={question.title} question={question} onClose={onClose} />}
    </Modal>
  )
}

function Asked({ question, onClose }: { question: Question; onClose: () => void }) {
  const [typed, setTyped] = useState('')
  const [isRunning, setRunning] = useState(false)
  const isReady = question.name === undefined || typed === question.name
  const run = async () => {
    setRunning(true)
    await question.run()
    setRunning(false)
    onClose()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (isReady) run().catch(onClose)
      }}
    >
      <Stack>
        <Text component="div" size="sm">
          {question.text}
        </Text>
        {question.name !== undefined && (
          <TextInput
            label={texts.ask.typeName(question.name)}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
        )}
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {texts.ask.cancel}
          </Button>
          <Button
            type="submit"
            color={question.isDangerous === true ? 'red' : undefined}
            disabled={!isReady}
            loading={isRunning}
          >
            {question.confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
