import { listenOn } from '../database/listen.ts'
import type { Logger } from '../log.ts'
import { POSITIONS_CHANNEL } from './dispatch.ts'
import { type PositionTransport, readAdvances } from './position-transport.ts'

/** Hears of advances by LISTEN: the dispatcher tells of them in its own transaction. */
export function postgresTransport(url: string, log: Logger): PositionTransport {
  return {
    listen: (onAdvance) =>
      listenOn(POSITIONS_CHANNEL, {
        url,
        applicationName: 'plantroom live',
        log,
        whenLost: 'live stream lost its notifications; polling meanwhile',
        onMessage: (payload) => readAdvances(payload ?? '', onAdvance),
      }),
  }
}
