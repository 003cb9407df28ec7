import { Alert, Button, Modal, NumberInput, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useCommand } from '../../data/use-command.ts'
import { Copyable } from '../../pieces/copy.tsx'
import { Moment } from '../../pieces/moment.tsx'
import { SecretOnce } from '../../pieces/secret-once.tsx'
import { texts } from '../../texts.ts'
import { CheckRequest } from './check-request.tsx'
import { RotateSecret } from './documents.ts'
import type { LoadedEndpoint } from './endpoint.tsx'
import { VERIFY_NODE, VERIFY_PYTHON } from './snippets.ts'

const say = texts.endpoint.signing

interface SigningProps {
  endpoint: LoadedEndpoint
  onChanged: () => void
}

export function Signing({ endpoint, onChanged }: SigningProps) {
  return (
    <Stack maw="52rem">
      <Text>{say.about}</Text>
      {endpoint.previousSecretExpiresAt != null && (
        <Alert color="orange" variant="light">
          {say.overlap} <Moment at={endpoint.previousSecretExpiresAt} />
        </Alert>
      )}
      <Rotate endpoint={endpoint} onChanged={onChanged} />
      <CheckRequest />
      <Title order={2} size="h4">
        {say.check}
      </Title>
      <Copyable value={VERIFY_NODE} label={say.node} />
      <Copyable value={VERIFY_PYTHON} label={say.python} />
    </Stack>
  )
}

function Rotate({ endpoint, onChanged }: SigningProps) {
  const rotate = useCommand(RotateSecret, (data) => data.webhookEndpointRotateSecret)
  const [isOpen, setOpen] = useState(false)
  const [hours, setHours] = useState<string | number>(24)
  const [secret, setSecret] = useState<string>()
  const run = async () => {
    const done = await rotate.run({
      id: endpoint.id,
      expectedVersion: endpoint.version,
      graceSeconds: Math.round(Number(hours) * 3_600),
    })
    if (done?.signingSecret != null) setSecret(done.signingSecret)
  }
  const close = () => {
    setOpen(false)
    setSecret(undefined)
    onChanged()
  }
  return (
    <Stack align="start">
      <Button onClick={() => setOpen(true)}>{say.rotate}</Button>
      <Modal
        opened={isOpen}
        onClose={close}
        title={say.rotate}
        size="lg"
        closeOnClickOutside={secret === undefined}
        closeOnEscape={secret === undefined}
        withCloseButton={secret === undefined}
      >
        {secret === undefined ? (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              run().catch(close)
            }}
          >
            <Stack>
              <Text size="sm">{say.rotateText}</Text>
              <NumberInput
                label={say.grace}
                value={hours}
                onChange={setHours}
                min={0}
                max={168}
                data-autofocus
              />
              <Button type="submit" loading={rotate.isRunning}>
                {say.rotate}
              </Button>
            </Stack>
          </form>
        ) : (
          <SecretOnce secret={secret} explanation={texts.webhooks.secretText} onDone={close} />
        )}
      </Modal>
    </Stack>
  )
}
