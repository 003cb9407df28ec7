import type {
  WebhookAttemptTrigger,
  WebhookDeliveryStatus,
  WebhookOrdering,
  WebhookReplayStatus,
} from '../generated/dashboard/graphql.ts'

const number = new Intl.NumberFormat('en-GB')
const many = (count: number, one: string, more: string) =>
  `${number.format(count)} ${count === 1 ? one : more}`
const deliveries = (count: number) => many(count, 'delivery', 'deliveries')

const deliveryStates: Record<WebhookDeliveryStatus, string> = {
  PENDING: 'Waiting',
  SUCCEEDED: 'Delivered',
  EXHAUSTED: 'Given up',
  SKIPPED: 'Skipped',
  CANCELLED: 'Cancelled',
}
const orderings: Record<WebhookOrdering, string> = {
  ENDPOINT: 'One after the other',
  OBJECT: 'In order per record',
  NONE: 'In any order',
}
const orderingHints: Record<WebhookOrdering, string> = {
  ENDPOINT: 'While one is retried, all later ones wait.',
  OBJECT: 'A record whose event fails holds back only its own.',
  NONE: 'Least delay; the receiver sorts by the sequence itself.',
}
const triggers: Record<WebhookAttemptTrigger, string> = {
  SCHEDULED: 'by schedule',
  MANUAL: 'by hand',
  REPLAY: 'by a replay',
  TEST: 'a test',
  SYNC: 'a question',
}
const replayStates: Record<WebhookReplayStatus, string> = {
  RUNNING: 'Running',
  COMPLETED: 'Completed',
  CANCELLED: 'Cancelled',
}
const roles: Record<string, string> = {
  OWNER: 'Owner',
  ADMIN: 'Administrator',
  MANAGER: 'Manager',
  TECHNICIAN: 'Technician',
  REQUESTER: 'Requester',
  VIEWER: 'Viewer',
  CONTRACTOR: 'Contractor',
}

