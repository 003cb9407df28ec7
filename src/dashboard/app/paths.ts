/** A screen that navigation, palette and keys lead to. */
export interface Place {
  /** As wouter matches it. */
  path: string
  /** The letter that follows `g`. */
  key: string
  /** Without this permission the place is not shown. */
  needs?: string
  group: 'now' | 'webhooks' | 'access'
}

/** Every top-level screen. The build tells the server their first segments, so no browser code here. */
export const PATHS = {
  home: { path: '/', key: 'h', group: 'now' },
  webhooks: { path: '/webhooks', key: 'w', needs: 'webhooks:manage', group: 'webhooks' },
  deliveries: { path: '/deliveries', key: 'd', needs: 'webhooks:manage', group: 'webhooks' },
  eventTypes: { path: '/event-types', key: 'e', group: 'webhooks' },
  apiKeys: { path: '/api-keys', key: 'k', needs: 'api-keys:manage', group: 'access' },
  users: { path: '/users', key: 'u', needs: 'users:read', group: 'access' },
  audit: { path: '/audit', key: 'a', needs: 'audit:read', group: 'access' },
} as const satisfies Record<string, Place>

export type PlaceName = keyof typeof PATHS
