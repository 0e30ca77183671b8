import { type Requirement, requirementsOf } from './requirement.ts'

const machine = (name: string): string => `tests/web/protocol/connection-machine.test.ts: ${name}`
const connecting = (name: string): string => `tests/web/protocol/connecting.test.ts: ${name}`
const asking = (name: string): string => `tests/web/protocol/asking.test.ts: ${name}`
const following = (name: string): string => `tests/web/protocol/following.test.ts: ${name}`
const pictures = (name: string): string => `tests/web/protocol/pictures.test.ts: ${name}`
const fold = (name: string): string => `tests/web/protocol/fold-answer.test.ts: ${name}`
const rest = (name: string): string => `tests/web/protocol/rest.test.ts: ${name}`
const gateway = (name: string): string => `tests/web/protocol/real-gateway.test.ts: ${name}`
const house = (name: string): string => `tests/web/protocol/real-house.system.test.ts: ${name}`

export const pageClientRequirements: readonly Requirement[] = requirementsOf('deliver.6', 'page deliver 1', [
  [
    'client-hello',
    'The typed client knows no DOM, runs under Node, and says hello with its token inside of the frame.',
    connecting('says hello with its token inside of the frame, and shows what the house says of the session'),
    house('the example of the guide runs as it stands there'),
  ],
  [
    'client-pair',
    'A code makes a program a device; a wrong one says so; signing out ends the device at the house.',
    connecting('waits for a code without a credential, and connects when it has one'),
    connecting('says so when the code is wrong, and stays signed out'),
    connecting('ends the session at the house, and forgets the device'),
    connecting('is done here also when the house cannot be reached'),
    house('a device pairs, asks, sees its conversation on every device, and signs out'),
  ],
  [
    'client-reconnect',
    'The client has at most one socket, comes back by itself after the codes that say so, with backoff and jitter, and after no other.',
    machine('never has two sockets, whatever happens in whatever order'),
    machine('has a timer exactly while it opens or waits, and asks for a token when it needs one'),
    machine('comes back after every code that says so, with a wait of 0.5 to 30 s, and after no other'),
    machine('comes back after exactly the codes that the protocol lists'),
    machine('waits longer from failure to failure, to 30 s, and begins anew after a connection that held'),
    machine('keeps the time that a stopping house gave it'),
    machine('tries now when it is woken, and asks a connection that stands whether it does'),
    connecting('comes back after %i, with what it needs to resume'),
    connecting('does not come back after %i, and says what to do'),
    connecting('asks when nothing came for long, and starts anew when nothing comes then'),
    connecting('gives up on a house that does not greet, and tries again'),
    house('a house that is killed and started again heals without the user'),
  ],
  [
    'client-token',
    'Session tokens are fetched once for all, renewed in band and by the device; only a refused device signs out.',
    machine('renews a refused token once at once, then with backoff, and signs out only when the device is refused'),
    machine('forgets the device only when it is refused or the user signs out'),
    connecting('are fetched once for all who need one'),
    connecting('are fetched again before they end'),
    connecting('are renewed in band before the session ends'),
    connecting('are renewed by the device when the house no longer takes one'),
    connecting('end with the device: a refused secret signs out and is forgotten'),
    connecting('do not sign out when the house is only busy or gone'),
    rest('renew a token that the house no longer takes, once'),
  ],
  [
    'client-answer',
    'An answer is the same however its stream is cut, joined, lost, replayed or trimmed.',
    fold('comes to what the model said, however the stream is cut, joined, lost, replayed or trimmed'),
    fold('is at every number the same, token by token or in one read'),
    fold('is not written to: what a view holds stays as it was'),
    fold('stops at a gap, also at one inside of a joined delta'),
    asking('that did not arrive is asked again under the same key'),
    asking('goes on after the last number when the connection was lost'),
    asking('is read again from the last good number where numbers are missing'),
    gateway('an answer comes whole and in order, wherever the wire is cut'),
    gateway('a question whose connection broke as it was asked is answered once'),
  ],
  [
    'client-follow',
    'An answer being given is read from any device, cancelled, or left to go on.',
    following('is read from its beginning, once for all who follow it'),
    following('is shown from the snapshot where its beginning is no longer kept'),
    following('before the house took it is cancelled by its lane, also on the next connection'),
    following('while there is no connection is cancelled on the next one'),
    following('goes on at the house, and changes no more here'),
    gateway('another client follows it, and either can stop it'),
  ],
  [
    'client-elsewhere',
    'An answer that is no longer streamed sends the view to the conversation.',
    asking('whose answer is no longer streamed sends the view to the conversation'),
    following('and was trimmed is over with its snapshot: %s'),
  ],
  [
    'client-pictures',
    'Binary frames are those of the house; pictures sharpen; uploads go in chunks and can be taken back.',
    'tests/web/protocol/binary-frame.test.ts: are, byte for byte, those of the house',
    'tests/web/protocol/picture-assembly.test.ts: come whole, however they are cut, and beside each other',
    pictures('sharpens with every one that came whole'),
    pictures('whose last bytes were lost with the connection is to be fetched'),
    pictures('that only a replay mentions is to be fetched, and the next ones come with their bytes'),
    pictures('are uploaded before it, in chunks, and again on the next connection'),
    pictures('are not sent on when the question is cancelled meanwhile'),
    gateway('an upload reaches the model as it was'),
    house('a picture sharpens in at least three steps, is kept, and can be asked about'),
  ],
  [
    'client-rest',
    'The client reads and changes conversations, and says what to do when it cannot.',
    rest('list, find, read, rename and remove conversations'),
    rest('read all messages of a conversation, page by page'),
    rest('fail with what the house says'),
    rest('say what to do without a house, without a pairing, and where something else answers'),
  ],
])
