import assert from 'node:assert/strict'

import { StageflowError } from '@stageflow/core'
import { defineTool, resultsFor, toolCallAccumulator, ToolRegistry, toolsFor } from '@stageflow/tools'

/** @type {import('@stageflow/tools').AnyTool['input']} */
const input = {
  '~standard': {
    version: 1,
    vendor: 'consumer',
    validate: (value) =>
      typeof Object(value).city === 'string'
        ? { value }
        : { issues: [{ message: 'must be a string', path: ['city'] }] },
  },
}
const inputJsonSchema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const weather = defineTool({
  name: 'weather',
  description: 'x',
  input,
  inputJsonSchema,
  execute: ({ city }) => `${city}: 21`,
})
const registry = new ToolRegistry({ tools: [weather] })
assert.deepEqual(toolsFor('mcp', registry.list()), [
  { name: 'weather', description: 'x', inputSchema: inputJsonSchema },
])

const accumulator = toolCallAccumulator()
for (const json of ['{"city":', '"Rome"}'])
  accumulator.add({
    choices: [{ delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'weather', arguments: json } }] } }],
  })
const results = await registry.execute([...accumulator.finish(), { id: 'b', name: 'weather', arguments: '{"city":7}' }])
assert.deepEqual(resultsFor('openai-chat', results), [
  { role: 'tool', tool_call_id: 'a', content: 'Rome: 21' },
  {
    role: 'tool',
    tool_call_id: 'b',
    content: '"weather" was not called: its arguments do not match its schema. city: must be a string.',
  },
])
assert.throws(
  () => registry.register(weather),
  (error) => StageflowError.is(error, 'tools/duplicate-name'),
)
