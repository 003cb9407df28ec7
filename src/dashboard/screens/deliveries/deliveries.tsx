import { useMemo } from 'react'
import { useRecord } from '../../data/use-record.ts'
import { Screen } from '../../pieces/screen.tsx'
import { Failed, Loading } from '../../pieces/states.tsx'
import { texts } from '../../texts.ts'
import { DeliveryList } from './delivery-list.tsx'
import { LoadEndpointNames } from './documents.ts'

export function Deliveries() {
  const { data, fault, reload } = useRecord(LoadEndpointNames, {})
  const endpoints = data?.webhookEndpoints.nodes
  const names = useMemo(
    () => new Map(endpoints?.map(({ id, name, url }) => [id, name ?? url])),
    [endpoints],
  )
  return (
    <Screen title={texts.deliveries.title}>
      {fault && <Failed fault={fault} retry={reload} />}
      {!fault && endpoints === undefined && <Loading />}
      {endpoints && (
        <DeliveryList
          followed={endpoints.map(({ id }) => id)}
          endpointName={(id) => names.get(id) ?? id}
        />
      )}
    </Screen>
  )
}
