/**
 * Where a dialog is loaded and shown. One that cannot be (after an update its part of the app is no
 * longer on the server) says so in its place: the chats behind it and the other dialogs go on.
 */

import { type ReactNode, Suspense } from "react";
import { Button } from "../design/button.js";
import { Dialog } from "../design/dialog.js";
import { ErrorBoundary } from "./error_boundary.js";

export interface DialogPlaceProps {
  readonly shown: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function DialogPlace({ shown, onClose, children }: DialogPlaceProps) {
  const failed = <FailedDialog shown={shown} onClose={onClose} />;
  return (
    <ErrorBoundary what="This dialog" fallback={failed}>
      <Suspense fallback={null}>{children}</Suspense>
    </ErrorBoundary>
  );
}

/** It stays failed: what could not be loaded is not asked for again before a reload. */
function FailedDialog({ shown, onClose }: Omit<DialogPlaceProps, "children">) {
  return (
    <Dialog
      open={shown}
      onClose={onClose}
      title="This could not be opened"
      description="There may be a newer version of the app, or no connection. Reload to try again."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" onClick={() => window.location.reload()}>
            Reload
          </Button>
        </>
      }
    />
  );
}
