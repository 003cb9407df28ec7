import { Accordion, Code, Group, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import type { DashboardDeliveryQuery } from '../../../generated/dashboard/graphql.ts'
import { Moment } from '../../pieces/moment.tsx'
import { StatusWord } from '../../pieces/status-word.tsx'
import { texts } from '../../texts.ts'
import { milliseconds } from '../webhooks/endpoint-state.tsx'
import { Timing } from './timing.tsx'

type Attempt = Extract<
  DashboardDeliveryQuery['node'],
  { __typename: 'WebhookDelivery' }
>['attempts'][number]

const say = texts.delivery

/** Every attempt that is still in the log: when, how it went, and what was sent and answered. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  // The last one is open, whichever it is by now, unless it was closed.
  const [chosen, setChosen] = useState<string[]>()
  const last = attempts.slice(-1).map(({ id }) => id)
  const newestFirst = attempts.toReversed()
  return (
    <Stack gap="xs" component="section">
      <Title order={2} size="h4">
        {say.attempts}
      </Title>
      {attempts.length === 0 && <Text>{say.noAttempt}</Text>}
      <Accordion variant="contained" multiple value={chosen ?? last} onChange={setChosen}>
        {newestFirst.map((attempt) => (
          <Accordion.Item key={attempt.id} value={attempt.id}>
            <Accordion.Control>
              <Group gap="sm">
                <Text fw={600} size="sm">
                  {say.attempt(attempt.attempt)}
                </Text>
                <StatusWord
                  tone={attempt.succeeded ? 'good' : 'bad'}
                  word={
                    attempt.statusCode == null
                      ? (attempt.failure ?? say.failed)
                      : String(attempt.statusCode)
                  }
                />
                <Text size="sm">{milliseconds(attempt.totalMs)}</Text>
                <Text size="sm" c="dimmed">
                  <Moment at={attempt.startedAt} /> · {say.triggers[attempt.trigger]}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Detail attempt={attempt} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  )
}

function Detail({ attempt }: { attempt: Attempt }) {
  return (
    <Stack gap="sm">
      {attempt.error != null && <Text size="sm">{attempt.error}</Text>}
      <Timing attempt={attempt} />
      {attempt.remoteAddress != null && (
        <Text size="sm">
          {say.address}: {attempt.remoteAddress}
        </Text>
      )}
      <Headers title={say.requestHeaders} headers={attempt.requestHeaders} />
      {attempt.responseHeaders.length > 0 && (
        <Headers title={say.responseHeaders} headers={attempt.responseHeaders} />
      )}
      {attempt.responseBody != null && attempt.responseBody !== '' && (
        <div>
          <Text size="sm" fw={600}>
            {attempt.responseTruncated ? say.answerCut : say.answer}
          </Text>
          <Code block className="copyable" tabIndex={0}>
            {attempt.responseBody}
          </Code>
        </div>
      )}
    </Stack>
  )
}

function Headers(props: { title: string; headers: readonly { name: string; value: string }[] }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {props.title}
      </Text>
      <Code block className="copyable" tabIndex={0}>
        {props.headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}
      </Code>
    </div>
  )
}
