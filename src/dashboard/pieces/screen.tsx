import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { texts } from '../texts.ts'

interface ScreenProps {
  title: string
  /** The lists above it. */
  above?: { title: string; path: string }[]
  status?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** A screen's frame: its name in the window's title too, and the focus at its beginning. */
export function Screen({ title, above = [], status, actions, children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · ${texts.shell.product}`
  }, [title])
  useEffect(() => heading.current?.focus(), [])
  return (
    <Stack gap="md">
      {above.length > 0 && (
        <Breadcrumbs component="nav" aria-label={texts.shell.above}>
          {above.map(({ title: name, path }) => (
            <Anchor key={path} component={Link} href={path} size="sm">
              {name}
            </Anchor>
          ))}
        </Breadcrumbs>
      )}
      <Group justify="space-between" align="center">
        <Group gap="sm">
          <Title order={1} size="h2" ref={heading} tabIndex={-1} className="breaks">
            {title}
          </Title>
          {status}
        </Group>
        <Group gap="xs">{actions}</Group>
      </Group>
      {children}
    </Stack>
  )
}

/** Instead of a record that there is not, or not for this person. */
export function Gone({ text }: { text: string }) {
  return (
    <Screen title={texts.states.notFound}>
      <Text>{text}</Text>
    </Screen>
  )
}

/** Names and values. */
export function Facts({ facts }: { facts: readonly [string, ReactNode][] }) {
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <Fact key={name} name={name} value={value} />
      ))}
    </dl>
  )
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <Text component="dt" size="sm">
        {name}
      </Text>
      <Text component="dd" size="sm">
        {value}
      </Text>
    </>
  )
}
