/** The app: the sign-in screen, or the chats of who is signed in. */

import { ErrorBoundary } from "./app/error_boundary.js";
import { SignedIn } from "./app/signed_in.js";
import { DesignProvider } from "./design/provider.js";
import { UpdateBanner } from "./offline/update_banner.js";
import type { Updates } from "./offline/updates.js";
import { useReadable } from "./readable.js";
import type { Router } from "./routing.js";
import type { Session } from "./session/session.js";
import { SignInScreen } from "./session/sign_in_screen.js";
import type { Notifications } from "./settings/notifications.js";
import type { ThemeSetting } from "./settings/theme.js";

export interface AppProps {
  readonly session: Session;
  readonly router: Router;
  readonly theme: ThemeSetting;
  readonly notifications: Notifications;
  readonly updates: Updates;
}

export function App({ session, router, theme, notifications, updates }: AppProps) {
  const signedIn = useReadable(session);
  return (
    <DesignProvider>
      <ErrorBoundary what="Connect">
        <UpdateBanner updates={updates} />
        {signedIn === null ? (
          <SignInScreen
            lastUser={session.lastUser}
            onSignedIn={(account) => session.signIn(account)}
          />
        ) : (
          <SignedIn
            key={signedIn.account.user}
            client={signedIn.client}
            router={router}
            theme={theme}
            notifications={notifications}
            onSignOut={() => {
              // The next one to sign in is not met by a chat that is not theirs.
              router.close();
              void session.signOut();
            }}
            onSignInAgain={() => void session.signInAgain()}
            onRestart={() => void session.restart()}
          />
        )}
      </ErrorBoundary>
    </DesignProvider>
  );
}
