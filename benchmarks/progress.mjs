import { styleText } from 'node:util'

const WIDTH = 24

/** Shows on standard error what is being measured: one line that renews itself on a terminal, a line per group in a pipe. */
export function createProgress(total, stream = process.stderr) {
  const startedAt = performance.now()
  let lastGroup = ''
  return {
    at(done, group, what) {
      const left = done < 5 ? '' : ` · ${clock(((performance.now() - startedAt) / done) * (total - done))} left at most`
      if (stream.isTTY) {
        const filled = Math.round((WIDTH * done) / total)
        const bar = styleText('green', '█'.repeat(filled), { stream }) + '░'.repeat(WIDTH - filled)
        stream.write(`\r\x1b[2K${bar} ${done}/${total} ${group}: ${what}${left}`)
      } else if (group !== lastGroup) stream.write(`${done}/${total} ${group}${left}\n`)
      lastGroup = group
    },
    end() {
      const line = `${total} cases in ${clock(performance.now() - startedAt)}\n`
      stream.write(stream.isTTY ? `\r\x1b[2K${line}` : line)
    },
  }
}

const clock = (ms) => `${Math.floor(ms / 60_000)}:${String(Math.floor((ms / 1000) % 60)).padStart(2, '0')}`
