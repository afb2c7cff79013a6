import { StageflowError } from '@stageflow/core'
import type { PipelineStatus } from '@stageflow/core'
import type { DurableStart } from '@stageflow/core/durable'
import { checkOptions, isPlain, optionProblems, required, show, whole } from '@stageflow/core/kit'
import type { OptionRules } from '@stageflow/core/kit'
import { isStart } from '../durable-runs/leg.ts'
import type { RecordedFact } from '../durable-runs/leg.ts'

/** A chunk that a stage yielded. */
export interface RecordedChunk {
  /** The stage, with the stages above it: `kid/answer`. In a name, `/` is `%2F`. */
  readonly path: string
  readonly at: number
  readonly attempt: number
  readonly chunk: unknown
}

/** How a recorded run ended. */
export interface CassetteEnd {
  readonly status: PipelineStatus
  /** The time of its last fact. */
  readonly at: number
}

/** A recorded run: its start, its facts and its chunks in their order, and its end. Plain JSON. */
export interface Cassette {
  readonly pipeline: string
  readonly start: DurableStart
  readonly facts: readonly RecordedFact[]
  readonly chunks: readonly RecordedChunk[]
  readonly end: CassetteEnd
}

const VERSION = 1

/** The size of a cassette as text, in bytes, that `recordRun` and `parseCassette` accept by default. */
export const MAX_BYTES = 20_000_000

/** The rules of `maxBytes`. */
export const SIZE: OptionRules<{ readonly maxBytes?: number }> = { maxBytes: whole(1) }

