/** Made from api/*.json by scripts/generate.mjs (npm run generate): change those. */

/** What an answer's `error.code` can be. */
export const ERROR_CODES = [
  "token_missing",
  "token_invalid",
  "token_expired",
  "forbidden",
  "origin_not_allowed",
  "not_found",
  "method_not_allowed",
  "conflict",
  "key_reused",
  "too_large",
  "media_type",
  "json_invalid",
  "field_missing",
  "field_invalid",
  "field_unknown_type",
  "key_invalid",
  "key_expired",
  "key_in_future",
  "cursor_invalid",
  "unknown_operation",
  "sync_required",
  "rate_limited",
  "overloaded",
  "unavailable",
  "retry_in_order",
  "internal",
] as const;

/**
 * What the server closes a session with.
 * A client comes back after 4000 to 4499, after the delay in milliseconds that the reason gives in digits. It does not by itself after 4500 to 4999.
 */
export const CLOSE_CODES = {
  /** The answer to the client's close. */
  normal: 1000,
  /** The server is going away. */
  goingAway: 1001,
  /** Not WebSocket. As RFC 6455 says. */
  protocolError: 1002,
  /** A binary message. As RFC 6455 says. */
  unsupportedData: 1003,
  /** Text that is not UTF-8. As RFC 6455 says. */
  invalidUtf8: 1007,
  /** Too many messages behind an unanswered hello, too many pings, or on and on beyond the rate limit. As RFC 6455 says. */
  policy: 1008,
  /** A message of more than 64 KiB. As RFC 6455 says. */
  tooBig: 1009,
  /** The server goes down, and another one comes. */
  serviceRestart: 1012,
  /** No hello in time. */
  noHello: 4401,
  /** The token expired, and no hello brought another one. */
  tokenExpired: 4402,
  /** The client reads too slowly, or was not heard for 50 s. */
  tooSlow: 4408,
  /** Too many newcomers, or more than 100 sessions of one user. */
  tooMany: 4429,
  /** The token was refused; hello was answered by the reason. */
  tokenRefused: 4501,
  /** The key that signed the token is no longer trusted. */
  tokenRevoked: 4503,
  /** Replaced by a newer session of the same device. */
  replaced: 4509,
} as const;
