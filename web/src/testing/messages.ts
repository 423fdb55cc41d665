/** Messages for tests and the playground, from the little that matters in each case. */

import type { Body, ChatEvent, FoldedMessage, MemberEvent } from "@connect-chat/sdk";

interface Place {
  readonly seq: number;
  readonly from: string;
  readonly ts: number;
}

function common({ seq, from, ts }: Place) {
  return { chat: "chat", id: ts * 2048 + seq, seq, ts, from, key: `key-${seq}` };
}

export function said(place: Place, text: string, more: Partial<FoldedMessage> = {}): FoldedMessage {
  return { ...common(place), kind: "message", body: { text }, ...more };
}

export function attached(
  place: Place,
  attachments: NonNullable<Extract<Body, { attachments?: unknown[] }>["attachments"]>,
): FoldedMessage {
  return { ...common(place), kind: "message", body: { text: "", attachments } };
}

export function deleted(place: Place): FoldedMessage {
  return { ...common(place), kind: "message", deleted: { by: place.from, ts: place.ts } };
}

export function membership(
  place: Place,
  change: MemberEvent["change"],
  users: string[],
): MemberEvent {
  return { ...common(place), kind: "member", change, users };
}

export function changedChat(place: Place, changes: ChatEvent["changes"]): ChatEvent {
  return { ...common(place), kind: "chat", changes };
}
