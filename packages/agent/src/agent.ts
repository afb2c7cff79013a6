import { Pipeline, StageKind } from '@stageflow/core'
import type { ContextSnapshot, MapData, StageContext, StageOutput, StageSlot } from '@stageflow/core'
import { gate } from '@stageflow/core/edges'
import { checkArgumentCount, read } from '@stageflow/core/kit'
import { repeatUntil } from '@stageflow/core/repeat'
import { ToolExecutor } from '@stageflow/tool-executor'
import type { ToolResult } from '@stageflow/tools'
import { callOnce, keyOfCall } from './act.ts'
import { APPROVALS, approveStage } from './approve.ts'
import type { CallApprovals, Approved } from './approve.ts'
import { askStage, stateIn } from './ask.ts'
import type { AgentChunk } from './ask.ts'
import type { Asked } from './asked.ts'
import { CODE, DEFAULT_MAX_TURNS, checkAgentOptions } from './options.ts'
import type { AgentGuard, AgentOptions } from './options.ts'
import { checkedMessages, illegalReturn } from './returned.ts'
import type { AddedMessage, AgentShape, GivenMessage, TextMessage } from './transcript.ts'
import { turnStage } from './turn.ts'
import type { AgentAnswer } from './turn.ts'
import { firstState, mayAct, nextState } from './turn-state.ts'
import type { AgentLimits, TurnState } from './turn-state.ts'

declare module '@stageflow/core' {
  interface SnapshotExtensions {
    /** What an agent knows at the beginning of a turn: only in the stages of its turns. */
    readonly agentTurn?: TurnState
  }
}

/** The stages of one turn. */
export interface TurnStages<Message = object> {
  readonly ask: StageSlot<Asked, false, AgentChunk>
  /** Only with the option `approve`. */
  readonly approve: StageSlot<Approved, true, never, CallApprovals>
  readonly act: StageSlot<MapData<ToolResult>, true>
  readonly turn: StageSlot<AgentAnswer<Message>, false>
}

/** The stages of an agent: its turns, whose chunks are those of `ask`. */
export interface AgentStages<Message = object> {
  readonly turns: StageSlot<
    {
      readonly ask: Asked
      readonly approve: Approved | undefined
      readonly act: MapData<ToolResult> | undefined
      readonly turn: AgentAnswer<Message>
    },
    true,
    AgentChunk,
    { readonly approve?: CallApprovals }
  >
}

/**
 * An agent as a pipeline: in each turn the model is asked, its calls are made, and it gets their results, until it answers. Build it, or add it
 * to another pipeline with `withPipeline`. What it ends with is at `data.turns.turn`. Throws `agent/illegal-option`.
 */
export function agent<const Shape extends AgentShape, Message extends GivenMessage = TextMessage, Ports = {}>(
  options: AgentOptions<Shape, Message, Ports>,
): Pipeline<AgentStages<Message | AddedMessage<Shape>>, Ports> {
  checkArgumentCount(arguments.length, 1, 'agent(options)', CODE)
  checkAgentOptions(options)
  const { name = 'agent', shape, maxTurns = DEFAULT_MAX_TURNS, budget, onLimit = 'answer', stages = {} } = options
  const limits = { maxTurns, maxTokens: budget?.maxTokens ?? Infinity, hasLastAnswer: onLimit === 'answer' }
  const first = firstState(limits)
  return Pipeline.withPorts<Ports>(name).withPipeline('turns', turnPipeline(options, limits), {
    ...stages.turns,
    kind: StageKind.AGENT,
    chunks: 'ask',
    input: (_inputs, snapshot, feedback) => {
      const state = feedback?.carried ?? first
      const messages = [...firstMessages(options, snapshot), ...state.messages]
      return { extensions: { ...snapshot.extensions, agentTurn: { ...state, messages } } }
    },
    repeat: repeatUntil('turn', {
      maxAttempts: maxTurns,
      // Only what the turns have added is carried, so that it is in no fact of a durable run.
      carry: (state: TurnState = first, { childData }): TurnState => {
        const { ask: asked, act } = childData as { ask: Asked; act?: MapData<ToolResult> }
        return nextState(state, { asked, results: act?.items ?? [] }, shape, limits)
      },
    }),
  })
}

