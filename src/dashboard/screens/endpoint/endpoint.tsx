import { Button, Tabs } from '@mantine/core'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import type { DashboardEndpointQuery } from '../../../generated/dashboard/graphql.ts'
import { useEvents, useUpdates } from '../../data/use-live.tsx'
import { useRecord } from '../../data/use-record.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { Gone, Screen } from '../../pieces/screen.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { texts } from '../../texts.ts'
import { DeliveryList } from '../deliveries/delivery-list.tsx'
import { useAttempts } from '../deliveries/use-attempts.ts'
import { EndpointState, nameOf } from '../webhooks/endpoint-state.tsx'
import { useEndpointActions } from '../webhooks/use-endpoint-actions.tsx'
import { LoadEndpoint } from './documents.ts'
import { Overview } from './overview.tsx'
import { Replays } from './replays.tsx'
import { Settings } from './settings.tsx'
import { Signing } from './signing.tsx'

export type LoadedEndpoint = NonNullable<DashboardEndpointQuery['webhookEndpoint']>

const TABS = ['overview', 'deliveries', 'settings', 'signing', 'replays'] as const
const say = texts.endpoint

export function Endpoint({ id, tab = 'overview' }: { id: string; tab?: string | undefined }) {
  const { data, fault, reload } = useRecord(LoadEndpoint, { id })
  const [updates, changed] = useUpdates()
  useAttempts([id], changed)
  useEvents(['system.webhook', 'webhook'], changed)
  useEffect(() => {
    if (updates > 0) reload()
    // oxlint-disable-next-line react/exhaustive-deps
  }, [updates])
  if (fault !== undefined) return <Failed fault={fault} retry={reload} />
  if (data === undefined) return <Loading />
  if (data.webhookEndpoint == null) return <Gone text={say.gone} />
  return <Shown endpoint={data.webhookEndpoint} tab={tab} onChanged={reload} />
}

interface ShownProps {
  endpoint: LoadedEndpoint
  tab: string
  onChanged: () => void
}

function Shown({ endpoint, tab, onChanged }: ShownProps) {
  const [, navigate] = useLocation()
  const { actions, dialog } = useEndpointActions(onChanged)
  const possible = actions.filter(({ isPossible }) => isPossible?.(endpoint) !== false)
  const open = (name: string | null) =>
    navigate(`/webhooks/${endpoint.id}${name === null || name === 'overview' ? '' : `/${name}`}`)
  useKeys(say.title, [
    ...TABS.map((name, at) => ({
      keys: String(at + 1),
      label: say.tabs[name],
      run: () => open(name),
    })),
    ...possible.map(({ key = '', label, run }) => ({ keys: key, label, run: () => run(endpoint) })),
    { keys: 'r', label: say.actions.rotate, run: () => open('signing') },
  ])
  return (
    <Screen
      title={nameOf(endpoint)}
      above={[{ title: texts.webhooks.title, path: '/webhooks' }]}
      status={<EndpointState endpoint={endpoint} />}
      actions={possible.map(({ id, label, run }) => (
        <Button key={id} variant="default" onClick={() => run(endpoint)}>
          {label}
        </Button>
      ))}
    >
      <Tabs value={tab} onChange={open} keepMounted={false}>
        <Tabs.List mb="md" className="tabs">
          {TABS.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {say.tabs[name]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <Overview endpoint={endpoint} />
        </Tabs.Panel>
        <Tabs.Panel value="deliveries">
          <DeliveryList endpointId={endpoint.id} followed={[endpoint.id]} />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <Settings endpoint={endpoint} onChanged={onChanged} />
        </Tabs.Panel>
        <Tabs.Panel value="signing">
          <Signing endpoint={endpoint} onChanged={onChanged} />
        </Tabs.Panel>
        <Tabs.Panel value="replays">
          <Replays endpointId={endpoint.id} />
        </Tabs.Panel>
      </Tabs>
      {dialog}
    </Screen>
  )
}
