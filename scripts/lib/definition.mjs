import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const LONGEST_MS = 60_000

/** Where "go to definition" leads from the first `name` in a TypeScript file: URIs with lines, as an editor gets them from `tsc --lsp`. */
export async function definitionOf(tsc, file, name) {
  const text = readFileSync(file, 'utf8')
  const before = text.slice(0, text.indexOf(name)).split('\n')
  const textDocument = { uri: pathToFileURL(file).href }
  const position = { line: before.length - 1, character: before.at(-1).length }
  const server = languageServer(tsc)
  try {
    await server.ask('initialize', { processId: null, rootUri: null, capabilities: {} })
    server.tell('initialized', {})
    server.tell('textDocument/didOpen', {
      textDocument: { ...textDocument, languageId: 'typescript', version: 1, text },
    })
    const found = await server.ask('textDocument/definition', { textDocument, position })
    return [found].flat().map(({ uri, range }) => ({ uri, line: range.start.line + 1 }))
  } finally {
    server.close()
  }
}

/** The language server of TypeScript 7: JSON-RPC, each message after a header with its length. */
function languageServer(tsc) {
  const child = spawn(tsc, ['--lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const waiting = new Map()
  let unread = Buffer.alloc(0)
  child.stdout.on('data', (data) => {
    unread = Buffer.concat([unread, data])
    for (let message = next(); message !== undefined; message = next()) {
      // A request of the server, such as for settings: it gets no settings.
      if (message.method !== undefined && message.id !== undefined) send({ id: message.id, result: null })
      else waiting.get(message.id)?.(message)
    }
  })

  function next() {
    const end = unread.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const length = Number(/Content-Length: (\d+)/i.exec(unread.toString('latin1', 0, end))[1])
    if (unread.length < end + 4 + length) return undefined
    const body = unread.toString('utf8', end + 4, end + 4 + length)
    unread = unread.subarray(end + 4 + length)
    return JSON.parse(body)
  }

  function send(message) {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  let lastId = 0
  return {
    tell: (method, params) => send({ method, params }),
    ask: (method, params) =>
      new Promise((resolve, reject) => {
        const id = ++lastId
        const timer = setTimeout(() => reject(new Error(`${method}: no answer in ${LONGEST_MS} ms.`)), LONGEST_MS)
        child.once('exit', (code) => reject(new Error(`The language server ended with ${code}.`)))
        waiting.set(id, ({ result, error }) => {
          clearTimeout(timer)
          waiting.delete(id)
          if (error === undefined) resolve(result)
          else reject(new Error(`${method}: ${error.message}`))
        })
        send({ id, method, params })
      }),
    close: () => child.kill(),
  }
}
