import { adviceFor, installPrograms, isDebian, isRoot, missingPrograms } from '../../examples/voice/src/install.ts'

// Makes sure that this machine has the programs of examples/voice. As root on Debian it installs them. Otherwise it ends with 77, which
// leaves out the steps that need them.

const missing = missingPrograms()
if (missing.length === 0) console.log('the programs were here already')
else if (isDebian() && isRoot()) {
  await installPrograms(console.log, new AbortController().signal)
} else {
  console.log(adviceFor(missing))
  process.exitCode = 77
}
