import { lazy, Suspense, useEffect, useState, useSyncExternalStore } from 'react'
import { type Client, Provider } from 'urql'
import { createClient } from '../data/client.ts'
import { LiveProvider } from '../data/use-live.tsx'
import { useRecord } from '../data/use-record.ts'
import { Failed, Loading } from '../pieces/states.tsx'
import { LoadViewer } from '../session/documents.ts'
import { session } from '../session/session.ts'
import { SignIn } from '../session/sign-in.tsx'
import { ViewerProvider } from '../session/viewer.tsx'
import { Shell } from './shell.tsx'

const Notifications = lazy(async () => ({
  default: (await import('@mantine/notifications')).Notifications,
}))

export function App() {
  const state = useSyncExternalStore(session.subscribe, session.state)
  return (
    <>
      {state === 'unknown' && <Loading />}
      {state === 'signed-out' && <SignIn />}
      {state === 'signed-in' && <SignedIn />}
      <Suspense>
        <Notifications position="bottom-right" />
      </Suspense>
    </>
  )
}

/** All that one session has: what it has loaded, and its stream. */
function SignedIn() {
  const [client, setClient] = useState<Client>()
  useEffect(() => setClient(createClient()), [])
  if (client === undefined) return null
  return (
    <Provider value={client}>
      <WithViewer />
    </Provider>
  )
}

function WithViewer() {
  const { data, fault, reload } = useRecord(LoadViewer, {})
  if (data === undefined) return fault ? <Failed fault={fault} retry={reload} /> : <Loading />
  return (
    <ViewerProvider viewer={data.viewer}>
      <LiveProvider>
        <Shell />
      </LiveProvider>
    </ViewerProvider>
  )
}
