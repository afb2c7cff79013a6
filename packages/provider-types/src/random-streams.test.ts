import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { LLMAccumulator, type LLMDelta } from './index.ts'

/** A text in pieces that are cut wherever it falls, empty ones among them. */
const pieces = fc.array(fc.string({ maxLength: 5, unit: 'binary' }), { maxLength: 6 })
const call = fc.record({ id: fc.uuid(), name: fc.string({ minLength: 1 }), parts: pieces })
const stream = fc.record({
  text: pieces,
  reasoning: pieces,
  calls: fc.array(call, { maxLength: 4 }),
  counts: fc.array(fc.record({ inputTokens: fc.nat(), outputTokens: fc.nat() }, { requiredKeys: [] }), {
    maxLength: 3,
  }),
  order: fc.infiniteStream(fc.nat()),
  finished: fc.boolean(),
})

test('however a stream is cut and mixed, its parts are assembled in order', () => {
  fc.assert(
    fc.property(stream, ({ text, reasoning, calls, counts, order, finished }) => {
      // Each lane keeps its order; which lane is next is a matter of luck.
      const lanes: LLMDelta[][] = [
        text.map((part) => ({ text: part })),
        reasoning.map((part) => ({ reasoning: part })),
        counts.map((usage) => ({ usage })),
        ...calls.map(({ id, name, parts }, index): LLMDelta[] => [
          { toolCalls: [{ index, id, name }] },
          ...parts.map((part) => ({ toolCalls: [{ index, arguments: part }] })),
        ]),
      ]
      const accumulator = new LLMAccumulator({ model: 'm', provider: 'p' })
      for (
        let open = lanes.filter((lane) => lane.length > 0);
        open.length > 0;
        open = open.filter((lane) => lane.length > 0)
      )
        accumulator.add(open[(order.next().value as number) % open.length]?.shift() ?? {})
      if (finished) accumulator.add({ finishReason: 'stop' })
      const response = accumulator.toResponse()
      expect(response.content).toBe(text.join(''))
      expect(response.reasoning ?? '').toBe(reasoning.join(''))
      expect(response.toolCalls).toEqual(calls.map(({ id, name, parts }) => ({ id, name, arguments: parts.join('') })))
      const newest = Object.assign({}, ...counts) as object
      expect(response.usage ?? {}).toEqual(newest)
      expect(response.partial).toBe(!finished)
    }),
    propertySettings(100),
  )
})
