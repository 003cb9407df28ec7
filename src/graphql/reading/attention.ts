import { type Caller, may, type Permission } from '../../access/caller.ts'
import { type Context, callerOf } from '../context.ts'

/** What may need somebody, the most urgent first. */
export const ATTENTION_KINDS = [
  'ENDPOINT_DISABLED',
  'ENDPOINT_FAILING',
  'SLA_BREACHED',
  'SLA_AT_RISK',
  'SENSOR_STALE',
  'APPROVAL',
] as const
type AttentionKind = (typeof ATTENTION_KINDS)[number]

export interface AttentionItem {
  kind: AttentionKind
  subjectId: string
  title: string
  since: Date
  /** When it gets worse. */
  dueAt: Date | null
}

interface Source {
  /** Who has it not is not asked for. */
  permission: Permission
  /** Whom else it does not concern. */
  concerns?: (caller: Caller) => boolean
  /** Of what the caller may see, the longest waiting first and at most so many. */
  find(context: Context, limit: number): Promise<AttentionItem[]>
}

const sources: Source[] = []

/** A slice says what of its records needs somebody. */
export function defineAttention(source: Source): void {
  sources.push(source)
}

/** Items of one source that are told. */
export const MOST_OF_A_KIND = 20

/** One bounded statement per source that the caller may see. */
export async function findAttention(
  context: Context,
): Promise<{ items: AttentionItem[]; hasMore: boolean }> {
  const caller = callerOf(context)
  const asked = sources.filter(
    ({ permission, concerns }) => may(caller, permission) && concerns?.(caller) !== false,
  )
  const found = await Promise.all(asked.map((source) => source.find(context, MOST_OF_A_KIND + 1)))
  const items = found.flatMap((each) => each.slice(0, MOST_OF_A_KIND))
  const rank = ({ kind }: AttentionItem) => ATTENTION_KINDS.indexOf(kind)
  return {
    items: items.toSorted((a, b) => rank(a) - rank(b) || a.since.getTime() - b.since.getTime()),
    hasMore: found.some((each) => each.length > MOST_OF_A_KIND),
  }
}

/** Who may take the decisions that wait in the slices: a person who answers for others' records. */
export function decides(caller: Caller): boolean {
  return caller.kind === 'user' && ['OWNER', 'ADMIN', 'MANAGER'].includes(caller.role)
}
