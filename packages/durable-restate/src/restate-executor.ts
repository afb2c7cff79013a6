import { CancelledError, RestatePromise, serde } from '@restatedev/restate-sdk'
import type { InvocationId, Serde, WorkflowContext } from '@restatedev/restate-sdk'
import { StageflowError, systemClock } from '@stageflow/core'
import type { StageInfo } from '@stageflow/core'
import { demandsOf, meetsDemands, namesIn } from '@stageflow/core/durable'
import type {
  CallFacts,
  DurableStart,
  Fact,
  GraphFingerprint,
  NamedGraph,
  StageExecutor,
} from '@stageflow/core/durable'
import { BY_ENGINE, interruptFact, isInterrupt, stopFact } from './stops.ts'
import type { GivenInterrupt, GivenStop } from './stops.ts'
import type { Arrival, ArrivedAnswer, GivenAnswer, TakenStep } from './arrival.ts'
import { lostCall } from './lost-call.ts'
import { CALL_FACTS, MOST_STEP_BYTES, factsTooLarge } from './message-size.ts'
import {
  ABORT,
  ACTS,
  ANSWER,
  ANSWERED,
  CALLED,
  CANCEL,
  EARLY_TAKEN,
  INTERRUPT,
  SLEEP,
  TIMER,
  answerName,
} from './names.ts'
import { Questions } from './questions.ts'
import { actOfFact, actOfRefused, actOfRetry, shownActs } from './run-acts.ts'
import type { RefusedAnswer, Retry, RunAct } from './run-acts.ts'
import type { RunningCalls } from './running-calls.ts'
import type { KeptFact, ServiceCall } from './service-call.ts'
import { Timers } from './timers.ts'

export interface Attempt {
  readonly start: DurableStart
  readonly graph: GraphFingerprint
  /** The graph that is served, which decides who may answer by now. */
  readonly served: NamedGraph
  readonly leg: number
  /** The facts of a run that has been moved. */
  readonly moved: readonly KeptFact[]
  /** When it had failed and was tried again. */
  readonly triedAgain: readonly Retry[]
  /** What its questions had refused. */
  readonly refused: readonly RefusedAnswer[]
  /** Why the run was cancelled, or interrupted, before it began. */
  readonly cancelled: GivenStop | undefined
  readonly interrupted: GivenInterrupt | undefined
  readonly running: RunningCalls
  /** The service that carries out stages with `placement: 'service'`. */
  readonly service: string
}

/** How many calls of a run and its child runs are in progress at most, without `maxConcurrency`. Waiting for many costs their square. */
const MOST_IN_FLIGHT = 64

/** Bytes that are JSON already. */
const JSON_BYTES: Serde<Uint8Array> = {
  contentType: 'application/json',
  serialize: (bytes) => bytes,
  deserialize: (bytes) => bytes,
}

type TakenAnswer = Extract<Arrival, { kind: 'taken' }>

interface Call {
  readonly key: string
  readonly call: () => Promise<CallFacts>
  readonly isService: boolean
  readonly isWanted: () => boolean
}

const byKey = (one: Call, other: Call): number => (one.key < other.key ? -1 : 1)

/**
 * Carries out the calls of a run as steps of a Restate workflow. Restate repeats its journal in each attempt. So the run only has
 * to begin the same steps in the same order, and to wait for all of them at once. Its facts come in the order of the journal then.
 */
