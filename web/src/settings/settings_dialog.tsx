/** Settings of this device: how it looks, notifications, and signing out. */

import type { Client } from "@connect-chat/sdk";
import { useState } from "react";
import { Avatar } from "../design/avatar.js";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import { Choice, ChoiceGroup } from "../dialogs/choice.js";
import { useReadable } from "../readable.js";
import { shownName } from "../text.js";
import type { Notifications } from "./notifications.js";
import styles from "./settings_dialog.module.css";
import type { Theme, ThemeSetting } from "./theme.js";

export interface SettingsDialogProps {
  readonly client: Client;
  readonly theme: ThemeSetting;
  readonly notifications: Notifications;
  readonly shown: boolean;
  readonly onClose: () => void;
  readonly onSignOut: () => void;
}

export function SettingsDialog(props: SettingsDialogProps) {
  const { client, theme, notifications, shown, onClose, onSignOut } = props;
  return (
    <Dialog open={shown} onClose={onClose} title="Settings">
      <div className={styles.account}>
        <Avatar id={client.user} name={client.user} />
        <span className={styles.who}>
          <span className={styles.label}>Signed in as</span>
          <bdi className={styles.name}>{shownName(client.user)}</bdi>
        </span>
      </div>
      <ThemeChoice theme={theme} />
      <NotificationsChoice notifications={notifications} />
      <SignOut onSignOut={onSignOut} />
    </Dialog>
  );
}

const THEMES: readonly { readonly theme: Theme; readonly label: string }[] = [
  { theme: "system", label: "As the device" },
  { theme: "light", label: "Light" },
  { theme: "dark", label: "Dark" },
];

function ThemeChoice({ theme }: { readonly theme: ThemeSetting }) {
  const chosen = useReadable(theme);
  return (
    <ChoiceGroup legend="Appearance">
      {THEMES.map((one) => (
        <Choice
          key={one.theme}
          type="radio"
          name="theme"
          label={one.label}
          checked={chosen === one.theme}
          onChange={() => theme.set(one.theme)}
        />
      ))}
    </ChoiceGroup>
  );
}

const NOTIFICATION_HINTS = {
  on: "While Connect is open but not in view.",
  off: "While Connect is open but not in view. Your browser will ask you.",
  blocked: "Your browser blocks them for this address. Allow them in its settings.",
  unsupported: "This browser has none.",
} as const;

function NotificationsChoice({ notifications }: { readonly notifications: Notifications }) {
  const state = useReadable(notifications);
  return (
    <ChoiceGroup legend="Notifications">
      <Choice
        type="checkbox"
        name="notifications"
        label="Show new messages"
        hint={NOTIFICATION_HINTS[state]}
        checked={state === "on"}
        disabled={state === "blocked" || state === "unsupported"}
        onChange={(on) => void notifications.turn(on)}
      />
    </ChoiceGroup>
  );
}

/**
 * Signing out removes what has not been sent yet. It asks each time: what other tabs have to send,
 * and drafts, are not known here.
 */
function SignOut({ onSignOut }: Pick<SettingsDialogProps, "onSignOut">) {
  const [asking, setAsking] = useState(false);
  if (!asking)
    return (
      <Button wide onClick={() => setAsking(true)}>
        Sign out
      </Button>
    );
  return (
    <div className={styles.asking} role="alert">
      <p>This device will forget your chats. What is not sent yet is lost.</p>
      <div className={styles.buttons}>
        <Button onClick={() => setAsking(false)}>Cancel</Button>
        <Button variant="danger" onClick={onSignOut}>
          Sign out
        </Button>
      </div>
    </div>
  );
}
