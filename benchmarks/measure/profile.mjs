import { Session } from 'node:inspector/promises'
import { basename } from 'node:path'

/** Samples the CPU while `work` runs and sums self time by function. */
export async function profileRuns(work) {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 100 })
  await session.post('Profiler.start')
  const measured = await work()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return { ...measured, functions: selfTimes(profile) }
}

function selfTimes({ nodes, samples, timeDeltas }) {
  const micros = new Map(nodes.map((node) => [node.id, 0]))
  samples.forEach((id, index) => micros.set(id, micros.get(id) + timeDeltas[index]))
  const sums = new Map()
  let total = 0
  for (const { id, callFrame } of nodes) {
    const place = callFrame.url === '' ? '' : `${basename(callFrame.url)}:${callFrame.lineNumber + 1}`
    const key = `${callFrame.functionName || '(anonymous)'} ${place}`.trim()
    const spent = micros.get(id)
    total += spent
    sums.set(key, (sums.get(key) ?? 0) + spent)
  }
  return [...sums]
    .map(([name, spent]) => ({ name, share: spent / total }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
}