export class RestateExecutor implements StageExecutor {
  readonly core: string = '^1.0.0'
  readonly start: DurableStart
  readonly leg: number
  readonly lost: AbortSignal
  readonly #context: WorkflowContext
  readonly #attempt: Attempt
  readonly #maxInFlight: number
  /** Calls that the run has registered since it asked for a fact. Interceptors around child runs decide their order. */
  #registered: Call[] = []
  /** Calls that have no step yet, in an order that is the same in each attempt. */
  readonly #held: Call[] = []
  /** Calls in progress, by key. */
  readonly #calls = new Map<string, Call>()
  /** The ids of the calls in progress on other machines, by key. */
  readonly #invocations = new Map<string, RestatePromise<InvocationId>>()
  /** Whether a stage still waits for its answer, by key. */
  readonly #waits = new Map<string, () => boolean>()
  readonly #questions: Questions
  /** The JSON Schemas of the answers to calls that have asked, by their keys. */
  readonly #schemas = new Map<string, object>()
  /** Answers that came when their stages had no open question, by path. The next question takes them. */
  readonly #early = new Map<string, ArrivedAnswer>()
  /** How many answers have arrived that came before their questions. */
  #earlyTaken = 0
  /** What the run waits for, by the name of the step. */
  readonly #awaited = new Map<string, RestatePromise<readonly [name: string, Arrival]>>()
  /** The names of the promises of answers that the run waits for, or has waited for. */
  readonly #asked = new Set<string>()
  /** The steps whose code has run in this attempt. */
  readonly #live = new Set<string>()
  /** The facts so far, for calls on other machines. */
  readonly #facts: KeptFact[] = []
  /** What was asked of the run, and how much of it the state has. */
  readonly #acts: RunAct[]
  #actsWritten = 0
  readonly #timers = new Timers()
  /** How many steps are recording something that has arrived. */
  #recording = 0
  #isStopped: boolean
  #isInterrupted: boolean
  /** How many stops are being recorded: calls don't begin before the run has them. */
  #stopping = 0
  /** The facts of a run that has been moved which haven't been given, and the keys of all of them by their kind. */
  readonly #moved: KeptFact[]
  readonly #known: ReadonlySet<string>
  #refuse: ((error: Error) => void) | undefined
  /** Whether the run has asked for a call, or has a fact. Until then only interceptors have run. */
  hasBegun: boolean

  constructor(context: WorkflowContext, attempt: Attempt) {
    this.#context = context
    this.#attempt = attempt
    this.start = attempt.start
    this.#questions = new Questions(attempt.graph, attempt.refused)
    this.leg = attempt.leg
    this.lost = context.request().attemptCompletedSignal
    this.#maxInFlight = this.start.options?.maxConcurrency ?? MOST_IN_FLIGHT
    this.#moved = [...attempt.moved]
    this.#acts = [...attempt.triedAgain.map(actOfRetry), ...attempt.refused.map(actOfRefused)]
    this.hasBegun = attempt.moved.length > 0
    this.#isInterrupted = attempt.moved.some(isInterrupt)
    this.#isStopped = attempt.moved.some((fact) => fact.kind === 'stop' && !isInterrupt(fact))
    this.#known = new Set(attempt.moved.map(({ kind, key }) => `${kind} ${key}`))
    this.#await(CANCEL, context.promise<GivenStop>(CANCEL).get(), (given = BY_ENGINE) => ({ kind: 'stop', given }))
    const interrupt = context.promise<GivenInterrupt>(INTERRUPT).get()
    this.#await(INTERRUPT, interrupt, (given = BY_ENGINE) => ({ kind: 'interrupt', given }))
    if (attempt.interrupted !== undefined) this.#take({ kind: 'interrupt', given: attempt.interrupted })
    if (attempt.cancelled !== undefined) this.#take({ kind: 'stop', given: attempt.cancelled })
  }

