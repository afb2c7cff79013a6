import { createRedactor } from '../../packages/core/src/redaction.ts'

// What leaves a process passes the redactor of core: a log line without secrets, the body of a request, and its headers.

const TEXTS = 2_000
const { text: redact } = createRedactor()

const INPUTS = [
  [
    'redactLine',
    'a log line of 130 characters without a secret',
    'stage llm of chat completed after 812 ms: 3 documents, 1 attempt, 412 tokens in, 96 tokens out, model gpt-5-mini, finish reason stop',
  ],
  [
    'redactBody',
    'a JSON body with one secret',
    JSON.stringify({
      model: 'gpt-5-mini',
      api_key: 'sk-a1b2c3d4e5f6g7h8i9j0',
      messages: [{ role: 'user', content: 'What is a stage?' }],
    }),
  ],
  [
    'redactHeaders',
    'headers with a bearer token',
    'POST /v1/chat HTTP/1.1\nhost: api.example.com\nauthorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl\ncontent-type: application/json',
  ],
]

export const redactions = INPUTS.map(([id, title, input]) => ({
  id,
  group: 'redaction',
  title,
  count: TEXTS,
  run() {
    for (let done = 0; done < TEXTS; done += 1) redact(input)
    const held = redact(input)
    if (/sk-a1|eyJhb/.test(held)) throw new Error(`A secret was not taken out: ${held}`)
  },
}))
