import { execFileSync } from 'node:child_process'
import { createReadStream, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'

// The packed packages of a folder as npm would serve them, so that what is not published yet installs by its name.

/** Serves the tarballs of `folder` on a free port of this machine; with `npmrc` npm takes packages of `scope` from there. */
export async function localRegistry(folder, scope) {
  const packages = new Map()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.tgz'))) {
    const manifest = JSON.parse(
      execFileSync('tar', ['-xOf', join(folder, file), 'package/package.json'], { encoding: 'utf8' }),
    )
    packages.set(manifest.name, { manifest, file })
  }
  const server = createServer((request, response) => {
    response.setHeader('cache-control', 'no-store') // the next run may serve another build at the same address
    const path = decodeURIComponent(request.url ?? '').slice(1)
    if (path.startsWith('-/'))
      return createReadStream(join(folder, basename(path)))
        .on('error', () => response.destroy())
        .pipe(response)
    const found = packages.get(path)
    response.statusCode = found === undefined ? 404 : 200
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(found === undefined ? { error: `no ${path}` } : packument(found, url)))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  return {
    npmrc: `${scope}:registry=${url}/\n`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

function packument({ manifest, file }, url) {
  const { name, version } = manifest
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist: { tarball: `${url}/-/${file}` } } },
  }
}
