import { StageflowError } from '@stageflow/core'
import type { StageOutput } from '@stageflow/core'
import type { GraphFingerprint, SuspendedRun } from '@stageflow/core/durable'
import { show, textOf } from '@stageflow/core/kit'
import { placeOf } from './json-values.ts'
import type { Path } from './json-values.ts'
import { isRecord, stateProblems } from './state-shape.ts'
import { FORMAT, checkLength } from './suspended-state.ts'

/** A state that has been checked, as the run that it was made of. */
export interface StoredRun {
  readonly fingerprint: GraphFingerprint
  readonly run: SuspendedRun
}

/** How many problems of a damaged state are listed. */
const MOST_PROBLEMS = 10

/** Reads a state or its JSON. Copies it, so the given object stays as it is. */
export function readStored(given: unknown): StoredRun {
  const text = typeof given === 'string' ? given : asText(given)
  checkLength(text)
  const state = parsed(text)
  if (!isRecord(state) || state['format'] === undefined) throw noState(given, state)
  if (state['format'] !== FORMAT)
    throw new StageflowError(
      'suspend/unknown-format',
      `The state has format ${show(state['format'])}; this version of @stageflow/suspend reads format ${FORMAT}. Resume it with the version that wrote it.`,
    )
  const problems = [...stateProblems(state)]
  if (problems.length > 0) throw damaged(problems)
  const { fingerprint, run, gaps } = state as unknown as StoredState
  for (const path of gaps) openGap(run, path)
  return { fingerprint, run: restored(run) as SuspendedRun }
}

interface StoredState {
  readonly fingerprint: GraphFingerprint
  readonly run: KeptRun
  readonly gaps: readonly Path[]
}
type KeptRun = Omit<SuspendedRun, 'requests' | 'children'> & { readonly children: Readonly<Record<string, KeptRun>> }

function asText(given: unknown): string {
  try {
    return JSON.stringify(given) ?? 'null'
  } catch (cause) {
    throw damaged([`it cannot be written as JSON (${textOf(cause)})`])
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    // The rest of the message quotes the text, which may hold secrets.
    const place = /at position (\d+)/.exec(textOf(cause))?.[1]
    const from = place === undefined ? '' : `, from position ${place}`
    throw damaged([`its ${text.length} characters are not JSON${from}`])
  }
}

/** `parsed`: what was given, as JSON has it. */
function noState(given: unknown, parsed: unknown): StageflowError {
  if (isRecord(parsed) && parsed['status'] === 'suspended') return damaged(['it is the result of a run'])
  if (typeof given === 'string' && typeof parsed === 'string') return damaged(['it was written as JSON twice'])
  const shown = show(typeof given === 'string' ? parsed : given)
  return damaged([isRecord(parsed) ? `it is ${shown} without a format` : `it is ${shown}`])
}

function damaged(problems: readonly string[]): StageflowError {
  const more = problems.length > MOST_PROBLEMS ? `; and ${problems.length - MOST_PROBLEMS} more` : ''
  return new StageflowError(
    'suspend/damaged',
    `This is not the state of a suspended run: ${problems.slice(0, MOST_PROBLEMS).join('; ')}${more}. Pass what suspendedState(graph, result) returned, or its JSON.`,
  )
}

/** Makes an item of an array undefined again. */
function openGap(run: object, path: Path): void {
  const place = path.at(-1) as number
  const items = path.slice(0, -1).reduce<unknown>(ownField, run)
  if (!Array.isArray(items) || items[place] !== null)
    throw damaged([`gaps has ${placeOf(path)}, which is not a null in an array`])
  items[place] = undefined
}

/** A field that the value itself has. A path from outside must not lead to a prototype. */
function ownField(value: unknown, key: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

/** Adds what the outputs tell too: the data of a run, and its requests. */
function restored({ outputs, children, ...run }: KeptRun): object {
  const data: (readonly [string, unknown])[] = []
  const requests: (readonly [string, unknown])[] = []
  for (const [name, output] of Object.entries(outputs) as [string, StageOutput][]) {
    if (output.status === 'ok') data.push([name, output.data])
    if (output.status === 'suspend') requests.push([name, output.request])
  }
  const { errors = [] } = run as { readonly errors?: unknown }
  const restoredChildren = Object.entries(children).map(([key, child]) => [key, restored(child)] as const)
  return {
    ...run,
    outputs,
    data: Object.fromEntries(data),
    requests: run.status === 'suspended' ? Object.fromEntries(requests) : undefined,
    errors,
    children: Object.fromEntries(restoredChildren),
  }
}
