/** The app of somebody who is signed in: the two panes, what lies over them, and what it listens to. */

import type { Client } from "@connect-chat/sdk";
import { lazy, useEffect, useRef, useState } from "react";
import { ListPane } from "../list/list_pane.js";
import { chatName } from "../list/preview.js";
import { useReadable } from "../readable.js";
import type { Router } from "../routing.js";
import type { Notifications } from "../settings/notifications.js";
import type { ThemeSetting } from "../settings/theme.js";
import { Announcer } from "./announcer.js";
import { showAttention } from "./attention.js";
import { ChatPlace, NoChatOpen } from "./chat_place.js";
import { ConnectionBanner } from "./connection_banner.js";
import { DialogPlace } from "./dialog_place.js";
import styles from "./signed_in.module.css";
import { useMediaQuery } from "./use_media_query.js";
import { type Over, type Overlay, useOver } from "./use_over.js";

// Dialogs come when they are first opened: they are half of the app's code.
const NewChatDialog = lazy(() =>
  import("../dialogs/new_chat_dialog.js").then((module) => ({ default: module.NewChatDialog })),
);
const NewGroupDialog = lazy(() =>
  import("../dialogs/new_group_dialog.js").then((module) => ({ default: module.NewGroupDialog })),
);
const ChatInfoDialog = lazy(() =>
  import("../dialogs/chat_info_dialog.js").then((module) => ({ default: module.ChatInfoDialog })),
);
const SettingsDialog = lazy(() =>
  import("../settings/settings_dialog.js").then((module) => ({ default: module.SettingsDialog })),
);

/** From here up list and chat stand side by side. */
const TWO_PANES = "(min-width: 800px)";

export interface SignedInProps {
  readonly client: Client;
  readonly router: Router;
  readonly theme: ThemeSetting;
  readonly notifications: Notifications;
  readonly onSignOut: () => void;
  readonly onSignInAgain: () => void;
  readonly onRestart: () => void;
}

export function SignedIn(props: SignedInProps) {
  const { client, router } = props;
  const open = useReadable(router);
  const connection = useReadable(client.connection);
  const wide = useMediaQuery(TWO_PANES);
  const overlay = useOver(router);
  const listPane = useFocusBack(open, wide);
  useOutside(props);

  const online = connection.state === "online";
  return (
    <div
      className={styles.app}
      data-connection={online && connection.syncing ? "syncing" : connection.state}
    >
      <ConnectionBanner
        client={client}
        onSignInAgain={props.onSignInAgain}
        onRestart={props.onRestart}
      />
      <div className={styles.panes} data-chat-open={open !== null}>
        <div ref={listPane} className={styles.list} inert={!wide && open !== null}>
          <ListPane
            client={client}
            open={open}
            onOpen={(chat) => router.open(chat)}
            onNewChat={() => overlay.show("new_chat")}
            onNewGroup={() => overlay.show("new_group")}
            onSettings={() => overlay.show("settings")}
          />
        </div>
        <main className={styles.chat}>
          {open !== null && (
            <ChatPlace
              key={open}
              client={client}
              chatId={open}
              onBack={wide ? undefined : () => router.close()}
              onGone={() => router.close()}
              onOpenInfo={() => overlay.show("info")}
              showMessage={router.message}
            />
          )}
          {open === null && wide && <NoChatOpen />}
        </main>
      </div>
      <Announcer client={client} open={open} />
      <Overlays {...props} open={open} overlay={overlay} />
    </div>
  );
}

interface OverlaysProps extends SignedInProps {
  readonly open: string | null;
  readonly overlay: Overlay;
}

function Overlays(props: OverlaysProps) {
  const { client, open } = props;
  const { over, close: onClose, openChat: onOpen } = props.overlay;
  const shown = useEverShown(over);
  const common = (name: Over) => ({ client, onClose, onOpen, shown: over === name });
  const place = (name: Over) => ({ onClose, shown: over === name });
  return (
    <>
      <DialogPlace {...place("new_chat")}>
        {shown.has("new_chat") && <NewChatDialog {...common("new_chat")} />}
      </DialogPlace>
      <DialogPlace {...place("new_group")}>
        {shown.has("new_group") && <NewGroupDialog {...common("new_group")} />}
      </DialogPlace>
      <DialogPlace key={open} {...place("info")}>
        {shown.has("info") && open !== null && <ChatInfoDialog {...common("info")} chatId={open} />}
      </DialogPlace>
      <DialogPlace {...place("settings")}>
        {shown.has("settings") && <SettingsDialog {...props} {...place("settings")} />}
      </DialogPlace>
    </>
  );
}

/** What was opened once stays, closed, so that its closing can be seen. */
function useEverShown(over: Over): ReadonlySet<Over> {
  const [shown, setShown] = useState<ReadonlySet<Over>>(new Set());
  if (over === null || shown.has(over)) return shown;
  const next = new Set([...shown, over]);
  setShown(next);
  return next;
}

/** Title, icon, badge and notifications follow the client while this is shown. */
function useOutside({ client, router, notifications }: SignedInProps): void {
  useEffect(() => {
    const openName = () => {
      const chat = router.get();
      const summary = chat === null ? null : client.chat(chat).summary.get();
      return summary === null ? null : chatName(summary);
    };
    const attention = showAttention(client, document, openName);
    const endRoute = router.subscribe(attention.update);
    const endWatch = notifications.watch(client, (chat) => router.open(chat));
    return () => {
      endWatch();
      endRoute();
      attention.end();
    };
  }, [client, router, notifications]);
  // Not with the client, which a restart changes: when the account is left, here or in another tab.
  useEffect(() => () => notifications.clear(), [notifications]);
}

/** With one pane, coming back from a chat leads the focus to that chat's row. */
function useFocusBack(open: string | null, wide: boolean) {
  const pane = useRef<HTMLDivElement>(null);
  const before = useRef<string | null>(null);
  useEffect(() => {
    const left = before.current;
    before.current = open;
    if (wide || open !== null || left === null) return;
    const row = pane.current?.querySelector<HTMLElement>(`[data-chat="${CSS.escape(left)}"]`);
    row?.focus({ preventScroll: true });
  }, [open, wide]);
  return pane;
}
