import { Anchor, Text } from '@mantine/core'
import { Link } from 'wouter'
import { Screen } from '../pieces/screen.tsx'
import { texts } from '../texts.ts'

export function NotFound() {
  return (
    <Screen title={texts.states.notFound}>
      <Text>
        {texts.states.notFoundText}{' '}
        <Anchor component={Link} href="/">
          {texts.places.home}
        </Anchor>
      </Text>
    </Screen>
  )
}
