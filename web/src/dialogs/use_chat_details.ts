/** A chat's settings and members, fetched when asked for and again when the chat says they changed. */

import type { Chat, ChatInfo, Member } from "@connect-chat/sdk";
import { useCallback, useEffect, useRef, useState } from "react";
import { describeError } from "../errors.js";
import { useReadable } from "../readable.js";

export interface ChatDetails {
  readonly info: ChatInfo | null;
  readonly members: readonly Member[] | null;
  readonly error: string | null;
  reload(): Promise<void>;
}

export function useChatDetails(chat: Chat): ChatDetails {
  const summary = useReadable(chat.summary);
  const [info, setInfo] = useState<ChatInfo | null>(null);
  const [members, setMembers] = useState<readonly Member[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  // The members are for those who are in.
  const isMember = summary?.role !== null;
  // Answers may come out of order; only the one to the latest question counts.
  const asked = useRef(0);

  const reload = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const [nextInfo, nextMembers] = await Promise.all([
        chat.info(),
        isMember ? chat.members() : [],
      ]);
      if (mine !== asked.current) return;
      setInfo(nextInfo);
      setMembers(nextMembers);
      setError(null);
    } catch (failure) {
      if (mine === asked.current) setError(describeError(failure));
    }
  }, [chat, isMember]);

  const last = summary?.last;
  const changedAt = last?.kind === "member" || last?.kind === "chat" ? last.seq : 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: an event of the chat asks again.
  useEffect(() => void reload(), [reload, changedAt]);
  return { info, members, error, reload };
}
