import { context as contexts } from '@opentelemetry/api'
import type { ContextManager, Span, Tracer } from '@opentelemetry/api'
import { Pipeline, StageOutput } from '@stageflow/core'
import { afterEach, expect, test } from 'vitest'
import { spanRecorder } from '../test/span-recorder.ts'
import { tracing } from './index.ts'

afterEach(() => contexts.disable())

/** A tracer with one method that throws. */
function failing(what: keyof Span | 'startSpan' | 'stage', real = spanRecorder()): Tracer {
  const tracer = real.provider.getTracer('real')
  const fail = () => {
    throw new Error(`${what} is broken for Bearer abcdefghijklmnop`)
  }
  return {
    startActiveSpan: fail,
    startSpan(name, options, context) {
      if (what === 'startSpan' || (what === 'stage' && name.startsWith('stage '))) fail()
      const span = tracer.startSpan(name, options, context)
      return new Proxy(span, {
        get: (target, key) => {
          if (key === what) return fail
          const value: unknown = Reflect.get(target, key)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    },
  }
}

const pipeline = () => {
  const calls = { count: 0 }
  const built = new Pipeline('robust')
    .withStage('a', ({ note }) => {
      calls.count++
      note('attributes', { x: 1 })
    })
    .withStage(
      'b',
      async () => {
        calls.count++
        return StageOutput.fail('b failed')
      },
      { onFailure: 'skip' },
    )
    .withStage('c', () => StageOutput.skip('c'), { dependencies: ['a'] })
  return { built, calls }
}

test.each([
  'startSpan',
  'stage',
  'setAttributes',
  'setAttribute',
  'recordException',
  'setStatus',
  'end',
  'isRecording',
  'spanContext',
] as const)(
  'a tracer whose %s throws changes nothing of the run and is reported once, as tracing/failed',
  async (what) => {
    const { built, calls } = pipeline()
    const graph = built.build({ interceptors: [tracing({ tracer: failing(what) })] })
    for (let run = 1; run <= 2; run++) {
      const { status, report } = await graph.run()
      expect([status, calls.count]).toEqual(['completed', 2 * run])
      expect(Object.values(report.stages).map((stage) => stage.status)).toEqual(['ok', 'fail', 'skip'])
      expect(report.notes['core/problems']).toEqual([
        {
          code: 'tracing/failed',
          message: expect.stringContaining('The trace of a run of "robust" is incomplete'),
          cause: { code: 'core/stage-failed', message: expect.stringContaining(`${what} is broken`) },
        },
      ])
    }
  },
)

test('if one span cannot be described, the others still end', async () => {
  const real = spanRecorder()
  const { built } = pipeline()
  await built.build({ interceptors: [tracing({ tracer: failing('setAttributes', real) })] }).run()
  expect(real.spans().map(({ name }) => name)).toEqual(['stage a', 'stage c', 'stage b', 'invoke_workflow robust'])
})

const managing = (withContext: ContextManager['with']): ContextManager => ({
  active: () => new Proxy({}, { get: () => () => undefined }) as ReturnType<ContextManager['active']>,
  with: withContext,
  bind: (_, target) => target,
  enable() {
    return this
  },
  disable() {
    return this
  },
})

test.each<[string, ContextManager['with']]>([
  [
    'throws before it calls',
    () => {
      throw new Error('no context')
    },
  ],
  [
    'throws after it called',
    (_, call, self, ...args) => {
      call.call(self as never, ...args)
      throw new Error('no context')
    },
  ],
  ['does not call', () => undefined as never],
  ['answers with something else', (_, call, self, ...args) => (call.call(self as never, ...args), 7 as never)],
])('with a context manager that %s each stage is still called once', async (_, withContext) => {
  const { provider } = spanRecorder()
  const tracer = provider.getTracer('real')
  const { built, calls } = pipeline()
  const graph = built.build({ interceptors: [tracing({ tracer })] })
  contexts.setGlobalContextManager({ ...managing(withContext), active: () => contextOf() })
  const { status } = await graph.run()
  expect([status, calls.count]).toEqual(['completed', 2])
})
const contextOf = () => ROOT
const ROOT = contexts.active()

test('an error that cannot be read is a failed span', async () => {
  const hostile = Object.defineProperties(new Error('x'), {
    message: {
      get: () => {
        throw new Error('message')
      },
    },
    code: {
      get: () => {
        throw new Error('code')
      },
    },
  })
  const { proxy, revoke } = Proxy.revocable(new Error('y'), {})
  revoke()
  const recorder = spanRecorder()
  const graph = new Pipeline('hostile')
    .withStage(
      'a',
      () => {
        throw hostile
      },
      { onFailure: 'skip' },
    )
    .withStage(
      'b',
      async () => {
        throw proxy
      },
      { onFailure: 'skip' },
    )
    .withStage('c', () => StageOutput.fail(hostile), { onFailure: 'skip' })
    .build({
      interceptors: [
        { name: 'again', wrap: (next) => (context) => (void next(context), next(context)) },
        tracing({ tracerProvider: recorder.provider }),
      ],
    })
  const { status } = await graph.run()
  expect(status).toBe('completed')
  const stages = recorder.spans().filter(({ name }) => name.startsWith('stage '))
  expect(stages).toHaveLength(6)
  expect(new Set(stages.map(({ name }) => name))).toEqual(new Set(['stage a', 'stage b', 'stage c']))
})
