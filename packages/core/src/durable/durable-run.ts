import { settlesWithin } from '../base/clock.ts'
import { asLayer, stoppedOutput, thrownOutput } from '../call/answers.ts'
import type { Answer } from '../call/answers.ts'
import { callStage } from '../call/code.ts'
import { callWithHooks } from '../call/layers.ts'
import { LiveStageContext, behindOf } from '../call/stage-context.ts'
import { Output, failed, readOutput } from '../contract/output.ts'
import { fieldsOf } from '../contract/snapshot.ts'
import type { Fields } from '../contract/snapshot-fields.ts'
import type { AllRunOptions, BuiltGraph, StageNode } from '../graph/graph.ts'
import type { Outcome } from '../report/outcome.ts'
import type { ParentLink } from '../report/run-facts.ts'
import { PipelineRun } from '../run/run.ts'
import { UNREAD } from '../run/stage-loop.ts'
import { LEFT, PARK, RUNNING, UNPARK } from '../schedule/plan.ts'
import { CallHost } from './call-host.ts'
import { derivedGraph, keyPart, placementOf } from './derived-graph.ts'
import { DurableStopping } from './durable-stopping.ts'
import { graceOver } from './grace.ts'
import { factsOf, hashOf, outputOf } from './facts.ts'
import { DurableMap } from './durable-map.ts'
import type { LegRun } from './leg-run.ts'
import type { Attempts, Carried, Pump, PumpedRun } from './pump.ts'

/** One run of the tree that a pump carries: its loop is that of any run, but its stages settle by facts. */
export class DurableRun extends PipelineRun implements LegRun, PumpedRun {
  readonly pump: Pump
  readonly prefix: string
  readonly callHost: CallHost = new CallHost(this)
  readonly #maps: DurableMap[] = []

  constructor(
    pump: Pump,
    graph: BuiltGraph,
    input: Fields,
    options: AllRunOptions,
    prefix: string,
    parent?: ParentLink,
  ) {
    const self: { run?: DurableRun } = {}
    super(
      derivedGraph(graph, pump, () => self.run as DurableRun),
      input,
      options,
      parent,
    )
    self.run = this
    this.pump = pump
    this.prefix = prefix
    // Times of the loop are those of facts.
    ;(this.facts as { startedAt: number }).startedAt = pump.at
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
  override get stopping(): DurableStopping {
    return (this.stoppingIfAny ??= new DurableStopping(this)) as DurableStopping
  }

  override childRun(graph: BuiltGraph, input: Fields, options: AllRunOptions, parent: ParentLink): DurableRun {
    const { path, stage } = parent.shown
    const above = this.path.length + Number(this.path !== '')
    const prefix = `${this.prefix}${keyPart(stage)}${path.slice(above + stage.length)}/`
    // Fields of this run's own snapshot may differ in each leg, such as those that an interceptor takes from a token.
    const own = fieldsOf(this.facts.snapshot)
    const given = Object.entries(input).filter(([key, value]) => key !== 'pipelineRunId' && value !== own[key])
    this.pump.decided(`the input of ${prefix}`, hashOf(given))
    const link = Object.create(parent, { openedAt: { value: this.pump.at } }) as ParentLink
    return new DurableRun(this.pump, graph, this.withChildId(input, parent), options, prefix, link)
  }
  withChildId(input: Fields, { shown }: ParentLink): Fields {
    const pipelineRunId = input['pipelineRunId'] ?? `${shown.rootRunId}/${shown.path}`
    return { ...input, pipelineRunId }
  }

  key(stage: string, round = 1, suffix = ''): string {
    return `${this.prefix}${keyPart(stage)}${suffix}${round === 1 ? '' : `@${round}`}`
  }
  isWanted(index: number): boolean {
    return this.facts.schedule.state(index) === RUNNING && this.abortOf(index) === undefined
  }

  // Stages

  tellStarted({ name, index, info }: StageNode): void {
    const { facts, pump } = this
    pump.isTelling = true
    facts.stageEvent(name, 'started', { kind: info.kind }, facts.times[2 * index] as number)
    pump.isTelling = false
  }

  /** `asked`: the attempts of earlier rounds. */
  call(node: StageNode, round = 1, asked: Attempts = []): void {
    const { hooks, name, index } = node
    const key = this.key(name, round)
    const layered =
      node.wrapped !== undefined || hooks.length === 0 ? node : { ...node, hooks: [], layers: [{ hooks }] }
    const code = asLayer((node.wrapped ?? (hooks.length > 0 ? callWithHooks : callStage)) as typeof callStage)
    const context = new LiveStageContext(this.callHost, layered)
    const isLocal = placementOf(node) === 'local'
    const call = {
      info: node.info,
      isWanted: () => this.isWanted(index),
      begin: () => {
        const now = this.facts.clock.now()
        this.facts.times[2 * index] = now
        this.tellStarted(node)
        return this.carryOut(context, () => code(context), name, now)
      },
      ended: (facts: Carried) => {
        this.#restore(index, facts, asked)
        const output = this.read(facts, node, '')
        if (output.status !== 'suspend' || this.facts.schedule.state(index) !== RUNNING)
          this.#settleAs(index, output, facts)
        else if (isLocal) this.#settleAs(index, cannotSuspend(name, "its placement is 'local'"), facts)
        else this.#waitFor(node, output, facts, round)
      },
    }
    if (isLocal) void this.pump.carryOutHere(call)
    else this.pump.execute(key, call)
  }

  async carryOut(
    context: LiveStageContext,
    code: () => Answer,
    name: string,
    begun: number | undefined,
  ): Promise<Carried> {
    const { facts } = this
    const { clock, graceMs } = facts
    const { index, made } = behindOf(context).node
    const stage = facts.stage(index)
    const ownsStage = begun !== undefined
    const startedAt = begun ?? clock.now()
    const late = graceOver(context.signal, clock, graceMs)
    let answer: Output | undefined
    try {
      answer = await Promise.race([code(), late.over])
    } catch (thrown) {
      answer = thrownOutput(this.callHost, index, thrown)
    }
    late.cancel()
    const hasAnswered = answer !== undefined
    answer ??= new Output('cancel', `abandoned: its code still ran ${graceMs} ms after its signal had aborted`)
    // A stage that has settled as late counts its code once more, until its fact has been given.
    const counted = facts.schedule.state(index) === RUNNING ? 0 : 1
    const isIdle =
      !ownsStage || stage.runningCode <= counted || (hasAnswered && (await settlesWithin(clock, graceMs, stage.idle())))
    const isPartly = (ownsStage && made) || stage.children?.some((child) => child.result.status === 'suspended')
    if (answer.status === 'suspend' && isPartly === true)
      answer = cannotSuspend(name, 'a part of its call did; use withPipeline()')
    const { attempts, chunks, notes } = stage
    return {
      ...(answer === stage.returned && { by: 'code' }),
      ...factsOf(answer, name),
      abandoned: hasAnswered && isIdle ? undefined : true,
      startedAt,
      endedAt: clock.now(),
      attempts: ownsStage ? attempts : undefined,
      chunks,
      notes,
    }
  }

  read(facts: Carried, { name, index }: StageNode, suffix: string): Output {
    const { notes } = facts
    const stage = this.facts.stage(index)
    if (notes !== undefined) stage.notes = { ...stage.notes, ...notes }
    return readOutput(outputOf(facts, name), name + suffix, this.facts.graph.freeze)
  }

  #restore(index: number, { startedAt, attempts = [], chunks = 0 }: Carried, asked: Attempts): void {
    const stage = this.facts.stage(index)
    this.facts.times[2 * index] = startedAt
    stage.attempts = [...asked, ...attempts]
    stage.chunks = chunks
  }

