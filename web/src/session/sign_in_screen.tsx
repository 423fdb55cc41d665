/** The first screen: who are you? By name on a development server, else by a pasted token. */

import { MessagesSquare } from "lucide-react";
import { type FormEvent, useState } from "react";
import { userProblem } from "../bounds.js";
import { Button } from "../design/button.js";
import { TextField } from "../design/text_field.js";
import { type Account, accountOfToken, SignInError, signIn } from "./sign_in.js";
import styles from "./sign_in_screen.module.css";

export interface SignInScreenProps {
  readonly lastUser: string;
  readonly onSignedIn: (account: Account) => void;
}

export function SignInScreen({ lastUser, onSignedIn }: SignInScreenProps) {
  const [byToken, setByToken] = useState(false);
  return (
    <main className={styles.screen}>
      <div className={styles.card}>
        <header className={styles.brand}>
          <span className={styles.mark}>
            <MessagesSquare aria-hidden="true" />
          </span>
          <h1 className={styles.title}>Connect</h1>
          <p className={styles.words}>
            {byToken ? "Sign in with a token." : "Choose a name and start talking."}
          </p>
        </header>
        {byToken ? (
          <TokenForm onSignedIn={onSignedIn} onBack={() => setByToken(false)} />
        ) : (
          <NameForm
            lastUser={lastUser}
            onSignedIn={onSignedIn}
            onNoLogin={() => setByToken(true)}
          />
        )}
      </div>
    </main>
  );
}

interface NameFormProps extends SignInScreenProps {
  readonly onNoLogin: () => void;
}

function NameForm({ lastUser, onSignedIn, onNoLogin }: NameFormProps) {
  const [name, setName] = useState(lastUser);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const user = name.trim();
    const problem = userProblem(user);
    setError(problem);
    if (problem !== null || busy) return;
    setBusy(true);
    try {
      onSignedIn(await signIn(user));
    } catch (failure) {
      if (failure instanceof SignInError && failure.why === "no_login") onNoLogin();
      else setError(wordsFor(failure));
      setBusy(false);
    }
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextField
        label="User name"
        value={name}
        onChange={setName}
        error={error}
        hint="Anybody can write to you by this name."
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
      />
      <Button type="submit" variant="primary" wide busy={busy}>
        Sign in
      </Button>
    </form>
  );
}

interface TokenFormProps {
  readonly onSignedIn: (account: Account) => void;
  readonly onBack: () => void;
}

function TokenForm({ onSignedIn, onBack }: TokenFormProps) {
  const [token, setToken] = useState("");
  const [error, setError] = useState<string | null>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    const account = accountOfToken(token);
    if (account === null) setError("That is no token: three parts with dots between them.");
    else onSignedIn(account);
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <p className={styles.note}>
        This server takes no sign-in by name from here. A product puts its own sign-in in the place
        of this form (<code>web/src/session/sign_in.ts</code>).
      </p>
      <TextField
        label="Token"
        value={token}
        onChange={setToken}
        error={error}
        hint="As connect token prints it. It stays in this browser until you sign out."
        type="password"
        dir="ltr"
        autoFocus
      />
      <Button type="submit" variant="primary" wide>
        Sign in
      </Button>
      <Button variant="quiet" wide onClick={onBack}>
        Sign in by name
      </Button>
    </form>
  );
}

function wordsFor(failure: unknown): string {
  const why = failure instanceof SignInError ? failure.why : "unreachable";
  if (why === "refused") return "The server does not accept that name.";
  if (why === "busy") return "The server is busy. Wait a moment and try again.";
  return "The server cannot be reached. Is it running, and are you online?";
}
