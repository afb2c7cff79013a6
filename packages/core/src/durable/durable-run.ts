import { callKey, childPath, childPrefix, outermostStage } from '../contract/keys.ts'
import { settlesWithin } from '../base/clock.ts'
import { asLayer, stoppedOutput, thrownOutput } from '../call/answers.ts'
import type { Answer } from '../call/answers.ts'
import { callStage } from '../call/code.ts'
import { layerAt } from '../call/layers.ts'
import { LiveStageContext, behindOf } from '../call/stage-context.ts'
import type { MapCall } from '../children/item-run.ts'
import type { MapItem } from '../contract/graph-info.ts'
import { Output, failed, readOutput } from '../contract/output.ts'
import type { SkipOutput } from '../contract/output.ts'
import { fieldsOf } from '../contract/snapshot.ts'
import type { Fields } from '../contract/snapshot-fields.ts'
import type { WaitTimers } from '../edges/wait-timers.ts'
import { nodeAt } from '../graph/graph.ts'
import type { AllRunOptions, BuiltGraph, StageNode } from '../graph/graph.ts'
import { jsonSchemaOf } from '../graph/json-schema.ts'
import type { Outcome } from '../report/outcome.ts'
import { outputNamed, startOf } from '../report/record.ts'
import { RunFacts } from '../report/run-facts.ts'
import type { ParentLink } from '../report/run-facts.ts'
import { mostOf } from '../report/most-of.ts'
import { PipelineRun } from '../run/run.ts'
import { UNREAD } from '../run/stage-loop.ts'
import { interruptedFor } from '../run/stopping.ts'
import { FAILED, LEFT, OK, PARK, RUNNING, SKIPPED, UNPARK } from '../schedule/plan.ts'
import { addNotes, notesOfFact } from './fact-notes.ts'
import { CallHost } from './call-host.ts'
import { derivedGraph, placementOf } from './derived-graph.ts'
import { DurableStopping } from './durable-stopping.ts'
import { graceOver } from './grace.ts'
import { factsOf, outputOf } from './facts.ts'
import type { DurableItem } from './durable-item.ts'
import { DurableMap } from './durable-map.ts'
import { childFactsOf, restoreChildren } from './child-facts.ts'
import type { CallToCarryOut, LegRun } from './leg-run.ts'
import type { Attempts, Carried, PendingCall, Pump, PumpedRun } from './pump.ts'
import { ItemsOfFact } from './items-of-fact.ts'
import { QuestionLoops } from './question-loops.ts'
import { countRelayed } from './relayed-chunks.ts'

/** One run of the tree that a pump carries: its loop is that of any run, but its stages settle by facts. */
export class DurableRun extends PipelineRun implements LegRun, PumpedRun {
  readonly pump: Pump
  readonly prefix: string
  readonly callHost: CallHost = new CallHost(this)
  declare stoppingIfAny: DurableStopping | undefined
  readonly #maps: DurableMap[] = []
  readonly #questionLoops = new QuestionLoops()

  constructor(
    pump: Pump,
    graph: BuiltGraph,
    input: Fields,
    options: AllRunOptions,
    prefix: string,
    parent?: ParentLink,
  ) {
    const self: { run?: DurableRun } = {}
    const derived = derivedGraph(graph, pump, () => self.run as DurableRun)
    // Times of the loop are those of facts.
    super(new RunFacts(derived, input, options, parent, undefined, pump.at))
    self.run = this
    this.pump = pump
    this.prefix = prefix
    if (options.maxConcurrency !== undefined || graph.aroundRun !== undefined) pump.takesTurns = true
  }

  override open(done: (outcome: Outcome) => void): void {
    const { pump, prefix } = this
    pump.runs.set(prefix, this)
    super.open((outcome) => {
      pump.runs.delete(prefix)
      pump.limits.remove(prefix)
      done(outcome)
      pump.moved()
    })
    pump.moved()
  }
  override begin(changes?: Parameters<PipelineRun['begin']>[0]): Promise<Outcome> {
    const begun = super.begin(changes)
    this.pump.moved()
    return begun
  }
  /** The limit of a child run counts from the start of that, also if the outermost run is tried again. */
  override get limitFrom(): number {
    return this.prefix === '' ? this.pump.limitFrom : super.limitFrom
  }
  override get stopping(): DurableStopping {
    return (this.stoppingIfAny ??= new DurableStopping(this))
  }

  interrupt(reason: string, data: unknown): void {
    this.stopping.interrupt(reason, interruptedFor(reason, data))
  }

