import { onInterrupt } from '../src/interrupts.ts'

// Does not stop when it is asked to, as a stage that ignores its signal.
setInterval(() => {}, 1_000)
onInterrupt(() => console.log('asked'))
console.log('ready')
