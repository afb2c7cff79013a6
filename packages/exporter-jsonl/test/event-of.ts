import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { StageflowEvent } from '@stageflow/core'
import { eventOf as makeEvent } from '@stageflow/testing'

/** An event without a run. Its number is its `seq`. */
export function eventOf(seq: number, data: unknown = { seq }, more: object = {}): StageflowEvent {
  const event = makeEvent('app.said', {}, { seq, timestamp: 1_000 + seq, pipelineRunId: 'run' })
  return { ...event, data, ...more } as StageflowEvent
}

export const eventsOf = (first: number, last: number, data?: unknown): readonly StageflowEvent[] =>
  Array.from({ length: last - first + 1 }, (_, index) => eventOf(first + index, data))

/** Events whose data is made when it is read, for the first time. */
export function eventWhoseData(make: () => unknown): (seq: number) => StageflowEvent {
  let data: { readonly made: unknown } | undefined
  const get = (): unknown => (data ??= { made: make() }).made
  return (seq) => Object.defineProperty({ ...eventOf(seq) }, 'data', { enumerable: true, get })
}

export interface Line extends Readonly<Record<string, unknown>> {
  readonly type: string
  readonly seq: number
  readonly data?: unknown
}

/** The lines of a file. Each must be complete. */
export function linesOf(path: string): readonly Line[] {
  const text = readFileSync(path, 'utf8')
  if (text === '') return []
  if (!text.endsWith('\n')) throw new Error(`The last line of ${path} is torn: ${text.slice(-80)}`)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
}

export interface Folder {
  readonly path: string
  readonly file: string
  /** The names of its files, sorted. */
  names(): readonly string[]
  remove(): void
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'stageflow-jsonl-'))
  return {
    path,
    file: join(path, 'events.jsonl'),
    names: () => readdirSync(path).sort(),
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