/** Every word that the dashboard says, in English. */
export const texts = {
  none: '–',
  more: (count: number) => `and ${number.format(count)} more`,
  number: (value: number) => number.format(value),
  roles,
  themes: { light: 'Light', dark: 'Dark', auto: 'As the system' },
  shell: {
    product: 'Plantroom',
    navigation: 'Screens',
    menu: 'Menu',
    search: 'Search',
    skip: 'Skip to content',
    above: 'Where you are',
    person: (name: string) => `${name}: account and theme`,
  },
  places: { home: 'Home', webhooks: 'Webhooks', deliveries: 'Deliveries' },
  groups: { now: 'Now', work: 'Work', webhooks: 'Events', access: 'Access' },
  live: {
    live: 'Live',
    'catching-up': 'Catching up',
    connecting: 'Connecting',
    paused: 'Paused',
    label: (state: string) => `Updates: ${state}. Switch on or off.`,
  },
  keys: {
    title: 'Keys',
    palette: 'Search and commands',
    live: 'Live updates on or off',
    back: 'Up one level',
    singleKeys: 'Single keys work (Ctrl and ⌘ always do)',
    groups: { everywhere: 'Everywhere', go: 'Go to', list: 'List' },
    list: {
      down: 'Next row',
      up: 'Previous row',
      select: 'Select row',
      menu: 'Actions of the row',
    },
  },
  states: {
    loading: 'Loading',
    failed: 'This could not be loaded',
    broken: 'This screen has failed',
    reload: 'Load the page again',
    retry: 'Try again',
    request: (id: string) => `Request ${id}`,
    noMatch: 'Nothing matches.',
    clear: 'Clear filters',
    curl: 'The same in a terminal',
    notFound: 'There is nothing here',
    notFoundText: 'This address leads to no screen. Go to',
  },
  lists: {
    filters: 'Filters',
    columns: 'Columns',
    csv: 'CSV',
    more: 'Show more',
    actions: 'Actions',
    select: 'Select',
    selectRow: 'Select this row',
    selected: (count: number) => `${number.format(count)} selected`,
    newer: (count: number) => `${number.format(count)} new ↑`,
    cutAt: (count: number) => `The file holds the first ${number.format(count)} rows.`,
  },
  ask: { cancel: 'Cancel', typeName: (name: string) => `Type “${name}” to go on` },
  copy: { verb: 'Copy', done: 'Copied', failed: 'The browser did not allow it' },
  secret: {
    label: 'Signing secret',
    line: 'Line for an .env file',
    once: 'It is shown this once and never again.',
    kept: 'I have stored it',
    done: 'Done',
  },
  session: {
    title: 'Sign in to Plantroom',
    email: 'E-mail address',
    password: 'Password',
    showPassword: 'Show or hide what is typed',
    signIn: 'Sign in',
    signOut: 'Sign out',
    unreachable: 'The server cannot be reached.',
  },
  home: { welcome: 'Everything here is pushed as it happens.' },
  types: {
    all: 'All',
    everything: 'everything',
    hint: 'Exact types, all of a kind as workorder.*, or * for everything.',
  },
  webhooks: {
    title: 'Webhooks',
    create: 'Register an endpoint',
    created: 'Endpoint registered',
    name: 'Endpoint',
    nameOptional: 'Name (optional)',
    url: 'URL',
    urlHint: 'Events are sent there by POST. Public, over HTTPS.',
    state: 'State',
    types: 'Types of events',
    ordering: 'Order',
    success: 'Success',
    p95: 'p95',
    waitingTitle: 'Waiting',
    waiting: (count: number, oldest: string) => `${number.format(count)}, oldest ${oldest}`,
    lastSuccess: 'Last success',
    empty: 'No endpoint is registered. An endpoint is an address of yours that is told of events.',
    curl: `curl /graphql -H 'Authorization: Bearer …' -d '{"query":"mutation { webhookEndpointCreate(input: {url: \\"https://…\\", eventTypes: [\\"workorder.*\\"]}) { signingSecret } }"}'`,
    secretText:
      'Every delivery is signed with this secret. Give it to the receiver, so that it can check that a delivery is genuine.',
  },
  endpoint: {
    title: 'Endpoint',
    gone: 'There is no such endpoint, or no longer.',
    tabs: {
      overview: 'Overview',
      deliveries: 'Deliveries',
      settings: 'Settings',
      signing: 'Signing',
      replays: 'Replays',
    },
    states: {
      HEALTHY: 'Healthy',
      FAILING: 'Failing',
      UNKNOWN: 'Nothing sent yet',
      PAUSED: 'Paused',
      DISABLED: 'Disabled',
    },
    orderings,
    orderingHints,
    sentences: {
      healthy: 'Everything is delivered.',
      unknown: 'Nothing has been sent yet.',
      paused: (waiting: number) =>
        `Paused by hand; ${deliveries(waiting)} kept until it is resumed.`,
      disabled: (reason: string, waiting: number) =>
        `Disabled: ${reason} ${deliveries(waiting)} kept.`,
      draining: (waiting: number, seconds: string | undefined) =>
        `${deliveries(waiting)} on the way${seconds === undefined ? '' : `, done in about ${seconds}`}.`,
      failing: (of: {
        since: string | undefined
        failures: number
        waiting: number
        disabledAt: string | undefined
      }) =>
        [
          `${many(of.failures, 'attempt', 'attempts')} failed in a row${of.since === undefined ? '' : ` since ${of.since}`}`,
          `${deliveries(of.waiting)} waiting`,
          ...(of.disabledAt === undefined ? [] : [`disabled ${of.disabledAt} unless one succeeds`]),
        ].join('; ') + '.',
    },
    facts: {
      url: 'URL',
      success: 'Successful attempts',
      p50: 'Median time',
      p95: '95 % within',
      waiting: 'Waiting',
      oldest: 'Oldest waits for',
      drain: 'Drained in',
      lastSuccess: 'Last success',
      lastFailure: 'Last failure',
      types: 'Types of events',
      ordering: 'Order',
    },
    actions: {
      pause: 'Pause',
      paused: 'Paused; what happens meanwhile is kept',
      pauseTitle: (name: string) => `Pause ${name}?`,
      pauseText: 'Nothing is sent until it is resumed. What happens meanwhile is kept.',
      resume: 'Resume',
      resumed: 'Resumed',
      resumeTitle: (name: string) => `Resume ${name}?`,
      resumeText: (waiting: number) =>
        waiting === 0
          ? 'It is sent what happens from now on.'
          : `${deliveries(waiting)} go out, in order.`,
      test: 'Send a test',
      testSucceeded: (code: number, ms: string) =>
        `The test was answered with ${String(code)} in ${ms}`,
      testFailed: (reason: string) => `The test failed: ${reason}`,
      rotate: 'Rotate the secret',
    },
    settings: {
      save: 'Save',
      saved: 'Saved',
      description: 'Notes',
      maxInFlight: 'Requests under way at once',
      payload: 'Payload document',
      payloadHint:
        'A GraphQL subscription that shapes the data of each delivery; empty for the form of the catalogue.',
      delete: 'Delete',
      deleteTitle: 'Delete this endpoint',
      deleteText: (waiting: number) =>
        `Nothing is sent to it any more${waiting === 0 ? '' : `, nor ${deliveries(waiting)} that still wait`}. It cannot be undone.`,
    },
    signing: {
      about:
        'Each request carries x-infodeck-signature and, as Standard Webhooks has it, webhook-signature. Both are made over the raw body with the secret of this endpoint.',
      overlap: 'The previous secret signs too until',
      rotate: 'Rotate the secret',
      rotateText:
        'A new secret signs from now on. The previous one signs too for a while, so that the receiver can be changed without a gap.',
      grace: 'Hours during which both sign',
      check: 'Check a signature in your code',
      checkRequest: 'Paste a request and see whether it is genuine',
      rawBody: 'Raw body',
      staysHere: 'Stays in this browser.',
      checkNow: 'Check',
      node: 'Node.js',
      python: 'Python',
      verdicts: {
        genuine: 'Genuine: the signature fits.',
        old: 'The signature fits, but it is older than five minutes: a receiver refuses it.',
        wrong: 'It does not fit: another secret, or the body is not what was sent.',
        unreadable: 'The header cannot be read: it begins with t=, then v1=.',
      },
    },
  },
  deliveries: {
    title: 'Deliveries',
    one: 'Delivery',
    type: 'Type',
    typeFilter: 'Type, as workorder.*',
    state: 'State',
    sequence: 'Sequence',
    test: 'test',
    created: 'Time',
    completed: 'Completed',
    endpoint: 'Endpoint',
    attempts: 'Attempts',
    last: 'Last answer',
    next: 'Next attempt',
    eventId: 'Event',
    retry: 'Retry',
    retrySelected: 'Retry selected',
    retried: (count: number) =>
      count === 1 ? 'It is tried now' : `${deliveries(count)} are tried now`,
    empty: 'Nothing has been sent yet. A delivery is one event on its way to one endpoint.',
  },
  delivery: {
    gone: 'There is no such delivery, or it is no longer kept.',
    states: deliveryStates,
    attempts: 'Attempts',
    attempt: (count: number) => `Attempt ${String(count)}`,
    noAttempt: 'None yet.',
    failed: 'failed',
    triggers,
    stages: { dns: 'DNS', connect: 'connect', tls: 'TLS', waiting: 'first byte', rest: 'rest' },
    address: 'Sent to',
    requestHeaders: 'Request headers',
    responseHeaders: 'Answer headers',
    answer: 'Answer',
    answerCut: 'Answer, its beginning',
    body: 'Body',
    bodyGone: 'The event is no longer kept.',
    others: 'The same event at other endpoints',
    copyCurl: 'Copy as curl',
    copyBody: 'Copy the body',
    skipReason: 'Why it was skipped',
  },
  replays: {
    title: 'Replays',
    plan: 'Plan a replay',
    started: 'Started',
    state: 'State',
    states: replayStates,
    progress: 'Progress',
    counts: (of: { sent: number; total: number; failed: number }) =>
      `${number.format(of.sent)} of ${number.format(of.total)}${of.failed === 0 ? '' : `, ${number.format(of.failed)} failed`}`,
    left: (span: string) => `${span} left`,
    window: 'Created between',
    which: 'Which',
    cancel: 'Cancel the replay',
    empty: 'No replay yet. A replay sends deliveries once more, at a pace of your choice.',
    since: 'Created in the last',
    spans: {
      '1': 'hour',
      '24': '24 hours',
      '168': '7 days',
      '720': '30 days',
      all: 'all that is kept',
    },
    types: 'Only these types (all when empty)',
    pace: 'At most this many per second',
    show: 'Show what it would do',
    nothing: 'Nothing matches: nothing would be sent.',
    wouldSend: (count: number) => `${deliveries(count)} would be sent once more`,
    takes: (span: string, perSecond: number) =>
      `At ${perSecond.toFixed(perSecond < 10 ? 1 : 0)} per second it takes about ${span}.`,
    duplicates: 'What the receiver has had already comes to it again, with the same webhook-id.',
    start: (count: number) => `Send ${deliveries(count)}`,
    startedNotice: 'The replay has begun',
  },
} as const
