import { join } from 'node:path'

import { runServer } from 'verdaccio'

// `node server.mjs <folder> <upstream>`: verdaccio on a free port of this machine, which it sends to the process that forked it. It
// keeps what is published in <folder>, and ends with that process. All other packages come from the registry <upstream>.

const [folder, upstream] = process.argv.slice(2)
const everyone = { access: '$all', publish: '$all', unpublish: '$all' }

const server = await runServer({
  self_path: folder,
  storage: join(folder, 'storage'),
  auth: { htpasswd: { file: join(folder, 'htpasswd') } },
  uplinks: { upstream: { url: upstream, cache: false, maxage: '1h', timeout: '60s' } },
  packages: {
    // Only what was published here, even if a public package has the same name.
    '@stageflow/*': everyone,
    stageflow: everyone,
    'create-stageflow': everyone,
    'stageflow-*': everyone,
    '**': { access: '$all', proxy: 'upstream' },
  },
  max_body_size: '50mb',
  web: { enable: false },
  log: { type: 'stdout', format: 'json', level: 'error' },
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
