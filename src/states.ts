/** Where to go from each state. A state from which nothing leads on is final. */
export type Transitions<State extends string> = Readonly<Record<State, readonly State[]>>

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
