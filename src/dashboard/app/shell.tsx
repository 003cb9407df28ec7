import { AppShell } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { lazy, Suspense, useState } from 'react'
import { useLocation } from 'wouter'
import { useLive } from '../data/use-live.tsx'
import { useKeys } from '../keys/use-keys.ts'
import { Loading } from '../pieces/states.tsx'
import { texts } from '../texts.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { Header } from './header.tsx'
import { Navigation } from './navigation.tsx'
import { Screens } from './screens.tsx'
import { usePlaces } from './use-places.ts'

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }))
const KeySheet = lazy(async () => ({ default: (await import('../keys/key-sheet.tsx')).KeySheet }))

/** What surrounds every screen. */
export function Shell() {
  const [isMenuOpen, menu] = useDisclosure()
  const [open, setOpen] = useState<'palette' | 'keys'>()
  const [location, navigate] = useLocation()
  const places = usePlaces()
  const live = useLive()
  useKeys(texts.keys.groups.everywhere, [
    { keys: 'mod+k', label: texts.keys.palette, run: () => setOpen('palette') },
    { keys: '?', label: texts.keys.title, run: () => setOpen('keys') },
    { keys: 'l', label: texts.keys.live, run: () => live?.toggle() },
    { keys: 'Escape', label: texts.keys.back, run: () => goUp(location, navigate) },
  ])
  useKeys(
    texts.keys.groups.go,
    places.map(({ path, key, title }) => ({
      keys: `g ${key}`,
      label: title,
      run: () => navigate(path),
    })),
  )
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !isMenuOpen } }}
      padding="md"
    >
      <a href="#content" className="skip">
        {texts.shell.skip}
      </a>
      <AppShell.Header>
        <Header
          isMenuOpen={isMenuOpen}
          onMenu={menu.toggle}
          onPalette={() => setOpen('palette')}
          onKeys={() => setOpen('keys')}
        />
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={texts.shell.navigation}>
        <Navigation places={places} onGo={menu.close} />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ErrorBoundary key={location.split('/')[1]}>
          <Suspense fallback={<Loading />}>
            <Screens />
          </Suspense>
        </ErrorBoundary>
      </AppShell.Main>
      <Suspense>
        {open === 'palette' && <Palette places={places} onClose={() => setOpen(undefined)} />}
        {open === 'keys' && <KeySheet opened onClose={() => setOpen(undefined)} />}
      </Suspense>
    </AppShell>
  )
}

/** From a record to its list. */
function goUp(location: string, navigate: (path: string) => void): void {
  const up = location.slice(0, location.lastIndexOf('/'))
  if (location !== '/') navigate(up === '' ? '/' : up)
}
