import { spawnSync } from 'node:child_process'
import { availableParallelism, cpus, platform, totalmem } from 'node:os'
import { peers, versionOf } from './peers/index.mjs'
import { node22 } from './places.mjs'

/** The kind of machine, never its name: enough to judge whether two runs may be compared. */
export function readMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    platform: platform(),
    node: process.version,
    node22: spawnSync(node22, ['--version'], { encoding: 'utf8' }).stdout.trim(),
    versions: Object.fromEntries(peers.flatMap(({ packages = [] }) => packages).map((name) => [name, versionOf(name)])),
  }
}
