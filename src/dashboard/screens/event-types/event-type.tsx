import { SimpleGrid, Stack, Text, Title } from '@mantine/core'
import type { DashboardEventTypeQuery } from '../../../generated/dashboard/graphql.ts'
import { useRecord } from '../../data/use-record.ts'
import { useKeys } from '../../keys/use-keys.ts'
import { Copyable } from '../../pieces/copy.tsx'
import { Facts, Gone, Screen } from '../../pieces/screen.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { texts } from '../../texts.ts'
import { copyText } from '../delivery/curl.ts'
import { LoadEventType } from './documents.ts'
import { listed } from './listed.ts'

type Found = DashboardEventTypeQuery['eventTypes'][number]

const say = texts.eventTypes

export function EventType({ name }: { name: string }) {
  const { data, fault, reload } = useRecord(LoadEventType, {})
  const found = data?.eventTypes.find((type) => type.name === name)
  if (fault !== undefined) return <Failed fault={fault} retry={reload} />
  if (data === undefined) return <Loading />
  if (found === undefined) return <Gone text={say.gone} />
  return <Shown type={found} />
}

function Shown({ type }: { type: Found }) {
  const schema = JSON.stringify(type.jsonSchema, undefined, 2)
  const example = JSON.stringify(type.example, undefined, 2)
  useKeys(say.one, [
    { keys: 's', label: say.copySchema, run: () => copyText(schema) },
    { keys: 'y', label: say.copyExample, run: () => copyText(example) },
  ])
  return (
    <Screen title={type.name} above={[{ title: texts.places.eventTypes, path: '/event-types' }]}>
      <Facts
        facts={[
          [say.when, type.description],
          [say.scopes, listed(type.scopes)],
          [say.filterFields, listed(type.filterFields)],
        ]}
      />
      {type.isQuestion && <Text>{say.question}</Text>}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Part title={say.schema} value={schema} />
        <Part title={say.example} value={example} />
      </SimpleGrid>
    </Screen>
  )
}

function Part({ title, value }: { title: string; value: string }) {
  return (
    <Stack gap="xs" component="section" miw={0}>
      <Title order={2} size="h4">
        {title}
      </Title>
      <Copyable value={value} label={title} />
    </Stack>
  )
}
