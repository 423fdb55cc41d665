/** What went wrong, in words for people, for every code of the protocol: the one place. */

import { ConnectError } from "@connect-chat/sdk";

type Code = ConnectError["code"];

/** Where a code means the same whatever was tried. */
const WORDS: Readonly<Record<Code, string>> = {
  offline: "You are offline. Try again once you are connected.",
  closed: "The connection was closed. Reload the page and try again.",
  forbidden: "You are not allowed to do that here.",
  not_found: "There is no such chat, or you may not see it.",
  conflict: "That does not fit the chat as it is now. Somebody may have changed it meanwhile.",
  rate_limited: "That was too much at once. Wait a moment and try again.",
  overloaded: "The server is busy. Wait a moment and try again.",
  unavailable: "The server could not do it right now. Wait a moment and try again.",
  retry_in_order: "The server is busy. Wait a moment and try again.",
  sync_required: "The chat has moved on. Wait a moment and try again.",
  too_large: "That is too long.",
  token_missing: "You are no longer signed in. Sign in again.",
  token_invalid: "The server does not accept your sign-in. Sign in again.",
  token_expired: "Your sign-in has expired. Sign in again.",
  origin_not_allowed: "The server does not serve this page's address.",
  key_expired: "That was too long ago to be sent now. Do it again.",
  key_in_future: "This device's clock is wrong. Set it and try again.",
  key_invalid: "The server did not understand this app. Reload the page.",
  key_reused: "The server did not understand this app. Reload the page.",
  cursor_invalid: "The server did not understand this app. Reload the page.",
  json_invalid: "The server did not understand this app. Reload the page.",
  field_missing: "Something is missing.",
  field_invalid: "The server does not accept that.",
  field_unknown_type: "The server did not understand this app. Reload the page.",
  unknown_operation: "The server did not understand this app. Reload the page.",
  method_not_allowed: "The server did not understand this app. Reload the page.",
  media_type: "The server did not understand this app. Reload the page.",
  internal: "Something went wrong on the server. Try again later.",
};

/** The error in words; `special` has better ones for what was tried. */
export function describeError(
  error: unknown,
  special: Partial<Readonly<Record<Code, string>>> = {},
): string {
  if (!(error instanceof ConnectError)) return "Something went wrong in the app. Try again.";
  return special[error.code] ?? fieldWords(error) ?? WORDS[error.code] ?? WORDS.internal;
}

const FIELDS: Readonly<Record<string, string>> = {
  user: "The server does not accept that name.",
  users: "The server does not accept one of these names.",
  members: "The server does not accept one of these members.",
  title: "The server does not accept that title.",
  topic: "The server does not accept that description.",
  chat: "That is no id of a chat.",
};

function fieldWords(error: ConnectError): string | undefined {
  return error.field === undefined ? undefined : FIELDS[error.field];
}

/** For joining: the server answers alike for a group that is not there and one that is closed. */
export const JOIN_ERRORS = {
  not_found: "There is no group with this id that you can join.",
  forbidden: "This group cannot be joined by its id. Ask a member to add you.",
} as const;

/** For sending, which is refused on the device itself: not the server is busy then. */
export const QUEUE_ERRORS = {
  overloaded: "Too many messages wait to be sent. Try again once some of them are.",
} as const;