/** The messages before the first turn. By default those of the snapshot: of results there, nothing tells the calls. */
function firstMessages(
  { messages }: { readonly messages?: (snapshot: ContextSnapshot) => readonly object[] },
  snapshot: ContextSnapshot,
): readonly object[] {
  if (messages !== undefined) return checkedMessages('messages', messages(snapshot))
  const { inputText } = snapshot
  const earlier = snapshot.messages
    .filter(({ role }) => role !== 'tool')
    .map(({ role, content }) => ({ role, content }))
  return inputText === undefined ? earlier : [...earlier, { role: 'user', content: inputText }]
}

/** One turn: `guard`, `ask`, `approve`, `act`, `turn`. These names are in journals: they don't change. */
function turnPipeline<Shape extends AgentShape, Message extends GivenMessage, Ports>(
  options: AgentOptions<Shape, Message, Ports>,
  limits: AgentLimits,
): Pipeline<TurnStages<Message | AddedMessage<Shape>>, Ports> {
  const { shape, tools, guard, approve, executor = new ToolExecutor(), stages = {} } = options
  const start = Pipeline.withPorts<Ports>('turn')
  const guarded =
    guard === undefined ? start : start.withStage('guard', guardStage(guard), StageKind.GUARD, { ...stages.guard })
  const asking = (guarded as unknown as Before<'guard', Ports>).withStage('ask', askStage(options), StageKind.AGENT, {
    ...stages.ask,
    dependencies: guard === undefined ? [] : [guard.overlap === true ? gate('guard') : 'guard'],
  }) as unknown as Before<'guard' | 'ask', Ports>
  const approving =
    approve === undefined
      ? asking
      : asking.withStage('approve', approveStage(approve, tools), StageKind.GUARD, {
          ...stages.approve,
          dependencies: ['ask'],
          when: (inputs, snapshot) => mayAct(stateIn({ snapshot }), inputs.from('ask'), limits),
          answerSchema: APPROVALS,
          ...(approve.answeredBy !== undefined && { answeredBy: approve.answeredBy }),
        })
  const added: readonly ('guard' | 'approve')[] = [
    ...(guard === undefined ? [] : ['guard' as const]), // also with overlap: a call is made only when the check has passed
    ...(approve === undefined ? [] : ['approve' as const]),
  ]
  return (approving as unknown as Before<'guard' | 'ask' | 'approve', Ports>)
    .withMap('act', {
      ...stages.act,
      kind: StageKind.WORK,
      dependencies: ['ask', ...added],
      when: (inputs, snapshot): boolean => mayAct(stateIn({ snapshot }), inputs.from('ask'), limits),
      over: (inputs) => inputs.from('ask').calls,
      key: keyOfCall,
      each: callOnce(tools, executor, approve !== undefined),
    })
    .withStage('turn', turnStage<Message | AddedMessage<Shape>>(shape, limits), StageKind.GUARD, {
      ...stages.turn,
      dependencies: ['ask', 'act'],
    })
}

/**
 * A pipeline with the stages `Names`. A stage that isn't added is a dependency of none, so the types may say that it is there; and a turn
 * whose gate is closed ends with its guard.
 */
type Before<Names extends keyof AllStages, Ports> = Pipeline<Pick<AllStages, Names>, Ports>
interface AllStages extends TurnStages {
  readonly guard: StageSlot<{}, false>
}

/** What needs a skipped stage is skipped too: the agent would end without an answer, and nothing would say why. */
const SKIP_FIX =
  'Return StageOutput.ok({}) to go on; fail or cancel ends the agent, and skip would too, without an answer.'

function guardStage<Message, Ports>({
  check,
}: AgentGuard<Message, Ports>): (context: StageContext<{}, Ports>) => Promise<StageOutput<{}>> {
  return async (context) => {
    const output = await check(context, stateIn(context).messages as readonly Message[])
    if (read(output, 'status') === 'skip') throw illegalReturn('guard.check', output, SKIP_FIX)
    return output as StageOutput<{}>
  }
}
