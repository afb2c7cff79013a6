/** The clients, by the packages that they need. */
export type Sdk =
  | 'openai, chat'
  | 'openai, responses'
  | '@anthropic-ai/sdk'
  | '@aws-sdk/client-bedrock-runtime'
  | 'ollama'
  | '@huggingface/inference'
  | 'ai, @ai-sdk/openai, chat'
  | 'ai, @ai-sdk/openai, responses'
  | 'ai, @ai-sdk/openai-compatible'
  | 'ai, @ai-sdk/anthropic'

/** What a server of models does with a request. An error inside the stream comes after status 200. */
export type Answer =
  | { readonly status: number; readonly code?: string; readonly waitMs?: number }
  | { readonly inStream: 'overloaded' | 'rate limit' | 'server error' | 'used-up quota' | 'invalid request' }
  | 'nothing listens'
  | 'hangs'
  | 'closes the connection'
  | 'breaks off'
  | 'resets'
  | 'resets in the stream'
  | 'ends without output'

/** The class of what a client throws, or that it throws nothing. */
export type Outcome = 'transient' | 'permanent' | 'unknown' | 'no error'
interface Situation {
  readonly answer: Answer
  readonly outcome: Outcome
  /** The clients whose outcome is another one. */
  readonly except?: Partial<Record<Sdk, Outcome>>
}

const status = (code: number, outcome: Outcome): Situation => ({ answer: { status: code }, outcome })
// The client throws the text of the server and nothing else.
const onlyText: Situation['except'] = { ollama: 'unknown' }

export const SITUATIONS: Readonly<Record<string, Situation>> = {
  'HTTP 400': status(400, 'permanent'),
  'HTTP 401': status(401, 'permanent'),
  'HTTP 403': status(403, 'permanent'),
  'HTTP 404': status(404, 'permanent'),
  'HTTP 408': status(408, 'transient'),
  'HTTP 409': status(409, 'permanent'),
  'HTTP 413': status(413, 'permanent'),
  'HTTP 422': status(422, 'permanent'),
  'HTTP 424': status(424, 'permanent'),
  'HTTP 425': status(425, 'transient'),
  'HTTP 429': status(429, 'transient'),
  'HTTP 429 with `retry-after-ms`': { answer: { status: 429, waitMs: 7 }, outcome: 'transient' },
  'HTTP 429, the quota is used up': {
    answer: { status: 429, code: 'insufficient_quota' },
    outcome: 'permanent',
    // These servers don't say it.
    except: { '@aws-sdk/client-bedrock-runtime': 'transient', ollama: 'transient' },
  },
  'HTTP 500': status(500, 'transient'),
  'HTTP 502': status(502, 'transient'),
  'HTTP 503': status(503, 'transient'),
  'HTTP 504': status(504, 'transient'),
  'HTTP 529': status(529, 'transient'),
  'Nothing listens at the port': { answer: 'nothing listens', outcome: 'transient' },
  'The connection closes before the answer': { answer: 'closes the connection', outcome: 'transient' },
  'The connection closes inside the answer': {
    answer: 'breaks off',
    outcome: 'transient',
    except: { '@aws-sdk/client-bedrock-runtime': 'no error' },
  },
  'The server resets the connection, or the stream of HTTP/2': { answer: 'resets', outcome: 'transient' },
  'The server resets it inside the answer': { answer: 'resets in the stream', outcome: 'transient' },
  'The answer ends without any output': {
    answer: 'ends without output',
    outcome: 'no error',
    except: { ollama: 'unknown', 'ai, @ai-sdk/openai-compatible': 'unknown', 'ai, @ai-sdk/anthropic': 'transient' },
  },
  'An error inside the stream: overloaded': {
    answer: { inStream: 'overloaded' },
    outcome: 'transient',
    except: onlyText,
  },
  'An error inside the stream: rate limit': {
    answer: { inStream: 'rate limit' },
    outcome: 'transient',
    except: onlyText,
  },
  'An error inside the stream: server error': {
    answer: { inStream: 'server error' },
    outcome: 'transient',
    except: onlyText,
  },
  'An error inside the stream: the quota is used up': {
    answer: { inStream: 'used-up quota' },
    outcome: 'permanent',
    except: { ...onlyText, '@aws-sdk/client-bedrock-runtime': 'transient' },
  },
  'An error inside the stream: invalid request': {
    answer: { inStream: 'invalid request' },
    outcome: 'permanent',
    except: onlyText,
  },
  'The caller aborts': { answer: 'hangs', outcome: 'permanent' },
}

/** The clients whose errors don't have the headers of the response, so that `retry()` can't read how long a server asks to wait. */
export const WITHOUT_HEADERS: readonly Sdk[] = ['ollama', '@huggingface/inference']
