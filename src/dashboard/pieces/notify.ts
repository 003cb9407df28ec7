import type { Fault } from '../data/post.ts'
import { texts } from '../texts.ts'

/** Loaded with the first notice: most visits have none. */
const load = () => import('@mantine/notifications')

function show(title: string, color: string, autoClose: number, message = ''): void {
  load()
    .then(({ notifications }) =>
      notifications.show({ title, message, color, autoClose, role: 'alert', withBorder: true }),
    )
    .catch(() => {
      // What could not be loaded cannot tell it; the screen shows what was done.
    })
}

/** Short notices at the edge of the screen, read out by screen readers. */
export const notify = {
  done: (title: string) => show(title, 'teal', 4_000),
  refusal: (title: string) => show(title, 'orange', 10_000),
  fault: ({ message, requestId }: Fault) =>
    show(message, 'red', 15_000, requestId === undefined ? '' : texts.states.request(requestId)),
}
