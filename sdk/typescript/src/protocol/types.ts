/**
 * The shapes of the protocol, under the names that its documentation uses. All of them come from the
 * descriptions in api/*.json.
 */

import type { components } from "./generated/schemas.js";

type Schemas = components["schemas"];

export type ChatId = Schemas["Chat"];
export type UserId = Schemas["User"];
export type EventId = Schemas["EventId"];
export type Seq = Schemas["Seq"];
export type Key = Schemas["Key"];
export type Role = Schemas["Role"];
export type Visibility = Schemas["Visibility"];
export type ChatType = Schemas["Type"];
export type Place = Schemas["Place"];
export type Attachment = Schemas["Attachment"];
export type Body = Schemas["Body"];
export type Event = Schemas["Event"];
export type MessageEvent = Schemas["MessageEvent"];
export type EditEvent = Schemas["EditEvent"];
export type DeleteEvent = Schemas["DeleteEvent"];
export type ReactEvent = Schemas["ReactEvent"];
export type MemberEvent = Schemas["MemberEvent"];
export type ChatEvent = Schemas["ChatEvent"];
export type Message = Schemas["Message"];
export type FoldedMessage = Schemas["FoldedMessage"];
export type Missing = Schemas["Missing"];
export type Page = Schemas["Page"];
export type Events = Schemas["Events"];
export type Appended = Schemas["Appended"];
export type Created = Schemas["Created"];
export type ChatInfo = Schemas["ChatInfo"];
export type SyncEntry = Schemas["SyncEntry"];
export type Sync = Schemas["Sync"];
export type Marked = Schemas["Marked"];
export type ReceiptList = Schemas["Receipts"];
export type Member = Schemas["Member"];
export type Members = Schemas["Members"];
export type Limits = Schemas["Limits"];
export type ProtocolError = Schemas["Error"];
export type ErrorCode = ProtocolError["code"];

/** What a session can be asked for or told. */
export type Operation = keyof Schemas["Requests"];
/** Those that are answered: all but `typing`. */
export type AnsweredOperation = keyof Schemas["Replies"];
/** The fields of an operation. */
export type RequestOf<O extends Operation> = Schemas["Requests"][O];
/** What its `ok` holds. */
export type ReplyOf<O extends AnsweredOperation> = Schemas["Replies"][O];
export type HelloReply = Schemas["HelloReply"];

/** What comes unasked. */
export type PushName = keyof Schemas["Pushes"];
export type PushOf<P extends PushName> = Schemas["Pushes"][P];
/** A push with its name: narrowed by it. */
export type Push = { [P in PushName]: { readonly name: P; readonly value: PushOf<P> } }[PushName];
export type MarkedPush = Schemas["MarkedPush"];
/** Somebody's presence as the server says it; apps see `Presence`. */
export type UserPresence = Schemas["Presence"];
