import { useState } from 'react'
import type { EndpointRowFragment } from '../../../generated/dashboard/graphql.ts'
import { useCommand } from '../../data/use-command.ts'
import type { RowAction } from '../../lists/columns.ts'
import { Ask, type Question } from '../../pieces/ask.tsx'
import { notify } from '../../pieces/notify.ts'
import { texts } from '../../texts.ts'
import { PauseEndpoint, ResumeEndpoint, TestEndpoint } from './documents.ts'
import { milliseconds, nameOf } from './endpoint-state.tsx'

type Endpoint = EndpointRowFragment

/** What the list and the screen of an endpoint can do to it; `dialog` is to be rendered. */
export function useEndpointActions(onDone: () => void): {
  actions: readonly RowAction<Endpoint>[]
  dialog: React.ReactNode
} {
  const [question, setQuestion] = useState<Question>()
  const pause = useCommand(PauseEndpoint, (data) => data.webhookEndpointPause)
  const resume = useCommand(ResumeEndpoint, (data) => data.webhookEndpointResume)
  const test = useCommand(TestEndpoint, (data) => data.webhookEndpointTest)
  const say = texts.endpoint.actions

  const sendTest = async ({ id }: Endpoint) => {
    const sent = await test.run({ id })
    if (sent?.attempt == null) return
    const { succeeded, statusCode, error, failure, totalMs } = sent.attempt
    if (succeeded) notify.done(say.testSucceeded(statusCode ?? 200, milliseconds(totalMs)))
    else notify.refusal(say.testFailed(error ?? failure ?? String(statusCode)))
    onDone()
  }
  const actions: RowAction<Endpoint>[] = [
    {
      id: 'pause',
      label: say.pause,
      key: 'p',
      isPossible: ({ status }) => status === 'ACTIVE',
      run: (endpoint) =>
        setQuestion({
          title: say.pauseTitle(nameOf(endpoint)),
          text: say.pauseText,
          confirm: say.pause,
          run: async () => {
            const done = await pause.run({ id: endpoint.id, expectedVersion: endpoint.version })
            if (done?.userErrors.length === 0) notify.done(say.paused)
            onDone()
          },
        }),
    },
    {
      id: 'resume',
      label: say.resume,
      key: 'p',
      isPossible: ({ status }) => status !== 'ACTIVE',
      run: (endpoint) =>
        setQuestion({
          title: say.resumeTitle(nameOf(endpoint)),
          text: say.resumeText(endpoint.health.pendingDeliveries),
          confirm: say.resume,
          run: async () => {
            const done = await resume.run({ id: endpoint.id, expectedVersion: endpoint.version })
            if (done?.userErrors.length === 0) notify.done(say.resumed)
            onDone()
          },
        }),
    },
    {
      id: 'test',
      label: say.test,
      key: 't',
      isPossible: ({ status }) => status !== 'DISABLED',
      run: (endpoint) => {
        sendTest(endpoint).catch(onDone)
      },
    },
  ]
  return { actions, dialog: <Ask question={question} onClose={() => setQuestion(undefined)} /> }
}