  execute(key: string, call: () => Promise<CallFacts>, { placement }: StageInfo, isWanted: () => boolean): void {
    this.hasBegun = true
    const isService = placement === 'service'
    if (!this.#known.has(`call ${key}`)) this.#registered.push({ key, call, isService, isWanted })
  }

  timer(key: string, at: number): void {
    if (this.#known.has(`timer ${key}`)) return
    this.#timers.add(key, at)
    if (this.#waits.has(key)) this.#questions.limit(key, at)
  }

  wait(key: string, request: unknown, isWanted: () => boolean): void {
    this.#waits.set(key, isWanted)
    const answerSchema = this.#schemas.get(key)
    const asked = { request, ...(answerSchema !== undefined && { answerSchema }) }
    this.#questions.ask(key, asked, !this.#hasAnswer(key))
  }
  /** Whether a run that has been moved had the answer to a question, or its time had passed. */
  #hasAnswer(key: string): boolean {
    return this.#known.has(`answer ${key}`) || this.#known.has(`timer ${key}`)
  }

  /** A signal aborts at another time in each attempt, so a run on Restate can't end by it. */
  stop(key: string, reason: string): void {
    const which = key === '' ? 'the run' : `its child run "${key}"`
    this.#refuse?.(
      new StageflowError(
        'durable-restate/local-signal',
        `A signal of an interceptor stopped ${which} (${reason}), but Restate can't repeat that. Let the interceptor set a deadline instead of a signal, or cancel the run with the client.`,
      ),
    )
  }

  async next(): Promise<Fact | undefined> {
    const last = this.#facts.at(-1)
    if (last?.kind === 'timer') this.#timers.told(last.key)
    this.#held.push(...this.#registered.sort(byKey))
    this.#registered = []
    const moved = this.#moved.shift()
    if (moved !== undefined) return this.#repeatMoved(moved)
    for (;;) {
      if (!this.#canArrive()) return undefined
      // Each makes entries in the journal, so their order must be the same in each attempt.
      this.#giveUpUnwanted()
      this.#waitForAnswers()
      this.#writeActs()
      this.#sleepForTimers()
      this.#beginHeldCalls()
      const [name, arrival] = await this.#firstArrival()
      this.#awaited.delete(name)
      const fact = this.#take(arrival)
      if (fact === undefined) continue
      this.#given(fact)
      // It may be the last one that the run asks for.
      this.#waitForAnswers()
      this.#writeActs()
      return { ...fact, replayed: !this.#live.has(name) }
    }
  }

  /** Gives the run a fact that it had before it was moved. */
  #repeatMoved(fact: KeptFact): Fact {
    if (fact.kind === 'call') this.#noteEnd(fact)
    this.#given(fact)
    return { ...fact, replayed: true }
  }

  /** The run is about to get a fact. */
  #given(fact: KeptFact): void {
    this.#facts.push(fact)
    const act = actOfFact(fact)
    if (act !== undefined) this.#acts.push(act)
    const { kind, key } = fact
    if (kind === 'answer') this.#waits.delete(key)
    if (kind === 'timer' && this.#waits.delete(key)) this.#questions.expired(key)
  }
  #noteEnd({ key, facts }: Extract<KeptFact, { kind: 'call' }>): void {
    if (facts.status !== 'suspend') this.#questions.ended(key)
    else if (facts.answerSchema !== undefined) this.#schemas.set(key, facts.answerSchema)
  }

  /** Whether a call, an answer or a step that records something can come. Once the run has ended, nothing can. */
  #canArrive(): boolean {
    if (this.#held.length + this.#calls.size + this.#recording > 0) return true
    return [...this.#waits.values()].some((isWanted) => isWanted())
  }

  /** Gives up answers and calls on other machines that are no longer wanted. */
  #giveUpUnwanted(): void {
    for (const [key, isWanted] of this.#waits) {
      if (isWanted()) continue
      this.#waits.delete(key)
      if (!this.#hasAnswer(key)) this.#questions.ended(key)
    }
    for (const [key, invocation] of this.#invocations) {
      const isUnwanted = this.#calls.get(key)?.isWanted() === false
      if (!isUnwanted) continue
      this.#invocations.delete(key)
      this.#await(ABORT + key, invocation, (id) => ({ kind: 'invocation', id: id as InvocationId }))
    }
  }

  /** Writes what stages have asked into the state, and waits for the answers. */
  #waitForAnswers(): void {
    for (const [path, { number, key }] of this.#questions.write(this.#context)) {
      const name = answerName(number, path)
      if (this.#asked.has(name)) continue
      this.#asked.add(name)
      const promise = this.#context.promise<GivenAnswer>(name).get()
      this.#await(name, promise, (given = {}) => ({ kind: 'answer', name, path, key, given }))
    }
    for (const answer of this.#early.values()) this.#takeAnswer(answer)
  }

  /** Writes into the state who did what. */
  #writeActs(): void {
    if (this.#acts.length === this.#actsWritten) return
    this.#actsWritten = this.#acts.length
    this.#context.set(ACTS, shownActs(this.#acts))
  }

  #sleepForTimers(): void {
    const until = this.#timers.nextSleep()
    if (until === undefined) return
    const ms = Math.max(0, Math.ceil(until - systemClock.now()))
    this.#await(SLEEP + until, this.#context.sleep(ms, SLEEP.trim()), () => ({ kind: 'sleep', until }))
  }

  #beginHeldCalls(): void {
    while (this.#stopping === 0 && this.#calls.size < this.#maxInFlight) {
      const call = this.#held.shift()
      if (call === undefined) return
      const promise = call.isService ? this.#beginOnService(call) : this.#beginHere(call)
      const { key } = call
      this.#await(key, promise, (facts, failure) => ({ kind: 'call', key, facts, failure }))
    }
  }

  #beginHere(call: Call): RestatePromise<CallFacts> {
    this.#calls.set(call.key, call)
    return this.#callHere(call)
  }

