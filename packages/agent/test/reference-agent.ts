import { approvalOf, inputOf, textsOf, turnAt, usageOf } from './random-agent.ts'
import type { RandomAgent, RandomCall, RandomTurn } from './random-agent.ts'

// What an agent comes to, written apart from the package.

export interface ExpectedRun {
  /** The number of requests to the model. */
  readonly requests: number
  /** Whether the model might call tools in each request. */
  readonly mayCall: readonly boolean[]
  /** The calls that reached their tool, by the number of the turn. */
  readonly made: readonly (readonly string[])[]
  /** Undefined if the run fails. */
  readonly ended: string | undefined
  /** The code of the error, if it is the agent's. */
  readonly code?: string
  readonly text: string
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number }
  /** Whether all turns were counted. */
  readonly isCounted: boolean
}

const FAILS: ReadonlySet<RandomTurn['end']> = new Set(['length', 'none', '503', 'hang'])
const isRight = ({ name, input }: RandomCall): boolean => name !== 'unknown' && name !== '' && input === 'right'

/** What becomes of a call: the call that the tool sees, or undefined if it is refused or denied. */
function fateOf(call: RandomCall, hasApprovals: boolean): { readonly made?: string; readonly isDenied: boolean } {
  if (!isRight(call)) return { isDenied: false }
  const made = `${call.name} ${call.n}`
  if (call.name !== 'ask' || !hasApprovals) return { made, isDenied: false }
  const approval = approvalOf(call.n)
  if (typeof approval === 'boolean') return approval ? { made, isDenied: false } : { isDenied: true }
  if (!approval.approved) return { isDenied: true }
  return { made: `ask ${(approval.arguments as { n: number }).n}`, isDenied: false }
}

export function referenceAgent(given: RandomAgent): ExpectedRun {
  const { maxTurns, maxTokens = Infinity, onLimit, hasApprovals, guardFails, hasOverlap } = given
  const mayCall: boolean[] = []
  const made: string[][] = []
  const usage = { inputTokens: 0, outputTokens: 0 }
  let isCounted = true
  let last: string | undefined = onLimit === 'answer' && maxTurns === 1 ? 'max-turns' : undefined
  const streaks = new Map<string, number>()
  for (let number = 1; ; number++) {
    const seen = (text: string, ended?: string, code?: string): ExpectedRun => {
      const end = code === undefined ? { ended } : { ended, code }
      return { requests: mayCall.length, mayCall, made, text, usage, isCounted, ...end }
    }
    const isRefused = guardFails === number
    if (isRefused && !hasOverlap) return seen('')
    const turn = turnAt(given, number)
    mayCall.push(last === undefined)
    made.push([])
    if (isRefused || FAILS.has(turn.end)) return seen('')
    const text = textsOf(turn, number).join('')
    const used = usageOf(number)
    usage.inputTokens += used.inputTokens
    usage.outputTokens += used.outputTokens
    isCounted &&= turn.isCounted
    if (turn.calls.length === 0) return seen(text, last ?? 'answer')
    if (usage.inputTokens + usage.outputTokens >= maxTokens)
      return onLimit === 'fail' ? seen(text, undefined, 'agent/limit') : seen(text, 'budget')
    if (last !== undefined) return seen(text, last)
    if (number === maxTurns) return seen(text, undefined, 'agent/limit')
    const fates = turn.calls.map((call) => fateOf(call, hasApprovals))
    made[number - 1]?.push(...fates.flatMap((fate) => fate.made ?? []))
    const now = new Set(turn.calls.map((call) => `${call.name} ${inputOf(call)}`))
    for (const key of streaks.keys()) if (!now.has(key)) streaks.delete(key)
    for (const key of now) streaks.set(key, (streaks.get(key) ?? 0) + 1)
    const isRepeated = [...streaks.values()].some((times) => times >= 3)
    if (fates.every(({ isDenied }) => isDenied)) last = 'denied'
    else if (isRepeated) last = 'repeated-calls'
    else if (number + 1 === maxTurns && onLimit === 'answer') last = 'max-turns'
    if (onLimit === 'fail' && last === 'repeated-calls') return seen(text, undefined, 'agent/limit')
  }
}
