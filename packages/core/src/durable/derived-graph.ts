import { StageflowError } from '../base/errors.ts'
import type { StageCall } from '../call/call.ts'
import { behindOf } from '../call/stage-context.ts'
import type { LiveStageContext } from '../call/stage-context.ts'
import type { CallPart, Interceptor, InterceptorContext } from '../contract/interceptor.ts'
import { limitKey, placeSuffix } from '../contract/keys.ts'
import { isOutput } from '../contract/output.ts'
import type { StageOutput } from '../contract/output.ts'
import type { BuiltGraph, CallHook, StageNode } from '../graph/graph.ts'
import type { DurableItem } from './durable-item.ts'
import type { LegRun } from './leg-run.ts'
import { followed, partInLeg } from './parts-in-leg.ts'
import type { Pump } from './pump.ts'

/** Where a stage is carried out. `local`: in every leg, without a fact. `call`: a child pipeline or a map as one call. */
export const placementOf = ({ info }: StageNode): string | undefined => info.placement

/**
 * The graph that a durable run runs. Its stages have the same names and edges, but starting one only registers its call, and its
 * observers aren't told what they have been told in an earlier leg.
 */
export function derivedGraph(graph: BuiltGraph, pump: Pump, run: () => LegRun): BuiltGraph {
  const derived = (node: StageNode): StageNode => {
    const { name, when } = node
    const recordedWhen = when && {
      when: (inputs: unknown, snapshot: unknown) => {
        const answer = when(inputs, snapshot)
        if (typeof answer === 'boolean') pump.decided(`when of ${run().key(name)}`, answer)
        return answer
      },
    }
    if (node.made && placementOf(node) !== 'call') return { ...node, ...recordedWhen, ...madeParts(node, pump, run) }
    const body = (): Promise<never> => {
      run().call(node)
      return new Promise(() => {})
    }
    return { ...node, ...recordedWhen, wrapped: undefined, layers: [], hooks: [], body }
  }
  return { ...graph, nodes: graph.nodes.map(derived), watching: graph.watching.map((one) => observerInLeg(pump, one)) }
}

/** A child pipeline or a map runs in the loop itself. */
function madeParts(node: StageNode, pump: Pump, run: () => LegRun): Partial<StageNode> {
  const { name, items } = node
  pump.takesTurns = true
  const tellsStarted: CallHook = {
    name,
    onCall() {
      run().tellStarted(node)
      return undefined
    },
  }
  return {
    ...inTheLoop(node, pump, run, [tellsStarted]),
    body: (context) => run().runMade(node, context as LiveStageContext),
    items: items && itemNode(items, pump, run),
  }
}

/** The stage of the items of a map: a child pipeline in the loop, or else a call with all its layers inside. */
function itemNode(items: StageNode, pump: Pump, run: () => LegRun): StageNode {
  if (items.made) return { ...items, ...inTheLoop(items, pump, run) }
  const body = (given: unknown): Promise<never> => {
    const context = given as LiveStageContext
    return (behindOf(context).host as DurableItem).execute(context)
  }
  return { ...items, wrapped: undefined, layers: [], hooks: [], body }
}

/** What runs in the loop itself may not be wrapped. */
function inTheLoop(
  node: StageNode,
  pump: Pump,
  run: () => LegRun,
  more: readonly CallHook[] = [],
): Pick<StageNode, 'hooks' | 'layers' | 'wrapped'> {
  const { name, layers, hooks } = node
  const by = layers.flatMap((layer) => (layer.wrap === undefined ? [] : [`"${layer.name}"`]))
  if (by.length > 0) throw notDurable(name, `${by.join(' and ')} wraps it`)
  const inLayers = layers.flatMap((layer) => (layer.wrap === undefined ? layer.hooks : []))
  return {
    hooks: [...more, ...inLayers, ...hooks].map((hook) => durableHook(hook, node, pump, run)),
    wrapped: undefined,
    layers: [],
  }
}

const notDurable = (stage: string, why: string): StageflowError =>
  new StageflowError(
    'core/not-durable',
    `Stage "${stage}" is a child pipeline or a map, and ${why}, which a durable run cannot repeat. Leave out its option there, or set placement: 'call'.`,
  )

/** A limit on a child pipeline or a map passes as a fact. An answer to the stage would be in no fact, so it ends the leg. */
function durableHook({ name, onCall }: CallHook, node: StageNode, pump: Pump, run: () => LegRun): CallHook {
  return {
    name,
    onCall(context) {
      const part = onCall(context) as CallPart | undefined
      if (isOutput(part)) pump.giveUp(notDurable(context.stage.name, `"${name}" answered it`))
      if (part?.expired === undefined) return part
      const { deadline = Infinity, idleTimeoutMs = Infinity } = part
      const suffix = context.item === undefined ? '' : placeSuffix(context.item.key)
      const key = limitKey(run().key(context.stage.name, 1, suffix), name)
      const at = Math.min(deadline, context.now + idleTimeoutMs)
      const expire = (): void =>
        (behindOf(context as LiveStageContext).fork as StageCall).expire({
          part,
          by: { name, onCall },
          why: at === deadline ? 'deadline' : 'idle',
        })
      if (at < Infinity) pump.limits.add(key, at, at - context.now, () => {}, expire)
      // From then on its items have limits of their own.
      if (context.stage.map && at < deadline) run().untilListed(node, () => pump.limits.remove(key))
      return followed(part, {
        ended: (output: StageOutput, inside: InterceptorContext) => {
          pump.limits.remove(key)
          part.ended?.(output, inside)
        },
      })
    },
  }
}

/**
 * The interceptor as one leg sees it: for stages of earlier legs it gets `replayed` instead of `settled`, and after the leg's end
 * it is told of no stage.
 */
function observerInLeg(pump: Pump, one: Interceptor): Interceptor {
  const { name, settled, replayed, onRun } = one
  return {
    name,
    settled(record, run) {
      if (pump.isOver) return
      const hook = pump.isReplaying ? replayed : settled
      return hook?.call(one, record, run)
    },
    onRun(run) {
      return partInLeg(pump, onRun?.call(one, run))
    },
  }
}
