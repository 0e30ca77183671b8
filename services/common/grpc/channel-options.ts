import type { ChannelOptions } from 'nice-grpc'

/** Streams send messages of at most 1 MiB (batch-frames.ts); a request may hold the pictures of its input. */
const messageBytes = 48 * 1024 * 1024

const common: ChannelOptions = {
  'grpc.max_receive_message_length': messageBytes,
  'grpc.max_send_message_length': messageBytes,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5000,
  /** Megabytes; grpc-js has no bound of its own. */
  'grpc-node.max_session_memory': 64,
}

export const serverOptions: ChannelOptions = { ...common, 'grpc.max_concurrent_streams': 4096 }

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
