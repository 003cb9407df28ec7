import { Button, Code, CopyButton, Group } from '@mantine/core'
import { texts } from '../texts.ts'

/** A text with a button that copies it. */
export function Copyable({ value, label }: { value: string; label: string }) {
  return (
    <Group gap="xs" wrap="nowrap" align="start">
      <Code block className="copyable" tabIndex={0} aria-label={label}>
        {value}
      </Code>
      <Copy value={value} label={label} />
    </Group>
  )
}

/** @param isNamed shows what it copies, where nothing beside it does */
export function Copy(props: { value: string; label: string; isNamed?: boolean }) {
  const { value, label, isNamed = false } = props
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button
          variant="default"

          onClick={copy}
          aria-label={isNamed ? label : `${texts.copy.verb}: ${label}`}
        >
          {copied ? texts.copy.done : isNamed ? label : texts.copy.verb}
        </Button>
      )}
    </CopyButton>
  )
}
