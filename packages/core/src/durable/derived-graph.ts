import { StageflowError } from '../base/errors.ts'
import type { StageCall } from '../call/call.ts'
import { behindOf } from '../call/stage-context.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { CallPart, Interceptor, InterceptorContext, RunContext, RunPart } from '../contract/interceptor.ts'
import { isOutput } from '../contract/output.ts'
import type { StageRecord } from '../contract/results.ts'
import type { BuiltGraph, CallHook, StageNode } from '../graph/graph.ts'
import type { LegRun } from './leg-run.ts'
import type { Pump } from './pump.ts'

/** A name as a part of a key. Of the marks that join keys, a name can hold only the slash. */
export const keyPart = (name: string): string => name.replaceAll('/', '%2F')

/** Where a stage is carried out. `local`: in every leg, without a fact. `call`: a child pipeline or a map as one call. */
export const placementOf = ({ info }: StageNode): string | undefined =>
  (info.options as { readonly placement?: string }).placement

/**
 * The graph that a durable run runs. Its stages have the same names and edges, but starting one only registers its call, and its
 * observers aren't told what they have been told in an earlier leg.
 */
export function derivedGraph(graph: BuiltGraph, pump: Pump, run: () => LegRun): BuiltGraph {
  const derived = (node: StageNode): StageNode => {
    const { name, when } = node
    const asked = when && {
      when: (inputs: unknown, snapshot: unknown) => {
        const answer = when(inputs, snapshot)
        if (typeof answer === 'boolean') pump.decided(`when of ${run().key(name)}`, answer)
        return answer
      },
    }
    if (node.made && placementOf(node) !== 'call') return { ...node, ...asked, ...madeParts(node, pump, run) }
    const body = (): Promise<never> => {
      run().call(node)
      return new Promise(() => {})
    }
    return { ...node, ...asked, wrapped: undefined, layers: [], hooks: [], body }
  }
  return { ...graph, nodes: graph.nodes.map(derived), watching: graph.watching.map((one) => quietWhile(pump, one)) }
}

/** A child pipeline or a map runs in the loop itself, so nothing may wrap it. */
function madeParts(node: StageNode, pump: Pump, run: () => LegRun): Partial<StageNode> {
  const { name, layers, info } = node
  pump.takesTurns = true
  const by = layers.flatMap((layer) => (layer.wrap === undefined ? [] : [`"${layer.name}"`]))
  if (by.length > 0)
    throw new StageflowError(
      'core/not-durable',
      `Stage "${name}" of "${info.pipeline.name}" is a child pipeline or a map, and ${by.join(' and ')} wraps it; a durable run cannot repeat that. Leave out the option of the interceptor there, or set placement: 'call', which makes the whole stage one step.`,
    )
  return {
    hooks: layers
      .flatMap((layer) => (layer.wrap === undefined ? layer.hooks : []))
      .concat(node.hooks)
      .map((hook) => durableHook(hook, pump, run)),
    wrapped: undefined,
    layers: [],
    body: (context) => run().runMade(node, context as LiveStageContext),
  }
}

/** A limit on a child pipeline or a map passes as a fact. */
function durableHook({ name, onCall }: CallHook, pump: Pump, run: () => LegRun): CallHook {
  return {
    name,
    onCall(context) {
      const answer = onCall(context)
      if (answer === undefined || isOutput(answer)) return answer
      const part = answer as CallPart
      if (part.expired === undefined) return part
      const { deadline = Infinity, idleMs = Infinity } = part
      const key = `${run().key(context.stage.name)}~${name}`
      const at = Math.min(deadline, context.now + idleMs)
      const expire = (): void =>
        (behindOf(context as LiveStageContext).fork as StageCall).expire({
          part,
          by: { name, onCall },
          why: at === deadline ? 'deadline' : 'idle',
        } as never)
      if (at < Infinity) pump.limits.add(key, at, at - context.now, () => {}, expire)
      return withoutLimit(part, () => pump.limits.remove(key))
    },
  }
}

function withoutLimit(part: CallPart, over: () => void): CallPart {
  return {
    ...(part.enter && { enter: (next: () => void, context: InterceptorContext) => part.enter?.(next, context) }),
    ended: (output, context) => {
      over()
      part.ended?.(output, context)
    },
  }
}

/** An interceptor that is told nothing of stages that settled in an earlier leg, but has `replayed` called for them. */
function quietWhile(pump: Pump, one: Interceptor): Interceptor {
  const { name, settled, replayed, onRun } = one
  const isQuiet = (): boolean => pump.isReplaying || pump.isOver
  return {
    name,
    ...((settled ?? replayed) && {
      settled: (record: StageRecord, run: RunContext) =>
        isQuiet() ? replayed?.call(one, record, run) : settled?.call(one, record, run),
    }),
    ...(onRun && {
      onRun: (run: RunContext): RunPart | undefined => {
        const part = onRun.call(one, run)
        if (part?.settled === undefined) return part
        const told: RunPart = Object.create(part) as RunPart
        told.settled = (record, context) => (isQuiet() ? undefined : part.settled?.(record, context))
        if (part.enter !== undefined) told.enter = (next, context) => part.enter?.(next, context)
        if (part.ended !== undefined) told.ended = (outcome, context) => part.ended?.(outcome, context)
        return told
      },
    }),
  }
}
