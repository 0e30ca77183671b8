import { type Requirement, requirementsOf } from './requirement.ts'

const attach = (name: string): string => `tests/gateway/attach.test.ts: ${name}`
const real = (name: string): string => `tests/gateway/attach-real-router.test.ts: ${name}`
const resume = (name: string): string => `tests/gateway/resume.test.ts: ${name}`
const news = (name: string): string => `tests/gateway/conversation-news.test.ts: ${name}`
const upload = (name: string): string => `tests/gateway/uploads.test.ts: ${name}`

const behaviours = requirementsOf('deliver.6', 'page deliver 1', [
  [
    'attach-place',
    'A newer attach takes the place of the older reading; an attached run uses a lane, or is refused.',
    attach('takes over from an older reading of the same run in the same session'),
    attach('uses a lane, and leaves an older reading alone when there is none'),
    attach('works by %s'),
  ],
  [
    'attach-pictures',
    'Pictures from before an attach are announced without their bytes.',
    attach('announces pictures that were there before without their bytes, and sends those that come after'),
  ],
  [
    'resume',
    'A session goes on after its socket broke, for 120 s, with its lanes and the runs that go on.',
    resume('goes on after its socket broke, with the same id, a new token, and the runs that go on'),
    resume('is new, without an error, for a wish that is wrong, unknown, of another user, or used before'),
    resume('is forgotten after its time'),
    resume('remembers so many closed sessions, the newest ones'),
    resume('hands the runs of a lane over in order, those of the socket before first'),
    real('a socket that is cut mid-answer comes back as the same session and misses nothing'),
    real('a lane goes on in order after a resume'),
  ],
  [
    'live',
    'With the feature conversations a session begins with the runs of its user that go on.',
    resume('comes with the feature conversations, for the runs of this principal only'),
    resume('is left out when the router cannot say, and the session opens all the same'),
  ],
  [
    'news-bounds',
    'News go to few of very many sessions and never fill a slow socket.',
    news('goes only to those that asked for it, the newest of them, where the owner has very many sessions'),
    news('never overflows a socket that takes nothing; the latest of each conversation comes once it does'),
    news('wait latest first to be replaced, bounded, in the order they last changed'),
  ],
  [
    'upload-bounds',
    'Uploads are bounded in size, number, memory of the process and rate.',
    upload('of 20 MiB, twice, comes through at once with the default limits'),
    upload('that was used gives way to new ones, the oldest first; one that was not stays'),
    upload('belongs to its connection: its bytes are given back when that ends'),
    upload('counts the frames of an announced upload by their bytes, and small or further ones as frames'),
    upload('bounds the bytes of uploads over time'),
  ],
])

const messages = requirementsOf('message', 'WebSocket reference', [
  [
    'response.attach',
    'Reads a run of the user from any socket, from any number on.',
    attach('gives another socket of the user exactly the rest of an answer, from the middle on'),
    attach('refuses %s and says to what'),
    attach('bounds the attaches that a router does not answer, and forgets them with the socket'),
  ],
  [
    'response.attached',
    'Comes before the events and says how the run stands.',
    attach('replays an answer that has ended, or says only how it ended'),
  ],
  [
    'response.snapshot',
    'Stands for events that are no longer kept.',
    attach('begins with a snapshot where the wanted part is no longer kept'),
    'tests/gateway/idempotency.test.ts: is answered by response.created and then by what is left',
  ],
  [
    'response.detach',
    'Stops the reading, not the run.',
    attach('stops the reading, not the run, and may come again'),
    attach('takes back an attach that the router has not answered'),
  ],
  [
    'conversation.updated',
    'Tells the sessions of the owner, and nobody else, that a conversation changed.',
    news('goes to every session of the owner, of all its credentials, and to nobody else'),
  ],
  [
    'blob.begin',
    'Announces an upload that a message can use once it is whole.',
    upload('of 5 MB reaches the router as the picture of a message, as often as it is named'),
    upload('is refused for %s, by path, and the session goes on'),
  ],
  [
    'blob.end',
    'Checks length, hash and kind of what came.',
    upload('is refused for %s, by path, and the session goes on'),
    upload('that fails is told once with the event_id of its beginning, however much of it still comes'),
  ],
  [
    'binary.upload',
    'Chunks of an upload, in order.',
    upload('gives back the bytes, whatever the chunks'),
    upload('never takes a chunk that is missing, twice there or moved for whole'),
  ],
])

const closes = requirementsOf('close', 'WebSocket reference, close codes', [
  [
    '4409',
    'The session goes on with another socket.',
    resume('is taken over with 4409 from a socket that is still open; its runs go on and are read by the new one'),
  ],
])

/** What the page needs of the socket: to come back, to hear of other devices, to send pictures. */
export const pageGatewayRequirements: readonly Requirement[] = [...behaviours, ...messages, ...closes]
