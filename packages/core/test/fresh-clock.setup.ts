import { afterEach } from 'vitest'
import { renewClock } from './fresh-clock.ts'

afterEach(renewClock)
