import {
  type Machine as ProgramMachine,
  findProgram,
  isExecutable,
  thisMachine,
} from '../../interceptor-idempotency/test/find-program.ts'

// The tests start the Prometheus at PROMETHEUS, otherwise the one on the PATH. On Debian they install it if it is missing.
// Without it they fail.

export interface Machine extends ProgramMachine {
  /** The path of the program that the environment names. */
  readonly prometheus: string | undefined
}

const PROMETHEUS = {
  name: 'prometheus',
  tests: 'interceptor-metrics',
  instead: 'set PROMETHEUS to the path of your own program',
  advice: (why: string): string =>
    `The tests of interceptor-metrics need Prometheus. ${why} Set PROMETHEUS to the path of the program, with promtool ` +
    'beside it, or install it (Debian and Ubuntu: apt-get install prometheus, macOS: brew install prometheus), and run ' +
    'the tests again.',
}

export async function findPrometheus(
  machine: Machine = { ...thisMachine(), prometheus: process.env['PROMETHEUS'] },
): Promise<string> {
  if (!machine.prometheus) return findProgram(PROMETHEUS, machine)
  if (isExecutable(machine.prometheus)) return machine.prometheus
  throw new Error(PROMETHEUS.advice(`PROMETHEUS is "${machine.prometheus}", which is not a program.`))
}
