/** The protocol's bounds on what people type into forms, checked before anything is sent. Pure. */

import { byteLength } from "./text.js";

const USER_BYTES_MAX = 128;
const TITLE_BYTES_MAX = 256;
const TOPIC_BYTES_MAX = 1024;
/** A chat is created with up to 100 members, its creator among them. */
export const MEMBERS_CHOSEN_MAX = 99;

/** What is wrong with a user's name, or null. */
export function userProblem(name: string): string | null {
  if (name === "") return "Enter a name.";
  if (/\p{Cc}/u.test(name)) return "A name has no line breaks or control characters.";
  if (byteLength(name) > USER_BYTES_MAX) return "That name is too long.";
  return null;
}

export function titleProblem(title: string): string | null {
  if (title === "") return "Give the group a name.";
  if (byteLength(title) > TITLE_BYTES_MAX) return "That name is too long.";
  return null;
}

export function topicProblem(topic: string): string | null {
  return byteLength(topic) > TOPIC_BYTES_MAX ? "That description is too long." : null;
}

/** A chat's id, out of an id or an invitation's address; null when it is neither. */
export function chatIdIn(text: string): string | null {
  const last = text.trim().split("/").pop() ?? "";
  const id = decoded(last.split(/[?#]/u)[0] ?? "");
  return id !== null && isChatId(id) ? id : null;
}

export function isChatId(text: string): boolean {
  return /^[A-Za-z0-9._:-]{1,64}$/u.test(text);
}

/** Percent-decoded; null when it is not well formed. */
export function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
