// Beside allauth's passkey scripts: when the browser or the person says no, the words stand at the button.
import { all } from "./dom";

const TROUBLE: Record<string, string> = {
  NotAllowedError: "stopped",
  AbortError: "stopped",
  InvalidStateError: "known",
  SecurityError: "address",
};

/** Which sentence of the page fits an error of the browser. */
export function troubleOf(error: unknown): string {
  return (error instanceof Error && TROUBLE[error.name]) || "none";
}

document.addEventListener("allauth.error", (event) => {
  if (!(event instanceof CustomEvent)) return;
  event.preventDefault();
  const detail: unknown = event.detail;
  const error = typeof detail === "object" && detail !== null && "exception" in detail ? detail.exception : null;
  for (const place of all("[data-passkey-trouble]")) {
    place.textContent = place.dataset[troubleOf(error)] ?? "";
  }
});
