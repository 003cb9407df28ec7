/** Something that a key does now. */
export interface Binding {
  /** `n`, `g w` (one after the other), `mod+k` (Ctrl, on a Mac ⌘) or a name as `Escape`. */
  keys: string
  /** As the sheet shows it. */
  label: string
  group: string
  run: () => void
}

const STORAGE = 'plantroom-single-keys'
/** How long the second key of a chord may take. */
const CHORD_MS = 1_500

const bindings = new Set<Binding>()
const watchers = new Set<() => void>()
let shown: readonly Binding[] = []
let prefix: { key: string; at: number } | undefined
let isOn = localStorage.getItem(STORAGE) !== 'off'

/** Every key that does something on this screen: what is pressed and what the sheet shows are the same. */
export const keys = {
  subscribe: (watcher: () => void) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
  all: (): readonly Binding[] => shown,
  /** Single keys can be switched off (WCAG 2.1.4); those with Ctrl or ⌘ stay. */
  areOn: (): boolean => isOn,
  switch(on: boolean): void {
    isOn = on
    localStorage.setItem(STORAGE, on ? 'on' : 'off')
    changed()
  },
  /** @returns takes them off again */
  add(added: readonly Binding[]): () => void {
    for (const binding of added) bindings.add(binding)
    changed()
    return () => {
      for (const binding of added) bindings.delete(binding)
      changed()
    }
  },
}

function changed(): void {
  shown = [...bindings]
  for (const watcher of watchers) watcher()
}

globalThis.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return
  const hasModifier = event.ctrlKey || event.metaKey
  if (!hasModifier && (!isOn || isTaken(event.target))) return
  const pressed = hasModifier ? `mod+${event.key.toLowerCase()}` : event.key
  const found = chord(pressed, event.timeStamp) ?? latest(pressed)
  const isBeginning = found === undefined && beginsChord(pressed)
  prefix = isBeginning ? { key: pressed, at: event.timeStamp } : undefined
  if (found === undefined) return
  event.preventDefault()
  found.run()
})

function chord(pressed: string, at: number): Binding | undefined {
  if (prefix === undefined || at - prefix.at > CHORD_MS) return undefined
  return latest(`${prefix.key} ${pressed}`)
}

/** What was added last lies on top: a screen's keys before those of the shell. */
function latest(pressed: string): Binding | undefined {
  return shown.findLast((binding) => binding.keys === pressed)
}

function beginsChord(pressed: string): boolean {
  return shown.some((binding) => binding.keys.startsWith(`${pressed} `))
}

/** Where keys are text, or where a dialog or an open menu has them. */
function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"]') !== null) return true
  return (
    target instanceof Element &&
    target.closest(
      'input, textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"]',
    ) !== null
  )
}