  #settleAs(index: number, output: Output, carried: Carried): void {
    const { by, abandoned, endedAt } = carried
    const { facts, loop } = this
    const { schedule } = facts
    const stage = facts.stage(index)
    if (schedule.state(index) === RUNNING) {
      if (abandoned === true && output.status === 'cancel') stage.abandon()
      loop.settle(index, output)
      stage.returned = by === 'code' ? stage.output : undefined
      facts.times[2 * index + 1] = endedAt
      if (abandoned !== true) return
    } else {
      // It has settled before, because nothing could read it anymore. Now its code has left too.
      const attempt = stage.attempts?.at(-1)
      if (attempt !== undefined && attempt.endedAt === undefined) stage.endAttempt(attempt, output, endedAt)
      if (abandoned !== true) while (stage.runningCode > 0) stage.leaveCode()
    }
    if (abandoned === true) stage.abandon()
    if (schedule.feed(LEFT, index, 0)) loop.drive(UNREAD)
  }

  // Answers

  #waitFor(node: StageNode, output: Output, facts: Carried, round: number): void {
    const { index, name } = node
    const key = this.key(name, round)
    const { request, state } = output
    const { schedule } = this.facts
    this.pump.wait(key, {
      request,
      answered: (answer) => {
        const stage = this.facts.stage(index)
        stage.reruns = new Map([['', { request, state, answer }]])
        const asked = stage.attempts
        stage.attempts = undefined
        this.call(node, round + 1, asked)
      },
      suspend: () => this.#settleAs(index, output, facts),
      stoppedNow: () => {
        if (this.isWanted(index)) return false
        this.#settleAs(index, schedule.state(index) === RUNNING ? stoppedOutput(this) : output, facts)
        return true
      },
    })
  }

  // Slots of `maxConcurrency`: only the outermost run has them.

  rest(calls: Iterable<string>, waits: Iterable<string>): boolean {
    const { options, schedule, graph } = this.facts
    if (options.maxConcurrency === undefined) return false
    const stagesOf = (keys: Iterable<string>): Set<string> => new Set([...keys].map(stagePart))
    const busy = stagesOf(calls)
    const waiting = stagesOf(waits)
    const rested = graph.names.filter((name, index) => {
      const key = keyPart(name)
      const rests = schedule.state(index) === RUNNING && waiting.has(key) && !busy.has(key)
      return rests && schedule.feed(PARK, index, 0) && (this.facts.stage(index).isParked = true)
    })
    this.loop.drive(UNREAD)
    return rested.length > 0
  }
  withSlotOf(key: string, then: () => void): void {
    const { graph, schedule } = this.facts
    const index = graph.names.findIndex((name) => keyPart(name) === stagePart(key))
    const stage = this.facts.stage(index)
    if (!stage.isParked) return then()
    void stage.resumed().then(() => {
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
  readonly item = (
    context: LiveStageContext,
    place: number,
    item: unknown,
    each: (item: unknown, context: unknown) => unknown,
  ): Promise<unknown> => this.#map(behindOf(context).node).item(context, place, item, each)
  readonly items = (context: LiveStageContext, source: unknown): unknown =>
    this.#map(behindOf(context).node).items(source)
}

/** The part of a key that names the stage of the outermost run. */
const stagePart = (key: string): string => key.split(/[/#@]/, 1)[0] as string

const cannotSuspend = (stage: string, why: string): Output =>
  failed('core/cannot-suspend', `Stage "${stage}" of a durable run cannot suspend: ${why}.`)
