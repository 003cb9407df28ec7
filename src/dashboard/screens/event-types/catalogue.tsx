import { Anchor, Stack, Table, Text } from '@mantine/core'
import { Fragment } from 'react'
import { Link } from 'wouter'
import type { DashboardCatalogueQuery } from '../../../generated/dashboard/graphql.ts'
import { useRecord } from '../../data/use-record.ts'
import { FilterBar } from '../../lists/filter-bar.tsx'
import { type Filter, useFilters } from '../../lists/use-filters.ts'
import { useRowKeys } from '../../lists/use-row-keys.ts'
import { Screen } from '../../pieces/screen.tsx'
import { Empty, Failed, Loading, NoMatch } from '../../pieces/states.tsx'
import { texts } from '../../texts.ts'
import { LoadCatalogue } from './documents.ts'
import { listed } from './listed.ts'

type Row = DashboardCatalogueQuery['eventTypes'][number]

const say = texts.eventTypes
const FILTERS: readonly Filter[] = [{ name: 'find', label: say.filter }]

/** Every type of event, by domain. */
export function Catalogue() {
  const { data, fault, reload } = useRecord(LoadCatalogue, {})
  const filters = useFilters(FILTERS)
  const wanted = filters.values['find']?.[0]?.toLowerCase() ?? ''
  const found = data?.eventTypes.filter(({ name, description }) =>
    `${name} ${description}`.toLowerCase().includes(wanted),
  )
  return (
    <Screen title={texts.places.eventTypes}>
      <FilterBar filters={filters} />
      {fault && <Failed fault={fault} retry={reload} />}
      {!fault && found === undefined && <Loading />}
      {found?.length === 0 &&
        (filters.isOn ? <NoMatch onClear={filters.clear} /> : <Empty text={say.empty} />)}
      {found !== undefined && found.length > 0 && <Types types={found} />}
    </Screen>
  )
}

const domainOf = (name: string) => name.split('.')[0] ?? name

function Types({ types }: { types: readonly Row[] }) {
  const { onFocus } = useRowKeys({
    rows: types.map(({ name }) => ({ id: name })),
    actions: [],
    canSelect: false,
    onToggle: () => {},
  })
  const domains = Object.entries(Object.groupBy(types, ({ name }) => domainOf(name)))
  return (
    <Table verticalSpacing="xs" className="list" aria-label={texts.places.eventTypes}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{say.name}</Table.Th>
          <Table.Th className="wide-only">{say.scopes}</Table.Th>
          <Table.Th className="wide-only">{say.filterFields}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {domains.map(([domain, held = []]) => (
          <Fragment key={domain}>
            <Table.Tr>
              <Table.Th colSpan={3} scope="colgroup">
                {domain}
              </Table.Th>
            </Table.Tr>
            {held.map((type) => (
              <Table.Tr key={type.name} data-row={type.name} onFocus={() => onFocus(type.name)}>
                <Table.Td>
                  <Stack gap={0}>
                    <Anchor component={Link} href={`/event-types/${type.name}`} className="breaks">
                      {type.name}
                    </Anchor>
                    <Text size="sm" c="dimmed">
                      {type.description}
                    </Text>
                  </Stack>
                </Table.Td>
                <Table.Td className="wide-only">{listed(type.scopes)}</Table.Td>
                <Table.Td className="wide-only">{listed(type.filterFields)}</Table.Td>
              </Table.Tr>
            ))}
          </Fragment>
        ))}
      </Table.Tbody>
    </Table>
  )
}
