// A collector: it takes batches of events over HTTP, and responds once they are in the file that the path names. The test of an
// outage kills it. Arguments: the socket it listens on, and the folder of its files.
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import process from 'node:process'
import { text } from 'node:stream/consumers'

import type { StageflowEvent } from '@stageflow/core'

import { JsonlExporter } from '../src/index.ts'

const [, , socket = '', folder = ''] = process.argv
const files = new Map<string, JsonlExporter>()

const server = createServer((request, response) => {
  void (async () => {
    const name = (request.url ?? '/').slice(1)
    const file = files.get(name) ?? new JsonlExporter({ path: join(folder, `${name}.jsonl`) })
    files.set(name, file)
    await file.export(JSON.parse(await text(request)) as readonly StageflowEvent[])
    response.writeHead(204).end()
  })()
})
// Left by a collector that was killed.
rmSync(socket, { force: true })
server.listen(socket, () => void process.stdout.write('ready\n'))
