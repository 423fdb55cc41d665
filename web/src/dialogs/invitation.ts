/** The address that leads others to a chat, to be joined there. */

import { chatPath } from "../routing.js";

export function invitationTo(chat: string): string {
  return window.location.origin + chatPath(chat);
}
