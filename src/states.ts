/**
 * Where to go from each state. The first one is where things begin; what leads nowhere is `FINAL`.
 * docs/states.md shows every such table, and a test holds that all states are reached.
 */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>

/** An end, and not a dead end by oversight. */
export const FINAL: readonly never[] = []

/** A state of which every change is asserted. */
export interface States<State extends string> {
  readonly current: State
  /** @throws when the table leads nowhere like that from the current state: a fault of ours. */
  enter(next: State): void
}

/**
 * @param of for the message: what is in these states
 * @param initial where it begins
 */
export function openStates<State extends string>(
  of: string,
  transitions: Transitions<State>,
  initial: State,
): States<State> {
  let current = initial
  return {
    get current() {
      return current
    },
    enter(next) {
      if (!transitions[current].includes(next)) {
        throw new Error(`${of} cannot be ${next} after ${current}`)
      }
      current = next
    },
  }
}
