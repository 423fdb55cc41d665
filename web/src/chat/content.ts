/**
 * What a message says, read out of its body without trusting it: a body is whatever its sender put
 * there, and the types of the protocol leave it open.
 */

import type { Attachment, Body, EventId } from "@connect-chat/sdk";

export interface Content {
  readonly text: string;
  readonly replyTo: EventId | null;
  readonly attachments: readonly Attachment[];
}

/** The protocol's bound; what is beyond it is not shown. */
const ATTACHMENTS_MAX = 10;

const nothing: Content = { text: "", replyTo: null, attachments: [] };

export function contentOf(body: Body | undefined): Content {
  if (body === undefined) return nothing;
  const text = "text" in body && typeof body.text === "string" ? body.text : "";
  const replyTo = "reply_to" in body && typeof body.reply_to === "number" ? body.reply_to : null;
  return { text, replyTo, attachments: attachmentsOf(body) };
}

function attachmentsOf(body: Body): readonly Attachment[] {
  if (!("attachments" in body) || !Array.isArray(body.attachments)) return [];
  return body.attachments.filter(isAttachment).slice(0, ATTACHMENTS_MAX);
}

function isAttachment(value: unknown): value is Attachment {
  return (
    typeof value === "object" && value !== null && "url" in value && typeof value.url === "string"
  );
}

/** A body with this text in place of its own; what else it carries stays. */
export function withText(body: Body | undefined, text: string): Body {
  return { ...body, text };
}
