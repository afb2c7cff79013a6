import { StageOutput } from '@stageflow/core'
import type { AnswerSchema, RunAuthor, StageContext, SuspendOutput } from '@stageflow/core'
import { read } from '@stageflow/core/kit'
import type { ResolvedCall, ToolRegistry } from '@stageflow/tools'
import type { Asked, AskedCall } from './asked.ts'
import type { AgentApproval } from './options.ts'
import { illegalReturn } from './returned.ts'

/** A call that waits for an approval: one entry of the request of stage `approve`. */
export interface CallQuestion {
  readonly id: string
  readonly tool: string
  /** The arguments, as the model wrote them. */
  readonly input: unknown
}

/** An answer to one call. `true` and `false` are short for `{ approved }`. */
export type CallApproval =
  | boolean
  | {
      readonly approved: boolean
      /** Why not, for the model. */
      readonly reason?: string
      /** With `approved: true`: other arguments for the call. The tool's schema checks them. */
      readonly arguments?: unknown
    }

/** Answers by the ids of calls. Calls that are left out are asked about again. */
export type CallApprovals = Readonly<Record<string, CallApproval>>

/** What a person has decided about a call. */
export interface CallDecision {
  readonly approved: boolean
  readonly reason?: string
  readonly arguments?: unknown
  readonly decidedBy?: RunAuthor
}

export interface Approved {
  /** By the ids of calls: of those that needed an approval, and of those that could not be read. */
  readonly decisions: Readonly<Record<string, CallDecision>>
}

interface Waiting extends Approved {
  readonly questions: readonly CallQuestion[]
  /** When the question ends without an answer, in ms since 1970. */
  readonly until?: number
}

type Context = StageContext<{ ask: Asked }, unknown, {}, CallApprovals>

/** The stage `approve`: suspends the run with the calls that need an approval, until each is decided. */
export function approveStage(
  { when, forMs, otherwise = false }: AgentApproval,
  tools: Pick<ToolRegistry, 'parseAndResolve'>,
): (context: Context) => Promise<Approved | SuspendOutput> {
  const suspend = (waiting: Waiting): SuspendOutput => {
    const { questions, until } = waiting
    return StageOutput.suspend(questions, { state: waiting, ...(until !== undefined && { until, otherwise: {} }) })
  }
  return async ({ resumed, inputs, snapshot, signal, clock }) => {
    if (resumed === undefined) {
      const { executionMode } = snapshot
      const { calls } = inputs.from('ask')
      const { resolved } = await tools.parseAndResolve(calls, {
        signal,
        clock,
        eventEmitter: () => {}, // `act` tells of each call
        ...(executionMode !== undefined && { executionMode }),
      })
      const questions = resolved
        .filter((call) => needsApproval(when, call))
        .map(({ callId: id, name: tool, arguments: input }): CallQuestion => ({ id, tool, input }))
      const decisions = unreadDenied(calls, resolved)
      if (questions.length === 0) return { decisions }
      return suspend({ questions, decisions, ...(forMs !== undefined && { until: clock.now() + forMs }) })
    }
    const { questions, decisions, until } = resumed.state as Waiting
    const answered = questions.flatMap(({ id }): [string, CallDecision][] => {
      const given = resumed.expired ? { approved: otherwise, reason: LATE } : entryOf(resumed.answer, id)
      return given === undefined ? [] : [[id, decisionOf(given, resumed.by)]]
    })
    const all = { ...decisions, ...Object.fromEntries(answered) }
    const open = questions.filter(({ id }) => entryOf(all, id) === undefined)
    return open.length === 0
      ? { decisions: all }
      : suspend({ questions: open, decisions: all, ...(until !== undefined && { until }) })
  }
}

/** What an object has for a call. The id comes from the provider, so it may be `constructor`. */
export const entryOf = <Entry>(entries: Readonly<Record<string, Entry>>, id: string): Entry | undefined =>
  Object.hasOwn(entries, id) ? entries[id] : undefined

const LATE = 'Its approval was not given in time.'
const UNREAD = 'When approvals were asked for, its tool was not known, or its arguments were wrong.'

function needsApproval(when: AgentApproval['when'], call: ResolvedCall): boolean {
  const needed: unknown = when(call)
  if (typeof needed === 'boolean') return needed
  throw illegalReturn(
    'approve.when',
    needed,
    'Return true if a person must approve the call, otherwise false, synchronously.',
  )
}

/** Nothing could tell whether these calls need an approval. If a tool comes meanwhile, they are still not made. */
function unreadDenied(calls: readonly AskedCall[], resolved: readonly ResolvedCall[]): Approved['decisions'] {
  const known = new Set(resolved.map(({ callId }) => callId))
  const unread = calls.filter(({ id }) => !known.has(id))
  return Object.fromEntries(unread.map(({ id }) => [id, { approved: false, reason: UNREAD }]))
}

function decisionOf(given: CallApproval, by: RunAuthor | undefined): CallDecision {
  const decision = typeof given === 'boolean' ? { approved: given } : given
  return by === undefined ? decision : { ...decision, decidedBy: by }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is wrong with an approval; undefined if nothing is. */
function problemOf(given: unknown): string | undefined {
  if (typeof given === 'boolean') return undefined
  if (!isObject(given) || typeof read(given, 'approved') !== 'boolean')
    return 'must be true, false, or { approved, reason, arguments }'
  const reason = read(given, 'reason')
  return reason === undefined || typeof reason === 'string' ? undefined : 'has a reason that is not a string'
}

/** The schema of the answers to stage `approve`: what it refuses leaves the question open. */
export const APPROVALS: AnswerSchema<CallApprovals, CallApprovals> = {
  '~standard': {
    version: 1,
    vendor: 'stageflow',
    validate: (value: unknown) => {
      if (!isObject(value)) return { issues: [{ message: 'The answer must be an object, with the ids of calls.' }] }
      const issues = Object.entries(value).flatMap(([id, given]) => {
        const problem = problemOf(given)
        return problem === undefined ? [] : [{ message: `The approval of "${id}" ${problem}.`, path: [id] }]
      })
      return issues.length > 0 ? { issues } : { value }
    },
    ...jsonSchema(),
  },
}

/** What a page needs to draw a form: https://standardschema.dev/json-schema */
function jsonSchema(): object {
  const approval = {
    anyOf: [
      { type: 'boolean' },
      {
        type: 'object',
        properties: { approved: { type: 'boolean' }, reason: { type: 'string' }, arguments: {} },
        required: ['approved'],
      },
    ],
  }
  const schema = (): object => ({ type: 'object', additionalProperties: approval })
  return { jsonSchema: { input: schema, output: schema } }
}
