import { direct, pipe } from './floor.ts'
import { hearth } from './hearth.ts'
import { peers } from './peers.ts'
import type { Subject } from './subject.ts'

/** Everything that can be measured, in the order of the tables. */
export const subjects: readonly Subject[] = [
  direct,
  pipe,
  hearth('ws', 'never'),
  hearth('http', 'never'),
  hearth('ws', 'auto'),
  hearth('http', 'auto'),
  ...peers,
]
