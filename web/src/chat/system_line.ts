/**
 * Member and chat events in words. Pure.
 *
 * A line is a list of pieces, so that names and titles, which others chose, can be shown isolated
 * from the words around them.
 */

import type { ChatEvent, MemberEvent, UserId } from "@connect-chat/sdk";

export interface Piece {
  readonly text: string;
  /** Somebody else's words: shown in their own direction, and marked. */
  readonly quoted: boolean;
}

/** Of a hundred invited at once the first few are named. */
const NAMES_MAX = 4;

export function systemLine(event: MemberEvent | ChatEvent, self: UserId): readonly Piece[] {
  return event.kind === "member" ? memberLine(event, self) : chatLine(event, self);
}

/** The line as one text, for labels. */
export function lineText(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join("");
}

const say = (text: string): Piece => ({ text, quoted: false });
const quote = (text: string): Piece => ({ text, quoted: true });

function person(user: UserId, self: UserId, begins: boolean): Piece {
  if (user !== self) return quote(user);
  return say(begins ? "You" : "you");
}

function people(users: readonly UserId[], self: UserId): Piece[] {
  const named = users.length > NAMES_MAX ? users.slice(0, NAMES_MAX - 1) : users;
  const rest = users.length - named.length;
  const pieces: Piece[] = [];
  for (const [index, user] of named.entries()) {
    const last = index === named.length - 1 && rest === 0;
    if (index > 0) pieces.push(say(last ? " and " : ", "));
    pieces.push(person(user, self, false));
  }
  if (rest > 0) pieces.push(say(` and ${rest} others`));
  return pieces;
}

function memberLine(event: MemberEvent, self: UserId): Piece[] {
  const actor = person(event.from, self, true);
  const alone = event.users.length === 1 && event.users[0] === event.from;
  const who = people(event.users, self);
  switch (event.change) {
    case "joined":
      return alone ? [actor, say(" joined")] : [actor, say(" added "), ...who];
    case "left":
      return [actor, say(" left")];
    case "removed":
      return alone ? [actor, say(" left")] : [actor, say(" removed "), ...who];
    case "role":
      return [actor, say(" made "), ...who, say(` ${roleWords(event.role, event.users.length)}`)];
  }
}

function roleWords(role: MemberEvent["role"], count: number): string {
  if (role === undefined) return "a member";
  const article = role === "member" ? "a" : "an";
  return count === 1 ? `${article} ${role}` : `${role}s`;
}

function chatLine(event: ChatEvent, self: UserId): Piece[] {
  const actor = person(event.from, self, true);
  const { title, topic, visibility, joinable } = event.changes;
  if (event.created === true) return createdLine(event, actor);
  const said: Piece[][] = [];
  if (title !== undefined)
    said.push(
      title === "" ? [say("removed the title")] : [say("renamed the chat to "), quote(title)],
    );
  if (topic !== undefined)
    said.push(topic === "" ? [say("removed the topic")] : [say("set the topic to "), quote(topic)]);
  if (visibility !== undefined) said.push([say(visibilityWords(visibility))]);
  if (joinable !== undefined) said.push([say(joinableWords(joinable))]);
  if (said.length === 0) return [actor, say(" changed the chat")];
  return [actor, ...said.flatMap((pieces, index) => [say(index === 0 ? " " : ", "), ...pieces])];
}

function createdLine(event: ChatEvent, actor: Piece): Piece[] {
  if (event.type === "direct") return [actor, say(" started the chat")];
  const { title } = event.changes;
  if (title === undefined || title === "") return [actor, say(" created the group")];
  return [actor, say(" created the group "), quote(title)];
}

function visibilityWords(visibility: "joined" | "full"): string {
  return visibility === "full"
    ? "let new members see the whole history"
    : "hid earlier messages from new members";
}

function joinableWords(joinable: boolean): string {
  return joinable ? "let everybody with the link join" : "closed the chat to newcomers";
}
