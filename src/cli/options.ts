import type { Command } from 'commander'

/** What every command has that asks a server. */
export function withServer(command: Command): Command {
  return command
    .option(
      '--url <url>',
      'address of the server; PLANTROOM_URL, that of the profile, or http://127.0.0.1:4000',
    )
    .option('--profile <name>', 'whose session to use, as kept by plantroom login', 'default')
    .option('--json', 'print JSON, one object per line')
}
