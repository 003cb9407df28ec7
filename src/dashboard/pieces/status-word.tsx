import { Badge } from '@mantine/core'

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet'

const COLORS: Record<Tone, string> = {
  good: 'teal',
  bad: 'red',
  warn: 'orange',
  busy: 'blue',
  quiet: 'gray',
}
/** A shape beside the colour, as not everybody sees the colour. */
const SHAPES: Record<Tone, string> = { good: '●', bad: '▲', warn: '◆', busy: '◐', quiet: '○' }

/** A state in a word, a shape and a colour. */
export function StatusWord({ tone, word }: { tone: Tone; word: string }) {
  return (
    <Badge
      color={COLORS[tone]}
      variant="light"
      leftSection={<span aria-hidden="true">{SHAPES[tone]}</span>}
      className="status-word"
    >
      {word}
    </Badge>
  )
}