  /** See `ReadersRun`. */
  get waitTimers(): WaitTimers {
    const { pump, facts } = this
    return {
      from: pump.limitTime,
      begin: (stage, at, ended) =>
        pump.softWaits.begin(this.key(facts.graph.names[stage] as string), at, () => ended(pump.at)),
    }
  }

  override childRun(graph: BuiltGraph, input: Fields, options: AllRunOptions, parent: ParentLink): DurableRun {
    const { path, stage } = parent.shown
    const suffix = path.slice(childPath(this.path, stage).length)
    const prefix = childPrefix(this.prefix, stage, suffix)
    // Fields of this run's own snapshot may differ in each leg, such as those that an interceptor takes from a token.
    const own = fieldsOf(this.facts.snapshot)
    const given = Object.entries(input).filter(([key, value]) => key !== 'pipelineRunId' && value !== own[key])
    this.pump.returned(`the input of ${prefix}`, given)
    const link = Object.create(parent, { openedAt: { value: this.pump.at } }) as ParentLink
    return new DurableRun(this.pump, graph, this.withChildId(input, parent), options, prefix, link)
  }
  withChildId(input: Fields, { shown }: ParentLink): Fields {
    const pipelineRunId = input['pipelineRunId'] ?? `${shown.rootRunId}/${shown.path}`
    return { ...input, pipelineRunId }
  }

  key(stage: string, round = 1, suffix = ''): string {
    return callKey(this.prefix, stage, suffix, round)
  }
  isWanted(index: number): boolean {
    return this.facts.schedule.state(index) === RUNNING && this.abortOf(index) === undefined
  }

  // Stages

  tellStarted({ name, index }: StageNode): void {
    const { facts, pump } = this
    pump.isTelling = true
    facts.stageEvent(name, 'started', startOf(facts, index), facts.times[2 * index] as number)
    pump.isTelling = false
  }

  /** `earlierRounds`: the attempts that the stage made before it got an answer and was called again. */
  call(node: StageNode, round = 1, earlierRounds: Attempts = []): void {
    const { name, index, info } = node
    const layered = withoutSoleCall(node)
    const code = asLayer(layered.wrapped ?? callStage)
    // Now, because a stage that started before its dependencies settled keeps the inputs of this moment.
    const context = new LiveStageContext(this.callHost, layered)
    const call: PendingCall = {
      info,
      isWanted: () => this.isWanted(index),
      begin: () => {
        const now = this.facts.clock.now()
        this.facts.times[2 * index] = now
        this.tellStarted(node)
        return this.carryOut(context, () => code(context), { name, stageBegan: now, stage: this.facts.stage(index) })
      },
      ended: (carried, wasHere) => {
        if (!wasHere) this.restoreChildren(index, carried)
        this.#callEnded(node, carried, round, earlierRounds)
      },
    }
    if (isLocal(node)) void this.pump.carryOutHere(call)
    else this.pump.execute(this.key(name, round), call)
  }

