import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { build } from 'esbuild'

import { linkModules } from '../scripts/docs/snippet-runner.mjs'
import { snippetsOf } from '../scripts/docs/snippets.mjs'

const FOLDER = import.meta.dirname
const ROOT = join(FOLDER, '..')
const PAGE = 'docs/how-to/use-chat.md'

const START = `
  import { createRoot } from 'react-dom/client'
  import { Chat } from './chat.jsx'
  createRoot(document.querySelector('main')).render(<Chat />)`
const SERVE = `
  import { serve } from '@hono/node-server'
  import { app } from './server.ts'
  export const server = serve({ fetch: app.fetch, port: 0 })`

/**
 * Starts the server of docs/how-to/use-chat.md, and bundles its page. Both are the fences of that file; only the answers of the model are
 * those of \`script\`.
 */
export async function startChatPage(script) {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-chat-page-'))
  const text = readFileSync(join(ROOT, PAGE), 'utf8')
  for (const { file, body } of snippetsOf(PAGE, text).snippets) writeFileSync(join(folder, file), body)
  const [, page] = /^```jsx\n(.*?)^```$/ms.exec(text)
  const model = readFileSync(join(folder, 'model.ts'), 'utf8')
  const scripted = model.replace(/fakeModelServer\(\[.*?^\]\)/ms, `fakeModelServer(${JSON.stringify(script)})`)
  const files = {
    'package.json': '{ "type": "module" }',
    'chat.jsx': page,
    'start.jsx': START,
    'serve.ts': SERVE,
    'model.ts': scripted,
  }
  for (const [file, body] of Object.entries(files)) writeFileSync(join(folder, file), body)
  mkdirSync(join(folder, 'node_modules'))
  linkModules(ROOT, folder)
  const { server } = await import(join(folder, 'serve.ts'))
  const { requests } = await import(join(folder, 'model.ts'))
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'start.jsx')],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    platform: 'browser',
    nodePaths: [join(FOLDER, 'node_modules')],
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  })
  return {
    origin: `http://localhost:${server.address().port}`,
    html: `<!doctype html><title>Chat</title><main></main><script type="module">${outputFiles[0].text.replaceAll('</script', '<\\/script')}</script>`,
    /** The requests to the model. */
    requests,
    close() {
      server.close()
      server.closeAllConnections()
      rmSync(folder, { recursive: true })
    },
  }
}
