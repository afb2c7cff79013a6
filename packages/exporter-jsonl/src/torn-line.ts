import type { FileHandle } from 'node:fs/promises'

import type { Clock } from '@stageflow/core'

import { LINE_START } from './event-line.ts'

/** How long to watch a line without a newline, in ms: another writer may be in the middle of it. */
const WATCH_MS = 50
const NEWLINE = 10

/**
 * Makes a file end with the end of a line. The start of a line of ours, left by a writer that died, is cut off: it never counted
 * as delivered. A line that lacks only its newline, or that something else wrote, is kept and gets one.
 */
export async function repairEnd(handle: FileHandle, longestLine: number, clock: Clock): Promise<void> {
  for (;;) {
    const { size } = await handle.stat()
    const [last] = await readTail(handle, size, 1)
    if (last === undefined || last === NEWLINE) return
    await clock.sleep(WATCH_MS)
    if ((await handle.stat()).size !== size) continue
    const tail = await readTail(handle, size, longestLine + 1)
    const start = tail.lastIndexOf(NEWLINE) + 1
    const isWhole = start > 0 || tail.length === size
    if (isWhole && isTornLine(tail.subarray(start).toString())) await handle.truncate(size - tail.length + start)
    else await handle.appendFile('\n')
    return
  }
}

async function readTail(handle: FileHandle, size: number, most: number): Promise<Buffer> {
  const length = Math.min(size, most)
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.subarray(0, bytesRead)
}

function isTornLine(text: string): boolean {
  if (!text.startsWith(LINE_START) && !LINE_START.startsWith(text)) return false
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}
