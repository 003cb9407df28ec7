import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { SecretOnce, type SecretOnceProps } from './secret-once.tsx'

interface SecretDialogProps {
  opened: boolean
  onClose: () => void
  title: string
  /** What was made, once it is there. */
  made: (SecretOnceProps & { title: string }) | undefined
  /** What it is made with. */
  children: ReactNode
}

/** Makes something with a secret, then shows that for the one time that it can be seen. */
export function SecretDialog({ opened, onClose, title, made, children }: SecretDialogProps) {
  const isOpen = made === undefined
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={made?.title ?? title}
      size="lg"
      // A secret that is lost by a click beside it cannot be shown again.
      closeOnClickOutside={isOpen}
      closeOnEscape={isOpen}
      withCloseButton={isOpen}
    >
      {made === undefined ? children : <SecretOnce {...made} />}
    </Modal>
  )
}
