import { type DestinationStream, type LogFn, type Logger, pino } from 'pino'
import type { Config } from './config/config.ts'
import { currentRequestId } from './process/request-id.ts'

export type { Logger }

/** One JSON line per fact, on standard error: ids in every line, never payloads, secrets or queries. */
export function createLogger(
  level: Config['logLevel'],
  destination: DestinationStream = pino.destination(2),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: nameRequest,
      hooks: { logMethod: logSafely },
    },
    destination,
  )
}

/** What is to be logged may itself throw when it is looked at; that must not be a fault of its own. */
function logSafely(this: Logger, given: Parameters<LogFn>, write: LogFn): void {
  try {
    write.apply(this, given)
  } catch (error) {
    write.apply(this, [{ error: String(error) }, 'a line could not be written as it was given'])
  }
}

function nameRequest(): object {
  const requestId = currentRequestId()
  return requestId === undefined ? {} : { requestId }
}
