import { Anchor, List as Items, Text } from '@mantine/core'
import { Link } from 'wouter'
import { usePlaces } from '../../app/use-places.ts'
import { Screen } from '../../pieces/screen.tsx'
import { texts } from '../../texts.ts'

export function Home() {
  const places = usePlaces()
  return (
    <Screen title={texts.places.home}>
      <Text>{texts.home.welcome}</Text>
      <Items>
        {places
          .filter(({ name }) => name !== 'home')
          .map(({ name, path, title }) => (
            <Items.Item key={name}>
              <Anchor component={Link} href={path}>
                {title}
              </Anchor>
            </Items.Item>
          ))}
      </Items>
    </Screen>
  )
}