/** Writes a cassette as JSON lines: its start, each fact and chunk in the order of time, and its end. */
export function cassetteText(cassette: Cassette): string {
  checkCassette('cassetteText()', cassette)
  const { pipeline, start, facts, chunks, end } = cassette
  const lines: object[] = [{ cassette: VERSION, pipeline, start }]
  let place = 0
  const addChunksUntil = (time: number): void => {
    for (let chunk = chunks[place]; chunk !== undefined && chunk.at <= time; chunk = chunks[++place])
      lines.push({ chunk })
  }
  for (const fact of facts) {
    addChunksUntil(fact.at)
    lines.push({ fact })
  }
  addChunksUntil(Infinity)
  lines.push({ end })
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

/**
 * Reads a cassette from the text that `cassetteText` wrote. Throws `testing/illegal-cassette`, with the line, if the text is damaged,
 * of another version or longer than `maxBytes`.
 */
export function parseCassette(text: string, options: { readonly maxBytes?: number } = {}): Cassette {
  const where = 'parseCassette(text, options)'
  if (typeof text !== 'string')
    throw new StageflowError(
      'testing/illegal-cassette',
      `${where}: the text must be a string, not ${show(text)}. Pass the text of a cassette: parseCassette(await readFile(path, 'utf8')).`,
    )
  checkOptions(where, 'testing/illegal-option', options, SIZE)
  const { maxBytes = MAX_BYTES } = options
  if (text.length > maxBytes) throw illegal(`it has ${text.length} characters, and at most ${maxBytes} are read`)
  const [first = '', ...rest] = linesOf(text.replace(BYTE_ORDER_MARK, ''))
  return { ...headIn(first), ...bodyIn(rest) }
}

/** What some editors write at the start of a file. */
const BYTE_ORDER_MARK = /^\uFEFF/

/** The lines, without the empty one after the last line break. */
const linesOf = (text: string): readonly string[] => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')

/** What the first line has. */
function headIn(line: string): Pick<Cassette, 'pipeline' | 'start'> {
  // An empty line gets the message that it isn't a start, not that its JSON is damaged.
  const { cassette: version, pipeline, start } = line === '' ? {} : fieldsIn(line, 1)
  if (version === undefined) throw illegal('line 1 is not the start of a cassette')
  if (version !== VERSION)
    throw illegal(`line 1 has version ${show(version)}, and this package reads version ${VERSION}`)
  if (typeof pipeline !== 'string' || !isStart(start))
    throw illegal('line 1 lacks the name of the pipeline, or the id, time or input of the run')
  return { pipeline, start }
}

/** What comes after the first line, which has the number 1. */
function bodyIn(lines: readonly string[]): Pick<Cassette, 'facts' | 'chunks' | 'end'> {
  const facts: RecordedFact[] = []
  const chunks: RecordedChunk[] = []
  let end: CassetteEnd | undefined
  for (const [place, line] of lines.entries()) {
    const number = place + 2
    if (end !== undefined) throw illegal(`line ${number} comes after the end of the run`)
    const fields = fieldsIn(line, number)
    if (isFact(fields['fact'])) facts.push(fields['fact'])
    else if (isChunk(fields['chunk'])) chunks.push(fields['chunk'])
    else if (isEnd(fields['end'])) end = fields['end']
    else throw illegal(`line ${number} is not a fact, a chunk or the end of the run: ${show(line)}`)
  }
  if (end === undefined) throw illegal(`it breaks off after line ${lines.length + 1}, before the end of the run`)
  return { facts, chunks, end }
}

/** A cassette of what a run was given. */
export function cassetteOf(
  parts: Pick<Cassette, 'pipeline' | 'start' | 'facts' | 'chunks'>,
  status: PipelineStatus,
): Cassette {
  const at = parts.facts.reduce((latest, fact) => Math.max(latest, fact.at), parts.start.startedAt)
  return { ...parts, end: { status, at } }
}

/**
 * Throws `testing/illegal-cassette` for anything else, such as the text of a cassette. `where`: the function that got it. `name`: its
 * argument.
 */
export function checkCassette(where: string, given: unknown, name = 'cassette'): void {
  const known = isPlain(given) ? 'any' : undefined
  const problems = optionProblems(given, RULES, `${name}.`, known)
  if (problems.length === 0) return
  throw new StageflowError(
    'testing/illegal-cassette',
    `${where}: ${problems.join('; ')}. Pass parseCassette(text), or the cassette of a recorded run: (await recordRun(graph, input)).cassette.`,
  )
}

type Fields = Readonly<Record<string, unknown>>

/** The fields of a line, which must be a JSON object. */
function fieldsIn(line: string, number: number): Fields {
  try {
    const value: unknown = JSON.parse(line)
    if (isPlain(value)) return value
  } catch {
    // Reported below, as any other line that isn't an object.
  }
  throw illegal(`line ${number} is not a JSON object: ${show(line)}`)
}

const KINDS: readonly unknown[] = ['call', 'timer', 'answer', 'stop']
const STATUSES: readonly unknown[] = ['completed', 'cancelled', 'failed', 'suspended']

function isFact(value: unknown): value is RecordedFact {
  if (!isPlain(value)) return false
  const { kind, key, at, facts } = value
  if (!KINDS.includes(kind) || typeof key !== 'string' || typeof at !== 'number') return false
  return kind !== 'call' || isCall(facts)
}
function isCall(facts: unknown): boolean {
  if (!isPlain(facts)) return false
  const { status, startedAt, endedAt } = facts
  return typeof status === 'string' && typeof startedAt === 'number' && typeof endedAt === 'number'
}
const isChunk = (value: unknown): value is RecordedChunk =>
  isPlain(value) && typeof value['path'] === 'string' && typeof value['at'] === 'number'
const isEnd = (value: unknown): value is CassetteEnd =>
  isPlain(value) && STATUSES.includes(value['status']) && typeof value['at'] === 'number'
const areAll = (values: unknown, test: (value: unknown) => boolean): boolean =>
  Array.isArray(values) && values.every((value) => test(value))

const RULES: OptionRules<Cassette> = {
  pipeline: required([(value) => typeof value === 'string', 'the name of the pipeline']),
  start: required([isStart, 'an object with the id, time and input of the run']),
  facts: required([(value) => areAll(value, isFact), 'an array of facts']),
  chunks: required([(value) => areAll(value, isChunk), 'an array of chunks']),
  end: required([isEnd, 'an object with the status and time of the end']),
}

const illegal = (what: string): StageflowError =>
  new StageflowError(
    'testing/illegal-cassette',
    `The cassette cannot be read: ${what}. Record it again: cassetteText((await recordRun(graph, input)).cassette).`,
  )
