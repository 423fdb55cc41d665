/**
 * Where an error of the app itself ends: instead of an empty page there are words and a way on.
 * Around the whole app, and around each chat, so that one bad chat leaves the others usable.
 */

import { TriangleAlert } from "lucide-react";
import { Component, type ReactNode } from "react";
import { Button } from "../design/button.js";
import { EmptyState } from "../design/empty_state.js";

export interface ErrorBoundaryProps {
  /** What failed: "This chat", "Connect". */
  readonly what: string;
  readonly children: ReactNode;
  /** Shown in place of the words of this module. */
  readonly fallback?: ReactNode;
}

export class ErrorBoundary extends Component<ErrorBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    if (this.props.fallback !== undefined) return this.props.fallback;
    return (
      <div role="alert">
        <EmptyState
          icon={<TriangleAlert aria-hidden="true" />}
          title={`${this.props.what} could not be shown`}
          action={
            <Button variant="primary" onClick={() => window.location.reload()}>
              Reload
            </Button>
          }
        >
          Something went wrong in the app. What you wrote is safe: it is kept on this device.
        </EmptyState>
      </div>
    );
  }
}
