import { Console } from 'node:console'
import { fstatSync, writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Where lines go that nobody must wait for: standard error and standard output. Writing never throws
 * and never blocks. Whoever reads a pipe may stop or be gone, a disk may be full: then what does not
 * fit into a bounded memory is dropped and counted, and the count is told when there is room again.
 */
interface Output {
  write(text: string): void
  /** Resolves when everything is written, or after this time. */
  flush(timeoutMs: number): Promise<void>
}

/** Waiting for a slow reader; some thousand lines. */
const MAX_WAITING_BYTES = 1_048_576
const POLL_MS = 5

/** @param fd 1 or 2 */
export function openOutput(fd: number, maxWaitingBytes = MAX_WAITING_BYTES): Output {
  const send = openSink(fd)
  let dropped = 0

  function tellDropped(): void {
    if (dropped === 0 || send.waitingBytes() > 0) return
    const line = { level: 40, time: new Date().toISOString(), dropped, msg: 'lines were dropped' }
    if (send.write(`${JSON.stringify(line)}\n`)) dropped = 0
  }

  return {
    write(text) {
      tellDropped()
      const isFull = send.waitingBytes() + text.length > maxWaitingBytes
      if (isFull || !send.write(text)) dropped++
    },
    async flush(timeoutMs) {
      const until = performance.now() + timeoutMs
      while (send.waitingBytes() > 0 && performance.now() < until) await sleep(POLL_MS)
    },
  }
}

interface Sink {
  /** @returns false when the text could not be taken. */
  write(text: string): boolean
  waitingBytes(): number
}

/** Pipes and sockets have readers who may stop, so they are never written to as a file is. */
function openSink(fd: number): Sink {
  return hasReader(fd)
    ? openStream(fd)
    : { write: (text) => writeWhole(fd, text), waitingBytes: () => 0 }
}

function hasReader(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isFIFO() || stats.isSocket()
  } catch {
    return false
  }
}

/** A file or a terminal. */
function writeWhole(fd: number, text: string): boolean {
  try {
    let rest = Buffer.from(text)
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest))
    return true
  } catch {
    // Full, closed, or not ready: the next line is tried again.
    return false
  }
}

function openStream(fd: number): Sink {
  try {
    const socket = new Socket({ fd, readable: false, writable: true })
    // The reader is gone: it destroys itself, and takes nothing any more.
    socket.on('error', () => undefined)
    socket.unref()
    return {
      write(text) {
        if (!socket.writable) return false
        socket.write(text)
        return true
      },
      waitingBytes: () => (socket.writable ? socket.writableLength : 0),
    }
  } catch {
    return { write: () => false, waitingBytes: () => 0 }
  }
}

/**
 * Makes everything that prints use these: `console`, and Node's own warnings, which would write to
 * standard error in a way that waits for its reader.
 */
export function printTo(stdout: Output, stderr: Output): void {
  const [out, err] = [stdout, stderr].map(
    (output) =>
      new Writable({
        decodeStrings: false,
        write(chunk, _encoding, done) {
          output.write(String(chunk))
          done()
        },
      }),
  )
  if (out === undefined || err === undefined) return
  globalThis.console = new Console({ stdout: out, stderr: err, ignoreErrors: true })
  process.removeAllListeners('warning')
  process.on('warning', (warning) => console.error(`${warning.name}: ${warning.message}`))
}
