import { type Logger, pino } from 'pino'
import type { Config } from './config/config.ts'

export type { Logger }

/** One JSON line per fact, on standard error: ids in every line, never payloads, secrets or queries. */
export function createLogger(level: Config['logLevel']): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
}
