import { z } from 'zod'
import { toUnixSeconds } from '../../events/envelope.ts'

/** A moment in a payload. */
export const seconds = (what: string) => z.int().describe(`${what}, Unix seconds.`)

export const at = (moment: Date | null) => (moment === null ? null : toUnixSeconds(moment))
