/** The left pane: what one can start, the search, and the chats. */

import type { Client } from "@connect-chat/sdk";
import { MessageSquarePlus, Search, SearchX, Settings, UsersRound } from "lucide-react";
import { type ReactNode, useDeferredValue, useRef, useState } from "react";
import { Button, IconButton } from "../design/button.js";
import { EmptyState } from "../design/empty_state.js";
import { useReadable } from "../readable.js";
import { ChatList } from "./chat_list.js";
import { filterChats } from "./filter.js";
import styles from "./list_pane.module.css";
import { SearchField } from "./search_field.js";
import { SkeletonRows } from "./skeleton_rows.js";

export interface ListPaneProps {
  readonly client: Client;
  readonly open: string | null;
  readonly onOpen: (chat: string) => void;
  readonly onNewChat: () => void;
  readonly onNewGroup: () => void;
  readonly onSettings: () => void;
}

export function ListPane(props: ListPaneProps) {
  const { client, open, onOpen, onNewChat } = props;
  const chats = useReadable(client.chats);
  const ready = useReadable(client.ready);
  const [search, setSearch] = useState("");
  const found = filterChats(chats, useDeferredValue(search));
  const pane = useRef<HTMLElement>(null);

  function openFirst() {
    const first = filterChats(chats, search)[0];
    if (search.trim() === "" || first === undefined) return;
    onOpen(first.chat);
    setSearch("");
  }

  let content: ReactNode;
  if (found.length > 0)
    content = <ChatList client={client} chats={found} open={open} onOpen={onOpen} />;
  else if (chats.length > 0) content = <NothingFound search={search} onNewChat={onNewChat} />;
  else content = ready ? <NoChats onNewChat={onNewChat} /> : <SkeletonRows />;

  return (
    <section ref={pane} className={styles.pane} aria-label="Your chats">
      <ListHeader {...props} />
      <SearchField
        value={search}
        onChange={setSearch}
        onEnter={openFirst}
        onDown={() =>
          pane.current?.querySelector<HTMLElement>("[data-chat][tabindex='0']")?.focus()
        }
      />
      {content}
    </section>
  );
}

function ListHeader({ client, onNewChat, onNewGroup, onSettings }: ListPaneProps) {
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>Chats</h1>
      <bdi className={styles.user} title={`Signed in as ${client.user}`}>
        {client.user}
      </bdi>
      <IconButton label="New chat" onClick={onNewChat}>
        <MessageSquarePlus aria-hidden="true" />
      </IconButton>
      <IconButton label="New group" onClick={onNewGroup}>
        <UsersRound aria-hidden="true" />
      </IconButton>
      <IconButton label="Settings" onClick={onSettings}>
        <Settings aria-hidden="true" />
      </IconButton>
    </header>
  );
}

function NoChats({ onNewChat }: Pick<ListPaneProps, "onNewChat">) {
  return (
    <EmptyState
      icon={<MessageSquarePlus aria-hidden="true" />}
      title="No chats yet"
      action={
        <Button variant="primary" onClick={onNewChat}>
          Start a chat
        </Button>
      }
    >
      Write to somebody by their name. Chats that others start with you appear here.
    </EmptyState>
  );
}

function NothingFound({
  search,
  onNewChat,
}: Pick<ListPaneProps, "onNewChat"> & { search: string }) {
  return (
    <EmptyState
      icon={search === "" ? <Search aria-hidden="true" /> : <SearchX aria-hidden="true" />}
      title="No such chat"
      action={<Button onClick={onNewChat}>Start a new chat</Button>}
    >
      None of your chats has a name with <bdi>“{search.trim()}”</bdi>.
    </EmptyState>
  );
}
