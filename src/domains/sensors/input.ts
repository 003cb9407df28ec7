import { z } from 'zod'
import { unlessGiven } from '../../graphql/commands/input-shapes.ts'
import {
  RuleComparison,
  SensorAggregation,
  WorkOrderPriority,
} from '../../generated/prisma/enums.ts'
import { MAX_READINGS } from './rules.ts'

const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
const bound = z
  .number()
  .nullish()
  .transform((value) => value ?? null)
const key = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]{0,49}$/, 'must be a letter, then up to 49 letters, digits or _')

const metric = z
  .object({
    key,
    unit: z
      .string()
      .trim()
      .max(20, 'must have at most 20 characters')
      .nullish()
      .transform((value) => value ?? null),
    minimum: bound,
    maximum: bound,
    warningBelow: bound,
    warningAbove: bound,
    alarmBelow: bound,
    alarmAbove: bound,
  })
  .refine((m) => m.minimum === null || m.maximum === null || m.minimum < m.maximum, {
    error: 'must be above minimum',
    path: ['maximum'],
  })
export type MetricInput = z.infer<typeof metric>

const metrics = z
  .array(metric)
  .min(1, 'must have at least one')
  .max(20, 'must have at most 20')
  .refine((list) => new Set(list.map((m) => m.key)).size === list.length, {
    error: 'must have different keys',
  })
const staleAfterSeconds = z
  .number()
  .int()
  .min(10, 'must be at least 10')
  .max(604_800, 'must be at most 604800 (a week)')
const externalId = z.string().trim().min(1, 'must not be empty').max(200)

export const createSensorInput = z.object({
  name,
  locationId: z.string(),
  assetId: z.string().nullish(),
  groupId: z.string().nullish(),
  externalId: externalId.nullish(),
  staleAfterSeconds: unlessGiven(staleAfterSeconds),
  metrics,
})
export type CreateSensorInput = z.infer<typeof createSensorInput>

export const updateSensorInput = z.object({
  id: z.string(),
  name: unlessGiven(name),
  locationId: unlessGiven(z.string()),
  assetId: z.string().nullish(),
  groupId: z.string().nullish(),
  externalId: externalId.nullish(),
  staleAfterSeconds: unlessGiven(staleAfterSeconds),
  metrics: unlessGiven(metrics),
})
export type UpdateSensorInput = z.infer<typeof updateSensorInput>

export const deleteInput = z.object({ id: z.string() })
export type DeleteInput = z.infer<typeof deleteInput>

export const createSensorGroupInput = z.object({
  name,
  locationId: z.string(),
  aggregation: unlessGiven(z.enum(SensorAggregation)),
})
export type CreateSensorGroupInput = z.infer<typeof createSensorGroupInput>

export const updateSensorGroupInput = z.object({
  id: z.string(),
  name: unlessGiven(name),
  locationId: unlessGiven(z.string()),
  aggregation: unlessGiven(z.enum(SensorAggregation)),
})
export type UpdateSensorGroupInput = z.infer<typeof updateSensorGroupInput>

const forMinutes = z
  .number()
  .int()
  .min(0, 'must not be negative')
  .max(1_440, 'must be at most 1440')

export const createSensorRuleInput = z.object({
  sensorId: z.string(),
  metric: key,
  comparison: z.enum(RuleComparison),
  threshold: z.number(),
  forMinutes: unlessGiven(forMinutes),
  title: name,
  priority: unlessGiven(z.enum(WorkOrderPriority)),
})
export type CreateSensorRuleInput = z.infer<typeof createSensorRuleInput>

export const updateSensorRuleInput = z.object({
  id: z.string(),
  comparison: unlessGiven(z.enum(RuleComparison)),
  threshold: unlessGiven(z.number()),
  forMinutes: unlessGiven(forMinutes),
  title: unlessGiven(name),
  priority: unlessGiven(z.enum(WorkOrderPriority)),
  active: unlessGiven(z.boolean()),
})
export type UpdateSensorRuleInput = z.infer<typeof updateSensorRuleInput>

/** The readings themselves are judged one by one: a bad one does not take the others with it. */
export const recordTelemetryInput = z.object({
  readings: z
    .array(
      z.object({
        sensorId: z.string(),
        metric: z.string(),
        value: z.number(),
        at: z.date().nullish(),
      }),
    )
    .min(1, 'must have at least one')
    .max(MAX_READINGS, `must have at most ${MAX_READINGS}`),
})
export type RecordTelemetryInput = z.infer<typeof recordTelemetryInput>
