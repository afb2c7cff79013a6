import type { AgentShape } from '../src/index.ts'

// Written apart from the package: it reads messages as a provider does.

interface Part {
  readonly is: 'call' | 'result' | 'other'
  readonly id: string
}

/** What is wrong with a conversation for a provider: a call without its result, a result without its call, or a wrong order. */
export function pairsProblem(shape: AgentShape, messages: readonly object[]): string | undefined {
  let open: readonly string[] = []
  let areAnswered = false
  for (const { is, id } of messages.flatMap((message) => partsOf(shape, message as Message))) {
    if (is === 'result') {
      if (open[0] !== id) return `result "${id}" comes when "${open[0]}" is due`
      open = open.slice(1)
      areAnswered = true
      continue
    }
    if (open.length > 0 && (is === 'other' || areAnswered)) return `call "${open[0]}" has no result`
    areAnswered = false
    if (is === 'call' && open.includes(id)) return `two calls of one answer have the id "${id}"`
    if (is === 'call') open = [...open, id]
  }
  return open.length === 0 ? undefined : `call "${open[0]}" has no result`
}

interface Message {
  readonly role?: string
  readonly type?: string
  readonly content?: string | readonly { readonly type: string; readonly toolCallId?: string }[]
  readonly tool_calls?: readonly { readonly id: string }[]
  readonly tool_call_id?: string
  readonly call_id?: string
}

const OTHER: Part = { is: 'other', id: '' }

function partsOf(shape: AgentShape, message: Message): readonly Part[] {
  const { role, type, content, tool_calls = [], tool_call_id = '', call_id = '' } = message
  switch (shape) {
    case 'ai-sdk': {
      const parts = typeof content === 'string' ? [] : (content ?? [])
      const found = parts.flatMap((part): Part[] => {
        if (part.type === 'tool-call') return [{ is: 'call', id: part.toolCallId ?? '' }]
        return part.type === 'tool-result' ? [{ is: 'result', id: part.toolCallId ?? '' }] : []
      })
      return role === 'tool' ? found : [OTHER, ...found]
    }
    case 'openai-chat':
      if (role === 'tool') return [{ is: 'result', id: tool_call_id }]
      return [OTHER, ...tool_calls.map(({ id }): Part => ({ is: 'call', id }))]
    case 'openai-responses':
      if (type === 'function_call') return [{ is: 'call', id: call_id }]
      return type === 'function_call_output' ? [{ is: 'result', id: call_id }] : [OTHER]
  }
}