  /** The fact of a call has come: the stage settles, or waits for an answer from outside. */
  #callEnded(node: StageNode, carried: Carried, round: number, earlierRounds: Attempts): void {
    const { name, index } = node
    this.#keepCallFacts(index, carried, earlierRounds)
    const output = this.#readCarried(carried, node)
    if (output.status !== 'suspend' || this.facts.schedule.state(index) !== RUNNING)
      this.#settleAs(index, output, carried)
    else if (isLocal(node)) this.#settleAs(index, cannotSuspend(name, "its placement is 'local'"), carried)
    else this.#waitFor(node, output, carried, round)
  }

  async carryOut(
    context: LiveStageContext,
    code: () => Answer,
    { name, stageBegan, stage }: CallToCarryOut,
  ): Promise<Carried> {
    const { clock, graceMs } = this.facts
    const { index, made, answerSchema } = behindOf(context).node
    const ownsStage = stageBegan !== undefined
    const startedAt = stageBegan ?? clock.now()
    const childrenBefore = new Set(stage.children)
    const leftOutBefore = stage.children?.leftOut ?? 0
    const late = graceOver(context.signal, clock, graceMs)
    let answer: Output | undefined
    try {
      answer = await Promise.race([code(), late.over])
    } catch (thrown) {
      answer = thrownOutput(this.callHost, index, thrown)
    }
    late.cancel()
    if (answer?.status === 'suspend')
      answer = answer.askedAt(clock.now(), ownsStage && made ? undefined : jsonSchemaOf(answerSchema))
    const hasAnswered = answer !== undefined
    answer ??= new Output('cancel', `abandoned: its code still ran ${graceMs} ms after its signal had aborted`)
    const hasLeft = !ownsStage || (await this.#codeLeaves(index, hasAnswered))
    const isPartly =
      (ownsStage && made) || stage.children?.some((child) => child.result.status === 'suspended') === true
    if (answer.status === 'suspend' && isPartly)
      answer = cannotSuspend(name, 'a part of its call did; use withPipeline()')
    answer = this.#questionLoops.checked(name, answer, clock.now())
    if (ownsStage) answer = this.facts.withItems(index, answer)
    const { attempts, chunks } = stage
    const ownChildren = childFactsOf([...(stage.children ?? [])].filter((child) => !childrenBefore.has(child)))
    const children = mostOf(ownChildren, ({ status }) => (status === 'failed' ? 0 : 1))
    const leftOut = ownChildren.length - children.length + (stage.children?.leftOut ?? 0) - leftOutBefore
    return {
      ...(ownsStage && answer === stage.returned && { by: 'code' }),
      ...factsOf(answer, name),
      abandoned: hasAnswered && hasLeft && !stage.abandoned ? undefined : true,
      startedAt,
      endedAt: clock.now(),
      attempts,
      chunks,
      notes: notesOfFact(stage),
      ...(children.length > 0 && { children }),
      ...(leftOut > 0 && { childrenLeftOut: leftOut }),
      ...(stage.items !== undefined && { items: stage.items.record() }),
    }
  }

  restoreChildren(index: number, carried: Carried): void {
    restoreChildren(this.facts.stage(index), carried)
  }

  /** Whether the code of a stage has left, or leaves within the grace time if `waits`. */
  async #codeLeaves(index: number, waits: boolean): Promise<boolean> {
    const { clock, graceMs, schedule } = this.facts
    const stage = this.facts.stage(index)
    // A stage that has settled as late counts its code once more, until its fact has been given.
    const counted = schedule.state(index) === RUNNING ? 0 : 1
    return stage.runningCode <= counted || (waits && settlesWithin(clock, graceMs, stage.idle()))
  }

  /** Reads how the call of a stage ended, and keeps its notes. */
  #readCarried(carried: Carried, node: StageNode): Output {
    addNotes(this.facts.stage(node.index), carried)
    return this.readItem(carried, node, '')
  }
  readItem(carried: Carried, { name }: StageNode, suffix: string): Output {
    const output = readOutput(outputOf(carried, name), name + suffix, this.facts.graph.freeze)
    this.#questionLoops.note(name + suffix, output, carried.endedAt)
    return output
  }

  /** Keeps what the fact of a call says about its stage, in the leg that ran the code too. */
  #keepCallFacts(index: number, carried: Carried, earlierRounds: Attempts): void {
    const { startedAt, attempts = [], chunks = 0, items, data } = carried
    const stage = this.facts.stage(index)
    this.facts.times[2 * index] = startedAt
    stage.attempts = [...earlierRounds, ...attempts]
    // None if its code ran in this leg.
    countRelayed(this.facts, this.facts.graph.names[index] as string, Math.max(0, chunks - stage.chunks))
    stage.chunks = chunks
    if (items !== undefined) stage.items ??= new ItemsOfFact(items, data)
  }

  /** The fact of a call settles its stage, unless nothing could read the stage any more and it has settled as late. */
  #settleAs(index: number, output: Output, { by, abandoned, endedAt }: Carried): void {
    const { facts, loop } = this
    const stage = facts.stage(index)
    if (facts.schedule.state(index) === RUNNING) {
      if (abandoned === true && output.status === 'cancel') stage.abandon()
      // Its fact may come from a leg that has lost its lease, while the same code runs here too: that no longer counts.
      if (abandoned !== true && !this.pump.isOver) stage.stopWaiting()
      loop.settle(index, output)
      stage.returned = by === 'code' ? stage.output : undefined
      facts.times[2 * index + 1] = endedAt
      if (abandoned !== true) return
    } else {
      const attempt = stage.attempts?.at(-1)
      if (attempt !== undefined && attempt.endedAt === undefined) stage.endAttempt(attempt, output, endedAt)
      if (abandoned !== true) while (stage.runningCode > 0) stage.leaveCode()
    }
    if (abandoned === true) stage.abandon()
    // Whatever of the code still counted has left by this fact.
    if (facts.schedule.feed(LEFT, index, 0)) loop.drive(UNREAD)
  }

  // Answers

  #waitFor(node: StageNode, output: Output, carried: Carried, round: number): void {
    const { index, name } = node
    const key = this.key(name, round)
    const { request, state, until, otherwise } = output
    const { schedule } = this.facts
    this.pump.wait(key, {
      request,
      until,
      otherwise,
      answered: (answered) => {
        const stage = this.facts.stage(index)
        stage.resumed = { request, state, ...answered }
        const earlierRounds = stage.attempts
        stage.attempts = undefined
        this.call(node, round + 1, earlierRounds)
      },
      suspend: () => this.#settleAs(index, output, carried),
      stoppedNow: () => {
        if (this.isWanted(index)) return false
        this.#settleAs(index, schedule.state(index) === RUNNING ? stoppedOutput(this) : output, carried)
        return true
      },
    })
  }

  isDone(name: string): boolean {
    const { graph, schedule } = this.facts
    const index = graph.names.indexOf(name)
    const state = index < 0 ? SKIPPED : schedule.state(index)
    return state === OK || state === SKIPPED || state === FAILED
  }

  whyNotCalled(name: string): string {
    const { graph, schedule } = this.facts
    const index = graph.names.indexOf(name)
    const stage = `stage "${name}"`
    if (index < 0) return `pipeline "${graph.name}" has no ${stage} now`
    const state = schedule.state(index)
    if (state === SKIPPED) {
      const { reason } = outputNamed(this.facts, graph.names[index] as string) as SkipOutput
      return `${stage} is skipped now, with the reason: ${reason}`
    }
    const { ending } = this.facts
    if (ending !== undefined) return `the run ends now as ${ending.status}: ${ending.reason}`
    const open = nodeAt(graph, index).dependencies.filter((one) => schedule.state(one) < OK)
    const names = open.map((one) => `"${graph.names[one]}"`)
    return names.length > 0 ? `${stage} waits now for ${names.join(' and ')}` : `${stage} goes on now without it`
  }

  // Slots of `maxConcurrency`: only the outermost run has them.

  rest(calls: Iterable<string>, waits: Iterable<string>): boolean {
    const { options, graph } = this.facts
    if (options.maxConcurrency === undefined) return false
    const busy = new Set([...calls].map(outermostStage))
    const waiting = new Set([...waits].map(outermostStage))
    let hasRested = false
    for (const [index, name] of graph.names.entries()) {
      if (waiting.has(name) && !busy.has(name) && this.#park(index)) hasRested = true
    }
    this.loop.drive(UNREAD)
    return hasRested
  }
  #park(index: number): boolean {
    const stage = this.facts.stage(index)
    // In line for a slot, it stays there: another item of the map, or a child of the stage, has its answer.
    if (stage.isParked || !this.facts.schedule.feed(PARK, index, 0)) return false
    stage.isParked = true
    return true
  }
  withSlotOf(key: string, then: () => void): void {
    const { graph, schedule } = this.facts
    const index = graph.names.indexOf(outermostStage(key))
    const stage = this.facts.stage(index)
    if (!stage.isParked) return then()
    // The promise first, because the stage may get its slot in this very call.
    void stage.unparked().then(() => {
      if (this.isWanted(index)) then()
    })
    schedule.feed(UNPARK, index, 0)
    this.loop.driveSoon(UNREAD)
  }

  // Maps

  runMade(node: StageNode, context: LiveStageContext): Promise<unknown> {
    return this.#map(node).run(context)
  }
  #map(node: StageNode): DurableMap {
    return (this.#maps[node.index] ??= new DurableMap(this, node))
  }
  durableItem(map: MapCall, item: MapItem, value: unknown): DurableItem {
    return this.#map(behindOf(map.context).node).item(map, item, value)
  }
  readonly listItems = (context: LiveStageContext, source: unknown): Promise<unknown> =>
    this.#map(behindOf(context).node).list(source)
  untilListed(node: StageNode, listed: () => void): void {
    this.#map(node).untilListed(listed)
  }
}

const isLocal = (node: StageNode): boolean => placementOf(node) === 'local'

/** Calls a stage through `onCall` hooks alone, as the one layer around its code. */
const callWithHooks = layerAt(0, asLayer(callStage))

/** The node with its `onCall` hooks as a layer: no call of a durable run is its stage's only one. */
function withoutSoleCall(node: StageNode): StageNode {
  const { wrapped, hooks } = node
  if (wrapped !== undefined || hooks.length === 0) return node
  return { ...node, wrapped: callWithHooks, layers: [{ hooks }], hooks: [] }
}

const cannotSuspend = (stage: string, why: string): Output =>
  failed('core/cannot-suspend', `Stage "${stage}" of a durable run cannot suspend: ${why}.`)
