/** Holds what browsers show against what the server has. */

import { expect } from "vitest";
import type { Message } from "../../../sdk/typescript/src/protocol/types.js";
import { PATIENCE_MS } from "./paths.js";
import type { Person } from "./person.js";
import type { Account } from "./rest.js";

interface Said {
  readonly seq: number | null;
  readonly text: string | null;
}

/** What a view has to show of a chat: each message that is text, and that there were others. */
export function expectedOf(history: readonly Message[]): Said[] {
  return history.map((message) => ({ seq: message.seq, text: textOf(message) }));
}

export function textOf(message: Message): string | null {
  if (message.kind !== "message" || message.body === undefined) return null;
  return "text" in message.body && typeof message.body.text === "string" ? message.body.text : null;
}

/**
 * Waits until all of them show the whole history of the open chat as the server has it, each
 * message once and in order, and nothing beside it; answers that history.
 */
export async function agree(
  people: readonly Person[],
  account: Account,
  chat: string,
): Promise<Message[]> {
  const history = await account.history(chat);
  for (const person of people)
    await expect
      .poll(() => shownBy(person), {
        timeout: PATIENCE_MS,
        message: `seen by ${person.device.name}`,
      })
      .toEqual(expectedOf(history));
  return history;
}

async function shownBy(person: Person): Promise<Said[]> {
  return (await person.timeline.readAll()).map(({ seq, text }) => ({ seq, text }));
}
