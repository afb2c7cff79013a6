/** What four models answered, word for word: each in the shape of its provider, and some of it wrong. */
export const ANSWERS: readonly { readonly provider: string; readonly answer: unknown }[] = [
  {
    provider: 'OpenAI',
    answer: {
      role: 'assistant',
      content: null,
      tool_calls: [
        call('call_1', 'write_file', '{"path":"notes/plan.md","text":"Ship on Friday."}'),
        call('call_2', 'read_file', '{"path":"../../etc/passwd"}'),
        call('call_3', 'read_file', '{"path":"notes/plan.md"'),
      ],
    },
  },
  {
    provider: 'Anthropic',
    answer: {
      role: 'assistant',
      content: [
        { type: 'text', text: 'I look at the plan and at the orders.' },
        { type: 'tool_use', id: 'toolu_1', name: 'read_file', input: { path: 'notes/plan.md' } },
        { type: 'tool_use', id: 'toolu_2', name: 'query_orders', input: { sql: bestCustomers() } },
        { type: 'tool_use', id: 'toolu_3', name: 'query_order', input: { sql: 'SELECT 1' } },
      ],
    },
  },
  {
    provider: 'Google',
    answer: {
      role: 'model',
      parts: [
        { functionCall: { name: 'query_orders', args: { sql: 'DELETE FROM orders' } } },
        { functionCall: { name: 'query_orders', args: { sql: 'SELECT * FROM orders', limit: 0 } } },
        { functionCall: { name: 'search_web', args: { words: 'stages' } } },
      ],
    },
  },
  {
    provider: 'AI SDK',
    answer: [
      aiSdk('1', 'write_file', { path: 'notes/plan.md', text: 'Ship on Monday.' }),
      aiSdk('2', 'read_file', { path: 'outside/secret.txt' }),
      aiSdk('3', 'drop_orders', {}),
    ],
  },
]

function call(id: string, name: string, text: string): unknown {
  return { id, type: 'function', function: { name, arguments: text } }
}

function aiSdk(toolCallId: string, toolName: string, input: unknown): unknown {
  return { type: 'tool-call', toolCallId, toolName, input }
}

function bestCustomers(): string {
  return 'SELECT customer, sum(euros) AS euros FROM orders GROUP BY customer ORDER BY euros DESC LIMIT 2'
}
