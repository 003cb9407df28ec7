import { z } from 'zod'
import { defineJob } from '../database/queue.ts'

/** Wake-up: this endpoint has deliveries to send. */
export const laneJob = defineJob({ name: 'lane', data: z.string(), policy: 'short' })

/** Make one attempt of this delivery now, outside its lane: test sends and retries by hand. */
export const attemptNowJob = defineJob({ name: 'attempt-now', data: z.string(), policy: 'short' })
