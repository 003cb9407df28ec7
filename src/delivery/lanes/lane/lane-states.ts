import { FINAL, type Transitions } from '../../../states.ts'

export type LaneState = 'open' | 'closing' | 'releasing' | 'ended'

/** What a lane's runner does: see lane.ts. */
export const LANE_STATES: Transitions<LaneState> = {
  open: ['closing', 'ended'],
  closing: ['open', 'releasing', 'ended'],
  releasing: ['open', 'ended'],
  ended: FINAL,
}

export type ReaderState = 'ready' | 'reading' | 'barren' | 'closed'

/** What a lane's reader does: see lane-reader.ts. */
export const READER_STATES: Transitions<ReaderState> = {
  ready: ['reading', 'closed'],
  reading: ['ready', 'barren', 'closed'],
  barren: ['ready', 'closed'],
  closed: FINAL,
}
