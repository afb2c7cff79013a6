import { spawn } from 'node:child_process'

// Runs on any Node from 20 on, before anything is installed: nothing but built-in modules here.

/** Runs `npx --yes …args` in `root` without a prompt; rejects with what it printed and what to do about it. */
export function npx(root, args) {
  // CI=true: pnpm never asks. The log level undoes the silence of .npmrc, which would hide why npx failed.
  const env = { ...process.env, CI: 'true', npm_config_loglevel: 'error', npm_config_fetch_retry_mintimeout: '1000' }
  const windows = process.platform === 'win32'
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['--yes', ...args], {
      cwd: root,
      env,
      shell: windows,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stop = () => {
      child.kill()
      process.exit(130)
    }
    process.once('SIGINT', stop)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('error', (error) => reject(new Error(explain(error.code ?? error.message, args))))
    child.on('close', (code, signal) => {
      process.off('SIGINT', stop)
      if (code === 0) resolve(output)
      else reject(new Error(explain(output, args, code ?? signal)))
    })
  })
}

function explain(output, args, code) {
  if (output === 'ENOENT')
    return 'set up: npx was not found. It comes with npm: install npm 7 or newer, then try again.'
  const tail = output.trim().split('\n').slice(-15).join('\n')
  const offline =
    /ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|META_FETCH_FAIL|error sending request/i
  const advice = offline.test(output)
    ? 'The npm registry could not be reached. Check the network, the proxy and `npm config get registry`, then try again.'
    : 'Run the same command again; it takes up where this one stopped. If it fails again, remove node_modules first.'
  return `${tail}\n\nset up: \`npx --yes ${args.join(' ')}\` failed (${code}). ${advice}`
}
