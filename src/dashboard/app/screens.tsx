import { lazy } from 'react'
import { Route, Switch } from 'wouter'
import { NotFound } from './not-found.tsx'
import { PATHS } from './paths.ts'

const Home = lazy(async () => ({ default: (await import('../screens/home/home.tsx')).Home }))
const Webhooks = lazy(async () => ({
  default: (await import('../screens/webhooks/webhooks.tsx')).Webhooks,
}))
const Endpoint = lazy(async () => ({
  default: (await import('../screens/endpoint/endpoint.tsx')).Endpoint,
}))
const Deliveries = lazy(async () => ({
  default: (await import('../screens/deliveries/deliveries.tsx')).Deliveries,
}))
const Delivery = lazy(async () => ({
  default: (await import('../screens/delivery/delivery.tsx')).Delivery,
}))
const Catalogue = lazy(async () => ({
  default: (await import('../screens/event-types/catalogue.tsx')).Catalogue,
}))
const EventType = lazy(async () => ({
  default: (await import('../screens/event-types/event-type.tsx')).EventType,
}))
const ApiKeys = lazy(async () => ({
  default: (await import('../screens/api-keys/api-keys.tsx')).ApiKeys,
}))
const Users = lazy(async () => ({ default: (await import('../screens/users/users.tsx')).Users }))
const Audit = lazy(async () => ({ default: (await import('../screens/audit/audit.tsx')).Audit }))

/** Each screen is a download of its own, with its documents. */
export function Screens() {
  return (
    <Switch>
      <Route path={PATHS.home.path} component={Home} />
      <Route path={PATHS.webhooks.path} component={Webhooks} />
      <Route path={`${PATHS.webhooks.path}/:id/:tab?`}>
        {({ id, tab }) => <Endpoint id={id} tab={tab} />}
      </Route>
      <Route path={PATHS.deliveries.path} component={Deliveries} />
      <Route path={`${PATHS.deliveries.path}/:id`}>{({ id }) => <Delivery id={id} />}</Route>
      <Route path={PATHS.eventTypes.path} component={Catalogue} />
      <Route path={`${PATHS.eventTypes.path}/:name`}>
        {({ name }) => <EventType name={name} />}
      </Route>
      <Route path={PATHS.apiKeys.path} component={ApiKeys} />
      <Route path={PATHS.users.path} component={Users} />
      <Route path={PATHS.audit.path} component={Audit} />
      <Route component={NotFound} />
    </Switch>
  )
}
