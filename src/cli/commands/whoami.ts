import type { Command } from 'commander'
import { say } from '../output.ts'
import { openClient, type ServerOptions } from '../profile.ts'
import { withServer } from '../options.ts'

const WHOAMI = `query PlantroomWhoami {
  viewer { organization { id name } user { id name } apiKeyId role permissions }
}`

interface Viewer {
  organization: { id: string; name: string }
  user: { id: string; name: string } | null
  apiKeyId: string | null
  role: string | null
  permissions: string[]
}

export function register(command: Command): void {
  withServer(command).action(async (options: ServerOptions & { json?: boolean }) => {
    const client = await openClient(options)
    const { viewer } = await client.query<{ viewer: Viewer }, undefined>(WHOAMI)
    if (options.json === true) return say(JSON.stringify(viewer))
    const who =
      viewer.user === null ? `API key ${viewer.apiKeyId}` : `${viewer.user.name} (${viewer.role})`
    say(`${who} of ${viewer.organization.name} (${viewer.organization.id})`)
    say(`may: ${viewer.permissions.join(' ')}`)
  })
}
