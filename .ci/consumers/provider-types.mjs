import assert from 'node:assert/strict'

import { LLMAccumulator, LLMResponse, STTResponse, TTSResponse } from '@stageflow/provider-types'

/** @type {import('@stageflow/provider-types').LLMDelta[]} */
const deltas = [{ text: 'Hel' }, { text: 'lo!', usage: { outputTokens: 2 } }, { finishReason: 'stop' }]
const accumulator = new LLMAccumulator({ model: 'gpt-4', provider: 'openai' })
for (const delta of deltas) accumulator.add(delta)
const llm = accumulator.toResponse({ inputTokens: 3 })
assert.equal(llm.totalTokens, 5)
assert.deepEqual(LLMResponse.fromJSON(JSON.parse(JSON.stringify(llm))).toDict(), llm.toDict())
assert.equal(new TTSResponse({ provider: 'p', audio: new Uint8Array(4) }).toDict().byteCount, 4)
assert.throws(() => new STTResponse({ text: 'hi', provider: 'p', confidence: 1.2 }), RangeError)
assert.deepEqual(llm.toOtelAttributes()['gen_ai.response.finish_reasons'], ['stop'])
