import { isFunction, isNumber } from '../base/check.ts'
import { StageflowError } from '../base/errors.ts'
import { show } from '../base/show.ts'
import type { CallLimits, CallPart, InterceptorContext } from '../contract/interceptor.ts'
import { BY_ENGINE, Output, asStageOutput, isOutput, readOutput } from '../contract/output.ts'
import type { CallHook, StageNode } from '../graph/graph.ts'
import type { ShownCall } from '../report/record.ts'
import type { CallNews } from '../report/run-facts.ts'
import { enterParts, interceptorThrew, isPart, notAnOutput, stoppedOutput } from './answers.ts'
import type { Answer } from './answers.ts'
import { runBody } from './code.ts'
import type { ExpiredLimit, ForkLike, Host, OpenCall } from './host.ts'
import { KeptLimits } from './limits.ts'
import type { LimitedCall } from './limits.ts'
import { StageFork } from './stage-context.ts'
import type { Behind, LiveStageContext } from './stage-context.ts'

/** One call of a stage, or of a layer around it, with the parts in it. The code inside runs in a context narrowed to the call. */
export class StageCall extends StageFork implements ShownCall, OpenCall, LimitedCall {
  declare readonly hooks: readonly CallHook[]
  /** Whether the stage itself waits for the answer, because no layer wraps it. */
  declare readonly isSole: boolean
  /** One part per hook; undefined if the hook stays out, and once the part has been told the answer. */
  declare readonly parts: (CallPart | undefined)[]
  /** The stage's open call that began before this one. */
  declare before: OpenCall | undefined
  declare output: Output | undefined
  declare codeBegan: boolean
  /** The promise of a call between layers waits for its answer. */
  declare resolve: ((output: Output) => void) | undefined
  /** How many attempts the stage had made when the call began. */
  declare attemptsBefore: number

  #limits: KeptLimits | undefined

  constructor(host: Host, node: StageNode, outer: StageFork | undefined, hooks: readonly CallHook[]) {
    super(host, node, outer)
    this.hooks = hooks
    this.isSole = hooks === node.hooks
    this.parts = new Array<CallPart | undefined>(hooks.length)
    this.output = undefined
    this.codeBegan = false
    this.resolve = undefined
  }

  override get shownCall(): ShownCall | undefined {
    return this.isSole ? this : super.shownCall
  }

  /**
   * Gets the parts from the interceptors, then calls `code` inside their async contexts. If a hook returns an output, that
   * is the answer.
   */
  begin<T>(code: (context: LiveStageContext, call: StageCall) => T): T | Output {
    const { hooks, parts, host, live } = this
    const { index } = this.node
    const calls = (host.loop.calls ??= host.facts.graph.blank.slice())
    this.before = calls[index]
    calls[index] = this
    this.attemptsBefore = host.facts.stages?.[index]?.attemptsMade ?? 0
    let hasParts = false
    let enters = false
    this.isTellingParts = true
    for (let place = 0; place < hooks.length; place++) {
      const taken = this.#takePart(hooks[place] as CallHook)
      if (taken === undefined) continue
      if (taken instanceof Output) return this.#withoutCode(taken)
      hasParts = true
      enters ||= taken.enter !== undefined
      parts[place] = taken
    }
    this.isTellingParts = false
    if (!hasParts) this.#leaveList()
    if (!enters) return code(live, this)
    return enterParts<InterceptorContext, T | Output>(
      host.facts,
      hooks,
      parts,
      live,
      () => code(live, this),
      (error) => this.#withoutCode(new Output('fail', error, BY_ENGINE)),
    )
  }

