import type { ServerInterceptor, ServerOptions } from '@grpc/grpc-js'
import type { ChannelOptions } from 'nice-grpc'

/** Largest message. A request may hold the pictures of its input; streams keep to far less (batch-frames.ts). */
export const messageMiB = 48
const messageBytes = messageMiB * 1024 * 1024

const common: ChannelOptions = {
  'grpc.max_receive_message_length': messageBytes,
  'grpc.max_send_message_length': messageBytes,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5000,
  /** Megabytes; grpc-js has no bound of its own. */
  'grpc-node.max_session_memory': 64,
}

/** `guard` sees every call before anything of its message is read. nice-grpc hands all options on to grpc-js. */
export const serverOptions = (guard: ServerInterceptor): ServerOptions => ({
  ...common,
  'grpc.max_concurrent_streams': 4096,
  interceptors: [guard],
})

export const clientOptions: ChannelOptions = {
  ...common,
  'grpc.keepalive_permit_without_calls': 1,
  /** The router is the only retry loop. */
  'grpc.enable_retries': 0,
  /** A peer that restarts is found again within a second; the default waits up to two minutes. */
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.use_local_subchannel_pool': 1,
}