  #beginOnService(call: Call): RestatePromise<CallFacts> {
    const { key, isWanted } = call
    const message = this.#message(key)
    if (message.length <= MOST_STEP_BYTES) {
      this.#calls.set(key, call)
      return this.#callService(key, message)
    }
    // In its place a step here tells that it failed.
    const now = this.#now()
    const fail = async (): Promise<CallFacts> => factsTooLarge(now, this.#facts.length, message.length)
    return this.#beginHere({ key, isWanted, call: fail, isService: false })
  }

  /** The time of the run: that of its last fact. The machine's differs in each attempt. */
  #now(): number {
    return this.#facts.at(-1)?.at ?? this.start.startedAt
  }

  #callHere({ key, call }: Call): RestatePromise<CallFacts> {
    const action = async (): Promise<CallFacts> => {
      this.#live.add(key)
      // A limit that passed between the attempts comes first: the call may no longer be wanted.
      await this.#timers.noneOverdue(() => systemClock.now())
      const facts = await this.#attempt.running.carryOut(`${this.start.runId} ${key}`, call)
      // The attempt ends with the error that ended its leg, and the next one makes the call again.
      return facts.lost === true ? new Promise<never>(() => {}) : facts
    }
    return this.#context.run(key, action, { serde: CALL_FACTS })
  }

  /** What a call on another machine carries, as the bytes of its JSON. */
  #message(key: string): Uint8Array {
    const message: ServiceCall = { start: this.start, key, facts: this.#facts }
    return serde.json.serialize(message)
  }

  #callService(key: string, message: Uint8Array): RestatePromise<CallFacts> {
    const promise = this.#context.genericCall<Uint8Array, CallFacts>({
      service: this.#attempt.service,
      method: 'call',
      parameter: message,
      inputSerde: JSON_BYTES,
      outputSerde: serde.json as Serde<CallFacts>,
      name: key,
    })
    this.#invocations.set(key, promise.invocationId as RestatePromise<InvocationId>)
    return promise
  }

  #await<T>(name: string, promise: RestatePromise<T>, arrival: (value?: T, failure?: unknown) => Arrival): void {
    const arrived = promise.map((value, failure) => [name, arrival(value, failure)] as const)
    this.#awaited.set(name, arrived)
  }

  /** What arrives first of all that the run waits for, with the name of its step. */
  #firstArrival(): Promise<readonly [name: string, arrival: Arrival]> {
    return new Promise((resolve, reject) => {
      this.#refuse = reject
      RestatePromise.race([...this.#awaited.values()]).then(resolve, (error: Error) => {
        if (error instanceof CancelledError) resolve(['', { kind: 'stop', given: BY_ENGINE }])
        else reject(error)
      })
    })
  }

  /** Returns the fact that has arrived. Undefined if it must be recorded first, or if nothing follows from it. */
  #take(arrival: Arrival): KeptFact | undefined {
    switch (arrival.kind) {
      case 'call':
        return this.#callEnded(arrival)
      case 'answer':
        if (arrival.given.early === true) this.#context.set(EARLY_TAKEN, ++this.#earlyTaken)
        return this.#takeAnswer(arrival)
      case 'stop':
        if (this.#isStopped) return undefined
        this.#isStopped = true
        this.#stopping++
        return this.#record(CANCEL, (at) => stopFact(arrival.given, at))
      case 'interrupt':
        if (this.#isInterrupted || this.#isStopped) return undefined
        this.#isInterrupted = true
        this.#stopping++
        return this.#record(INTERRUPT, (at) => interruptFact(arrival.given, at))
      case 'sleep':
        for (const key of this.#timers.awoke(arrival.until))
          this.#record(TIMER + key, (at) => ({ kind: 'timer', key, at }))
        return undefined
      case 'invocation':
        this.#context.invocation(arrival.id).cancel()
        return undefined
      case 'recorded':
        this.#recording--
        if (arrival.fact.kind === 'stop') this.#stopping--
        return arrival.fact
      case 'taken':
        return this.#answerTaken(arrival)
    }
  }

  /** Records an answer to the open question of its path. Without one it waits for the next one. */
  #takeAnswer(arrived: ArrivedAnswer): undefined {
    const { name, path, given, key: asked } = arrived
    const question = this.#questions.open(path)
    const isWanted = question && this.#waits.get(question.key)
    if (given.onlyThis === true && question?.key !== asked) return this.#dropAnswer(arrived)
    if (question === undefined || isWanted === undefined) return this.#keepEarly(arrived)
    this.#early.delete(path)
    this.#questions.answered(path)
    // What is decided is recorded: another version of the graph may repeat the journal.
    const taken = (at: number): TakenStep => (this.#mayCount(arrived) ? at : { refusedAt: at })
    return this.#recordAs(`${ANSWERED}${question.key} ${name.slice(ANSWER.length)}`, taken, (recorded) => ({
      kind: 'taken',
      answer: arrived,
      question,
      isWanted,
      recorded,
    }))
  }
  /** Whether the graph demands of the author of an answer what was demanded when the answer was admitted. */
  #mayCount({ path, given: { demanded } }: ArrivedAnswer): boolean {
    return demanded === undefined || meetsDemands(demanded, demandsOf(this.#attempt.served, namesIn(path)))
  }
  #answerTaken({ answer: arrived, question, isWanted, recorded }: TakenAnswer): KeptFact | undefined {
    this.#recording--
    // If the time of the question was recorded first, the answer is for the next question.
    if (!isWanted()) return this.#keepEarly(arrived)
    const { answer, by } = arrived.given
    const { key } = question
    const author = by !== undefined && { by }
    if (typeof recorded === 'number') return { kind: 'answer', key, answer, ...author, at: recorded }
    this.#questions.refused(arrived.path, question)
    this.#acts.push(actOfRefused({ key, at: recorded.refusedAt, ...author }))
    return undefined
  }
  /** Keeps an answer for the next question of its path, unless it is to this one alone. */
  #keepEarly(arrived: ArrivedAnswer): undefined {
    const { path, given } = arrived
    if (given.onlyThis === true) return this.#dropAnswer(arrived)
    if (!this.#early.has(path)) this.#early.set(path, arrived)
  }

  /** No question takes this answer. */
  #dropAnswer({ key, given: { by } }: ArrivedAnswer): undefined {
    this.#acts.push(actOfRefused({ key, at: this.#now(), ...(by !== undefined && { by }) }))
  }

  #callEnded({ key, failure, facts: given }: Extract<Arrival, { kind: 'call' }>): KeptFact | undefined {
    const { isService, isWanted } = this.#calls.get(key) as Call
    this.#calls.delete(key)
    const facts = given ?? lostCall(key, failure, this.#now(), isWanted())
    const fact = { kind: 'call', key, facts, at: facts.endedAt } as const
    this.#noteEnd(fact)
    if (!isService) return fact
    this.#invocations.delete(key)
    this.#awaited.delete(ABORT + key)
    return this.#record(CALLED + key, () => fact)
  }

  /** Records when something arrived. The step isn't carried out in later attempts, which tells that its fact is replayed. */
  #record(name: string, fact: (at: number) => KeptFact): undefined {
    return this.#recordAs(
      name,
      (at) => at,
      (at) => ({ kind: 'recorded', fact: fact(at) }),
    )
  }
  #recordAs<T extends TakenStep>(
    name: string,
    recorded: (at: number) => T,
    arrival: (recorded: T) => Arrival,
  ): undefined {
    this.#recording++
    const step = this.#context.run(name, () => {
      this.#live.add(name)
      return recorded(systemClock.now())
    })
    this.#await(name, step, (value) => arrival(value as T))
  }
}
