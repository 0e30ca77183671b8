import type { ChangeBus, Channels } from '../../../services/common/contracts/settings.ts'

type Published = { readonly [Name in keyof Channels]: Channels[Name][] }

/** A bus that keeps what was published; `onPublish` hears of it at once, within the publish. */
export function recordingBus(onPublish: () => void = () => {}): ChangeBus & { readonly published: Published } {
  const published: Published = { settings: [], conversations: [] }
  return {
    published,
    publish: (channel, message) => {
      published[channel].push(message)
      onPublish()
    },
    subscribe: () => {},
  }
}
