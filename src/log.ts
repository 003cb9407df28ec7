import { type Logger, pino } from 'pino'
import type { Config } from './config/config.ts'
import { currentRequestId } from './request-id.ts'

export type { Logger }

/** One JSON line per fact, on standard error: ids in every line, never payloads, secrets or queries. */
export function createLogger(level: Config['logLevel']): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, mixin: nameRequest },
    pino.destination(2),
  )
}

function nameRequest(): object {
  const requestId = currentRequestId()
  return requestId === undefined ? {} : { requestId }
}