  #withoutCode(output: Output): Output {
    if (this.isSole) this.host.facts.stage(this.node.index).keepNoAttempt()
    return output
  }

  /** Asks a hook for its part in the call. Returns the answer instead if the hook answers the call, or what it returned is illegal. */
  #takePart(hook: CallHook): CallPart | Output | undefined {
    try {
      const part = hook.onCall(this.live) as CallPart | undefined
      if (part === undefined) return undefined
      if (part?.expired !== undefined || part?.deadline !== undefined || part?.idleTimeoutMs !== undefined)
        return this.#limitBy(part, hook)
      // Most parts have one of these, and nothing else does.
      if (part?.enter !== undefined || part?.ended !== undefined || isPart(part)) return part
      return this.#outputOf(hook, part, 'Return a part, a StageOutput or undefined from onCall(), at once')
    } catch (thrown) {
      return interceptorThrew(hook.name, this, thrown)
    }
  }

  #outputOf({ name }: CallHook, answer: unknown, fix: string): Output {
    const { host, node } = this
    if (isOutput(answer)) return readOutput(answer, node.name, host.facts.graph.freeze)
    host.facts.notebook.reportRejection(answer, { name })
    return notAnOutput(name, node.name, answer, fix)
  }

  /** Answers the call, unless it has an answer already. */
  answer(output: Output): void {
    if (this.decide(output)) this.tellParts()
  }

  /** From now on no other answer counts. Returns false if there was one before. */
  decide(output: Output): boolean {
    if (this.output !== undefined) return false
    this.output = output
    this.#limits?.remove()
    return true
  }

  /** Tells the parts the answer, the innermost first, and then the code that waits for it. */
  tellParts(): void {
    const { hooks, parts, host } = this
    const output = this.output as Output
    this.isTellingParts = true
    for (let place = hooks.length - 1; place >= 0; place--) {
      const part = parts[place]
      if (part === undefined) continue
      parts[place] = undefined
      try {
        const answer: unknown = part.ended?.(asStageOutput(output), this.live)
        if (answer !== undefined) host.facts.notebook.reportRejection(answer, hooks[place])
      } catch (cause) {
        host.facts.notebook.reportThrow(cause, hooks[place])
      }
    }
    this.isTellingParts = false
    this.#leaveList()
    this.resolve?.(output)
  }

  giveUpBeside(around: ForkLike | undefined): void {
    const isBeside = !around?.isIn(this)
    if (this.output === undefined && this.outer?.aborted !== undefined && isBeside) this.answer(GIVEN_UP)
  }

  /** Takes the call off the list of open calls. */
  #leaveList(): void {
    const { calls = [] } = this.host.loop
    const { index } = this.node
    if (calls[index] === this) {
      calls[index] = this.before
      return
    }
    for (let call = calls[index]; call !== undefined; call = call.before) {
      if (call.before === this) call.before = this.before
    }
  }

  // Limits

  override get deadline(): number {
    return Math.min(super.deadline, this.#limits?.deadline ?? Infinity)
  }
  override hear(news: CallNews, attempts: number): void {
    if (this.#limits !== undefined && this.output === undefined && this.attemptsBefore >= attempts)
      this.#limits.hear(news)
  }

  /** Keeps the limits of a part. If a limit around the call isn't later than the deadline, that outer limit is enough. */
  #limitBy(part: CallPart, by: CallHook): CallPart | Output {
    const { deadline = Infinity, idleTimeoutMs = Infinity } = part as CallLimits
    const { name } = this.node
    const wrong = !isNumber(deadline) ? 'deadline' : !isNumber(idleTimeoutMs) ? 'idleTimeoutMs' : undefined
    if (wrong !== undefined)
      return notAnOutput(by.name, name, part, `Its ${wrong} must be a number of milliseconds, not ${show(part[wrong])}`)
    if (!isFunction(part.expired)) return notAnOutput(by.name, name, part, 'A part with a limit needs expired()')
    const limits = (this.#limits ??= new KeptLimits(this))
    if (deadline < this.deadline) limits.add(part, by, 'deadline', deadline)
    if (idleTimeoutMs < Infinity) limits.add(part, by, 'idle', this.live.now + idleTimeoutMs, idleTimeoutMs)
    return part
  }

  /** Ends the call because a limit has passed. Its part answers, the code inside is aborted, and the run waits for it. */
  expire(limit: ExpiredLimit): void {
    const { host, node } = this
    // The stage or the run has ended already, and only the code is late.
    if (this.output !== undefined || this.aborted !== undefined) return
    const output = this.#expiredOutput(limit)
    const inside = openCalls(host, node.index, (call) => call.isIn(this))
    // Inner calls get the same output first, so that a part that reacts to the abort comes too late.
    for (const call of inside) call.decide(output)
    if (this.isSole) host.facts.keepAttemptOpen(node.index)
    this.scope.abort(output.error ?? new StageflowError('core/call-ended', 'An interceptor answered the call.'))
    for (const call of inside) {
      if (call.isSole) host.loop.settle(node.index, output)
      else call.tellParts()
    }
  }

  #expiredOutput({ part, by, why }: ExpiredLimit): Output {
    this.isTellingParts = true
    try {
      return this.#outputOf(by, part.expired?.(why, this.live), 'Return a StageOutput from expired(), at once')
    } catch (thrown) {
      return interceptorThrew(by.name, this, thrown)
    } finally {
      this.isTellingParts = false
    }
  }
}

/** The open calls of a stage without an answer, the innermost first. */
function openCalls(host: Host, stage: number, which: (call: StageCall) => boolean): readonly StageCall[] {
  const open: StageCall[] = []
  let call = host.loop.calls?.[stage] as StageCall | undefined
  while (call !== undefined) {
    if (call.output === undefined && which(call)) open.push(call)
    call = call.before as StageCall | undefined
  }
  return open
}

/** The answer of open calls whose stage has settled, or has started its next call. */
const GIVEN_UP = new Output('cancel', 'given up')
Object.freeze(GIVEN_UP)

/** Answers the open calls of a stage that settles. */
export function giveUpCalls(host: Host, stage: number): void {
  for (const call of openCalls(host, stage, () => true)) call.answer(GIVEN_UP)
}

/** Calls the code of an unwrapped stage, unless a part has stopped the run. */
export function soleCode(context: LiveStageContext, call: StageCall): unknown {
  const { host, node } = call
  if (host.abortOf(node.index) !== undefined) {
    host.facts.stage(node.index).keepNoAttempt()
    return stoppedOutput(host)
  }
  call.codeBegan = true
  host.loop.codeBegins(node.index) // its time isn't needed here
  return runBody(node, context)
}

/** A layer made of the interceptors that take part in the calls of `next`. */
export function callWithParts(
  { host, node, fork }: Behind,
  hooks: readonly CallHook[],
  context: LiveStageContext,
  next: (context: LiveStageContext) => Answer,
): Answer {
  const call = context.narrowedTo(new StageCall(host, node, fork, hooks))
  const answer = call.begin(next)
  if (answer instanceof Output) call.answer(answer)
  // A limit may have answered the call while its code was being called.
  if (call.output !== undefined || answer instanceof Output) return call.output as Output
  return (host.loop.checked = new Promise((resolve) => {
    call.resolve = resolve
    void answer.then((output) => call.answer(output))
  }))
}
